@testable import Engine
import JSONSchema
import Time
import WorkflowCore

/// What the suite needs of a store beside the port: what apps, operators and a clock's hand do.
protocol StoreFixture: Sendable {
    /// The store under test.
    var store: any Store { get }
    /// How many buckets it has.
    var buckets: Int { get }
    /// Enqueues a job of a flow that takes any object and the signals `note` and `more`.
    func enqueue(_ order: Order) async throws -> JobID
    /// Tells a job something; names that begin with `$` are what operators' functions send.
    func tell(_ job: JobID, _ name: String, payload: String, key: String?) async throws
    /// What a daemon publishes of its configuration, with one daemon alive.
    func publish(_ limits: AccountLimits) async throws
    /// Sets the clock; never back.
    func setClock(_ instant: Timestamp) async throws
    /// All that is stored of a job.
    func job(_ id: JobID) async throws -> JobSnapshot
    /// The jobs that run as children of a job.
    func children(of id: JobID) async throws -> [JobID]
}

/// What is enqueued.
struct Order {
    var workflow = "transfer"
    var version = 1
    var input = #"{"amount":"10"}"#
    var tenant = "default"
    var priority = 2
    var runAt: Timestamp?
}

/// All that is stored of a job, with JSON in one normal form.
struct JobSnapshot: Equatable {
    var workflow: String
    var version: Int
    var tenant: String
    var priority: Int
    var input: String
    var parent: JobID?
    var row: JobRow
    var seq: Int
    var commits: Int
    var lease: Int
    var owner: NodeID?
    var history: [HistoryEntry] = []
    var attempts: [AttemptRecord] = []
    var references: Set<Reference> = []
    /// Names of what waits in the inbox, in order.
    var inbox: [String] = []
    /// The answers to what was heard, in order.
    var answers: [String] = []
}

extension StoreFixture {
    func tell(_ job: JobID, _ name: String) async throws {
        try await tell(job, name, payload: "{}", key: nil)
    }

    /// Enqueues a job into a given bucket. (Jobs without a key go anywhere: the others stay behind in their buckets.)
    func enqueue(_ order: Order = Order(), in bucket: Int) async throws -> JobID {
        while true {
            let id = try await enqueue(order)
            if id.bucket == bucket { return id }
        }
    }

    /// Claims from one bucket.
    func claim(
        _ bucket: Int, by node: NodeID = .first, limit: Int = 10, mark: Timestamp? = nil,
        workflows: [(name: String, version: Int)] = [("transfer", 1)]
    ) async throws -> Claim {
        try await store.claim(
            ClaimRequest(
                bucket: bucket, limit: limit, mark: mark, node: node, term: .seconds(60), workflows: workflows))
    }

    /// Enqueues and claims one job.
    func claimedJob(_ order: Order = Order(), by node: NodeID = .first) async throws -> ClaimedJob {
        let id = try await enqueue(order)
        return try await claim(job: id, by: node)
    }

    /// Claims this job, which has to be due or told something.
    func claim(job id: JobID, by node: NodeID = .first) async throws -> ClaimedJob {
        let claim = try await claim(id.bucket, by: node, limit: 1000)
        guard let job = claim.jobs.first(where: { $0.id == id }) else {
            throw FixtureError(description: "\(id) was not claimed")
        }
        return job
    }

    /// Commits one step; says whether it was accepted.
    func commit(_ step: JobCommit, by node: NodeID = .first) async throws -> Bool {
        try await store.commit(CommitBatch(bucket: step.id.bucket, node: node, jobs: [step])) == [step.id]
    }
}

/// What the suite found that no expectation can say.
struct FixtureError: Error, CustomStringConvertible {
    let description: String
}

extension NodeID {
    static let first = NodeID("00000000-0000-4000-8000-00000000000a")
    static let second = NodeID("00000000-0000-4000-8000-00000000000b")
}

extension Timestamp {
    /// When the suite's clock starts: 2026-03-01T12:00:00Z.
    static let start = Timestamp(seconds: 1_772_366_400)
}

extension ClaimedJob {
    /// The step from where the job rests to `state`: one transition, and its history row.
    func step(
        to state: String = "sending", keeps: Bool = false, due: Timestamp? = nil, at now: Timestamp = .start,
        change: (inout JobRow) -> Void = { _ in }
    ) -> JobCommit {
        var next = row
        next.status = .waiting
        next.state = state
        next.data = #"{"\#(state)":{}}"#
        next.plan = "wait"
        next.enteredSeq = seq + 1
        next.enteredAt = now
        next.dueAt = due
        change(&next)
        var commit = JobCommit(
            id: id, expectedSeq: seq, expectedCommits: commits, lease: lease, seq: seq + 1, keepsLease: keeps,
            row: next)
        commit.history = [
            HistoryEntry(
                seq: seq + 1, at: now, from: row.state, event: "started", to: next.state, actor: "engine",
                attempt: nil, detail: "{}")
        ]
        return commit
    }

    /// A commit that brings no transition.
    func note(keeps: Bool = true, change: (inout JobRow) -> Void) -> JobCommit {
        var next = row
        change(&next)
        return JobCommit(
            id: id, expectedSeq: seq, expectedCommits: commits, lease: lease, seq: seq, keepsLease: keeps, row: next)
    }
}

extension JobCommit {
    /// The claim's view of the job after this step, for the next one.
    func next(after job: ClaimedJob) -> ClaimedJob {
        ClaimedJob(
            id: id, workflow: job.workflow, version: job.version, tenant: job.tenant, seq: seq,
            commits: expectedCommits + 1, lease: lease, input: nil, parent: job.parent, ownerVanished: false, row: row,
            signals: [])
    }
}

/// JSON with its keys sorted and no spaces, so that what jsonb rewrote compares equal.
func normal(_ json: String) throws -> String {
    let coding = JSONCoding()
    return try coding.store(try coding.read(JSONValue.self, from: json))
}
