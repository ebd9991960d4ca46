public import HTTPTypes

/// Sends requests over the network, through libcurl, which speaks HTTP/1.1 and TLS.
///
/// No redirect is followed, no cookie kept, nothing cached, compressed or unpacked: bodies are the bytes that they are.
///
/// **A write never reuses a connection.** When a server closes a kept connection without an answer, libcurl sends the
/// request again, silently; on a new connection it never does. So only GET, HEAD and OPTIONS, which may be repeated,
/// share connections.
///
/// Foundation's URLSession speaks through libcurl too, but can't be told any of this, calls every failure of TLS
/// unknown and some broken connections refused, and keeps a core busy as long as a new connection waits for its answer
/// (seen with Swift 6.3: the socket stays watched for being writable).
public struct NetworkTransport: Transport {
    private let connections: Connections

    /// A transport with connections and a thread of its own, which end when the last copy goes.
    ///
    /// - Parameters:   - connectionsPerHost: How many connections to one host may be open at once; further requests
    /// wait, within their     time-out.   - proxy: The URL of a proxy to go through; the environment's proxies are not
    /// looked at.
    public init(connectionsPerHost: Int, proxy: String? = nil) {
        connections = Connections(perHost: max(1, connectionsPerHost), proxy: proxy)
    }

    /// Sends a request; see `Transport`.
    ///
    /// A request that can't be sent as it is written (a body on a GET, a line break in a header field, an unencoded
    /// path) is `.notSent`. An answer of more than 16 MiB is broken off and `.unknown`.
    public func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        await send(request, to: origin, timeout: timeout, unless: { false })
    }

    /// Sends a request, unless it is too late; that is asked before it is begun, and again when the connection stands
    /// and the request is about to be written to it (the latter with libcurl 7.80 or newer).
    public func send(
        _ request: HTTPRequest, to origin: Origin, timeout: Duration, unless isTooLate: @escaping @Sendable () -> Bool
    ) async -> TransportResult {
        let loop = connections.loop
        let transfer = Transfer(
            request, to: origin, through: connections.proxy, within: timeout, unless: isTooLate)
        guard !isTooLate() else { return .tooLate(transfer.name) }
        if let problem = RequestCheck.problem(of: request, timeout: timeout) {
            return .notSent(reason: "\(transfer.name): \(problem)")
        }
        return await withTaskCancellationHandler {
            loop.add(transfer)
            return await transfer.result()
        } onCancel: {
            loop.abort(transfer, "the task was cancelled")
        }
    }

    /// Ends the loop with the last copy of the transport.
    private final class Connections: Sendable {
        let loop: TransferLoop
        let proxy: String?

        init(perHost: Int, proxy: String?) {
            loop = TransferLoop(connectionsPerHost: perHost)
            self.proxy = proxy
        }

        deinit { loop.stop() }
    }
}
