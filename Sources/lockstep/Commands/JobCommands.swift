import Postgres
import SQL
import WorkflowCore

/// `lockstep signal`: tells a job something.
enum SignalCommand: Command {
    static let name = "signal"
    static let summary = "Tell a job something, such as confirm; prints accepted, duplicate or unknown job."
    static let positional = ["JOB", "NAME", "[PAYLOAD]"]
    static let options = [Option("key", "KEY", "What makes it be told once."), databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let payload = arguments.positional.count > 2 ? arguments.positional[2] : "{}"
        let parameters: [Parameter] = [
            .text(try arguments.job().description), .text(arguments.positional[1]), .text(payload),
            .text(arguments["key"]),
        ]
        return try await tell(Statement(name: "tell", sql: SQL.tell), parameters, arguments, on: host)
    }
}

/// Which database a command is about.
let databaseOption = Option("database", "URL", "The database (default: LOCKSTEP_DATABASE_URL).")

/// Runs a statement that answers with one word, and prints that.
func tell(
    _ statement: Statement, _ parameters: [Parameter], _ arguments: Arguments, on host: Host
) async throws -> ExitCode {
    try await Database.open(try host.database(arguments)) { pool in
        let answer = try await pool.query(statement, parameters).only[0, as: String.self]
        host.print(answer)
        return answer == "unknown job" ? .failure : .success
    }
}
