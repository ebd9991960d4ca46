import Postgres
import SQL

/// `lockstep enqueue`: a job, or a file of them, from a shell.
enum Enqueue: Command {
    static let name = "enqueue"
    static let summary = "Enqueue a job, and print its id; or a file of jobs, all or none."
    static let positional = ["FLOW", "[INPUT]"]
    static let discussion = """
        INPUT is JSON, or @FILE. With --many FILE (- for what is piped in), each line of the file is a job: an object \
        with its input, and if wanted its key, tenant, run_at, priority and tags; the options are for lines that say \
        nothing else. All are enqueued in one transaction. The first line that is wrong is named, and then none is.
        """
    static let options = [
        Option("key", "KEY", "Your own name for it: once for each tenant and flow."),
        Option("tenant", "NAME", "On whose behalf (default: default)."),
        Option("run-at", "INSTANT", "Not before this instant, such as 2026-03-01T12:00:00Z."),
        Option("priority", "N", "1 first, 4 last (default: 2)."),
        Option("tags", "WORDS", "Words for whoever searches, with commas between."),
        Option("many", "FILE", "Enqueue a job for each line of this file."),
        databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let tags = arguments["tags"]?.split(separator: ",").map { String($0) }
        let common: [Parameter] = [
            .text(arguments["tenant"]), .text(arguments["run-at"]), .int(try arguments.integer("priority", in: 1...4)),
            tags.map { .texts($0) } ?? .null,
        ]
        let flow = arguments.positional[0]
        if let file = arguments["many"] {
            guard arguments.positional.count == 1, arguments["key"] == nil else {
                throw UsageError("with --many, each line of the file has its own input and key")
            }
            return try await enqueue(file, of: flow, common, arguments, on: host)
        }
        guard arguments.positional.count == 2 else { throw UsageError("INPUT is missing") }
        let given = arguments.positional[1]
        let input = given.hasPrefix("@") ? try host.read(String(given.dropFirst())) : given
        let parameters: [Parameter] = [.text(flow), .text(input), .text(arguments["key"])] + common
        return try await Database.open(try host.database(arguments)) { pool in
            let rows = try await pool.query(Statement(name: "enqueue", sql: SQL.enqueue), parameters)
            host.print(try rows.only["id", as: String.self])
            return .success
        }
    }

    /// Sends a file in pieces, in one transaction: however long it is, no more than a piece is kept.
    private static func enqueue(
        _ file: String, of flow: String, _ common: [Parameter], _ arguments: Arguments, on host: Host
    ) async throws -> ExitCode {
        let statement = Statement(name: "enqueue_lines", sql: SQL.enqueueLines)
        return try await Database.open(try host.database(arguments)) { pool in
            let lines = try host.lines(of: file)
            let jobs = try await pool.transaction { session in
                var (first, jobs) = (1, 0)
                while true {
                    let piece = try lines.next(1_000)
                    guard !piece.isEmpty else { return jobs }
                    let parameters: [Parameter] = [.text(flow), .texts(piece), .int(first)] + common
                    jobs += try await session.query(statement, parameters).only["jobs", as: Int.self]
                    first += piece.count
                }
            }
            host.print("\(jobs) \(jobs == 1 ? "line is a job" : "lines are jobs") now")
            return .success
        }
    }
}
