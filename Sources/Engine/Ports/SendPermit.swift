import Synchronization
public import Time

/// Until when a call may send something: a little less long than the lease under which it is made.
///
/// A process can stand still at any place (SIGSTOP, a machine that is short of memory) and go on after its lease is
/// over, when somebody else has the job. Whoever sends for a call asks here, right before, and does not send when it is
/// too late. Renewed leases extend it; a lease that was lost ends it.
public final class SendPermit: Sendable {
    private let until: Mutex<Timestamp>
    private let hasPassed: @Sendable (Timestamp) -> Bool

    /// A permit until an instant of this clock.
    public init(until instant: Timestamp, clock: any Clock) {
        until = Mutex(instant)
        hasPassed = { clock.mayHavePassed($0) }
    }

    /// Whether it is too late to send anything.
    public var isOver: Bool { hasPassed(until.withLock { $0 }) }

    /// Lasts until this instant from now on.
    public func last(until instant: Timestamp) { until.withLock { $0 = instant } }
}
