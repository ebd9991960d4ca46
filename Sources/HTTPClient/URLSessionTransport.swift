import Foundation
import FoundationNetworking
public import HTTPTypes

/// Sends requests through Foundation's URLSession, which speaks HTTP and TLS through libcurl.
///
/// No redirect is followed, no cookie kept, nothing cached, and bodies go out and come in as the bytes they are.
///
/// **A write never reuses a connection.** On a kept connection that the server closes without an answer libcurl sends the
/// request again, silently; on a new one it never does. So each write has a session of its own; only
/// GET, HEAD and OPTIONS, which may be repeated, share connections.
public struct URLSessionTransport: Transport {
    private let reads: SharedSession
    private let writes: ConnectionGate

    /// A transport with connections of its own.
    ///
    /// - Parameter connectionsPerHost: How many reads may be under way to one origin at once, and how many writes; further
    ///   ones wait, within their time-out.
    public init(connectionsPerHost: Int) {
        let connections = max(1, connectionsPerHost)
        reads = SharedSession(connectionsPerHost: connections)
        writes = ConnectionGate(limit: connections)
    }

    /// Sends a request; see `Transport`.
    ///
    /// A request that can't be sent as it is written (a body on a GET, a line break in a header field, a path that libcurl
    /// would change) is `.notSent`. An answer of more than 16 MiB is broken off and `.unknown`.
    public func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        let message: URLRequest
        switch RequestMessage.make(of: request, to: origin, timeout: timeout) {
        case .success(let made): message = made
        case .failure(let problem):
            return .notSent(reason: "\(request.method.rawValue) to \(origin): \(problem.reason)")
        }
        let exchange = ClientExchange(name: "\(request.method.rawValue) to \(origin)")
        // Cancelled when this function returns, so that it never outlasts the answer.
        async let _ = exchange.expire(after: timeout)
        return await withTaskCancellationHandler {
            if request.method.isRead {
                reads.start(exchange, message)
            } else {
                writes.start(exchange, message, to: origin)
            }
            return await exchange.result()
        } onCancel: {
            exchange.abort("the task was cancelled")
        }
    }
}

extension HTTPMethod {
    /// Whether repeating it can do no harm (RFC 9110, section 9.2.1).
    var isRead: Bool {
        switch self {
        case .get, .head, .options: true
        case .post, .put, .patch, .delete: false
        }
    }
}
