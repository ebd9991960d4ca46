/// Receives what others NOTIFY, over a connection of its own that it keeps and, after a loss, makes again.
///
/// Notifications are a convenience: while the connection is away they are lost, and PgBouncer in transaction mode does
/// not pass them on. Whoever uses them must also look from time to time.
public final class PostgresListener: Sendable {
    /// What a listener says.
    public enum Event: Hashable, Sendable {
        /// It listens from now on, for the first time or again; what was notified before did not arrive.
        case listening

        /// Somebody notified a channel.
        case notified(channel: String, payload: String)
    }

    /// What happened, for one reader; ends with `close()`.
    ///
    /// A reader who is 1024 events late loses the oldest.
    public let events: AsyncStream<Event>

    private let mailbox = Mailbox()

    /// Starts to connect and to listen.
    public init(_ configuration: PostgresConfiguration, channels: [String]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(1024))
        events = stream
        mailbox.startWorker(configuration, listening: Listening(channels: channels, events: continuation))
    }

    deinit {
        mailbox.close()
    }

    /// Ends the connection, its thread and the stream of events.
    public func close() async {
        mailbox.close()
        await mailbox.awaitEnd()
    }
}
