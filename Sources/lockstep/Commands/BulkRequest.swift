import JSONSchema
import Postgres
import SQL
import Time

/// Requests to many jobs: `lockstep retry --workflow dfns_payout --error-like '%timeout%'`, and the same for cancel,
/// pause and resume.
///
/// Without `--yes` nothing is changed: it prints how many jobs would be asked, and some of them.
struct BulkRequest {
    /// What jobs are asked: retry, cancel, pause or resume.
    let verb: String
    /// Why, for the history; `cancel` alone has a reason.
    var reason: String?

    /// The options that say which jobs are meant, and whether it is meant seriously.
    static let options = [
        Option("workflow", "FLOW", "Jobs of this flow."),
        Option("version", "N", "Jobs of this version of it."),
        Option("state", "STATE", "Jobs that rest here."),
        Option("status", "STATUS", "Jobs that are queued, running, waiting, parked or paused."),
        Option("tenant", "NAME", "This tenant's jobs."),
        Option("tag", "WORD", "Jobs with this tag."),
        Option("error-like", "PATTERN", "Jobs whose last error fits, such as '%timeout%'."),
        Option("enqueued-before", "INSTANT", "Jobs enqueued before it."),
        Option("enqueued-after", "INSTANT", "Jobs enqueued after it."),
        Option(flag: "all", "All jobs: needed where nothing else is said."),
        Option(flag: "dry-run", "Count them, and show some; as without --yes."),
        Option(flag: "yes", "Ask them."),
        Option(flag: "json", "Print JSON."),
    ]

    static let discussion = """
        With JOB, it is about that one. Else the options say which jobs are meant: those that fit all of them. Without \
        --yes it only counts them and shows some. With --yes it asks them in batches, each committed by itself: it can \
        be stopped and typed again at any time.
        """

    private static let texts = [
        "workflow", "state", "status", "tenant", "tag", "error-like", "enqueued-before", "enqueued-after",
    ]
    private static let batch = 500

    /// The filter that was typed; nil where a job was named instead.
    private func filter(_ arguments: Arguments) throws -> JSONValue? {
        var members: [String: JSONValue] = [:]
        for name in Self.texts {
            members[name.replacing("-", with: "_")] = arguments[name].map { .string($0) }
        }
        members["version"] = try arguments.integer("version", in: 1...Int(Int32.max)).map { .int(Int64($0)) }
        if arguments.has("all") { members["all"] = true }
        guard arguments.positional.isEmpty else {
            let other = ["dry-run", "yes", "json"].first(where: arguments.has)
            if let option = members.keys.min()?.replacing("_", with: "-") ?? other {
                throw UsageError("--\(option) is for many jobs, and \(arguments.positional[0]) is one")
            }
            return nil
        }
        guard !members.isEmpty else {
            throw UsageError("name a job, or say which jobs are meant, such as --workflow FLOW, or --all")
        }
        if arguments.has("dry-run"), arguments.has("yes") { throw UsageError("--dry-run or --yes, not both") }
        return .object(members)
    }

    /// Makes the request of the jobs that are meant, or only counts them; nil where a single job was named.
    func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode? {
        guard let filter = try filter(arguments) else { return nil }
        let text = JSONText.of(filter)
        return try await Database.open(try host.database(arguments)) { pool in
            let preview = try await pool.query(
                Statement(name: "preview_request", sql: SQL.previewRequest), [.text(verb), .text(text)]
            ).only
            let (jobs, samples): (Int, String) = (try preview["jobs"], try preview["samples"])
            let asked = arguments.has("yes") ? try await ask(text, of: jobs, pool, on: host) : nil
            if arguments.has("json") {
                host.print(
                    JSONText.of(
                        JSONText.object([
                            "request": .string(verb), "filter": filter, "jobs": .int(Int64(jobs)),
                            "asked": asked.map { .int(Int64($0)) }, "samples": JSONText.parsed(samples),
                        ])))
            } else if let asked {
                host.print("asked \(asked) \(asked == 1 ? "job" : "jobs")")
            } else {
                show(jobs, samples, on: host)
            }
            return .success
        }
    }

    /// Asks batch after batch; returns how many jobs were asked.
    private func ask(_ filter: String, of jobs: Int, _ pool: PostgresPool, on host: Host) async throws -> Int {
        let statement = Statement(name: "request_batch", sql: SQL.requestBatch)
        var asked = 0
        var last: String?
        while true {
            let step = try await pool.query(
                statement, [.text(verb), .text(filter), .text(last), .int(Self.batch), .text(reason)]
            ).only
            let count: Int = try step["asked"]
            last = try step["last"]
            asked += count
            if count < Self.batch { return asked }
            host.log("\(verb): asked \(asked) of \(max(jobs, asked)) jobs")
        }
    }

    private func show(_ jobs: Int, _ samples: String, on host: Host) {
        host.print("\(verb) would ask \(jobs) \(jobs == 1 ? "job" : "jobs")\(jobs == 0 ? "" : ", such as:")")
        if case .array(let list)? = JSONText.parsed(samples) {
            for job in list {
                let columns = ["id", "key", "workflow", "status", "state", "last_error"].map { job[$0]?.string ?? "·" }
                host.print("  " + columns.joined(separator: "  "))
            }
        }
        host.print("Nothing was changed. With --yes it is done.")
    }
}
