import Time
import WorkflowCore

/// Calling activities, bounded for each provider account.
extension Scheduler {
    /// Lets a held job take its next step, and queues what comes of it.
    mutating func step(_ job: JobID, at now: Timestamp, _ work: (inout JobRun) -> JobRun.Next) {
        guard var entry = held[job] else { return }
        entry.next = work(&entry.run)
        if isDraining, case .perform = entry.next { entry.next = entry.run.withdraw(at: now) }
        switch entry.next {
        case .perform(let invocation) where !entry.run.isChanged:
            held[job] = entry
            queue(invocation)
        case .perform, .release:
            held[job] = entry
            buckets[job.bucket]?.uncommitted.append(job)
        }
    }

    mutating func queue(_ invocation: Invocation) {
        if invocation.purpose == .perform {
            accounts[invocation.account, default: AccountState()].writes.append(invocation.job)
        } else {
            accounts[invocation.account, default: AccountState()].reads.append(invocation.job)
        }
    }

    mutating func startCalls(at now: Timestamp) {
        for account in accounts.keys.sorted(by: { $0.description < $1.description }) {
            guard var state = accounts[account], !(state.writes.isEmpty && state.reads.isEmpty) else { continue }
            var kept: (writes: [JobID], reads: [JobID]) = ([], [])
            var place = limits.callsPerAccount - state.calling
            for job in state.writes where !start(job, &place, at: now) { kept.writes.append(job) }
            for job in state.reads where !start(job, &place, at: now) { kept.reads.append(job) }
            state.calling = limits.callsPerAccount - place
            state.writes = kept.writes
            state.reads = kept.reads
            accounts[account] = state
        }
    }

    /// Starts one call if there is a place and the lease is good; says whether it left the queue.
    private mutating func start(_ job: JobID, _ place: inout Int, at now: Timestamp) -> Bool {
        guard let entry = held[job], case .perform(let invocation) = entry.next else { return true }
        guard place > 0, entry.leaseEnds - now > limits.margin else { return false }
        place -= 1
        calls[Lease(job: job, token: invocation.lease)] = invocation.account
        actions.append(.perform(invocation))
        return true
    }

    mutating func answered(_ job: JobID, lease: Int, _ answer: ActivityAnswer, at now: Timestamp) {
        // The place is freed even where the job is no longer ours.
        if let account = calls.removeValue(forKey: Lease(job: job, token: lease)) { accounts[account]?.calling -= 1 }
        guard let entry = held[job], entry.run.lease == lease, entry.run.calling != nil else { return }
        step(job, at: now) { $0.answered(answer, at: now) }
    }

    // MARK: Draining

    /// Stops taking jobs, and gives back those that wait for their turn. Calls under way may finish.
    mutating func drain(at now: Timestamp) {
        guard !isDraining else { return }
        isDraining = true
        for account in accounts.keys.sorted(by: { $0.description < $1.description }) {
            let waiting = (accounts[account]?.writes ?? []) + (accounts[account]?.reads ?? [])
            accounts[account]?.writes = []
            accounts[account]?.reads = []
            for job in waiting { step(job, at: now) { $0.withdraw(at: now) } }
        }
    }
}
