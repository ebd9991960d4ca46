import Engine
import LockstepTesting
import Time
import WorkflowCore

/// The store of a run: the one in memory, the webhooks' inbox beside it, and whatever defect is built in.
struct Database {
    let memory: MemoryStore
    let inbox: Inbox
    let defect: Defect?
    private var dice: Dice

    init(clock: any Clock, buckets: Int, defect: Defect?, dice: Dice) {
        self.dice = dice
        memory = MemoryStore(clock: clock, buckets: buckets, seed: self.dice.number())
        inbox = Inbox(memory)
        self.defect = defect
    }

    func claim(_ request: ClaimRequest) -> Claim {
        let claim = memory.claimNow(request)
        guard defect == .forgottenAttempts else { return claim }
        return Claim(
            jobs: claim.jobs.map(Self.forgettingAttempt), nextDue: claim.nextDue, now: claim.now,
            accounts: claim.accounts)
    }

    /// Commits a batch. Whether somebody has to be woken for it, since a webhook that waited has found its job, is told
    /// too.
    mutating func commit(_ batch: CommitBatch) -> (accepted: Set<JobID>, didWake: Bool) {
        let accepted: Set<JobID>
        switch defect {
        case .unfencedCommits: accepted = commitUnfenced(batch)
        case .uncountedCommits:
            let jobs = batch.jobs.map { $0.expecting(commits: memory[$0.id]?.commits ?? 0) }
            accepted = memory.commitNow(CommitBatch(bucket: batch.bucket, node: batch.node, jobs: jobs))
        case .forgetfulStore where dice.chance(0.05): return (Set(batch.jobs.map(\.id)), false)
        case .forgottenAnswers:
            accepted = memory.commitNow(
                CommitBatch(bucket: batch.bucket, node: batch.node, jobs: batch.jobs.map(Self.forgettingAnswers)))
        case .forgetfulStore, .forgottenAttempts, .blindRepeats, .freshKeys, .breakersThatNeverOpen, nil:
            accepted = memory.commitNow(batch)
        }
        let names = batch.jobs.filter { accepted.contains($0.id) }.flatMap(\.references)
        return (accepted, names.isEmpty ? false : inbox.match(names))
    }

    private static func forgettingAttempt(_ job: ClaimedJob) -> ClaimedJob {
        var row = job.row
        row.attemptStatus = nil
        row.attemptAt = nil
        return ClaimedJob(
            id: job.id, workflow: job.workflow, version: job.version, tenant: job.tenant, seq: job.seq,
            commits: job.commits, lease: job.lease, input: job.input, parent: job.parent,
            ownerVanished: job.ownerVanished, row: row,
            signals: job.signals)
    }

    private static func forgettingAnswers(_ commit: JobCommit) -> JobCommit {
        var commit = commit
        commit.handled = []
        return commit
    }

    /// Each commit is passed on as if it came from whoever owns the job by now.
    private func commitUnfenced(_ batch: CommitBatch) -> Set<JobID> {
        var accepted: Set<JobID> = []
        for commit in batch.jobs {
            guard let job = memory[commit.id], let owner = job.owner else { continue }
            let forced = commit.expecting(seq: job.seq, commits: job.commits, lease: job.lease)
            accepted.formUnion(memory.commitNow(CommitBatch(bucket: batch.bucket, node: owner, jobs: [forced])))
        }
        return accepted
    }
}

extension JobCommit {
    /// The same step with another fence.
    fileprivate func expecting(seq: Int? = nil, commits: Int, lease: Int? = nil) -> JobCommit {
        var forced = JobCommit(
            id: id, expectedSeq: seq ?? expectedSeq, expectedCommits: commits, lease: lease ?? self.lease,
            seq: self.seq, keepsLease: keepsLease, row: row)
        forced.history = history
        forced.handled = handled
        forced.references = references
        forced.messages = messages
        forced.children = children
        forced.attempts = attempts
        return forced
    }
}
