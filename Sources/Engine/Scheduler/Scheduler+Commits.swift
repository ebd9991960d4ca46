import Time
import WorkflowCore

/// Committing in groups, and what becomes of them.
extension Scheduler {
    mutating func formGroups(in bucket: Int, at now: Timestamp) {
        while let state = buckets[bucket], !state.uncommitted.isEmpty,
            state.groupsUnderWay < limits.commitsUnderWay
        {
            let members = buckets[bucket]?.uncommitted.popFirst(limits.commit) ?? []
            let jobs = members.compactMap { flush($0) }
            guard !jobs.isEmpty else { continue }
            let number = nextGroup
            nextGroup += 1
            groups[number] = CommitGroup(bucket: bucket, jobs: jobs)
            buckets[bucket]?.groupsUnderWay += 1
            actions.append(.commit(number, CommitBatch(bucket: bucket, node: node, jobs: jobs)))
        }
    }

    private mutating func flush(_ lease: Lease) -> JobCommit? {
        // A job that was lost and taken again stands here twice; only the newer one counts.
        guard let entry = held[lease.job], entry.lease == lease, entry.stage == .uncommitted else { return nil }
        var keeps = false
        if case .perform = entry.next { keeps = true }
        held[lease.job]?.stage = .committing
        return withRun(lease.job) { $0.flush(keepsLease: keeps) }
    }

    mutating func committed(_ number: Int, accepted: Set<JobID>, at now: Timestamp) {
        guard let group = groups[number] else { return }
        let isWhole = accepted.count == group.jobs.count
        let refused = isWhole ? [] : group.jobs.filter { !accepted.contains($0.id) && isOurs($0) }
        for job in group.jobs where accepted.contains(job.id) && isOurs(job) { proceed(job, at: now) }
        // An earlier copy of it may have come after we had looked: then this one was refused, and ours it is.
        if group.wasRepeated, !refused.isEmpty { return find(number, refused) }
        finish(number)
        for job in refused { drop(job.id) }
    }

    private mutating func find(_ number: Int, _ jobs: [JobCommit]) {
        guard var group = groups[number] else { return }
        group.jobs = jobs
        group.wasRepeated = false
        groups[number] = group
        actions.append(.find(number, bucket: group.bucket, jobs.map(\.id)))
    }

    /// Whether a commit is still this node's business: the job was not lost in the meantime.
    private func isOurs(_ job: JobCommit) -> Bool { held[job.id]?.lease.token == job.lease }

    private mutating func finish(_ number: Int) {
        guard let group = groups.removeValue(forKey: number) else { return }
        buckets[group.bucket]?.groupsUnderWay -= 1
    }

    /// A job's step is in the store: its call is made, or it is out of our hands.
    private mutating func proceed(_ job: JobCommit, at now: Timestamp) {
        guard let entry = held[job.id] else { return }
        // Children and messages are for jobs of the same bucket, and nobody else rings for them.
        if !job.children.isEmpty || !job.messages.isEmpty { buckets[job.id.bucket]?.wantsClaim = true }
        guard job.keepsLease, case .perform(let invocation) = entry.next else {
            if let due = job.row.dueAt { buckets[job.id.bucket]?.expect(due) }
            // What it was told in the meantime has rung already, or not at all: nobody could claim it then.
            if entry.hasCalled || entry.looks != looks { buckets[job.id.bucket]?.wantsClaim = true }
            return drop(job.id)
        }
        if isDraining {
            step(job.id, at: now, withRun(job.id) { $0.withdraw(at: now) })
        } else {
            held[job.id]?.stage = .queued
            queue(invocation)
        }
    }

    mutating func commitFailed(_ number: Int, _ failure: StoreFailure, at now: Timestamp) {
        guard var group = groups[number] else { return }
        group.failures += 1
        group.retryAt = now + backoff(group.failures)
        if case .unknown = failure { group.mustFind = true }
        groups[number] = group
    }

    mutating func findFailed(_ number: Int, at now: Timestamp) {
        guard var group = groups[number] else { return }
        group.failures += 1
        group.retryAt = now + backoff(group.failures)
        groups[number] = group
    }

    mutating func retryGroups(at now: Timestamp) {
        for number in groups.keys.sorted() {
            guard var group = groups[number], let retry = group.retryAt, retry <= now else { continue }
            group.retryAt = nil
            groups[number] = group
            if group.mustFind {
                actions.append(.find(number, bucket: group.bucket, group.jobs.map(\.id)))
            } else {
                actions.append(.commit(number, CommitBatch(bucket: group.bucket, node: node, jobs: group.jobs)))
            }
        }
    }

    /// A commit whose answer was lost is looked up, not guessed.
    ///
    /// One statement committed the whole group or nothing, but for the jobs whose fence did not hold.
    mutating func found(_ number: Int, _ positions: [JobID: Position], at now: Timestamp) {
        guard var group = groups[number] else { return }
        var again: [JobCommit] = []
        for job in group.jobs where isOurs(job) {
            switch fateOf(job, positions[job.id]) {
            case .applied: proceed(job, at: now)
            case .missing: again.append(job)
            case .overtaken: drop(job.id)
            }
        }
        group.mustFind = false
        group.jobs = again
        group.wasRepeated = true
        groups[number] = group
        guard !again.isEmpty else { return finish(number) }
        actions.append(.commit(number, CommitBatch(bucket: group.bucket, node: node, jobs: again)))
    }

    private enum Fate {
        /// It is in the store.
        case applied
        /// It is not, or not yet: sent again, one of the two copies is taken.
        case missing
        /// Somebody else has the job by now.
        case overtaken
    }

    private func fateOf(_ job: JobCommit, _ position: Position?) -> Fate {
        guard let position, position.lease == job.lease else { return .overtaken }
        // Under our lease nobody else commits, and we commit one after the other.
        if position.commits == job.expectedCommits + 1 { return .applied }
        let isAsKnown = position.commits == job.expectedCommits && position.seq == job.expectedSeq
        return isAsKnown && position.owner == node ? .missing : .overtaken
    }

    /// 100 ms, doubled with each failure, at most 5 s.
    private func backoff(_ failures: Int) -> Duration {
        .milliseconds(min(5000, 100 << min(failures - 1, 6)))
    }
}
