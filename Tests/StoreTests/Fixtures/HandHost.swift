import PostgresStore
import Synchronization

/// A host whose time is moved by hand: sleeping moves it, or never ends.
final class HandHost: Sendable {
    private struct State {
        var elapsed = Duration.seconds(1000)
        var slept: [Duration] = []
    }

    private let state = Mutex(State())
    private let sleepPasses: Bool

    /// - Parameter sleepPasses: whether a sleep moves the time and returns; otherwise it ends only when cancelled.
    init(sleepPasses: Bool) { self.sleepPasses = sleepPasses }

    /// What was slept so far.
    var slept: [Duration] { state.withLock(\.slept) }

    func pass(_ interval: Duration) { state.withLock { $0.elapsed += interval } }

    var time: HostTime {
        HostTime(
            elapsed: { [self] in state.withLock(\.elapsed) },
            sleep: { [self] interval in
                state.withLock { $0.slept.append(interval) }
                if sleepPasses { pass(interval) } else { try? await Task.sleep(for: .seconds(3600)) }
            })
    }
}
