import Synchronization

/// What happened and was not handled yet; one reader takes all of it at once.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var reader: CheckedContinuation<[Message], Never>?
    }

    private let state = Mutex(State())

    /// Leaves a message, and wakes the reader.
    func post(_ message: Message) {
        let reader: CheckedContinuation<[Message], Never>? = state.withLock { state in
            guard let reader = state.reader else {
                state.messages.append(message)
                return nil
            }
            state.reader = nil
            return reader
        }
        reader?.resume(returning: [message])
    }

    /// All messages, as soon as there is one.
    func take() async -> [Message] {
        await withCheckedContinuation { continuation in
            let messages: [Message] = state.withLock { state in
                guard !state.messages.isEmpty else {
                    precondition(state.reader == nil, "a mailbox has one reader")
                    state.reader = continuation
                    return []
                }
                defer { state.messages = [] }
                return state.messages
            }
            if !messages.isEmpty { continuation.resume(returning: messages) }
        }
    }
}
