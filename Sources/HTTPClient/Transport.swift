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

    /// Sends likewise, unless it is too late when the first byte is about to go: then the request is `.notSent`.
    func send(
        _ request: HTTPRequest, to origin: Origin, timeout: Duration, unless isTooLate: @escaping @Sendable () -> Bool
    ) async -> TransportResult
}

extension Transport {
    /// Asks before the request is passed on; a transport that keeps requests waiting asks later.
    public func send(
        _ request: HTTPRequest, to origin: Origin, timeout: Duration, unless isTooLate: @escaping @Sendable () -> Bool
    ) async -> TransportResult {
        guard !isTooLate() else { return .tooLate("\(request.method.rawValue) to \(origin)") }
        return await send(request, to: origin, timeout: timeout)
    }
}

extension TransportResult {
    /// A request that was held back.
    static func tooLate(_ name: String) -> TransportResult {
        .notSent(reason: "\(name): it is too late to send it, the lease is over")
    }
}
