import Time
import WorkflowCore

/// Committing in groups, and what becomes of them.
extension Scheduler {
    mutating func formGroups(in bucket: Int, at now: Timestamp) {
        while let state = buckets[bucket], !state.uncommitted.isEmpty,
            state.groupsUnderWay < limits.commitsUnderWay
        {
            let members = state.uncommitted.prefix(limits.commit)
            buckets[bucket]?.uncommitted.removeFirst(members.count)
            let jobs = members.compactMap { flush($0) }
            guard !jobs.isEmpty else { continue }
            let number = nextGroup
            nextGroup += 1
            groups[number] = CommitGroup(bucket: bucket, jobs: jobs)
            buckets[bucket]?.groupsUnderWay += 1
            actions.append(.commit(number, CommitBatch(bucket: bucket, node: node, jobs: jobs)))
        }
    }

    private mutating func flush(_ job: JobID) -> JobCommit? {
        guard var entry = held[job] else { return nil }
        var keeps = false
        if case .perform = entry.next { keeps = true }
        let commit = entry.run.flush(keepsLease: keeps)
        held[job] = entry
        return commit
    }

    mutating func committed(_ number: Int, accepted: Set<JobID>, at now: Timestamp) {
        guard let group = groups.removeValue(forKey: number) else { return }
        buckets[group.bucket]?.groupsUnderWay -= 1
        for job in group.jobs where held[job.id]?.run.lease == job.lease {
            if accepted.contains(job.id) {
                proceed(job, at: now)
            } else {
                drop(job.id)
            }
        }
    }

    /// A job's step is in the store: its call is made, or it is out of our hands.
    private mutating func proceed(_ job: JobCommit, at now: Timestamp) {
        guard job.keepsLease, let entry = held[job.id], case .perform(let invocation) = entry.next else {
            noteDue(job)
            return drop(job.id)
        }
        if isDraining {
            step(job.id, at: now) { $0.withdraw(at: now) }
        } else {
            queue(invocation)
        }
    }

    /// A job that was given back may be the next one due.
    private mutating func noteDue(_ job: JobCommit) {
        guard let due = job.row.dueAt else { return }
        let known = buckets[job.id.bucket]?.nextDue
        buckets[job.id.bucket]?.nextDue = known.map { min($0, due) } ?? due
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

    /// A commit whose answer was lost is looked up, not guessed. One statement committed the whole group or nothing,
    /// but for the jobs whose fence did not hold.
    mutating func found(_ number: Int, _ positions: [JobID: Position], at now: Timestamp) {
        guard var group = groups[number] else { return }
        var again: [JobCommit] = []
        for job in group.jobs where held[job.id]?.run.lease == job.lease {
            guard let position = positions[job.id], position.lease == job.lease else {
                drop(job.id)
                continue
            }
            let isReleased = position.owner != node
            if position.seq == job.seq, job.seq > job.expectedSeq || isReleased, isReleased != job.keepsLease {
                proceed(job, at: now)
            } else if position.seq == job.expectedSeq, !isReleased {
                // Nothing of it shows. If it brought no transition it may be there all the same: then it is repeated
                // word for word, and changes nothing.
                again.append(job)
            } else {
                drop(job.id)
            }
        }
        group.mustFind = false
        group.jobs = again
        if again.isEmpty {
            groups[number] = nil
            buckets[group.bucket]?.groupsUnderWay -= 1
        } else {
            groups[number] = group
            actions.append(.commit(number, CommitBatch(bucket: group.bucket, node: node, jobs: again)))
        }
    }

    /// 100 ms, doubled with each failure, at most 5 s.
    private func backoff(_ failures: Int) -> Duration {
        .milliseconds(min(5000, 100 << min(failures - 1, 6)))
    }
}
