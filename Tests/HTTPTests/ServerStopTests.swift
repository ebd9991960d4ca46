import HTTPClient
import HTTPServer
import HTTPTypes
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ServerStopTests {
    @Test("Stopping answers waiting requests with 503 and cancels their handlers; what a handler says later is lost")
    func stopWhileHandling() async throws {
        let arrived = Gate()
        let cancelled = Gate()
        let late = Gate()
        let server = try HTTPServer(port: 0) { _ in
            arrived.open()
            await withTaskCancellationHandler {
                await cancelled.pass()
            } onCancel: {
                cancelled.open()
            }
            await late.pass()
            return .text(200, "too late")
        }
        let origin = try server.origin
        let transport = NetworkTransport(connectionsPerHost: 4)
        async let answer = transport.send(HTTPRequest(.post, "/"), to: origin, timeout: .seconds(10))
        await arrived.pass()
        server.stop()
        #expect(await answer.status == 503)
        await cancelled.pass()
        late.open()
        server.stop()
        #expect(await transport.send(HTTPRequest(.post, "/"), to: origin, timeout: .seconds(10)).isNotSent)
    }

    @Test("A handler may stop its own server, and many may stop it at once")
    func stopFromHandler() async throws {
        let holder = Mutex<HTTPServer?>(nil)
        let server = try HTTPServer(port: 0) { _ in
            holder.withLock { $0 }?.stop()
            return .text(200, "stopped")
        }
        holder.withLock { $0 = server }
        defer { holder.withLock { $0 = nil } }
        let origin = try server.origin
        let transport = NetworkTransport(connectionsPerHost: 8)
        let results = await withTaskGroup(of: TransportResult.self) { group in
            for _ in 0..<8 {
                group.addTask { await transport.send(HTTPRequest(.post, "/"), to: origin, timeout: .seconds(10)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.contains { $0.status == 503 })
        #expect(results.allSatisfy { $0.status == 503 || $0.isNotSent || $0.isUnknown })
    }

    @Test("Stopping breaks off a slow body")
    func stopWhileDripping() async throws {
        let server = try HTTPServer(
            port: 0, answer: { _ in .dripping(.text(200, "never complete"), bytesPerSecond: 1) })
        let socket = try RawClient(connectingTo: server.port)
        defer { socket.close() }
        await socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await socket.read() != nil)
        server.stop()
        #expect(await !socket.readToEnd().contains("complete"))
    }

    @Test("Servers come and go under load without a crash, and let go of their handlers")
    func churn() async throws {
        for _ in 0..<20 {
            let released = Gate()
            try await Self.serveAndStop(releasing: released)
            await released.pass()
        }
    }

    private static func serveAndStop(releasing released: Gate) async throws {
        let token = Token(released)
        let server = try HTTPServer(port: 0) { request in
            await Task.yield()
            return .text(200, "\(request.path) \(token)")
        }
        let origin = try server.origin
        let transport = NetworkTransport(connectionsPerHost: 8)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<16 {
                group.addTask {
                    let write = HTTPRequest(.post, "/\(number)")
                    let result = await transport.send(write, to: origin, timeout: .seconds(10))
                    if number == 7 { server.stop() }
                    #expect(result.status == 200 || result.status == 503 || result.response == nil)
                }
            }
        }
        server.stop()
    }

    /// Says when it goes.
    private final class Token: Sendable {
        private let released: Gate
        init(_ released: Gate) { self.released = released }
        deinit { released.open() }
    }
}
