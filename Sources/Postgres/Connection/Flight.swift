import CLibPQ

/// A request that has been sent, and what has come back for it so far.
struct Flight {
    /// What libpq answers in turn for one request.
    enum Step {
        case timeout
        case prepare
        case query
        case script
    }

    let request: Request
    let steps: [Step]
    /// Until when the answer must be there, set when it is this request's turn; nil: no limit.
    var deadline: ContinuousClock.Instant?
    private var position = 0
    private var hasResult = false
    private var emptyEnds = 0
    private var rows: Rows?
    private(set) var error: PostgresError?
    private var failedStep: Step?
    /// Whether the server ends the connection with this error.
    private(set) var isFatal = false

    init(request: Request, steps: [Step]) {
        self.request = request
        self.steps = steps
    }

    var isScript: Bool { steps == [.script] }

    /// The end of the current step's answer, or of nothing: libpq says so between requests, too.
    mutating func stepEnded() {
        if hasResult { position += 1 } else { emptyEnds += 1 }
        hasResult = false
    }

    /// Whether libpq has nothing more to say although the end of the transaction is missing: it lost the connection.
    var isOutOfStep: Bool { emptyEnds > 8 }

    /// A piece of an answer; takes over `result`.
    mutating func received(_ result: OpaquePointer) {
        hasResult = true
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            let answer = QueryResult(result, of: request.label ?? "")
            if position < steps.count, steps[position] == .query { rows = Rows(answer) }
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(result)
            isFatal = true
            fail(PostgresError(kind: .unusableRequest, message: "COPY is not supported", statement: request.label))
        case PGRES_PIPELINE_ABORTED:
            // It follows an error, which is kept already.
            PQclear(result)
        default:
            isFatal = isFatal || Self.endsConnection(result)
            fail(PostgresError(result, of: request.label))
            PQclear(result)
        }
    }

    /// Only the first error counts: later ones are its consequences.
    private mutating func fail(_ error: PostgresError) {
        guard self.error == nil else { return }
        self.error = error
        failedStep = position < steps.count ? steps[position] : nil
    }

    /// What the asker gets once the transaction has ended, which the server says after the answers.
    var outcome: Result<Rows, PostgresError> {
        if let error { return .failure(error) }
        return .success(rows ?? Rows(QueryResult(nil, of: request.label ?? "")))
    }

    /// The statement to prepare again, when the server does not know it any more or its plan no longer fits.
    var staleStatement: Statement? {
        guard case .query(let statement, _, _) = request.work, !statement.name.isEmpty, let error else { return nil }
        return error.sqlstate == "26000" || error.isStalePlan ? statement : nil
    }

    /// The statement that this request had to prepare, and whether that succeeded, whatever came after it.
    var preparation: (statement: Statement, succeeded: Bool)? {
        guard case .query(let statement, _, _) = request.work, steps.contains(.prepare) else { return nil }
        return (statement, failedStep != .prepare && failedStep != .timeout)
    }

    private static func endsConnection(_ result: OpaquePointer) -> Bool {
        let severity = PostgresError.field(result, .severity)
        return severity == "FATAL" || severity == "PANIC"
    }
}

extension PostgresError {
    /// The server's error in a result, which stays the caller's.
    init(_ result: OpaquePointer, of statement: String?) {
        let code = Self.field(result, .sqlstate)
        let whole = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
        let function = Self.field(result, .function)
        var hint = Self.field(result, .hint)
        if code == "42P05" {
            hint = "Behind a pooler in transaction mode, switch prepared statements off."
        }
        self.init(
            // Without a code libpq itself speaks, of a broken connection.
            kind: code.map { Kind.server(sqlstate: $0) } ?? .connectionLost(.outcomeUnknown),
            message: Self.field(result, .message)
                ?? whole.split(whereSeparator: \.isNewline).joined(separator: "; "),
            detail: Self.field(result, .detail), hint: hint,
            constraint: Self.field(result, .constraint), statement: statement)
        isStalePlan = code == "0A000" && function == "RevalidateCachedQuery"
    }

    /// libpq's `PG_DIAG_…`, which are characters and so don't reach Swift.
    ///
    /// `severity` is the one that is not translated.
    enum Field: Unicode.Scalar {
        case severity = "V"
        case sqlstate = "C"
        case message = "M"
        case detail = "D"
        case hint = "H"
        case constraint = "n"
        case function = "R"
    }

    static func field(_ result: OpaquePointer, _ field: Field) -> String? {
        PQresultErrorField(result, Int32(field.rawValue.value)).map { String(cString: $0) }
    }
}
