import Engine
import Time
import WorkflowCore

/// What a memory store holds, and its rules: the same as those of `sql/queries`.
struct Content {
    let buckets: Int
    var random: SplitMix64
    var jobs: [JobID: StoredJob] = [:]
    var nextSignal: Int64 = 1

    init(buckets: Int, random: SplitMix64) {
        self.buckets = buckets
        self.random = random
    }

    mutating func signal(
        _ id: JobID, _ name: String, payload: String, key: String?, actor: String
    ) -> SignalReceipt {
        guard jobs[id] != nil else { return .unknownJob }
        if let key, jobs[id]?.keys.insert(key).inserted == false { return .duplicate }
        jobs[id]?.inbox.append(PendingSignal(id: nextSignal, name: name, payload: payload, actor: actor))
        nextSignal += 1
        return .accepted
    }

    mutating func claim(_ request: ClaimRequest, at now: Timestamp) -> Claim {
        let candidates = jobs.filter { id, job in
            id.bucket == request.bucket && request.workflows.contains { $0 == (job.workflow, job.version) }
        }
        let due = candidates.filter { _, job in
            guard let due = job.row.dueAt, due <= now else { return false }
            return job.owner == nil || due <= now
        }
        .filter { _, job in request.mark.map { mark in job.row.dueAt.map { $0 > mark } ?? false } ?? true }
        .sorted { Self.precedes($0, $1) }
        let signaled = candidates.filter { $0.value.isSignaled }.sorted { $0.key < $1.key }
        var taken: [JobID] = []
        for (id, _) in due + signaled where taken.count < request.limit && !taken.contains(id) { taken.append(id) }
        let claimed = taken.compactMap { lease($0, request, at: now) }
        let next =
            taken.count < request.limit
            ? jobs.filter { $0.key.bucket == request.bucket }.values.compactMap { $0.row.dueAt }.min() : nil
        return Claim(jobs: claimed, nextDue: next, now: now)
    }

    private static func precedes(_ one: (key: JobID, value: StoredJob), _ other: (key: JobID, value: StoredJob)) -> Bool
    {
        let left = (one.value.priority, one.value.row.dueAt?.microseconds ?? 0)
        let right = (other.value.priority, other.value.row.dueAt?.microseconds ?? 0)
        return left == right ? one.key < other.key : left < right
    }

    private mutating func lease(_ id: JobID, _ request: ClaimRequest, at now: Timestamp) -> ClaimedJob? {
        guard var job = jobs[id] else { return nil }
        let before = job.row
        let ownerVanished = job.owner != nil
        job.lease += 1
        job.owner = request.node
        job.row.dueAt = now + request.term
        jobs[id] = job
        return ClaimedJob(
            id: id, workflow: job.workflow, version: job.version, tenant: job.tenant, seq: job.seq, lease: job.lease,
            input: job.row.data == nil ? job.input : nil, parent: job.parent, ownerVanished: ownerVanished,
            row: before, signals: job.inbox)
    }

    mutating func commit(_ batch: CommitBatch, at now: Timestamp) -> Set<JobID> {
        var accepted: Set<JobID> = []
        for commit in batch.jobs {
            guard var job = jobs[commit.id], job.seq == commit.expectedSeq, job.lease == commit.lease,
                job.owner == batch.node
            else { continue }
            let leaseEnds = job.row.dueAt
            job.row = commit.row
            job.seq = commit.seq
            if commit.keepsLease { job.row.dueAt = leaseEnds } else { job.owner = nil }
            job.history += commit.history
            job.attempts += commit.attempts.filter { !job.attempts.contains($0) }
            job.references.formUnion(commit.references)
            for signal in commit.handled {
                job.inbox.removeAll { $0.id == signal.id }
                job.answers[signal.id] = signal.answer
            }
            jobs[commit.id] = job
            apply(commit, of: job, at: now)
            accepted.insert(commit.id)
        }
        return accepted
    }

    private mutating func apply(_ commit: JobCommit, of job: StoredJob, at now: Timestamp) {
        for child in commit.children where jobs[child.id] == nil {
            jobs[child.id] = StoredJob(
                workflow: child.workflow, version: child.version, tenant: child.tenant, priority: job.priority,
                input: child.input, dueAt: now, parent: commit.id)
        }
        for message in commit.messages {
            _ = signal(
                message.to, message.name, payload: message.payload, key: message.key, actor: "job:\(commit.id)")
        }
    }
}
