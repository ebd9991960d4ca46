public import Time
public import WorkflowCore

/// Where jobs are kept.
///
/// One suite of tests holds every implementation to this contract.
public protocol Store: AccountBook {
    /// Leases due jobs, and jobs that were told something, to a node.
    func claim(_ request: ClaimRequest) async throws(StoreFailure) -> Claim
    /// Commits steps of jobs of one bucket, and returns those whose fence held; of the others nothing is changed.
    func commit(_ batch: CommitBatch) async throws(StoreFailure) -> Set<JobID>
    /// Where jobs stand, to learn what became of a commit whose answer was lost.
    func find(_ jobs: [JobID], bucket: Int) async throws(StoreFailure) -> [JobID: Position]
    /// Makes leases last for another term, and returns the jobs whose lease still was the node's.
    func renew(_ leases: [Lease], bucket: Int, node: NodeID, term: Duration) async throws(StoreFailure) -> Set<JobID>
    /// Gives leases back as the jobs stand, so that others take them at once, and returns the jobs whose lease still
    /// was the node's. An attempt that was started stays so: its outcome is unknown to the next owner.
    func release(_ leases: [Lease], bucket: Int, node: NodeID) async throws(StoreFailure) -> Set<JobID>
}

/// A failed call of the store.
public enum StoreFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// It certainly changed nothing.
    case notApplied(String)
    /// It may have changed something.
    case unknown(String)

    /// What went wrong.
    public var description: String {
        switch self {
        case .notApplied(let reason): reason
        case .unknown(let reason): "\(reason) (its outcome is unknown)"
        }
    }
}

/// One run of a daemon: a new one with each start, so that a restarted daemon can't be taken for its dead self.
public struct NodeID: Hashable, Sendable, CustomStringConvertible {
    /// A UUID.
    public let description: String

    /// A node with this UUID.
    public init(_ uuid: String) { description = uuid }
}

/// A lease on a job.
public struct Lease: Hashable, Sendable {
    /// The job.
    public let job: JobID
    /// The token.
    public let token: Int

    /// A lease.
    public init(job: JobID, token: Int) {
        self.job = job
        self.token = token
    }
}

/// What a claim asks for.
public struct ClaimRequest: Sendable {
    /// The bucket: each statement names one.
    public let bucket: Int
    /// The most jobs.
    public let limit: Int
    /// Jobs due at or before this instant are not looked at, so that the scan skips index entries that are dead
    /// already; nil looks at all.
    public let mark: Timestamp?
    /// Who claims.
    public let node: NodeID
    /// How long the leases last.
    public let term: Duration
    /// Only jobs of these flows and versions.
    public let workflows: [(name: String, version: Int)]
    /// From tenant to tenant, a few jobs of each, instead of by due time alone; nil: by due time.
    public var turn: Turn?

    /// A claim that lets tenants take turns.
    ///
    /// A job of a higher priority goes before one of a lower, whoever's they are; within one, tenants take turns.
    public struct Turn: Hashable, Sendable {
        /// The most jobs of one tenant and priority.
        public let quantum: Int
        /// It begins with the tenant behind this one; empty: with the first.
        public let after: String
        /// Tenants that are passed over: they have more than their share of the node's places.
        public let without: [String]
    }

    /// Whether the answer is to say how accounts stand, read after the jobs were.
    public var readsAccounts = false
    /// What is leased to the node without its knowledge, and is to be due now; nil: nothing can be.
    public var recovery: Recovery?

    /// Where the answer to an earlier claim was lost, jobs may be leased to a node that was never told of them.
    public struct Recovery: Sendable {
        /// The jobs of the bucket that the node knows that it holds.
        public let held: [JobID]
        /// Only leases that end at or before this instant: what is leased after this was asked for is not meant, even
        /// if it is carried out late.
        public let until: Timestamp
    }

    /// A request.
    public init(
        bucket: Int, limit: Int, mark: Timestamp?, node: NodeID, term: Duration,
        workflows: [(name: String, version: Int)], readsAccounts: Bool = false
    ) {
        self.bucket = bucket
        self.limit = limit
        self.mark = mark
        self.node = node
        self.term = term
        self.workflows = workflows
        self.readsAccounts = readsAccounts
    }
}

/// What a claim found.
public struct Claim: Sendable {
    /// The jobs, leased.
    public let jobs: [ClaimedJob]
    /// When the next job of the bucket is due that nobody has leased; nil: none is.
    ///
    /// Only said when fewer jobs than the limit were found.
    public let nextDue: Timestamp?
    /// `lockstep.now()` in the claim.
    public let now: Timestamp
    /// Whether jobs may have been leased that are not named here, because a part of the answer was lost.
    public let isPartial: Bool

    /// Where tenants took turns: behind which tenant the next turn begins; empty: from the first.
    public var turnedTo = ""
    /// How accounts stand, where that was asked.
    public let accounts: [AccountReading]?

    /// A claim's answer.
    public init(
        jobs: [ClaimedJob], nextDue: Timestamp?, now: Timestamp, isPartial: Bool = false,
        accounts: [AccountReading]? = nil
    ) {
        self.jobs = jobs
        self.nextDue = nextDue
        self.now = now
        self.isPartial = isPartial
        self.accounts = accounts
    }
}

/// Steps of jobs of one bucket, committed together.
public struct CommitBatch: Sendable {
    /// The bucket.
    public let bucket: Int
    /// The owner.
    public let node: NodeID
    /// The steps, one for each job.
    public let jobs: [JobCommit]

    /// A batch.
    public init(bucket: Int, node: NodeID, jobs: [JobCommit]) {
        self.bucket = bucket
        self.node = node
        self.jobs = jobs
    }
}

/// Where a job stands, as far as the fence goes.
public struct Position: Hashable, Sendable {
    /// The number of its last transition.
    public let seq: Int
    /// The number of its commits so far.
    public let commits: Int
    /// The last lease's token.
    public let lease: Int
    /// Who holds the lease; nil: nobody.
    public let owner: NodeID?

    /// A position.
    public init(seq: Int, commits: Int, lease: Int, owner: NodeID?) {
        self.seq = seq
        self.commits = commits
        self.lease = lease
        self.owner = owner
    }
}
