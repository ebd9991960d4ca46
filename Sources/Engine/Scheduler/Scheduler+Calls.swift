import Time
import WorkflowCore

/// Calling activities, bounded for each provider account.
extension Scheduler {
    /// Queues what a held job's step came to.
    mutating func step(_ job: JobID, at now: Timestamp, _ next: JobRun.Next?) {
        guard var next, let lease = held[job]?.lease else { return }
        if isDraining, case .perform = next { next = runs[job]?.withdraw(at: now) ?? next }
        held[job]?.next = next
        if case .perform(let invocation) = next, runs[job]?.isChanged == false {
            held[job]?.stage = .queued
            queue(invocation)
        } else {
            held[job]?.stage = .uncommitted
            buckets[job.bucket]?.uncommitted.append(lease)
        }
    }

    /// Lets a call wait for its turn.
    mutating func queue(_ invocation: Invocation) {
        let lease = Lease(job: invocation.job, token: invocation.lease)
        if invocation.purpose == .perform {
            accounts[invocation.account, default: AccountState()].writes.append(lease)
        } else {
            accounts[invocation.account, default: AccountState()].reads.append(lease)
        }
    }

    mutating func startCalls(at now: Timestamp) {
        for account in sortedAccounts {
            // Writes go first: reading must not starve confirmations.
            startCalls(in: \.writes, of: account, at: now)
            startCalls(in: \.reads, of: account, at: now)
        }
    }

    private mutating func startCalls(
        in line: WritableKeyPath<AccountState, Line<Lease>>, of account: ProviderAccount, at now: Timestamp
    ) {
        var early: [Lease] = []
        while let state = accounts[account]?.calling, state < limits.callsPerAccount,
            let lease = accounts[account]?[keyPath: line].popFirst()
        {
            guard let entry = held[lease.job], entry.lease == lease, entry.stage == .queued,
                case .perform(let invocation) = entry.next
            else { continue }
            guard entry.leaseEnds - now > limits.margin else {
                early.append(lease)
                continue
            }
            held[lease.job]?.stage = .calling
            held[lease.job]?.hasCalled = true
            accounts[account]?.calling += 1
            calls[lease] = account
            actions.append(.perform(invocation.sent(before: sendBefore(entry.leaseEnds))))
        }
        // Their leases are about to end: they wait for the renewal.
        accounts[account]?[keyPath: line].putBack(early)
    }

    /// Until when something may be sent under a lease: whoever takes the job over does not look before it ends.
    func sendBefore(_ leaseEnds: Timestamp) -> Timestamp { leaseEnds - limits.margin }

    mutating func answered(_ job: JobID, lease token: Int, _ answer: ActivityAnswer, at now: Timestamp) {
        let lease = Lease(job: job, token: token)
        // The place is freed even where the job is no longer ours.
        guard let account = calls.removeValue(forKey: lease) else { return }
        accounts[account]?.calling -= 1
        guard let entry = held[job], entry.lease == lease, entry.stage == .calling else { return }
        step(job, at: now, runs[job]?.answered(answer, at: now))
    }

    var sortedAccounts: [ProviderAccount] {
        accounts.filter { !$0.value.isEmpty }.keys.sorted { $0.description < $1.description }
    }
}
