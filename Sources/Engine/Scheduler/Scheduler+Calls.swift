import Time
import WorkflowCore

/// Calling activities, bounded for each provider account.
extension Scheduler {
    /// Queues what a held job's step came to.
    mutating func step(_ job: JobID, at now: Timestamp, _ next: JobRun.Next?) {
        guard var next, let lease = held[job]?.lease else { return }
        if case .perform(let invocation) = next {
            if isDraining {
                next = withRun(job) { $0.withdraw(at: now) } ?? next
            } else if let until = holdEnd(job, invocation.account, at: now) {
                next = withRun(job) { $0.hold(for: invocation.account, until: until, at: now) } ?? next
            }
        }
        held[job]?.next = next
        if case .perform(let invocation) = next, withRun(job, { $0.isChanged }) == false {
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
        let tenant = held[invocation.job]?.tenant ?? ""
        if invocation.purpose == .perform {
            accounts[invocation.account, default: AccountState()].writes.append(lease, of: tenant)
        } else {
            accounts[invocation.account, default: AccountState()].reads.append(lease, of: tenant)
        }
    }

    mutating func startCalls(at now: Timestamp) {
        for account in accounts(where: { !$0.isEmpty }) {
            switch accounts[account]?.gate.passage(for: node, at: now) {
            case .free:
                // Writes go first: reading must not starve confirmations.
                startCalls(in: \.writes, of: account, at: now, most: permits(at: account))
                startCalls(in: \.reads, of: account, at: now, most: permits(at: account))
            case .one:
                // What tries an account had better be a read.
                startCalls(in: \.reads, of: account, at: now, most: 1, asProbe: true)
                if accounts[account]?.gate.probe == nil {
                    startCalls(in: \.writes, of: account, at: now, most: 1, asProbe: true)
                }
            case .blocked, .ask, nil: break
            }
        }
    }

    /// Gives back the jobs whose calls would wait too long.
    mutating func holdLines(at now: Timestamp) {
        let crowded = accounts {
            !$0.isEmpty && $0.waiting > $0.gate.waitingRoom(for: node, within: limits.holdAfter, at: now)
        }
        for account in crowded {
            let writes = accounts[account]?.writes.removeAll() ?? []
            let reads = accounts[account]?.reads.removeAll() ?? []
            for lease in writes + reads {
                guard let entry = held[lease.job], entry.lease == lease, entry.stage == .queued,
                    case .perform(let invocation) = entry.next
                else { continue }
                guard let until = holdEnd(lease.job, account, at: now) else {
                    queue(invocation)
                    continue
                }
                step(lease.job, at: now, withRun(lease.job) { $0.hold(for: account, until: until, at: now) })
            }
        }
    }

    private mutating func startCalls(
        in line: WritableKeyPath<AccountState, Turns>, of account: ProviderAccount, at now: Timestamp,
        most: Int, asProbe: Bool = false
    ) {
        var early: [(lease: Lease, tenant: String)] = []
        var started = 0
        while started < most, let state = accounts[account]?.calling, state < places(at: account),
            let lease = accounts[account]?[keyPath: line].popFirst()
        {
            guard let entry = held[lease.job], entry.lease == lease, entry.stage == .queued,
                case .perform(let invocation) = entry.next
            else { continue }
            guard entry.leaseEnds - now > limits.margin else {
                early.append((lease, entry.tenant))
                continue
            }
            held[lease.job]?.stage = .calling
            held[lease.job]?.hasCalled = true
            accounts[account]?.calling += 1
            calls[lease] = account
            started += 1
            if asProbe { accounts[account]?.gate.probe = lease }
            actions.append(.perform(invocation.sent(before: sendBefore(entry.leaseEnds))))
        }
        // Their leases are about to end: they wait for the renewal.
        accounts[account]?[keyPath: line].putBack(early)
        if !asProbe, started > 0, accounts[account]?.gate.rate != nil { accounts[account]?.gate.permits -= started }
    }

    /// How many calls may be started now.
    private func permits(at account: ProviderAccount) -> Int {
        guard let gate = accounts[account]?.gate, gate.rate != nil else { return .max }
        return max(0, gate.permits)
    }

    /// Until when something may be sent under a lease: whoever takes the job over does not look before it ends.
    func sendBefore(_ leaseEnds: Timestamp) -> Timestamp { leaseEnds - limits.margin }

    mutating func answered(_ job: JobID, lease token: Int, _ answer: ActivityAnswer, at now: Timestamp) {
        let lease = Lease(job: job, token: token)
        // The place is freed even where the job is no longer ours.
        guard let account = calls.removeValue(forKey: lease) else { return }
        accounts[account]?.calling -= 1
        let hasProbedInVain = judge(answer, of: lease, on: account, at: now)
        guard let entry = held[job], entry.lease == lease, entry.stage == .calling else { return }
        step(job, at: now, withRun(job) { $0.answered(answer, isFailedProbe: hasProbedInVain, at: now) })
    }
}
