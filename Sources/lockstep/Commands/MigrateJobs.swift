import Engine
import JSONSchema
import Postgres
import PostgresStore

/// `lockstep migrate-jobs`: takes jobs of older versions of their flows to the newest.
enum MigrateJobs: Command {
    static let name = "migrate-jobs"
    static let summary = "Take jobs of older versions of their flows to the newest that this build knows."
    static let discussion = """
        The flows say how (their migrations). Daemons may run: what one of them owns, and what has a call to the
        provider open, is left for later and counted. It can be interrupted and run again at any point. Each job that
        is migrated has a row in its history that says so, with its old state.

        --include-unknown also migrates jobs of which it is not known whether their call happened, and only where the
        new state makes the same call under the same key.

        The exit code is 1 if any job was (or would be) left where it is.
        """
    static let options = [
        Option("workflow", "FLOW", "Only jobs of this flow."),
        Option(flag: "dry-run", "Change nothing: count, and show a few of each kind."),
        Option("batch", "N", "So many jobs in a transaction, 1 to 5000 (default: 500)."),
        Option(flag: "include-unknown", "Also jobs whose call may have happened; see above."),
        Option(flag: "json", "Print JSON."),
        Option("config", "FILE", "Where sensitive_keys are (default: lockstep.json5, if it is there)."),
        databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let url = try host.database(arguments)
        var request = JobMigrator.Request()
        request.workflow = arguments["workflow"]
        request.isDryRun = arguments.has("dry-run")
        request.batch = try arguments.integer("batch", in: 1...5000) ?? request.batch
        request.includesUnknown = arguments.has("include-unknown")
        let registry = try Flows.registry(try host.sensitiveKeys(arguments["config"]))
        if let flow = request.workflow, !registry.workflows.contains(where: { $0.name == flow }) {
            throw CommandFailure("this build knows no flow \(flow)", code: .usage)
        }
        try await Database.requireSchema(try PostgresConfiguration(url))
        let wanted = request
        return try await Database.open(url) { pool in
            let report = try await JobMigrator(registry, over: pool).run(wanted) { count in
                if count % 50_000 < wanted.batch, count >= 50_000 { host.log("\(count) jobs looked at") }
            }
            if arguments.has("json") {
                host.print(JSONText.of(json(report, isDryRun: wanted.isDryRun)))
            } else {
                print(report, isDryRun: wanted.isDryRun, on: host)
            }
            return report.migrated == report.total ? .success : .failure
        }
    }

    private static func print(_ report: MigrationReport, isDryRun: Bool, on host: Host) {
        for line in report.lines {
            host.print(line.description)
            guard isDryRun else { continue }
            for sample in line.samples {
                host.print("    \(sample.id)")
                if let old = sample.old { host.print("        was  \(old)") }
                if let new = sample.new { host.print("        is   \(new)") }
            }
        }
        let verb = isDryRun ? "would be migrated" : "migrated"
        host.print(
            report.total == 0
                ? "There are no unfinished jobs of an older version."
                : "\(report.migrated) of \(report.total) \(report.total == 1 ? "job" : "jobs") \(verb).")
    }

    private static func json(_ report: MigrationReport, isDryRun: Bool) -> JSONValue {
        .object([
            "dry_run": .bool(isDryRun), "jobs": .int(Int64(report.total)), "migrated": .int(Int64(report.migrated)),
            "lines": .array(report.lines.map(\.json)),
        ])
    }
}

extension MigrationReport.Line {
    fileprivate var json: JSONValue {
        let (word, newState, reason): (String, String?, String?) =
            switch outcome {
            case .migrates(to: let state): ("migrates", state, nil)
            case .later(because: let reason): ("later", nil, reason)
            case .stays(because: let reason): ("stays", nil, reason)
            }
        return JSONText.object([
            "workflow": .string(workflow), "from_version": .int(Int64(from)), "to_version": .int(Int64(to)),
            "state": .text(state), "outcome": .string(word), "new_state": .text(newState), "reason": .text(reason),
            "jobs": .int(Int64(jobs)),
            "samples": .array(
                samples.map { sample in
                    JSONText.object([
                        "job": .text(sample.id), "old": JSONText.parsed(sample.old), "new": JSONText.parsed(sample.new),
                    ])
                }),
        ])
    }
}
