import Postgres
import PostgresStore

/// A database for the time of one command.
enum Database {
    /// Refuses a database whose schema is not this build's.
    static func requireSchema(_ configuration: PostgresConfiguration) async throws {
        let connection = PostgresConnection(configuration)
        do {
            let pending = try await Migrator(connection).pending()
            await connection.close()
            guard pending.isEmpty else {
                throw CommandFailure(
                    "the database lacks \(pending.joined(separator: ", ")): run lockstep migrate first")
            }
        } catch let error as PostgresError {
            await connection.close()
            throw failure(error)
        }
    }

    /// What a command says about an error of the database.
    static func failure(_ error: PostgresError) -> CommandFailure {
        CommandFailure(
            error.description, code: error.certainlyNotRun && error.sqlstate == nil ? .unreachable : .failure)
    }

    /// Connects, works, and closes; a database that can't be reached has an exit code of its own.
    static func open<Answer: Sendable>(
        _ url: String, _ work: @Sendable (PostgresPool) async throws -> Answer
    ) async throws -> Answer {
        let pool: PostgresPool
        do {
            pool = PostgresPool(try PostgresConfiguration(url), connections: 1)
        } catch {
            throw CommandFailure("the database's address makes no sense: \(error)", code: .usage)
        }
        do {
            let answer = try await work(pool)
            await pool.close()
            return answer
        } catch let error as PostgresError {
            await pool.close()
            throw failure(error)
        } catch {
            await pool.close()
            throw error
        }
    }
}
