public import Time

/// The clock that a sandbox shares with whoever it simulates a provider for.
///
/// On a virtual clock, time stands still until everybody who keeps timers has said when the next one is due and that
/// nothing is going on: `publish` says so.
public protocol SandboxClock: Sendable {
    /// The present instant.
    func now() async throws -> Timestamp
    /// Tells the others when this sandbox is next due, and whether it is at work.
    func publish(nextDue: Timestamp?, busy: Bool) async throws
    /// Returns at the given instant, or earlier: on a virtual clock whenever it moves, and now and then.
    func wait(until instant: Timestamp?) async
}
