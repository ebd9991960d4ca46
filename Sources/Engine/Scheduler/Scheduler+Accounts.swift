import Time
import WorkflowCore

/// Breakers, holds and pauses of accounts: what this node learns, and what it tells the others.
extension Scheduler {
    // MARK: Learning

    /// How accounts stand, as the store has it.
    mutating func learned(_ readings: [AccountReading], at now: Timestamp) {
        readAccountsAt = now
        looksRead = looks
        isReadingAccounts = false
        for reading in readings { learned(reading, at: now) }
    }

    private mutating func learned(_ reading: AccountReading, at now: Timestamp) {
        var state = accounts[reading.account, default: AccountState()]
        let before = state.gate
        state.gate.isPaused = reading.isPaused
        state.gate.places = reading.places
        state.gate.rate = reading.rate
        // What was read before our own news arrived is no news.
        if state.gate.news.isEmpty, reading.version >= state.gate.version {
            state.gate.version = reading.version
            state.gate.breaker = reading.breaker
            state.gate.heldUntil = reading.heldUntil
        }
        let after = state.gate
        let isFreed = before.isPaused && !after.isPaused || before.breaker != .closed && after.breaker == .closed
        if isFreed {
            state.gate.release = Gate.Release(buckets: buckets.keys.sorted())
            state.gate.forgetFailures()
        }
        accounts[reading.account] = state
        if before.isPaused != after.isPaused {
            note("account \(reading.account) \(after.isPaused ? "is paused" : "goes on after a pause")")
        }
        switch (before.breaker, after.breaker) {
        case (.closed, .open), (.closed, .probing):
            note("account \(reading.account): its breaker is open\(reading.lastError.map { " (last: \($0))" } ?? "")")
        case (.open, .closed), (.probing, .closed): note("account \(reading.account): its breaker is closed again")
        case (.closed, .closed), (.open, _), (.probing, _): break
        }
    }

    /// Asks how accounts stand where no claim brings it along.
    mutating func readAccounts(at now: Timestamp) {
        guard !isReadingAccounts, accounts.values.contains(where: { !$0.isEmpty }) else { return }
        if let last = readAccountsAt, now - last < limits.exchange { return }
        isReadingAccounts = true
        actions.append(.readAccounts)
    }

    /// Whether the next claim brings along how accounts stand: something was told, or it was long ago.
    func wantsReadings(at now: Timestamp) -> Bool {
        looksRead != looks || readAccountsAt.map { now - $0 >= limits.exchange } ?? true
    }

    mutating func note(_ line: String) { actions.append(.note(line)) }

    // MARK: Judging

    /// What an answer says about its account; returns whether it was a probe that failed.
    mutating func judge(
        _ answer: ActivityAnswer, of lease: Lease, on account: ProviderAccount, at now: Timestamp
    ) -> Bool {
        let isProbe = accounts[account]?.gate.probe == lease
        if isProbe { accounts[account]?.gate.probe = nil }
        switch answer {
        case .event, .nothing, .refused:
            accounts[account]?.gate.forgetFailures()
            if isProbe { close(account) }
        case .notApplied(let retryAfter?, let message) where retryAfter > .zero:
            // It answers, and says when it wants to be asked again.
            if isProbe { close(account) }
            hold(account, for: retryAfter, message, at: now)
        case .notApplied(_, let message), .unknown(let message):
            if isProbe {
                reopen(account, message, at: now)
                return true
            }
            failed(lease.job, on: account, message, at: now)
        }
        return false
    }

    private mutating func failed(
        _ job: JobID, on account: ProviderAccount, _ message: String, at now: Timestamp
    ) {
        let breaker = limits.breaker
        guard var gate = accounts[account]?.gate, gate.breaker == .closed else { return }
        gate.failures += 1
        if gate.failedJobs.count < breaker.jobs { gate.failedJobs.insert(job) }
        if gate.failures >= breaker.failures, gate.failedJobs.count >= breaker.jobs {
            gate.breaker = .open(probeAt: now + breaker.rest)
            gate.tell(.openBreaker(failures: gate.failures, error: message, rest: breaker.rest))
            let rest = breaker.rest.inWords
            note(
                "account \(account): its breaker opened after \(gate.failures) failures (last: \(message)); "
                    + "it is tried in \(rest)")
            gate.forgetFailures()
        }
        accounts[account]?.gate = gate
    }

    private mutating func hold(
        _ account: ProviderAccount, for interval: Duration, _ reason: String, at now: Timestamp
    ) {
        guard var gate = accounts[account]?.gate else { return }
        let until = now + interval
        // Of many calls that hear the same, one tells it.
        if let known = gate.heldUntil, until - known < .seconds(1) { return }
        gate.heldUntil = until
        gate.tell(.hold(interval, reason: reason))
        accounts[account]?.gate = gate
    }

    private mutating func close(_ account: ProviderAccount) {
        guard var gate = accounts[account]?.gate else { return }
        gate.breaker = .closed
        gate.forgetFailures()
        gate.tell(.endProbe(error: nil, longest: limits.breaker.longestRest))
        gate.release = Gate.Release(buckets: buckets.keys.sorted())
        accounts[account]?.gate = gate
        note("account \(account): its breaker is closed again")
    }

    private mutating func reopen(_ account: ProviderAccount, _ message: String, at now: Timestamp) {
        guard var gate = accounts[account]?.gate else { return }
        // How long it rests is the row's to say; until that is known, as short as can be.
        gate.breaker = .open(probeAt: now + limits.breaker.rest)
        gate.tell(.endProbe(error: message, longest: limits.breaker.longestRest))
        gate.scoutAt = nil
        accounts[account]?.gate = gate
    }

    // MARK: Telling

    /// Tells the store what others have to learn, one thing after the other; asks for leave to try an account.
    mutating func tellNews(at now: Timestamp) {
        for account in accounts(where: { !$0.gate.isTelling && ($0.gate.tellAt.map { $0 <= now } ?? true) }) {
            guard var gate = accounts[account]?.gate else { continue }
            let mayAsk = accounts[account]?.isEmpty == false && !isDraining
            if gate.news.isEmpty, mayAsk, gate.passage(for: node, at: now) == .ask {
                gate.tell(.probe(patience: limits.breaker.patience))
            }
            guard let change = gate.news.first else { continue }
            gate.tellAt = nil
            gate.isTelling = true
            accounts[account]?.gate = gate
            actions.append(.change(account, change))
        }
    }

    mutating func changed(_ account: ProviderAccount, _ readings: [AccountReading], at now: Timestamp) {
        guard var gate = accounts[account]?.gate, gate.isTelling else { return }
        gate.isTelling = false
        let change = gate.news.removeFirst()
        accounts[account]?.gate = gate
        learned(readings, at: now)
        guard case .endProbe(.some, _) = change, case .open(let probeAt) = accounts[account]?.gate.breaker else {
            return
        }
        // The job that tried it waits for longer than that: another one comes forward.
        accounts[account]?.gate.release = Gate.Release(buckets: buckets.keys.sorted(), scoutAt: probeAt)
    }

    mutating func changeFailed(_ account: ProviderAccount, at now: Timestamp) {
        guard var gate = accounts[account]?.gate, gate.isTelling else { return }
        gate.isTelling = false
        if case .probe = gate.news.first {
            // Asked again when there is a call again: those that wait now would wait for nobody knows how long.
            gate.news.removeFirst()
            gate.breaker = .open(probeAt: now + .seconds(1))
        } else {
            gate.tellAt = now + .seconds(1)
        }
        accounts[account]?.gate = gate
    }

    // MARK: Rates

    /// Takes permits for the calls that wait at accounts with a rate.
    mutating func takePermits(at now: Timestamp) {
        let wanting = accounts {
            $0.gate.rate != nil && !$0.isEmpty && !$0.gate.isTaking && $0.gate.permits == 0
        }
        for account in wanting {
            guard let state = accounts[account], state.gate.passage(for: node, at: now) == .free else { continue }
            let wanted = min(state.waiting, places(at: account))
            guard wanted > 0 else { continue }
            accounts[account]?.gate.isTaking = true
            actions.append(.takePermits(account, wanted))
        }
    }

    mutating func permits(_ account: ProviderAccount, _ grant: PermitGrant, at now: Timestamp) {
        accounts[account]?.gate.isTaking = false
        accounts[account]?.gate.permits += grant.permits
        accounts[account]?.gate.permitsAt = grant.next
    }

    mutating func permitsFailed(_ account: ProviderAccount, at now: Timestamp) {
        accounts[account]?.gate.isTaking = false
        accounts[account]?.gate.permitsAt = now + .seconds(1)
    }

    /// How many calls may be under way at once.
    func places(at account: ProviderAccount) -> Int { accounts[account]?.gate.places ?? limits.callsPerAccount }

    // MARK: Holding jobs

    /// When a job is to be looked at again that its account has no place for now; nil where the call may wait here.
    mutating func holdEnd(_ job: JobID, _ account: ProviderAccount, at now: Timestamp) -> Timestamp? {
        guard let state = accounts[account], case .blocked(let until) = state.gate.passage(for: node, at: now),
            state.waiting >= state.gate.waitingRoom(for: node, within: limits.holdAfter, at: now)
        else { return nil }
        let gate = state.gate
        let net = now + limits.longestHold
        let late = net - spread(job, over: limits.longestHold / 5)
        guard let until, !gate.isPaused else { return late }
        if let rate = gate.rate, gate.isRationed(until) {
            return min(accounts[account]?.gate.nextTurn(rate, after: until) ?? net, net)
        }
        if gate.heldUntil == until {
            return min(until + spread(job, over: min((until - now) / 4, .seconds(30))), net)
        }
        // One job comes back for the probe; the others wait to be called, and come by themselves if nobody calls them.
        guard gate.scoutAt != until else { return late }
        accounts[account]?.gate.scoutAt = until
        return until
    }

    /// Some eighths of an interval, by the job's id alone: what is held together comes back in eight groups, not at
    /// once, and not one by one either: on a virtual clock each instant is a step.
    private func spread(_ job: JobID, over interval: Duration) -> Duration {
        interval * Int(SplitMix64.mix(job.low) % 8) / 8
    }

    /// Makes held jobs due again, a batch at a time: the next when those of the last have nearly all been called.
    mutating func releaseHeld(at now: Timestamp) {
        guard !isDraining else { return }
        for account in accounts(where: { $0.gate.release != nil && $0.gate.isAtRest }) {
            guard let state = accounts[account], let release = state.gate.release else { continue }
            guard let bucket = release.buckets.first(where: { buckets[$0]?.isShared == true }) else {
                accounts[account]?.gate.release = nil
                continue
            }
            var after = Duration.zero
            if let scoutAt = release.scoutAt {
                after = max(scoutAt - now, .zero)
            } else {
                guard state.gate.passage(for: node, at: now) == .free, state.waiting < places(at: account),
                    buckets[bucket]?.isTakingAll == true
                else { continue }
            }
            accounts[account]?.gate.isReleasing = true
            let limit = release.scoutAt == nil ? limits.release : 1
            actions.append(
                .releaseHeld(HeldRelease(account: account, bucket: bucket, limit: limit, after: after)))
        }
    }

    mutating func released(_ release: HeldRelease, _ count: Int, at now: Timestamp) {
        guard var gate = accounts[release.account]?.gate else { return }
        gate.isReleasing = false
        if gate.release?.scoutAt != nil, count > 0 {
            gate.release = nil
        } else if count < release.limit {
            gate.release?.buckets.removeAll { $0 == release.bucket }
        }
        accounts[release.account]?.gate = gate
        guard count > 0 else { return }
        if release.after > .zero {
            buckets[release.bucket]?.expect(now + release.after)
        } else {
            buckets[release.bucket]?.wantsClaim = true
        }
    }

    mutating func releaseFailed(_ release: HeldRelease) {
        accounts[release.account]?.gate.isReleasing = false
        // They come by themselves.
        accounts[release.account]?.gate.release?.buckets.removeAll { $0 == release.bucket }
    }

    /// The accounts of which something is true, in one order on every machine.
    func accounts(where isTrue: (AccountState) -> Bool) -> [ProviderAccount] {
        let found = accounts.filter { isTrue($0.value) }.map(\.key)
        return found.count < 2 ? found : found.sorted { $0.description < $1.description }
    }
}

extension BucketState {
    /// Whether nothing is known to be due here that was not asked for.
    var isTakingAll: Bool { !isClaiming && !wantsClaim }
}
