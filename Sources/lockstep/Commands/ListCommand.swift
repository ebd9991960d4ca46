import Engine
import JSONSchema
import Postgres
import PostgresStore
import Time
import WorkflowCore

/// `lockstep list`: jobs, newest first.
enum List: Command {
    static let name = "list"
    static let summary = "List jobs, newest first."
    static let options = [
        Option("status", "STATUS", "Only these: queued, running, waiting, parked, paused, completed, failed, …"),
        Option("workflow", "FLOW", "Only jobs of this flow."),
        Option("state", "STATE", "Only jobs that rest here."),
        Option("key", "KEY", "Only jobs with this key."),
        Option("tenant", "NAME", "Only this tenant's."),
        Option("limit", "N", "At most so many (default: 50)."),
        Option(flag: "overdue", "Only overdue ones."),
        Option(flag: "json", "Print JSON."),
        databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        var filter = JobFilter()
        let statuses = ["", "running"] + JobStatus.allCases.map(\.rawValue)
        let status = try arguments.choice("status", of: statuses, default: "")
        filter.status = status.isEmpty ? nil : status
        filter.workflow = arguments["workflow"]
        filter.state = arguments["state"]
        filter.key = arguments["key"]
        filter.tenant = arguments["tenant"]
        filter.isOverdue = arguments.has("overdue") ? true : nil
        filter.limit = try arguments.integer("limit", in: 1...10_000) ?? 50
        let wanted = filter
        let jobs = try await Database.open(try host.database(arguments)) { try await JobQueries($0).list(wanted) }
        if arguments.has("json") {
            host.print(JSONText.of(.array(jobs.map(\.json))))
        } else {
            host.print("id".padded(38) + "key".padded(22) + "workflow".padded(16) + "status".padded(11) + "state")
            for job in jobs {
                let columns = job.id.description.padded(38) + (job.key ?? "").padded(22) + job.workflow.padded(16)
                let held = job.heldBy.map { " (held by \($0))" } ?? ""
                host.print(columns + job.status.padded(11) + (job.state ?? "") + held)
            }
        }
        return .success
    }
}

/// `lockstep show`: one job, whole.
enum Show: Command {
    static let name = "show"
    static let summary = "Show one job: why it waits, its history, its calls to the provider."
    static let positional = ["JOB"]
    static let options = [
        Option(flag: "json", "Print JSON."),
        databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let id = try arguments.job()
        return try await Database.open(try host.database(arguments)) { pool in
            let queries = JobQueries(pool)
            guard let job = try await queries.job(id) else { throw CommandFailure("there is no job \(id)") }
            let history = try await queries.history(of: id)
            let calls = try await queries.calls(of: id)
            let children = try await queries.children(of: id)
            let why = try await queries.why(id)
            if arguments.has("json") {
                host.print(
                    JSONText.of([
                        "job": job.json, "why": .string(why), "history": .array(history.map(\.json)),
                        "calls": .array(calls.map(\.json)), "children": .array(children.map(\.json)),
                    ]))
            } else {
                print(job, why, on: host)
                print(children, history, calls, on: host)
            }
            return .success
        }
    }

    private static func print(_ job: JobSummary, _ why: String, on host: Host) {
        host.print("\(job.workflow) \(job.id)\(job.key.map { ", key \($0)" } ?? ""), tenant \(job.tenant)")
        if let parent = job.parent { host.print("a child of job \(parent)") }
        host.print("\(why)\n")
        if let output = job.output { host.print("  output: \(output)\n") }
    }

    private static func print(
        _ children: [JobSummary], _ history: [JobTransition], _ calls: [ProviderCall], on host: Host
    ) {
        for child in children { host.print("  child: \(child.workflow) \(child.id), \(child.status)") }
        if !children.isEmpty { host.print("") }
        for step in history { host.print("  " + step.line) }
        guard !calls.isEmpty else { return }
        host.print("\nCalls to the provider:\n")
        for call in calls {
            let started = call.startedAt?.description ?? ""
            let name = (call.activity ?? "").padded(16)
            host.print("  \(started.padded(29))\(name)\(call.outcome.padded(14))\(call.error ?? "")")
        }
    }
}

/// `lockstep watch`: one job's steps as they happen.
enum Watch: Command {
    static let name = "watch"
    static let summary = "Print a job's steps as they happen, until it is over."
    static let positional = ["JOB"]
    static let options = [databaseOption]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let id = try arguments.job()
        return try await Database.open(try host.database(arguments)) { pool in
            let queries = JobQueries(pool)
            var last = 0
            while true {
                let job = try await queries.job(id)
                for step in try await queries.history(of: id, after: last) {
                    host.print(step.line)
                    last = step.seq
                }
                guard let job else { throw CommandFailure("there is no job \(id)") }
                if let outcome = job.outcome {
                    host.print(outcome)
                    return .success
                }
                await host.sleep(.milliseconds(250))
            }
        }
    }
}

extension Arguments {
    /// The first value, which is a job's id.
    func job() throws -> JobID {
        guard let id = JobID(positional[0]) else {
            throw UsageError("“\(positional[0])” is not a job's id; lockstep list shows them")
        }
        return id
    }
}

extension JobTransition {
    /// One line for a terminal.
    var line: String {
        let step = from == to ? (to ?? "·") : "\(from ?? "·") → \(to ?? "·")"
        return at.description.padded(29) + event.padded(17) + step.padded(46) + actor
    }
}
