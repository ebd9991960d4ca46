import Synchronization

/// Something that a task asks of a connection.
struct Request: Sendable {
    enum Work: Sendable {
        case query(Statement, EncodedParameters, timeout: Duration?)
        case script(String)
        /// The script by which a listener subscribes, after each connecting.
        case listen(String)
        /// From here on only the requests of this request's session are sent.
        case openSession
        case closeSession
    }

    let work: Work
    /// The session it belongs to; nil for a request on its own.
    let session: Session?
    let cancellation: Cancellation
    let respond: @Sendable (Result<Rows, PostgresError>) -> Void
    /// Whether it has been sent before, and is sent again because its prepared statement had gone.
    var isRepeated = false

    var opensSession: Bool { if case .openSession = work { true } else { false } }

    /// What errors call it.
    var label: String? {
        switch work {
        case .query(let statement, _, _): statement.label
        case .script: "script"
        case .listen: "listen"
        case .openSession, .closeSession: nil
        }
    }

    func fail(_ error: PostgresError, kind: PostgresError.Kind? = nil) {
        respond(.failure(error.said(of: label, kind: kind)))
    }
}

extension PostgresError {
    static let cancelled = PostgresError(
        kind: .cancelled, message: "the task was cancelled before the statement was sent")
}

/// Says that nobody waits for a request any more.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .relaxed) }

    func request() {
        flag.store(true, ordering: .relaxed)
    }
}

/// A time during which one task has a connection for itself.
final class Session: Sendable {
    private let ended = Atomic(false)
    /// The connection.
    let mailbox: Mailbox

    init(mailbox: Mailbox) {
        self.mailbox = mailbox
    }

    var isOpen: Bool { !ended.load(ordering: .relaxed) }

    func end() {
        ended.store(true, ordering: .relaxed)
    }

    /// The sessions that the current task runs in.
    ///
    /// A request outside of them to the same connection would wait for its own task, for ever.
    @TaskLocal static var held: [Session] = []

    static func holds(_ mailbox: Mailbox) -> Bool {
        held.contains { $0.mailbox === mailbox && $0.isOpen }
    }
}
