import Postgres
import PostgresStore

/// `lockstep migrate`: brings a database to this build's schema.
enum Migrate: Command {
    static let name = "migrate"
    static let summary = "Bring a database to this build's schema; safe to repeat, and from two nodes at once."
    static let options = [
        databaseOption,
        Option("buckets", "N", "At the first time: how many buckets, 1 to 4096 (default 1); kept for ever."),
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let buckets = try arguments.integer("buckets", in: 1...4096)
        try await apply(try host.database(arguments), buckets: buckets, on: host)
        return .success
    }

    /// Applies what is missing, and says what that was.
    static func apply(_ url: String, buckets: Int?, on host: Host) async throws {
        let connection = PostgresConnection(try PostgresConfiguration(url))
        do {
            let applied = try await Migrator(connection).migrate(buckets: buckets)
            await connection.close()
            host.print(applied.isEmpty ? "The schema is up to date." : "Applied \(applied.joined(separator: ", ")).")
        } catch let error as PostgresError {
            await connection.close()
            throw Database.failure(error)
        }
    }
}
