public import Engine
import Synchronization
public import Time
public import WorkflowCore

/// A store without a database, for tests and simulations: the same contract as the PostgreSQL store, held to it by the
/// same suite.
///
/// Time is what it is told: each call that needs “now” reads the clock it was given.
public final class MemoryStore: Store, Bell {
    let clock: any Clock
    let content: Mutex<Content>

    /// An empty store with this many buckets.
    public init(clock: any Clock, buckets: Int = 1, seed: UInt64 = 1) {
        self.clock = clock
        content = Mutex(Content(buckets: buckets, random: SplitMix64(seed: seed)))
    }

    /// How many buckets there are.
    public var buckets: Int { content.withLock { $0.buckets } }

    /// Enqueues a job, with its input as JSON.
    @discardableResult
    public func enqueue(
        _ workflow: String, version: Int = 1, input: String, tenant: String = "default", priority: Int = 2,
        runAt: Timestamp? = nil
    ) -> JobID {
        let now = clock.now()
        return content.withLock { content in
            let bucket = Int(content.random.next() % UInt64(content.buckets))
            let id = JobID(at: now, bucket: bucket, random: content.random.next())
            let job = StoredJob(
                workflow: workflow, version: version, tenant: tenant, priority: priority, input: input,
                dueAt: runAt ?? now)
            content.keep(job, as: id)
            return id
        }
    }

    /// Tells a job something; with a key, once.
    @discardableResult
    public func signal(
        _ job: JobID, _ name: String, payload: String = "{}", key: String? = nil, actor: String = "app"
    ) -> SignalReceipt {
        content.withLock { $0.signal(job, name, payload: payload, key: key, actor: actor) }
    }

    /// Leases due jobs.
    public func claim(_ request: ClaimRequest) async throws(StoreFailure) -> Claim { claimNow(request) }

    /// Commits steps.
    public func commit(_ batch: CommitBatch) async throws(StoreFailure) -> Set<JobID> { commitNow(batch) }

    /// Where jobs stand.
    public func find(_ jobs: [JobID], bucket: Int) async throws(StoreFailure) -> [JobID: Position] {
        findNow(jobs, bucket: bucket)
    }

    /// Renews leases.
    public func renew(
        _ leases: [Lease], bucket: Int, node: NodeID, term: Duration
    ) async throws(StoreFailure) -> Set<JobID> { renewNow(leases, bucket: bucket, node: node, term: term) }

    /// Gives leases back.
    public func release(_ leases: [Lease], bucket: Int, node: NodeID) async throws(StoreFailure) -> Set<JobID> {
        releaseNow(leases, bucket: bucket, node: node)
    }

    /// Nobody rings here: whoever enqueues rings the daemon himself.
    public func set(for node: NodeID) async throws(StoreFailure) {}

    /// `claim`, for callers that can't wait.
    public func claimNow(_ request: ClaimRequest) -> Claim {
        let now = clock.now()
        return content.withLock { content in
            let claim = content.claim(request, at: now)
            guard request.readsAccounts else { return claim }
            return Claim(jobs: claim.jobs, nextDue: claim.nextDue, now: now, accounts: content.accounts.readings)
        }
    }

    /// `commit`, for callers that can't wait.
    public func commitNow(_ batch: CommitBatch) -> Set<JobID> {
        let now = clock.now()
        return content.withLock { $0.commit(batch, at: now) }
    }

    /// `find`, for callers that can't wait.
    public func findNow(_ jobs: [JobID], bucket: Int) -> [JobID: Position] {
        content.withLock { content in
            var positions: [JobID: Position] = [:]
            for id in jobs where id.bucket == bucket {
                guard let job = content.jobs[id] else { continue }
                positions[id] = Position(
                    seq: job.seq, commits: job.commits, lease: job.lease, owner: job.owner)
            }
            return positions
        }
    }

    /// `renew`, for callers that can't wait.
    public func renewNow(_ leases: [Lease], bucket: Int, node: NodeID, term: Duration) -> Set<JobID> {
        let now = clock.now()
        return content.withLock { content in
            var renewed: Set<JobID> = []
            for lease in leases where lease.job.bucket == bucket {
                guard var job = content.jobs[lease.job], job.lease == lease.token, job.owner == node else { continue }
                job.row.dueAt = now + term
                content.keep(job, as: lease.job)
                renewed.insert(lease.job)
            }
            return renewed
        }
    }

    /// `release`, for callers that can't wait.
    @discardableResult
    public func releaseNow(_ leases: [Lease], bucket: Int, node: NodeID) -> Set<JobID> {
        let now = clock.now()
        return content.withLock { content in
            var released: Set<JobID> = []
            for lease in leases where lease.job.bucket == bucket {
                guard var job = content.jobs[lease.job], job.lease == lease.token, job.owner == node else { continue }
                job.owner = nil
                let goesOn = [.queued, .waiting].contains(job.row.status) || job.row.isWatched
                job.row.dueAt = goesOn ? now : nil
                content.keep(job, as: lease.job)
                released.insert(lease.job)
            }
            return released
        }
    }

    /// A job as the store holds it, or nil.
    public subscript(job: JobID) -> StoredJob? { content.withLock { $0.jobs[job] } }

    /// All jobs, in the order of their ids.
    public var jobs: [(id: JobID, job: StoredJob)] {
        content.withLock { $0.jobs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// The jobs that something outside knows by this name.
    public func jobs(referredToBy reference: Reference) -> [JobID] {
        content.withLock { content in
            content.jobs.filter { $0.value.references.contains(reference) }.map(\.key).sorted()
        }
    }

    /// When the next job is due that nobody has leased, or the next lease ends; nil: nothing is due by itself.
    public var nextDue: Timestamp? {
        content.withLock { content in content.active.compactMap { content.jobs[$0]?.row.dueAt }.min() }
    }

    /// Whether a daemon that looked now would find something to deliver or to do, or is just doing it.
    ///
    /// What a vanished node holds is nobody's work until its leases end.
    public func hasWork(at now: Timestamp, vanished: Set<NodeID> = []) -> Bool {
        content.withLock { content in
            content.active.contains { id in
                guard let job = content.jobs[id] else { return false }
                if let due = job.row.dueAt, due <= now { return true }
                return job.owner.map { !vanished.contains($0) } ?? job.isSignaled
            }
        }
    }
}

/// What became of a signal.
public enum SignalReceipt: String, Sendable {
    /// It will be delivered.
    case accepted
    /// It was told before, under the same key.
    case duplicate
    /// There is no such job.
    case unknownJob = "unknown job"
}

/// A job in a `MemoryStore`.
public struct StoredJob: Sendable {
    /// Its flow.
    public let workflow: String
    /// Its flow's version.
    public let version: Int
    /// Whose it is.
    public let tenant: String
    /// 1 first, 4 last.
    public let priority: Int
    /// What it was asked, as JSON.
    public internal(set) var input: String
    /// The job that runs it.
    public internal(set) var parent: JobID?
    /// The changing part.
    public internal(set) var row = JobRow()
    /// The number of its last transition.
    public internal(set) var seq = 0
    /// The number of its commits so far.
    public internal(set) var commits = 0
    /// The last lease's token.
    public internal(set) var lease = 0
    /// Who holds the lease.
    public internal(set) var owner: NodeID?
    /// Its history, in order.
    public internal(set) var history: [HistoryEntry] = []
    /// Its attempts that ended without a transition.
    public internal(set) var attempts: [AttemptRecord] = []
    /// By which names something outside knows it.
    public internal(set) var references: Set<Reference> = []
    /// What it was told and has not heard.
    public internal(set) var inbox: [PendingSignal] = []
    /// What became of what it heard.
    public internal(set) var answers: [Int64: String] = [:]
    var keys: Set<String> = []

    init(
        workflow: String, version: Int, tenant: String, priority: Int, input: String, dueAt: Timestamp,
        parent: JobID? = nil
    ) {
        self.workflow = workflow
        self.version = version
        self.tenant = tenant
        self.priority = priority
        self.input = input
        self.parent = parent
        row.dueAt = dueAt
    }

    /// Whether there is something in the inbox that a claim may deliver.
    var isSignaled: Bool {
        guard owner == nil, !inbox.isEmpty else { return false }
        if row.status == .paused { return inbox.contains { $0.name == "$resume" } }
        // What waits for an unknown outcome to be cleared up is delivered with the next due look.
        return row.attemptStatus != .unknown || row.status == .parked
    }
}
