import Synchronization

/// Counts the requests to stop, and passes them on to whoever is at work just then.
final class StopDesk: Sendable {
    private struct State {
        var asked = 0
        var listener: (@Sendable (Int) -> Void)?
    }

    private let state = Mutex(State())

    /// How often this process was asked to stop.
    var asked: Int { state.withLock(\.asked) }

    /// It is asked once more.
    func ask() {
        let (number, listener) = state.withLock { state in
            state.asked += 1
            return (state.asked, state.listener)
        }
        listener?(number)
    }

    /// Tells the number of each request from now on, and of those that came before.
    func listen(_ listener: @escaping @Sendable (Int) -> Void) {
        let before = state.withLock { state in
            state.listener = listener
            return state.asked
        }
        for number in 0..<before { listener(number + 1) }
    }
}
