import Postgres
import PrivateCluster

/// A connection to a database of the test's own, closed after `body`.
func withConnection(
    _ change: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresConnection) async throws -> Void
) async throws {
    var configuration = try PostgresConfiguration(await TestDatabase.fresh())
    change(&configuration)
    let connection = PostgresConnection(configuration)
    do {
        try await body(connection)
    } catch {
        await connection.close()
        throw error
    }
    await connection.close()
}

/// The error that `body` throws; nil when it throws none, or one of another type.
func failure<Answer>(of body: () async throws -> Answer) async -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}
