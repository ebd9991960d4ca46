public import Engine
import JSONSchema
public import Postgres
public import WorkflowCore

/// Whether a build can take over the live jobs of a database: what a deploy asks first.
public struct DeployCheck: Sendable {
    /// How much is read.
    public enum Depth: Sendable {
        /// One stored state of each flow, version and state: quick, and what others of them hold stays unknown.
        case examples
        /// Every stored state of an unfinished job: some seconds for a hundred thousand.
        case everything
    }

    private static let pageSize = 2_000

    private let registry: Registry
    private let database: any QueryRunner

    /// A check of the flows of a build against a database.
    public init(_ registry: Registry, against database: any QueryRunner) {
        self.registry = registry
        self.database = database
    }

    /// All that stands in the way; nothing: the build can take over.
    public func run(_ depth: Depth) async throws -> [DeployTrouble] {
        var troubles = try await changedSchemas()
        let live = try await LiveState.all(in: database)
        troubles += live.compactMap { state in
            registry[state.workflow, state.version] == nil ? DeployTrouble(noHandlerFor: state, registry) : nil
        }
        switch depth {
        case .examples: troubles += live.compactMap(problem(with:))
        case .everything: troubles += try await problems()
        }
        return troubles
    }

    private func problem(with live: LiveState) -> DeployTrouble? {
        guard let workflow = registry[live.workflow, live.version], let data = live.exampleData,
            let problem = workflow.problem(reading: data, in: live.state, registry.coding)
        else { return nil }
        return DeployTrouble(
            kind: workflow.kind(ofProblemIn: live.state), workflow: live.workflow, version: live.version,
            state: live.state, jobs: live.count, example: live.example, reason: problem)
    }

    /// Reads every unfinished job of the flows that this build knows.
    private func problems() async throws -> [DeployTrouble] {
        let known = registry.workflows.map { (name: $0.name, version: $0.version) }
        let jobs = RestingJobs(database, of: known, pageSize: Self.pageSize)
        var found = Tally()
        var last: JobID?
        while true {
            let page = try await jobs.page(after: last)
            guard let end = page.last else { return found.troubles }
            last = end.id
            for job in page {
                guard let workflow = registry[job.workflow, job.version],
                    let problem = workflow.problem(with: job, registry.coding)
                else { continue }
                found.add(job, workflow.kind(ofProblemIn: job.row.state), problem)
            }
        }
    }

    /// What enqueue accepts is fixed for a version: the daemons that know it have to agree about it.
    private func changedSchemas() async throws -> [DeployTrouble] {
        let coding = JSONCoding()
        return try await database.query(.publishedWorkflows).compactMap { row in
            let (name, version): (String, Int) = (try row["workflow"], try row["version"])
            guard let workflow = registry[name, version] else { return nil }
            let published = try coding.read(JSONValue.self, from: try row["input_schema"])
            guard published != workflow.inputSchema.json else { return nil }
            return DeployTrouble(
                kind: .schemaChanged, workflow: name, version: version, state: nil, jobs: nil, example: nil,
                reason: "this build accepts other input than what was published under the same version: "
                    + "raise the flow's version")
        }
    }
}

/// Something that keeps a build from taking over.
public struct DeployTrouble: Hashable, Sendable {
    /// What kind of trouble: a word for scripts.
    public enum Kind: String, Sendable {
        /// The build has no such flow and version.
        case noHandler = "no_handler"
        /// The build has no such state.
        case noPlan = "no_plan"
        /// The build can't read what is stored.
        case unreadable
        /// The build accepts other input under the same version.
        case schemaChanged = "schema_changed"
    }

    /// What kind of trouble.
    public let kind: Kind
    /// The flow.
    public let workflow: String
    /// Its version.
    public let version: Int
    /// The state; nil: not started, or all of them.
    public let state: String?
    /// How many jobs it concerns; nil: none in particular.
    public let jobs: Int?
    /// One of them.
    public let example: JobID?
    /// What is wrong, for a person.
    public let reason: String
}

extension DeployTrouble: CustomStringConvertible {
    /// In a sentence, for a person.
    public var description: String {
        let flow = "\(workflow) version \(version)"
        guard let jobs else { return "\(flow): \(reason)" }
        let place = state.map { " in \($0)" } ?? " not started"
        return "\(jobs) \(jobs == 1 ? "job" : "jobs") of \(flow)\(place)\(example.map { ", such as \($0)" } ?? ""): "
            + reason
    }

    fileprivate init(noHandlerFor live: LiveState, _ registry: Registry) {
        let way =
            registry.migrates(live.workflow, from: live.version)
            ? "; it can migrate them: let daemons that know it live on until lockstep migrate-jobs has run" : ""
        self.init(
            kind: .noHandler, workflow: live.workflow, version: live.version, state: live.state, jobs: live.count,
            example: live.example, reason: "this build has no such flow and version\(way)")
    }
}

extension RegisteredWorkflow {
    fileprivate func kind(ofProblemIn state: String?) -> DeployTrouble.Kind {
        guard let state else { return .unreadable }
        return states.contains { $0.state == state } ? .unreadable : .noPlan
    }
}

/// Problems of many jobs, counted.
private struct Tally {
    private struct Key: Hashable {
        let kind: DeployTrouble.Kind
        let workflow: String
        let version: Int
        let state: String?
        let reason: String
    }

    private var found: [Key: (count: Int, example: JobID)] = [:]

    mutating func add(_ job: RestingJob, _ kind: DeployTrouble.Kind, _ reason: String) {
        let key = Key(
            kind: kind, workflow: job.workflow, version: job.version, state: job.row.state, reason: reason)
        if let before = found[key] {
            found[key] = (before.count + 1, before.example)
        } else {
            found[key] = (1, job.id)
        }
    }

    var troubles: [DeployTrouble] {
        let order = found.sorted { lhs, rhs in
            let (first, second) = (lhs.key, rhs.key)
            return (first.workflow, first.version, first.state ?? "", first.reason)
                < (second.workflow, second.version, second.state ?? "", second.reason)
        }
        return order.map { key, found in
            DeployTrouble(
                kind: key.kind, workflow: key.workflow, version: key.version, state: key.state, jobs: found.count,
                example: found.example, reason: key.reason)
        }
    }
}
