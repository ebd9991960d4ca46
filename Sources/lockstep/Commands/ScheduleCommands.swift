import JSONSchema
import Postgres
import SQL

/// `lockstep schedules`: recurring jobs.
enum Schedules: Command {
    static let name = "schedules"
    static let summary = "List recurring jobs: when each is next, and what became of it last time."
    static let options = [Option(flag: "json", "Print JSON."), databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let statement = Statement(name: "list_schedules", sql: SQL.listSchedules)
        return try await Database.open(try host.database(arguments)) { pool in
            let schedules = try await pool.query(statement).map { row in try Schedule(row) }
            if arguments.has("json") {
                host.print(JSONText.of(.array(schedules.map(\.json))))
            } else {
                host.print("name".padded(22) + "workflow".padded(24) + "cron".padded(18) + "next")
                for schedule in schedules { host.print(schedule.line) }
            }
            return .success
        }
    }
}

/// `lockstep schedule`: writes a recurring job.
enum ScheduleCommand: Command {
    static let name = "schedule"
    static let summary = "Enqueue a job again and again by a cron expression; prints when it is next, or paused."
    static let positional = ["NAME", "FLOW", "CRON"]
    static let discussion = """
        CRON has five fields, as in “0 9 1 * *”: minute, hour, day of the month, month, day of the week. A schedule of \
        the same name is written anew, and stays paused if it was. `lockstep pause-whole schedule NAME` lets it rest. \
        Its input lies in the database in clear: what a flow marks as sensitive is refused.
        """
    static let options = [
        Option("input", "FILE", "What each job is asked, as JSON (default: {})."),
        Option("time-zone", "ZONE", "Where CRON's hours are (default: UTC)."),
        Option("overlap", "POLICY", "skip a time while the last job is unfinished, or allow both (default: skip)."),
        Option("tenant", "NAME", "On whose behalf (default: default)."),
        databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let words = arguments.positional
        let input = try arguments["input"].map { try host.read($0) } ?? "{}"
        let parameters: [Parameter] = [
            .text(words[0]), .text(words[1]), .text(input), .text(words[2]), .text(arguments["time-zone"] ?? "UTC"),
            .text(try arguments.choice("overlap", of: ["skip", "allow"], default: "skip")), .text(arguments["tenant"]),
        ]
        return try await Database.open(try host.database(arguments)) { pool in
            let rows = try await pool.query(Statement(name: name, sql: SQL.schedule), parameters)
            host.print(try rows.only["next", as: String.self])
            return .success
        }
    }
}

/// `lockstep unschedule`: takes a recurring job away.
enum Unschedule: Command {
    static let name = "unschedule"
    static let summary = "Take a recurring job away; what it has enqueued goes on."
    static let positional = ["NAME"]
    static let options = [databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let statement = Statement(name: name, sql: SQL.unschedule)
        return try await Database.open(try host.database(arguments)) { pool in
            let answer = try await pool.query(statement, [.text(arguments.positional[0])]).only[
                "answer", as: String.self]
            host.print(answer)
            return answer == "unscheduled" ? .success : .failure
        }
    }
}

/// A recurring job, as it is shown.
private struct Schedule {
    private let members: [String: JSONValue?]

    init(_ row: Row) throws {
        func text(_ name: String) throws -> String? { try row[name, as: String?.self] }
        var members: [String: JSONValue?] = [:]
        for name in [
            "name", "workflow", "tenant", "cron", "time_zone", "overlap", "next", "last", "last_job", "last_status",
            "last_skipped", "last_error",
        ] {
            members[name] = try text(name).map { .string($0) }
        }
        members["input"] = JSONText.parsed(try text("input"))
        members["paused"] = .bool(try row["paused", as: Bool.self])
        self.members = members
    }

    var json: JSONValue { JSONText.object(members) }

    var line: String {
        func text(_ name: String) -> String? { members[name]??.string }
        let rests = members["paused"] == .bool(true) ? "paused" : nil
        let last = text("last").map { "; last \($0)" + (text("last_status").map { ", \($0)" } ?? "") } ?? ""
        let error = text("last_error").map { "; \($0)" } ?? ""
        return (text("name") ?? "").padded(22) + (text("workflow") ?? "").padded(24) + (text("cron") ?? "").padded(18)
            + (rests ?? text("next") ?? "never") + last + error
    }
}
