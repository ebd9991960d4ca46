public import Engine
public import Postgres
import Synchronization
public import Time

/// `lockstep.now()` in Swift, without asking the database each time.
///
/// On a real clock it is the host's monotonic time plus an offset, measured each time somebody reads the database's
/// time. A reading is old by the time that its answer took: so it is a lower bound, and the greatest one of the last
/// minute is the best. On a virtual clock it is the last reading. It never goes back.
public final class PostgresClock: Clock {
    /// How long readings count: clocks of two machines drift apart.
    private static let window = Duration.seconds(30)
    /// The longest sleep on a virtual clock, in real time: the net under notifications.
    private static let nap = Duration.milliseconds(20)
    /// The longest sleep on a real clock before the mode is looked at again.
    private static let look = Duration.seconds(1)
    /// How old, in the host's time, a reading of a virtual clock may be: much older than it is while the process runs,
    /// and less than a node's silence may last before its leases stop holding the clock up.
    private static let trust = Duration.seconds(3)

    fileprivate struct State {
        var mode: ClockReading.Mode
        var now: Timestamp
        /// The greatest difference to the host's time in this window and in the one before, in microseconds.
        var offset: Int64
        var offsetBefore: Int64
        var windowBegan: Duration
        var readAt: Duration
    }

    private let host: HostTime
    private let state: Mutex<State>
    private let sleepers = WaitingRoom()

    /// A clock that starts from a reading made just now.
    public init(_ reading: ClockReading, host: HostTime) {
        self.host = host
        let elapsed = host.elapsed()
        let offset = reading.now.microseconds - elapsed.microseconds
        state = Mutex(
            State(
                mode: reading.mode, now: reading.now, offset: offset, offsetBefore: offset, windowBegan: elapsed,
                readAt: elapsed))
    }

    /// Reads the database's clock.
    public static func read(_ database: any QueryRunner) async throws(PostgresError) -> ClockReading {
        try ClockReading(await database.query(.readClock))
    }

    /// Whose time it is, as far as is known.
    public var mode: ClockReading.Mode { state.withLock(\.mode) }

    /// The present instant.
    public func now() -> Timestamp {
        let elapsed = host.elapsed()
        return state.withLock { state in
            if state.mode == .real { state.now = max(state.now, state.best(at: elapsed)) }
            return state.now
        }
    }

    /// Whether this instant may have passed, also while this process stood still.
    ///
    /// A real clock goes on with the host's time. A virtual one may have been moved since it was read.
    public func mayHavePassed(_ instant: Timestamp) -> Bool {
        let isOld = state.withLock { $0.mode == .virtual && host.elapsed() - $0.readAt > Self.trust }
        return isOld || now() >= instant
    }

    /// Takes note of what the database's clock said a moment ago; the mode is as it was known.
    public func observe(_ now: Timestamp) {
        observe { ClockReading(mode: $0, now: now) }
    }

    /// Takes note of what the database's clock said a moment ago.
    public func observe(_ reading: ClockReading) {
        observe { _ in reading }
    }

    private func observe(_ reading: (ClockReading.Mode) -> ClockReading) {
        let elapsed = host.elapsed()
        let hasMoved = state.withLock { state in
            let before = state.now
            state.take(reading(state.mode), at: elapsed, window: Self.window)
            return state.mode == .virtual && state.now != before
        }
        if hasMoved { sleepers.wakeAll() }
    }

    /// Returns at this instant; on a virtual clock as soon as it moves, and anyhow after a short while of real time.
    public func sleep(from start: Timestamp, until instant: Timestamp) async {
        while !Task.isCancelled {
            let present = now()
            guard present < instant else { return }
            guard mode == .real else {
                guard present == start else { return }
                await sleepers.wait { [host] in await host.sleep(Self.nap) }
                return
            }
            await host.sleep(min(instant - present, Self.look))
        }
    }
}

extension PostgresClock {
    /// Waits a while of real time, or until the virtual clock moves.
    func pause(atMost limit: Duration) async {
        await sleepers.wait { [host] in await host.sleep(limit) }
    }

    /// Wakes all who sleep on a virtual clock: something may have happened.
    func wakeSleepers() {
        sleepers.wakeAll()
    }
}

extension PostgresClock.State {
    fileprivate func best(at elapsed: Duration) -> Timestamp {
        Timestamp(microseconds: elapsed.microseconds + max(offset, offsetBefore))
    }

    fileprivate mutating func take(_ reading: ClockReading, at elapsed: Duration, window: Duration) {
        let sample = reading.now.microseconds - elapsed.microseconds
        readAt = elapsed
        if reading.mode != mode {
            // Another clock: what was known of the old one says nothing.
            self = Self(
                mode: reading.mode, now: reading.now, offset: sample, offsetBefore: sample, windowBegan: elapsed,
                readAt: elapsed)
        } else if mode == .virtual {
            now = max(now, reading.now)
        } else if elapsed - windowBegan > window {
            offsetBefore = offset
            offset = sample
            windowBegan = elapsed
        } else {
            offset = max(offset, sample)
        }
    }
}
