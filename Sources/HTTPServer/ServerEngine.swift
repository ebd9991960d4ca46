import CMicroHTTPD
import Dispatch
import Glibc
import HTTPTypes
import Synchronization

/// The libmicrohttpd daemon, and the exchanges whose connections are suspended.
///
/// A connection rests while its handler works, so that one thread serves many. libmicrohttpd aborts the process if it
/// is stopped while a connection rests: `stop` wakes them all first, and after it has begun none rests any more.
final class ServerEngine: Sendable {
    static let stopping = HTTPResponse.text(503, "The server is stopping.\n")

    private struct State {
        var daemon: Daemon?
        var isStopping = false
        var handling: [ObjectIdentifier: Handling] = [:]
    }

    private struct Handling {
        let exchange: Exchange
        let task: Task<Void, Never>
    }

    private struct Daemon: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let limits: ServerLimits
    private let answer: @Sendable (HTTPRequest) async -> ServerAnswer
    private let state = Mutex(State())
    private let stopped = DispatchSemaphore(value: 0)
    /// Exchanges that were handed to a handler and are not yet over.
    private let unfinished = DispatchGroup()

    init(
        listener: Listener, limits: ServerLimits, answer: @escaping @Sendable (HTTPRequest) async -> ServerAnswer
    ) throws(HTTPServerError) {
        self.limits = limits
        self.answer = answer
        // The daemon's threads hold a reference until `stop` has ended them.
        let context = Unmanaged.passRetained(self)
        let daemon = shim_start(
            listener.socket, handleRequest, beginExchange, endExchange, context.toOpaque(),
            UInt32(clamping: limits.idleSeconds), UInt32(clamping: limits.connections), limits.connectionMemory,
            UInt32(clamping: limits.threads))
        guard let daemon else {
            close(listener.socket)
            context.release()
            throw HTTPServerError("the HTTP server can't start on port \(listener.port): check the process's limits")
        }
        state.withLock { $0.daemon = Daemon(pointer: daemon) }
    }

    /// The next step of a request, on the connection's thread; false closes the connection.
    func proceed(_ exchange: Exchange, method: UnsafePointer<CChar>, part: UnsafeRawBufferPointer) -> Bool {
        if exchange.isNew {
            guard let refusal = exchange.begin(method: String(cString: method), limits: limits) else { return true }
            return exchange.send(refusal)
        }
        if !part.isEmpty { return exchange.receive(part, limits: limits) }
        switch exchange.answer {
        case .respond(let response): return exchange.send(response)
        case .dripping(let response, let rate): return drip(response, on: exchange, bytesPerSecond: rate)
        case .drop: return false
        case nil: return handle(exchange)
        }
    }

    private func handle(_ exchange: Exchange) -> Bool {
        let (request, refusal) = exchange.complete(limits: limits)
        guard let request else { return exchange.send(refusal ?? Self.stopping) }
        let isTaken = state.withLock { state in
            guard !state.isStopping else { return false }
            exchange.isCounted = true
            unfinished.enter()
            exchange.suspend()
            let task = Task { exchange.finish(with: await answer(request)) }
            state.handling[ObjectIdentifier(exchange)] = Handling(exchange: exchange, task: task)
            return true
        }
        return isTaken || exchange.send(Self.stopping)
    }

    private func drip(_ response: HTTPResponse, on exchange: Exchange, bytesPerSecond: Int) -> Bool {
        let body = response.bodyToSend
        let drip = Drip(body, bytesPerSecond: bytesPerSecond, on: exchange.connection)
        // From here on `stop` finds it and can break it off.
        let isTaken = state.withLock { state in
            if !state.isStopping { exchange.drip = drip }
            return !state.isStopping
        }
        return isTaken ? exchange.send(response, slowly: drip, count: body.count) : exchange.send(Self.stopping)
    }

    /// An exchange is over, on the connection's thread.
    func ended(_ exchange: Exchange) {
        guard exchange.isCounted else { return }
        state.withLock { _ = $0.handling.removeValue(forKey: ObjectIdentifier(exchange)) }
        unfinished.leave()
    }

    func stop() {
        let (daemon, handling) = state.withLock { state in
            defer {
                state.isStopping = true
                state.daemon = nil
            }
            return (state.daemon, Array(state.handling.values))
        }
        guard let daemon else {
            // Another call stops it, or has: wait for that one.
            stopped.wait()
            stopped.signal()
            return
        }
        let socket = MHD_quiesce_daemon(daemon.pointer)
        for entry in handling {
            entry.task.cancel()
            entry.exchange.abandon()
        }
        // Lets the answers out; a client that does not read its own is not waited for.
        _ = unfinished.wait(timeout: .now() + .seconds(2))
        MHD_stop_daemon(daemon.pointer)
        if socket >= 0 { close(socket) }
        Unmanaged.passUnretained(self).release()
        stopped.signal()
    }
}
