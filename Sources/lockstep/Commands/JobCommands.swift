import Postgres
import SQL
import WorkflowCore

/// `lockstep enqueue`: a job, from a shell.
enum Enqueue: Command {
    static let name = "enqueue"
    static let summary = "Enqueue a job; prints its id."
    static let positional = ["FLOW", "INPUT"]
    static let discussion = "INPUT is JSON, or @FILE."
    static let options = [
        Option("key", "KEY", "Your own name for it: once for each tenant and flow."),
        Option("tenant", "NAME", "On whose behalf (default: default)."),
        Option("priority", "N", "1 first, 4 last (default: 2)."),
        databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let given = arguments.positional[1]
        let input = given.hasPrefix("@") ? try host.read(String(given.dropFirst())) : given
        let priority = try arguments.integer("priority", in: 1...4)
        let parameters: [Parameter] = [
            .text(arguments.positional[0]), .text(input), .text(arguments["key"]), .text(arguments["tenant"]),
            .int(priority),
        ]
        return try await Database.open(try host.database(arguments)) { pool in
            let rows = try await pool.query(Statement(name: "enqueue", sql: SQL.enqueue), parameters)
            host.print(try rows.only["id", as: String.self])
            return .success
        }
    }
}

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

/// `lockstep cancel`: asks a job to stop.
enum Cancel: Command {
    static let name = "cancel"
    static let summary = "Ask a job to stop; the flow decides, and the answer is in its history."
    static let positional = ["JOB"]
    static let options = [Option("reason", "TEXT", "Why, for the history."), databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let parameters: [Parameter] = [.text(try arguments.job().description), .text(arguments["reason"])]
        return try await tell(Statement(name: "cancel", sql: SQL.cancel), parameters, arguments, on: host)
    }
}

/// `lockstep retry`: takes a parked job up again.
enum Retry: Command {
    static let name = "retry"
    static let summary = "Take a parked job up again."
    static let positional = ["JOB"]
    static let options = [databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let statement = Statement(name: "retry", sql: SQL.retry)
        return try await tell(statement, [.text(try arguments.job().description)], arguments, on: host)
    }
}

private let databaseOption = Option("database", "URL", "The database (default: LOCKSTEP_DATABASE_URL).")

private func tell(
    _ statement: Statement, _ parameters: [Parameter], _ arguments: Arguments, on host: Host
) async throws -> ExitCode {
    try await Database.open(try host.database(arguments)) { pool in
        let answer = try await pool.query(statement, parameters).only[0, as: String.self]
        host.print(answer)
        return answer == "unknown job" ? .failure : .success
    }
}
