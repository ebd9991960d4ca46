public import Engine
import Synchronization
public import Time

/// A clock that stands still until it is moved: 24 hours pass in no time, and never by themselves.
///
/// Whoever sleeps on it is woken whenever it moves, and looks for himself whether that was early.
public final class VirtualClock: Clock {
    private struct Sleeper {
        let until: Timestamp
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Timestamp
        var nextSleeper = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    /// A clock that shows this instant; by default noon of the first of March 2026, UTC.
    public init(at now: Timestamp = Timestamp(seconds: 1_772_366_400)) {
        state = Mutex(State(now: now))
    }

    /// The instant it shows.
    public func now() -> Timestamp { state.withLock { $0.now } }

    /// Moves it forward, and wakes all who sleep.
    public func advance(by interval: Duration) { move { $0 + interval } }

    /// Moves it forward to an instant, never back, and wakes all who sleep.
    public func advance(to instant: Timestamp) { move { max($0, instant) } }

    /// Until when whoever sleeps shortest wants to sleep; nil: nobody sleeps.
    public var nextWaking: Timestamp? { state.withLock { $0.sleepers.values.map(\.until).min() } }

    /// Returns when the clock moves, at once where it has moved since `start` or shows the instant already, and at once
    /// when cancelled.
    public func sleep(from start: Timestamp, until instant: Timestamp) async {
        let number = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let sleeps = state.withLock { state in
                    let wasCancelled = state.cancelled.remove(number) != nil
                    guard !wasCancelled, state.now == start, start < instant else { return false }
                    state.sleepers[number] = Sleeper(until: instant, continuation: continuation)
                    return true
                }
                if !sleeps { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: number)
                // It may be cancelled before it has fallen asleep.
                if sleeper == nil { state.cancelled.insert(number) }
                return sleeper
            }
            sleeper?.continuation.resume()
        }
        state.withLock { _ = $0.cancelled.remove(number) }
    }

    private func move(_ change: (Timestamp) -> Timestamp) {
        let sleepers = state.withLock { state in
            let next = change(state.now)
            guard next > state.now else { return [Int: Sleeper]() }
            state.now = next
            defer { state.sleepers = [:] }
            return state.sleepers
        }
        for (_, sleeper) in sleepers.sorted(by: { $0.key < $1.key }) { sleeper.continuation.resume() }
    }
}
