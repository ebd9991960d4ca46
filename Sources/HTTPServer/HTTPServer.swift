public import HTTPTypes

/// A socket that turns bytes into requests and answers into bytes; it knows no routes.
///
/// Handlers run on Swift's threads, many at once; the order of requests on one connection is kept. The server stops
/// with `stop()`, or when the last reference to it goes.
public final class HTTPServer: Sendable {
    /// The port that it listens on; the one that was given, or the free one that was found.
    public let port: UInt16
    private let engine: ServerEngine

    /// Listens at once.
    ///
    /// Port 0 takes any free one.
    ///
    /// - Parameters:
    ///   - host: The address to listen on, `127.0.0.1` or `::1` for this machine alone, or `localhost`.
    ///   - port: The port, or 0 for any free one.
    ///   - maximumBodyBytes: The longest body that reaches the handler; a longer one is answered with 413.
    ///   - handler: Answers a request; the body is exactly what was sent.
    /// - Throws: `HTTPServerError` if the address can't be listened on.
    public convenience init(
        host: String = "127.0.0.1", port: UInt16, maximumBodyBytes: Int = 1 << 20,
        handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse
    ) throws(HTTPServerError) {
        try self.init(host: host, port: port, limits: ServerLimits(bodyBytes: maximumBodyBytes)) { request in
            .respond(await handler(request))
        }
    }

    /// Listens at once, for a handler that may also close the connection instead of answering.
    ///
    /// - Parameters:
    ///   - host: The address to listen on, `127.0.0.1` or `::1` for this machine alone, or `localhost`.
    ///   - port: The port, or 0 for any free one.
    ///   - limits: What the server bears.
    ///   - answer: Answers a request, or has the connection closed.
    /// - Throws: `HTTPServerError` if the address can't be listened on.
    public init(
        host: String = "127.0.0.1", port: UInt16, limits: ServerLimits = ServerLimits(),
        answer: @escaping @Sendable (HTTPRequest) async -> ServerAnswer
    ) throws(HTTPServerError) {
        let listener = try Listener(host: host, port: port)
        engine = try ServerEngine(listener: listener, limits: limits, answer: answer)
        self.port = listener.port
    }

    deinit { engine.stop() }

    /// Stops listening, cancels the handlers that still run, answers their requests with 503, and closes all
    /// connections.
    ///
    /// Returns when all that is done, within seconds. May be called again, and from anywhere, also from a handler.
    public func stop() { engine.stop() }
}
