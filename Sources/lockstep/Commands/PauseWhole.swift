import Postgres
import SQL

/// What can be paused as a whole.
private let kinds = ["workflow", "tenant", "provider", "account", "schedule"]

/// `lockstep pause-whole`: stops a workflow, a tenant, a provider, an account or a schedule.
enum PauseWhole: Command {
    static let name = "pause-whole"
    static let summary =
        "Pause a whole workflow, tenant, provider, account or schedule; prints paused or already paused."
    static let positional = ["KIND", "NAME"]
    static let discussion = """
        KIND is workflow, tenant, provider, account or schedule; an account's NAME is PROVIDER/ACCOUNT, such as
        dfns/main.

        The jobs of a paused workflow or tenant are not taken up; what is under way is finished first. A paused provider
        or account is not called: its jobs wait without losing an attempt, and their deadlines go on. Enqueue and signal
        go on in any case. A paused schedule enqueues nothing, and its jobs go on. `lockstep pause` is for single jobs,
        and for many by a filter.
        """
    static let options = [
        Option("reason", "TEXT", "Why, for whoever asks why a job waits; a schedule keeps none."), databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let (kind, name) = try arguments.whole()
        guard kind != "schedule" || arguments["reason"] == nil else {
            throw UsageError("a schedule keeps no reason: leave out --reason")
        }
        let statement = Statement(name: "pause_whole", sql: SQL.pauseWhole)
        return try await Database.open(try host.database(arguments)) { pool in
            let rows = try await pool.query(statement, [.text(kind), .text(name), .text(arguments["reason"])])
            host.print(try rows.only["answer", as: String.self])
            return .success
        }
    }
}

/// `lockstep resume-whole`: ends such a pause.
enum ResumeWhole: Command {
    static let name = "resume-whole"
    static let summary =
        "End the pause of a whole workflow, tenant, provider, account or schedule; prints resumed or not paused."
    static let positional = ["KIND", "NAME"]
    static let options = [databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let (kind, name) = try arguments.whole()
        let statement = Statement(name: "resume_whole", sql: SQL.resumeWhole)
        return try await Database.open(try host.database(arguments)) { pool in
            let rows = try await pool.query(statement, [.text(kind), .text(name)])
            host.print(try rows.only["answer", as: String.self])
            return .success
        }
    }
}

extension Arguments {
    /// A kind and a name.
    fileprivate func whole() throws -> (kind: String, name: String) {
        let (kind, name) = (positional[0], positional[1])
        guard kinds.contains(kind) else {
            throw UsageError("“\(kind)” can't be paused as a whole; write \(kinds.joined(separator: ", "))")
        }
        guard kind != "account" || name.split(separator: "/").count == 2 else {
            throw UsageError("“\(name)” is no account; write PROVIDER/ACCOUNT, such as dfns/main")
        }
        return (kind, name)
    }
}
