import Engine
import HTTPClient
import HTTPTypes
import Synchronization

/// Hands control back and forth between the run and the one activity that it lets go on.
///
/// The run starts an activity, or gives it an answer, and then waits here until the activity asks for something or is
/// over. So at any time just one of them is at work, and the order of events is the run's alone.
final class Rendezvous: Sendable {
    /// What an activity came back with.
    enum Turn: Sendable {
        /// It wants a request to be sent, and waits for the result.
        case request(HTTPRequest, to: Origin, timeout: Duration, CheckedContinuation<TransportResult, Never>)
        /// It is over.
        case finished(ActivityAnswer)
    }

    private let state = Mutex<(turn: Turn?, reader: CheckedContinuation<Turn, Never>?)>((nil, nil))

    /// Gives control back to the run.
    func post(_ turn: Turn) {
        let reader: CheckedContinuation<Turn, Never>? = state.withLock { state in
            guard let reader = state.reader else {
                precondition(state.turn == nil, "two activities are at work at once")
                state.turn = turn
                return nil
            }
            state.reader = nil
            return reader
        }
        reader?.resume(returning: turn)
    }

    /// Waits until the activity that goes on gives control back.
    func take() async -> Turn {
        await withCheckedContinuation { continuation in
            let turn: Turn? = state.withLock { state in
                guard let turn = state.turn else {
                    state.reader = continuation
                    return nil
                }
                state.turn = nil
                return turn
            }
            if let turn { continuation.resume(returning: turn) }
        }
    }
}

/// The network of a run: each request becomes an event.
struct SimulatedTransport: Transport {
    let rendezvous: Rendezvous

    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        await withCheckedContinuation { rendezvous.post(.request(request, to: origin, timeout: timeout, $0)) }
    }
}
