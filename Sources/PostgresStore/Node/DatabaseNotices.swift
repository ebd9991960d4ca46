public import Postgres

/// Listens to what the database notifies: the bell, and moves of the clock.
///
/// Both are a convenience. Without them (behind PgBouncer in transaction mode) daemons find their work by looking.
public final class DatabaseNotices: Sendable {
    private let listener: PostgresListener
    private let bell: @Sendable () -> Void
    private let clock: @Sendable () -> Void

    /// Starts to listen, on a connection of its own.
    ///
    /// - Parameters:
    ///   - bell: somebody enqueued or told something; also called when notifications may have been missed.
    ///   - clock: the clock moved, or is to move; likewise.
    public init(
        _ database: PostgresConfiguration, bell: @escaping @Sendable () -> Void,
        clock: @escaping @Sendable () -> Void
    ) {
        listener = PostgresListener(database, channels: ["lockstep", "lockstep_clock"])
        self.bell = bell
        self.clock = clock
    }

    /// Passes on what is notified, until it is closed.
    public func run() async {
        for await event in listener.events {
            switch event {
            case .notified(channel: "lockstep", _): bell()
            case .notified(channel: "lockstep_clock", _): clock()
            case .notified: break
            case .listening:
                clock()
                bell()
            }
        }
    }

    /// Stops listening.
    public func close() async { await listener.close() }
}
