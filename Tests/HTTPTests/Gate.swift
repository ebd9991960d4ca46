import Synchronization

/// Lets tasks wait until a number of them has come, or until somebody opens it.
final class Gate: Sendable {
    private struct State {
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrived = 0
        var isOpen = false
    }

    private let number: Int
    private let state = Mutex(State())

    init(opensAt number: Int = .max) { self.number = number }

    func pass() async {
        await withCheckedContinuation { continuation in
            let released = state.withLock { state in
                state.arrived += 1
                state.waiting.append(continuation)
                return state.isOpen || state.arrived >= number ? Self.open(&state) : []
            }
            for waiter in released { waiter.resume() }
        }
    }

    func open() {
        for waiter in state.withLock({ Self.open(&$0) }) { waiter.resume() }
    }

    private static func open(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        state.isOpen = true
        defer { state.waiting = [] }
        return state.waiting
    }
}
