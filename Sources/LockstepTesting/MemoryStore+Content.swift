import Engine
import Time
import WorkflowCore

/// What a memory store holds, and its rules: the same as those of `sql/queries`.
struct Content {
    let buckets: Int
    var random: SplitMix64
    private(set) var jobs: [JobID: StoredJob] = [:]
    /// The jobs with which something may have to be done by itself or because they were told something.
    private(set) var active: Set<JobID> = []
    private var nextSignal: Int64 = 1
    var accounts = StoredAccounts()

    init(buckets: Int, random: SplitMix64) {
        self.buckets = buckets
        self.random = random
    }

    /// Keeps a job as it is now.
    mutating func keep(_ job: StoredJob, as id: JobID) {
        jobs[id] = job
        if job.row.dueAt != nil || !job.inbox.isEmpty {
            active.insert(id)
        } else {
            active.remove(id)
        }
    }

    mutating func signal(
        _ id: JobID, _ name: String, payload: String, key: String?, actor: String
    ) -> SignalReceipt {
        guard var job = jobs[id] else { return .unknownJob }
        if let key, job.keys.insert(key).inserted == false { return .duplicate }
        job.inbox.append(PendingSignal(id: nextSignal, name: name, payload: payload, actor: actor))
        keep(job, as: id)
        nextSignal += 1
        return .accepted
    }

    mutating func claim(_ request: ClaimRequest, at now: Timestamp) -> Claim {
        if let recovery = request.recovery { recover(recovery, request, at: now) }
        var due: [Candidate] = []
        var signaled: [JobID] = []
        for id in active where id.bucket == request.bucket {
            guard let job = jobs[id], request.workflows.contains(where: { $0 == (job.workflow, job.version) })
            else { continue }
            if let dueAt = job.row.dueAt, dueAt <= now {
                if request.mark.map({ dueAt > $0 }) ?? true {
                    due.append(Candidate(priority: job.priority, dueAt: dueAt, id: id))
                }
            } else if job.isSignaled {
                signaled.append(id)
            }
        }
        if let turn = request.turn { due = take(turn, of: due) }
        let found = due.sorted().map(\.id) + signaled.sorted()
        let claimed = found.prefix(request.limit).compactMap { lease($0, request, at: now) }
        return Claim(jobs: claimed, nextDue: found.count < request.limit ? nextDue(request) : nil, now: now)
    }

    /// A few jobs of each tenant and priority, tenants by name.
    private func take(_ turn: ClaimRequest.Turn, of due: [Candidate]) -> [Candidate] {
        let others = due.filter { job in
            guard let tenant = jobs[job.id]?.tenant else { return false }
            return tenant > turn.after && !turn.without.contains(tenant)
        }
        return Dictionary(grouping: others) { "\($0.priority) \(jobs[$0.id]?.tenant ?? "")" }
            .sorted { $0.key < $1.key }
            .flatMap { $0.value.sorted().prefix(turn.quantum) }
    }

    /// What is leased to the node, and it knows nothing of, is due now.
    private mutating func recover(_ recovery: ClaimRequest.Recovery, _ request: ClaimRequest, at now: Timestamp) {
        let held = Set(recovery.held)
        for id in active where id.bucket == request.bucket && !held.contains(id) {
            guard var job = jobs[id], job.owner == request.node, let ends = job.row.dueAt, ends <= recovery.until
            else { continue }
            job.row.dueAt = min(ends, now)
            keep(job, as: id)
        }
    }

    /// When the next job is due that this node could claim and nobody has leased.
    private func nextDue(_ request: ClaimRequest) -> Timestamp? {
        active.lazy.filter { $0.bucket == request.bucket }.compactMap { id in
            guard let job = jobs[id], job.owner == nil,
                request.workflows.contains(where: { $0 == (job.workflow, job.version) })
            else { return nil }
            return job.row.dueAt
        }.min()
    }

    private mutating func lease(_ id: JobID, _ request: ClaimRequest, at now: Timestamp) -> ClaimedJob? {
        guard var job = jobs[id] else { return nil }
        let before = job.row
        let ownerVanished = job.owner != nil
        job.lease += 1
        job.owner = request.node
        job.row.dueAt = now + request.term
        keep(job, as: id)
        return ClaimedJob(
            id: id, workflow: job.workflow, version: job.version, tenant: job.tenant, seq: job.seq,
            commits: job.commits, lease: job.lease, input: job.row.data == nil ? job.input : nil, parent: job.parent,
            ownerVanished: ownerVanished,
            row: before, signals: job.inbox)
    }

    mutating func commit(_ batch: CommitBatch, at now: Timestamp) -> Set<JobID> {
        var accepted: Set<JobID> = []
        for commit in batch.jobs {
            guard var job = jobs[commit.id], job.seq == commit.expectedSeq, job.commits == commit.expectedCommits,
                job.lease == commit.lease, job.owner == batch.node
            else { continue }
            let leaseEnds = job.row.dueAt
            job.row = commit.row
            job.seq = commit.seq
            job.commits += 1
            if commit.keepsLease { job.row.dueAt = leaseEnds } else { job.owner = nil }
            job.input = commit.sealedInput ?? job.input
            job.references.formUnion(commit.references)
            for signal in commit.handled {
                job.inbox.removeAll { $0.id == signal.id }
                job.answers[signal.id] = signal.answer
            }
            keep(job, as: commit.id)
            apply(commit, of: job, at: now)
            // Where they lie: the copy above would make each append copy the whole past.
            jobs[commit.id]?.history += commit.history
            jobs[commit.id]?.attempts += commit.attempts
            accepted.insert(commit.id)
        }
        return accepted
    }

    private mutating func apply(_ commit: JobCommit, of job: StoredJob, at now: Timestamp) {
        for child in commit.children where jobs[child.id] == nil {
            let started = StoredJob(
                workflow: child.workflow, version: child.version, tenant: child.tenant, priority: job.priority,
                input: child.input, dueAt: now, parent: commit.id)
            keep(started, as: child.id)
        }
        for message in commit.messages {
            _ = signal(
                message.to, message.name, payload: message.payload, key: message.key, actor: "job:\(commit.id)")
        }
    }
}

/// A due job in the order of claims: by priority, then by the time it has been due, then by age.
private struct Candidate: Comparable {
    let priority: Int
    let dueAt: Timestamp
    let id: JobID

    static func < (lhs: Candidate, rhs: Candidate) -> Bool {
        (lhs.priority, lhs.dueAt, lhs.id) < (rhs.priority, rhs.dueAt, rhs.id)
    }
}
