import Postgres
import SQL
import WorkflowCore

/// `lockstep cancel`: asks jobs to stop.
enum Cancel: Command {
    static let name = "cancel"
    static let summary = "Ask a job, or many, to stop; the flow decides, and the answer is in the history."
    static let positional = ["[JOB]"]
    static let discussion = BulkRequest.discussion
    static let options =
        [Option("reason", "TEXT", "Why, for the history.")] + BulkRequest.options + [databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let many = BulkRequest(verb: name, reason: arguments["reason"])
        if let code = try await many.run(arguments, on: host) { return code }
        let parameters: [Parameter] = [.text(try arguments.job().description), .text(arguments["reason"])]
        return try await tell(Statement(name: name, sql: SQL.cancel), parameters, arguments, on: host)
    }
}

/// `lockstep retry`: takes parked jobs up again.
enum Retry: Command {
    static let name = "retry"
    static let summary = "Take a parked job, or many, up again."
    static let positional = ["[JOB]"]
    static let discussion = BulkRequest.discussion
    static let options = BulkRequest.options + [databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        try await request(name, SQL.retry, arguments, on: host)
    }
}

/// `lockstep pause`: holds jobs where they rest.
enum Pause: Command {
    static let name = "pause"
    static let summary = "Hold a job, or many, where they rest: no activity, no deadline, no signal, until resume."
    static let positional = ["[JOB]"]
    static let discussion = BulkRequest.discussion
    static let options = BulkRequest.options + [databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        try await request(name, SQL.pause, arguments, on: host)
    }
}

/// `lockstep resume`: lets paused jobs go on.
enum Resume: Command {
    static let name = "resume"
    static let summary = "Let a paused job, or many, go on."
    static let positional = ["[JOB]"]
    static let discussion = BulkRequest.discussion
    static let options = BulkRequest.options + [databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        try await request(name, SQL.resume, arguments, on: host)
    }
}

/// A request without a reason, to one job or many.
private func request(
    _ verb: String, _ sql: String, _ arguments: Arguments, on host: Host
) async throws -> ExitCode {
    if let code = try await BulkRequest(verb: verb).run(arguments, on: host) { return code }
    let job = try arguments.job().description
    return try await tell(Statement(name: verb, sql: sql), [.text(job)], arguments, on: host)
}
