/// What a server bears of one client, and of all together.
public struct ServerLimits: Sendable {
    /// The longest body, in bytes, that reaches the handler; a longer one is answered with 413.
    public var bodyBytes: Int
    /// How many header fields a request may have; more are answered with 431.
    public var headerFields: Int
    /// The memory of one connection, in bytes: request line and header fields have to fit, or are answered with 431 or
    /// 414.
    public var connectionMemory: Int
    /// How many connections may be open at once; further ones are closed at once.
    public var connections: Int
    /// After how many seconds without a byte a connection is closed.
    ///
    /// Does not count while the handler works.
    public var idleSeconds: Int
    /// How many threads read and write; handlers run on Swift's own.
    public var threads: Int

    /// Limits; each can be left at a value that fits webhooks and operators' pages.
    public init(
        bodyBytes: Int = 1 << 20, headerFields: Int = 100, connectionMemory: Int = 32 << 10, connections: Int = 1000,
        idleSeconds: Int = 30, threads: Int = 1
    ) {
        self.bodyBytes = bodyBytes
        self.headerFields = headerFields
        self.connectionMemory = connectionMemory
        self.connections = connections
        self.idleSeconds = idleSeconds
        self.threads = threads
    }
}
