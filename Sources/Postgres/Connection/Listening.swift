/// What the connection of a listener does besides: it stays connected without being asked, and passes notifications on.
struct Listening {
    /// One LISTEN for each channel.
    let sql: String
    let events: AsyncStream<PostgresListener.Event>.Continuation
    /// When to connect again, after it failed.
    private(set) var retryAt: ContinuousClock.Instant?
    private var pause = Self.firstPause

    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(5)

    init(channels: [String], events: AsyncStream<PostgresListener.Event>.Continuation) {
        sql = channels.map { "listen \"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: "; ")
        self.events = events
    }

    /// Whether it is time to connect.
    func isDue(at now: ContinuousClock.Instant) -> Bool { retryAt.map { now >= $0 } ?? true }

    /// Connecting or listening failed, or the connection was lost: the next attempts come after 50 ms, 100 ms and so
    /// on, up to 5 s.
    mutating func failed(at now: ContinuousClock.Instant) {
        retryAt = now + pause
        pause = min(pause * 2, Self.longestPause)
    }

    mutating func succeeded() {
        retryAt = nil
        pause = Self.firstPause
        events.yield(.listening)
    }
}
