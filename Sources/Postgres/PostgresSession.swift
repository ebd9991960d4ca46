/// A connection that one task has for itself, inside `withSession` or `transaction`.
public struct PostgresSession: QueryRunner {
    private let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// Runs a statement in the session's transaction, if it has begun one.
    @discardableResult
    public func query(
        _ statement: Statement, _ parameters: [Parameter], timeout: Duration?
    ) async throws(PostgresError) -> Rows {
        let encoded = try EncodedParameters(parameters, of: statement)
        return try await session.mailbox.perform(.query(statement, encoded, timeout: timeout), in: session).get()
    }

    /// Runs several statements, separated by semicolons.
    public func script(_ sql: String) async throws(PostgresError) {
        _ = try await session.mailbox.perform(.script(sql), in: session).get()
    }

    func perform(_ statement: Statement, isCancellable: Bool) async -> Result<Rows, PostgresError> {
        await session.mailbox.perform(
            .query(statement, .none, timeout: nil), in: session, isCancellable: isCancellable)
    }

    /// PostgreSQL answers the COMMIT of a transaction in which a statement failed with ROLLBACK, and with no error.
    func commit() async throws(PostgresError) {
        let rows = try await perform(Statement("commit"), isCancellable: true).get()
        guard rows.commandTag == "COMMIT" else {
            throw PostgresError(
                kind: .server(sqlstate: "25P02"),
                message: "the transaction was rolled back: a statement in it had failed", statement: "commit")
        }
    }
}
