public import HTTPTypes

/// Sends nothing once it is too late: for calls that may be made only under a lease.
///
/// It is asked for each request, right before its bytes are handed to the network, and not only when a call begins: a
/// process may have stood still since.
public struct ExpiringTransport: Transport {
    private let transport: any Transport
    private let isTooLate: @Sendable () -> Bool

    /// Sends through another transport until `isTooLate`, which has to be quick.
    public init(_ transport: any Transport, isTooLate: @escaping @Sendable () -> Bool) {
        self.transport = transport
        self.isTooLate = isTooLate
    }

    /// Sends a request, unless it is too late: then it is `.notSent`.
    public func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        await transport.send(request, to: origin, timeout: timeout, unless: isTooLate)
    }

    /// Sends a request, unless it is too late for either reason.
    public func send(
        _ request: HTTPRequest, to origin: Origin, timeout: Duration,
        unless isAlsoTooLate: @escaping @Sendable () -> Bool
    ) async -> TransportResult {
        await transport.send(
            request, to: origin, timeout: timeout, unless: { [isTooLate] in isTooLate() || isAlsoTooLate() })
    }
}
