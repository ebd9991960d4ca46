/// Why a request to PostgreSQL failed, and whether its statement can have run.
public struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether a statement whose answer is missing can have run.
    public enum Loss: Hashable, Sendable {
        /// It certainly did not run: it was never sent.
        case beforeSend

        /// It may have run: it was sent, and no answer came.
        case outcomeUnknown
    }

    /// What kind of failure it is; the only thing that callers should decide by.
    public enum Kind: Hashable, Sendable {
        /// The server refused the statement and undid what it did; the five letters are PostgreSQL's error code
        /// (PostgreSQL documentation, appendix A).
        case server(sqlstate: String)

        /// There is no connection, or it broke.
        case connectionLost(Loss)

        /// `close()` was called.
        case closed(Loss)

        /// The task was cancelled before the statement was sent; it did not run.
        case cancelled

        /// The request can't be put to a server (a zero byte in a text, for example); it did not run.
        case unusableRequest

        /// The statement ran, and a value of its answer is missing or is not what was asked for.
        case unreadableAnswer
    }

    /// What kind of failure it is.
    public let kind: Kind

    /// What happened, in one sentence or more; never contains a password.
    public let message: String

    /// PostgreSQL's error code, also when its message was the last before the connection broke.
    public let sqlstate: String?

    /// The server's detail.
    ///
    /// It can quote the values of a row, so that `description` leaves it out.
    public let detail: String?

    /// What the server advises.
    public let hint: String?

    /// The name of the violated constraint.
    public let constraint: String?

    /// The name of the statement, or how its text begins.
    public let statement: String?

    /// Whether the plan of a prepared statement no longer fits the tables.
    var isStalePlan = false

    /// A failure.
    public init(
        kind: Kind, message: String, sqlstate: String? = nil, detail: String? = nil, hint: String? = nil,
        constraint: String? = nil, statement: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.detail = detail
        self.hint = hint
        self.constraint = constraint
        self.statement = statement
        if case .server(let code) = kind { self.sqlstate = code } else { self.sqlstate = sqlstate }
    }

    /// Whether the same request may succeed when it is repeated a little later.
    ///
    /// It says nothing about whether repeating is safe: see `certainlyNotRun`.
    public var isTransient: Bool {
        switch kind {
        case .connectionLost: true
        case .server where isStalePlan: true
        case .server(let code): Self.transientCodes.contains(code) || Self.transientClasses.contains(code.prefix(2))
        case .closed, .cancelled, .unusableRequest, .unreadableAnswer: false
        }
    }

    /// Whether the statement certainly left no trace in the database.
    ///
    /// A procedure or a script that commits on its way is the exception: what it committed before an error stays.
    public var certainlyNotRun: Bool {
        switch kind {
        case .server, .connectionLost(.beforeSend), .closed(.beforeSend), .cancelled, .unusableRequest: true
        case .connectionLost(.outcomeUnknown), .closed(.outcomeUnknown), .unreadableAnswer: false
        }
    }

    /// The message with the error code, the statement, the constraint and the hint; without `detail`.
    public var description: String {
        var text = statement.map { "\($0): " } ?? ""
        text += message
        if let sqlstate { text += " [SQLSTATE \(sqlstate)]" }
        if let constraint { text += " (constraint \(constraint))" }
        if let hint { text += " Hint: \(hint)" }
        return text
    }

    /// The same failure, said of this statement and of this kind.
    func said(of statement: String?, kind: Kind? = nil) -> PostgresError {
        PostgresError(
            kind: kind ?? self.kind, message: message, sqlstate: sqlstate, detail: detail, hint: hint,
            constraint: constraint, statement: statement)
    }

    /// Serialization failure, deadlock, lock not available, statement cancelled or timed out, a server that stops,
    /// crashed, starts or became read-only, a prepared statement that has gone.
    private static let transientCodes: Set<String> = [
        "40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "25006", "26000",
    ]

    /// Connection failures, and resources that have run out (connections, memory, disk).
    private static let transientClasses: Set<Substring> = ["08", "53"]
}
