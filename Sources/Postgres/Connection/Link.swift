import CLibPQ
import Time

/// One libpq connection, from the first attempt to its end; used by one thread only.
final class Link {
    /// Which way the socket must be ready before connecting can go on.
    enum Wait {
        case reading
        case writing
    }

    enum Progress {
        case waiting(Wait)
        case ready
        case failed(PostgresError)
    }

    private let connection: OpaquePointer
    private let configuration: PostgresConfiguration
    /// The statements that this connection has prepared, by name.
    private var prepared: [String: Prepared] = [:]
    /// Numbers the names on the server after the first, so that a statement can be prepared anew.
    private var generation = 0
    private(set) var progress: Progress = .waiting(.writing)
    /// Until when connecting must have succeeded.
    let deadline: ContinuousClock.Instant
    private var mustFlush = false

    private struct Prepared {
        let sql: String
        let serverName: String
        /// The server has said so.
        var isConfirmed = false
    }

    /// Begins to connect; `progress` says how it went.
    init?(configuration: PostgresConfiguration, now: ContinuousClock.Instant) {
        var texts = configuration.parameters.flatMap { [$0.keyword, $0.value] }.map { Array($0.utf8CString) }
        // libpq wants two arrays of C strings, each ended by a null pointer.
        let started = withCStrings(&texts) { pointers in
            let keywords = stride(from: 0, to: pointers.count, by: 2).map { pointers[$0] } + [nil]
            let values = stride(from: 1, to: pointers.count, by: 2).map { pointers[$0] } + [nil]
            return PQconnectStartParams(keywords, values, 1)
        }
        guard let started else { return nil }
        connection = started
        self.configuration = configuration
        deadline = now + configuration.connectTimeout
        // Notices would go to standard error; nobody here reads them.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        if PQstatus(connection) == CONNECTION_BAD { progress = .failed(failure()) }
    }

    deinit {
        PQfinish(connection)
    }

    /// The file descriptor to poll; it can change while connecting, as several hosts are tried.
    var socket: Int32 { PQsocket(connection) }

    var isReady: Bool { if case .ready = progress { true } else { false } }

    /// Whether poll(2) should also wait until the socket takes more.
    var wantsToWrite: Bool {
        switch progress {
        case .waiting(.writing): true
        case .waiting(.reading), .failed: false
        case .ready: mustFlush
        }
    }

    /// Goes on connecting, once the socket is ready.
    func continueConnecting() {
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_OK:
            let isPrepared = PQsetnonblocking(connection, 1) == 0 && PQenterPipelineMode(connection) == 1
            progress = isPrepared ? .ready : .failed(failure())
        case PGRES_POLLING_READING: progress = .waiting(.reading)
        case PGRES_POLLING_WRITING: progress = .waiting(.writing)
        default: progress = .failed(failure())
        }
    }

    /// What libpq says is wrong, as the loss of a connection on which nothing was sent.
    func failure() -> PostgresError {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        let lines = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        let what = isReady ? "the connection was lost to" : "no connection to"
        return PostgresError(
            kind: .connectionLost(.beforeSend), message: "\(what) \(configuration): \(configuration.redacted(lines))")
    }

    // MARK: - Sending

    /// Puts a query and the end of its transaction into the pipeline; answers what will come back, or nil when libpq
    /// refused, and so certainly nothing runs.
    func send(_ statement: Statement, _ parameters: EncodedParameters, timeout: Duration?) -> [Flight.Step]? {
        var steps: [Flight.Step] = []
        if let timeout {
            guard sendTimeout(timeout) else { return nil }
            steps.append(.timeout)
        }
        guard configuration.usesPreparedStatements, !statement.name.isEmpty else {
            return sendUnprepared(statement.sql, parameters) && endTransaction() ? steps + [.query] : nil
        }
        let known = prepared[statement.name].flatMap { $0.sql == statement.sql ? $0 : nil }
        // While the statement is being prepared, others go without: should preparing fail, it is not their failure.
        if let known, !known.isConfirmed {
            return sendUnprepared(statement.sql, parameters) && endTransaction() ? steps + [.query] : nil
        }
        if known == nil {
            guard prepare(statement) else { return nil }
            steps.append(.prepare)
        }
        return sendPrepared(statement, parameters) && endTransaction() ? steps + [.query] : nil
    }

    private func prepare(_ statement: Statement) -> Bool {
        if prepared[statement.name] != nil { forget(statement) }
        let serverName = generation == 0 ? statement.name : "\(statement.name)/\(generation)"
        prepared[statement.name] = Prepared(sql: statement.sql, serverName: serverName)
        return PQsendPrepare(connection, serverName, statement.sql, 0, nil) == 1
    }

    private func sendPrepared(_ statement: Statement, _ parameters: EncodedParameters) -> Bool {
        guard let serverName = prepared[statement.name]?.serverName else { return false }
        return parameters.withPointers {
            PQsendQueryPrepared(connection, serverName, $0.count, $0.values, $0.lengths, $0.formats, 0)
        } == 1
    }

    private func endTransaction() -> Bool {
        PQpipelineSync(connection) == 1
    }

    /// Limits the statements that follow in the same transaction, and so only them: no setting of the session, which
    /// behind a pooler would hit a stranger.
    private func sendTimeout(_ timeout: Duration) -> Bool {
        let milliseconds = max(1, timeout.microseconds / 1000)
        return sendUnprepared("select set_config('statement_timeout', '\(milliseconds)', true)", .none)
    }

    private func sendUnprepared(_ sql: String, _ parameters: EncodedParameters) -> Bool {
        parameters.withPointers {
            PQsendQueryParams(connection, sql, $0.count, nil, $0.values, $0.lengths, $0.formats, 0)
        } == 1
    }

    /// Sends several statements by the simple protocol; the pipeline must be empty.
    func send(script: String) -> Bool {
        // The last answer of the pipeline is read when libpq has said nil after it.
        if PQisBusy(connection) == 0 { PQclear(PQgetResult(connection)) }
        return PQexitPipelineMode(connection) == 1 && PQsendQuery(connection, script) == 1
    }

    /// Goes back to pipelining after a script.
    func resumePipeline() -> Bool {
        PQenterPipelineMode(connection) == 1
    }

    /// The server has prepared the statement.
    func confirm(_ statement: Statement) {
        if prepared[statement.name]?.sql == statement.sql { prepared[statement.name]?.isConfirmed = true }
    }

    /// The name on the server is used no more: the next request with this statement prepares it again.
    ///
    /// The server keeps the old plan until the connection ends. It happens when a table changes under a running
    /// daemon, so rarely that removing the plan is not worth a statement.
    func forget(_ statement: Statement) {
        generation += 1
        prepared[statement.name] = nil
    }

    /// Hands what libpq has buffered to the socket, as far as it takes it; answers false when the connection is lost.
    func flush() -> Bool {
        let status = PQflush(connection)
        mustFlush = status == 1
        return status >= 0
    }

    // MARK: - Receiving

    /// Reads what has arrived; answers false when the connection is lost.
    ///
    /// Answers that came before are still there.
    func receive() -> Bool {
        PQconsumeInput(connection) == 1 && PQstatus(connection) == CONNECTION_OK
    }

    /// Whether the next answer has not arrived yet.
    var isBusy: Bool { PQisBusy(connection) == 1 }

    /// The next piece of an answer; must not be called while `isBusy`.
    func nextResult() -> OpaquePointer? { PQgetResult(connection) }

    /// Whether no transaction is open, judged when nothing is in flight.
    var isOutsideTransaction: Bool { PQtransactionStatus(connection) == PQTRANS_IDLE }

    /// The next notification, if one has arrived.
    func nextNotification() -> (channel: String, payload: String)? {
        guard let pointer = PQnotifies(connection) else { return nil }
        defer { PQfreemem(pointer) }
        return (String(cString: pointer.pointee.relname), String(cString: pointer.pointee.extra))
    }
}

/// Calls `body` with a pointer to each text.
private func withCStrings<Answer>(
    _ texts: inout [[CChar]], _ body: ([UnsafePointer<CChar>?]) -> Answer
) -> Answer {
    let offsets = texts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    return texts.flatMap(\.self).withUnsafeBufferPointer { memory in
        body(offsets.dropLast().map { memory.baseAddress?.advanced(by: $0) })
    }
}
