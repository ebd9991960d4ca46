import Foundation
import FoundationNetworking
import HTTPTypes
import Synchronization

/// One request on its way, and what is known of it; the first that is known counts.
final class ClientExchange: Sendable {
    /// The longest answer, in bytes.
    static let maximumBody = 16 << 20

    private struct State {
        var task: URLSessionTask?
        var result: TransportResult?
        var waiter: CheckedContinuation<TransportResult, Never>?
        var body: [UInt8] = []
        var hasSentBody = false
    }

    private let name: String
    private let state = Mutex(State())

    init(name: String) { self.name = name }

    /// Waits for what is known; called once.
    func result() async -> TransportResult {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.result == nil { state.waiter = continuation }
                return state.result
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Sends the request, unless it was given up before; false then.
    func start(_ task: URLSessionTask) -> Bool {
        state.withLock { state in
            guard state.result == nil else { return false }
            state.task = task
            task.resume()
            return true
        }
    }

    /// Whether the result is known, so that there is nothing left to send.
    var isSettled: Bool { state.withLock { $0.result != nil } }

    /// Gives up when the time has passed; returns early if the result is known before and the waiting is cancelled.
    func expire(after timeout: Duration) async {
        do {
            try await Task.sleep(for: timeout)
            abort("no complete answer within \(timeout)")
        } catch {
            // The result came first.
        }
    }

    /// Gives up: not sent if it had not started, unknown otherwise.
    func abort(_ reason: String) {
        let task = state.withLock { $0.task }
        settle(task == nil ? .notSent(reason: "\(name): \(reason)") : .unknown(reason: "\(name): \(reason)"))
        task?.cancel()
    }

    /// A part of the request's body has been handed to the network.
    func bodyWasSent() { state.withLock { $0.hasSentBody = true } }

    /// A part of the answer's body has come.
    func receive(_ part: Data) {
        let isTooLong = state.withLock { state in
            state.body.append(contentsOf: part)
            return state.body.count > Self.maximumBody
        }
        if isTooLong { abort("the answer is longer than \(Self.maximumBody) bytes") }
    }

    /// The request is over.
    func complete(response: URLResponse?, error: (any Error)?) {
        let (body, hasSentBody) = state.withLock { ($0.body, $0.hasSentBody) }
        if let error {
            settle(TransportFailure.result(of: name, text: error.localizedDescription, hasSentBody: hasSentBody))
        } else if let response = response as? HTTPURLResponse {
            settle(.response(HTTPResponse(status: response.statusCode, headers: response.fields, body: body)))
        } else {
            settle(.unknown(reason: "\(name): it ended without an answer"))
        }
    }

    private func settle(_ result: TransportResult) {
        let waiter = state.withLock { state -> CheckedContinuation<TransportResult, Never>? in
            guard state.result == nil else { return nil }
            state.result = result
            state.body = []
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: result)
    }
}

extension HTTPURLResponse {
    /// The header fields by name: Foundation does not keep their order, and joins repeated ones with commas.
    fileprivate var fields: HTTPHeaders {
        var headers = HTTPHeaders()
        let pairs = allHeaderFields.compactMap { field in
            (field.key as? String).flatMap { name in (field.value as? String).map { (name, $0) } }
        }
        for (name, value) in pairs.sorted(by: { $0.0 < $1.0 }) { headers.add(name, value) }
        return headers
    }
}
