/// One connection to PostgreSQL, on a thread of its own.
///
/// Requests of many tasks are pipelined: each is its own transaction, and an error in one leaves the others alone.
/// It connects at the first request, and again at the next one after a loss. The loss itself fails the requests in
/// flight, with `connectionLost(.outcomeUnknown)`.
public final class PostgresConnection: QueryRunner {
    let mailbox = Mailbox()

    /// Starts the thread; connects nowhere yet.
    public init(_ configuration: PostgresConfiguration) {
        mailbox.startWorker(configuration)
    }

    deinit {
        mailbox.close()
    }

    /// Runs a statement as a transaction of its own.
    @discardableResult
    public func query(
        _ statement: Statement, _ parameters: [Parameter], timeout: Duration?
    ) async throws(PostgresError) -> Rows {
        try refuseInsideSession()
        let encoded = try EncodedParameters(parameters, of: statement)
        return try await mailbox.perform(.query(statement, encoded, timeout: timeout)).get()
    }

    /// Runs several statements, separated by semicolons, as one transaction unless they say otherwise.
    ///
    /// A transaction that they leave open is undone.
    public func script(_ sql: String) async throws(PostgresError) {
        try refuseInsideSession()
        _ = try await mailbox.perform(.script(sql)).get()
    }

    /// Runs `body` with the connection for itself; everyone else waits until it ends.
    ///
    /// A transaction that it leaves open is undone. When the connection is lost, the rest of the session fails.
    @discardableResult
    public func withSession<Answer: Sendable>(
        _ body: (PostgresSession) async throws -> Answer
    ) async throws -> Answer {
        try refuseInsideSession()
        let session = Session(mailbox: mailbox)
        _ = try await mailbox.perform(.openSession, in: session).get()
        let outcome: Result<Answer, any Error>
        do {
            outcome = .success(
                try await Session.$held.withValue(Session.held + [session]) { try await body(PostgresSession(session)) }
            )
        } catch {
            outcome = .failure(error)
        }
        session.end()
        _ = await mailbox.perform(.closeSession, in: session, isCancellable: false)
        return try outcome.get()
    }

    /// Runs `body` between BEGIN and COMMIT; an error that it throws rolls back and is thrown on.
    ///
    /// - Throws: besides, `PostgresError` when COMMIT fails; its kind says whether the outcome is unknown.
    @discardableResult
    public func transaction<Answer: Sendable>(
        _ body: (PostgresSession) async throws -> Answer
    ) async throws -> Answer {
        try await withSession { session in
            _ = try await session.query(Statement("begin"))
            let answer: Answer
            do {
                answer = try await body(session)
            } catch {
                _ = await session.perform(Statement("rollback"), isCancellable: false)
                throw error
            }
            try await session.commit()
            return answer
        }
    }

    /// Ends the thread and the connection: waits for nothing in flight, fails it with `closed`.
    public func close() async {
        mailbox.close()
        await mailbox.awaitEnd()
    }

    private func refuseInsideSession() throws(PostgresError) {
        guard Session.holds(mailbox) else { return }
        throw PostgresError(
            kind: .unusableRequest,
            message: "this would wait for its own session; use the session that the closure was given")
    }
}
