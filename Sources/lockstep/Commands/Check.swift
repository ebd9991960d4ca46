import Postgres

/// `lockstep check`: what a deploy runs first.
enum Check: Command {
    static let name = "check"
    static let summary = "Compare the live jobs of a database with this build: would any be stranded?"
    static let discussion = """
        Names each flow, version and state in which unfinished jobs rest and for which this build has no handler, or
        whose stored state it can't read. The exit code is 1 if there is any.
        """
    static let options = [Option("database", "URL", "The database (default: LOCKSTEP_DATABASE_URL).")]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let url = try host.database(arguments)
        try await Database.requireSchema(try PostgresConfiguration(url))
        return try await Database.open(url) { pool in
            let troubles = try await Flows.troubles(in: pool, registry: try Flows.registry())
            for trouble in troubles { host.print(trouble) }
            if troubles.isEmpty { host.print("This build can run every live job.") }
            return troubles.isEmpty ? .success : .failure
        }
    }
}
