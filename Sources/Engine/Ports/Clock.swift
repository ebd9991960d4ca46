public import Time

/// The one clock: what `lockstep.now()` says, in Swift.
public protocol Clock: Sendable {
    /// The present instant.
    func now() -> Timestamp
    /// Returns at this instant, or earlier: on a virtual clock as soon as it shows something else than `start`. Returns
    /// at once when cancelled.
    ///
    /// `start` is what the clock showed when the caller decided to sleep: a clock that was moved between that and the
    /// sleep would otherwise not wake him, and may stand still from then on.
    func sleep(from start: Timestamp, until instant: Timestamp) async
    /// Whether this instant may have passed already.
    ///
    /// Unlike `now`, it is never wrong about the past: a clock that may be out of date, since its process stood still,
    /// says yes.
    func mayHavePassed(_ instant: Timestamp) -> Bool
}

extension Clock {
    /// For clocks that are never out of date.
    public func mayHavePassed(_ instant: Timestamp) -> Bool { now() >= instant }
}

/// How those who enqueue learn that a node wants to be woken.
public protocol Bell: Sendable {
    /// From now on the next enqueue or signal rings for this node, once.
    func set(for node: NodeID) async throws(StoreFailure)
}
