/// Whatever runs statements: a pool, a connection, or a session on one.
public protocol QueryRunner: Sendable {
    /// Runs a statement as a transaction of its own, or as part of the session's.
    ///
    /// - Parameter timeout: after it the server undoes the statement (SQLSTATE 57014). In a transaction of several
    ///   statements it holds for those that follow, too. Leave it out for `CALL` of procedures that commit.
    func query(
        _ statement: Statement, _ parameters: [Parameter], timeout: Duration?
    ) async throws(PostgresError) -> Rows

    /// Runs several statements, separated by semicolons, as one transaction unless they say otherwise.
    func script(_ sql: String) async throws(PostgresError)
}

extension QueryRunner {
    /// Runs a statement without a limit on its time.
    @discardableResult
    public func query(_ statement: Statement, _ parameters: [Parameter] = []) async throws(PostgresError) -> Rows {
        try await query(statement, parameters, timeout: nil)
    }
}
