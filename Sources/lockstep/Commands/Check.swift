import JSONSchema
import Postgres
import PostgresStore

/// `lockstep check`: what a deploy runs first.
enum Check: Command {
    static let name = "check"
    static let summary = "Compare the live jobs of a database with this build: would any be stranded?"
    static let discussion = """
        Names each flow, version and state in which unfinished jobs rest and which this build does not know, has no
        plan for, or can't read; and each flow that accepts other input than was published under the same version. It
        reads every unfinished job (some seconds for a hundred thousand); with --quick, one of each state. The exit
        code is 1 if there is any trouble.
        """
    static let options = [
        Option(flag: "quick", "Read one stored state of each kind only."), Option(flag: "json", "Print JSON."),
        Option("config", "FILE", "Where sensitive_keys are (default: lockstep.json5, if it is there)."),
        databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let url = try host.database(arguments)
        let registry = try Flows.registry(try host.sensitiveKeys(arguments["config"]))
        try await Database.requireSchema(try PostgresConfiguration(url))
        let depth: DeployCheck.Depth = arguments.has("quick") ? .examples : .everything
        return try await Database.open(url) { pool in
            let troubles = try await DeployCheck(registry, against: pool).run(depth)
            if arguments.has("json") {
                host.print(
                    JSONText.of(["ok": .bool(troubles.isEmpty), "troubles": .array(troubles.map(\.json))]))
            } else if troubles.isEmpty {
                host.print("This build can run every live job.")
            } else {
                for trouble in troubles { host.print(trouble.description) }
            }
            return troubles.isEmpty ? .success : .failure
        }
    }
}

extension DeployTrouble {
    fileprivate var json: JSONValue {
        JSONText.object([
            "kind": .string(kind.rawValue), "workflow": .string(workflow), "version": .int(Int64(version)),
            "state": .text(state), "jobs": jobs.map { .int(Int64($0)) }, "example": .text(example),
            "reason": .string(reason),
        ])
    }
}
