import CLibPQ
import Glibc
import Synchronization

/// What tasks and the thread of a connection share: requests on their way in, and the bell that wakes the thread.
final class Mailbox: Sendable {
    struct Mail {
        var requests: [Request] = []
        var hasCancellations = false
        var isClosing = false
    }

    private struct State {
        var mail = Mail()
        /// Set when the thread has ended; whatever is posted later fails with it.
        var end: PostgresError?
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let outstanding = Atomic(0)

    /// The bell, an eventfd; readable when there is mail.
    ///
    /// -1 when the system had none left.
    let bell = clibpq_eventfd()

    deinit {
        if bell >= 0 { Glibc.close(bell) }
    }

    /// How many requests have no answer yet; a session counts for many.
    var load: Int { outstanding.load(ordering: .relaxed) }

    func addLoad(_ count: Int) {
        outstanding.wrappingAdd(count, ordering: .relaxed)
    }

    /// Hands a request to the thread and waits for the answer, without blocking.
    func perform(
        _ work: Request.Work, in session: Session? = nil, isCancellable: Bool = true
    ) async -> Result<Rows, PostgresError> {
        let cancellation = Cancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                addLoad(1)
                post(
                    Request(work: work, session: session, cancellation: cancellation) { [self] answer in
                        addLoad(-1)
                        continuation.resume(returning: answer)
                    })
            }
        } onCancel: {
            guard isCancellable else { return }
            cancellation.request()
            state.withLock { $0.mail.hasCancellations = true }
            ring()
        }
    }

    func post(_ request: Request) {
        let (isFirst, end) = state.withLock { state in
            guard state.end == nil else { return (false, state.end) }
            state.mail.requests.append(request)
            return (state.mail.requests.count == 1, nil)
        }
        if let end { request.fail(end) }
        if isFirst { ring() }
    }

    /// Takes what has come in since the last time.
    func take() -> Mail {
        state.withLock { state in
            defer { state.mail = Mail(isClosing: state.mail.isClosing) }
            return state.mail
        }
    }

    /// Asks the thread to end.
    func close() {
        state.withLock { $0.mail.isClosing = true }
        ring()
    }

    /// Waits until the thread has ended.
    func awaitEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.end == nil { state.waitingForEnd.append(continuation) }
                return state.end != nil
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// The thread's last word: whatever is or will be posted fails with this error.
    func end(with error: PostgresError) {
        let (requests, waiting) = state.withLock { state in
            defer { (state.mail, state.waitingForEnd) = (Mail(), []) }
            state.end = error
            return (state.mail.requests, state.waitingForEnd)
        }
        for request in requests { request.fail(error) }
        for continuation in waiting { continuation.resume() }
    }

    /// Makes the bell readable.
    ///
    /// An eventfd adds numbers up, so that ringing twice is one waking.
    private func ring() {
        _ = eventfd_write(bell, 1)
    }

    /// Makes the bell quiet again.
    func hush() {
        var count: eventfd_t = 0
        _ = eventfd_read(bell, &count)
    }
}
