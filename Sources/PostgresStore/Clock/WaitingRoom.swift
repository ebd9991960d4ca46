import Synchronization

/// Where tasks wait until somebody wakes all of them, or a time is up.
final class WaitingRoom: Sendable {
    private enum Place {
        case arriving
        case seated(CheckedContinuation<Void, Never>)
        case called
    }

    private struct State {
        var places: [Int: Place] = [:]
        var nextTicket = 0
    }

    private let state = Mutex(State())

    /// Wakes all who wait.
    func wakeAll() {
        for ticket in state.withLock({ Array($0.places.keys) }) { call(ticket) }
    }

    /// Waits until somebody wakes all, or `nap` is over, or the task is cancelled.
    func wait(orFor nap: @escaping @Sendable () async -> Void) async {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            state.places[state.nextTicket] = .arriving
            return state.nextTicket
        }
        let napping = Task {
            await nap()
            call(ticket)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { sit($0, ticket) }
        } onCancel: {
            call(ticket)
        }
        napping.cancel()
    }

    private func sit(_ continuation: CheckedContinuation<Void, Never>, _ ticket: Int) {
        let isCalled = state.withLock { state in
            if case .called? = state.places[ticket] {
                state.places[ticket] = nil
                return true
            }
            state.places[ticket] = .seated(continuation)
            return false
        }
        if isCalled { continuation.resume() }
    }

    private func call(_ ticket: Int) {
        let continuation: CheckedContinuation<Void, Never>? = state.withLock { state in
            switch state.places[ticket] {
            case .arriving:
                state.places[ticket] = .called
                return nil
            case .seated(let continuation):
                state.places[ticket] = nil
                return continuation
            case .called, nil: return nil
            }
        }
        continuation?.resume()
    }
}
