public import HTTPTypes

/// What is known after a request.
public enum TransportResult: Sendable, Hashable {
    /// The server answered, whatever the status; redirects are answers too.
    case response(HTTPResponse)
    /// Certainly nothing arrived: connection refused, name unresolved, TLS failed, or the request itself was malformed.
    case notSent(reason: String)
    /// The request was sent, or perhaps sent: time-out, broken connection, a cancelled task, an answer that is no HTTP.
    case unknown(reason: String)
}

/// Sends a request at most once and says what is known afterwards.
///
/// The port that providers' clients speak through: `NetworkTransport` in the daemon, a call of the simulator's own
/// functions in the simulation.
public protocol Transport: Sendable {
    /// Sends `request` to `origin` and waits no longer than `timeout` for the whole answer.
    ///
    /// Writes (anything but GET, HEAD and OPTIONS) are handed to the network at most once. Never throws: what went
    /// wrong is part of the result, because the difference between "not sent" and "unknown" is what decides about a
    /// retry.
    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult
}
