import Time
import WorkflowCore

/// Taking jobs, and keeping them.
extension Scheduler {
    mutating func ring() {
        bell = .silent
        look()
    }

    /// Claims again as soon as may be, whatever is known of what is due.
    mutating func look() {
        looks += 1
        for bucket in buckets.keys { buckets[bucket]?.wantsClaim = true }
    }

    /// Looks again, and tries again what has failed: on a virtual clock, which stands still while there is work to do,
    /// the instant to do so would never come.
    mutating func hurry(at now: Timestamp) {
        for bucket in buckets.keys where buckets[bucket]?.retryAt != nil { buckets[bucket]?.retryAt = now }
        for group in groups.keys where groups[group]?.retryAt != nil { groups[group]?.retryAt = now }
        for group in releases.keys where releases[group]?.retryAt != nil { releases[group]?.retryAt = now }
        look()
    }

    /// Claims from these buckets from now on, and from no other.
    ///
    /// What is held of the others is finished as usual; new ones are looked through from their beginning.
    mutating func share(_ share: Set<Int>) {
        let holding = Set(held.keys.lazy.map(\.bucket))
        buckets = buckets.filter { share.contains($0.key) || !$0.value.isIdle || holding.contains($0.key) }
        for bucket in buckets.keys { buckets[bucket]?.isShared = share.contains(bucket) }
        for bucket in share where buckets[bucket] == nil { buckets[bucket] = BucketState() }
    }

    /// One more look after the bell was asked for: what came before it did not ring.
    mutating func bellSet() {
        guard bell == .asking else { return }
        bell = .set
        look()
    }

    mutating func claimAll(at now: Timestamp) {
        guard !isDraining else { return }
        // Whoever waited longest comes first: when there is little room, no bucket is left out.
        let turns = buckets.filter(\.value.isShared).map { (turn: $0.value.turn, bucket: $0.key) }.sorted { $0 < $1 }
        for (_, bucket) in turns where buckets[bucket]?.isClaiming == false {
            if !claimTurn(bucket, at: now) { claim(bucket, at: now) }
        }
        let nothingToClaim = buckets.values.allSatisfy { !$0.isShared || (!$0.isClaiming && !$0.wantsClaim) }
        if nothingToClaim, bell == .silent {
            bell = .asking
            actions.append(.setBell)
        }
    }

    private mutating func claim(_ bucket: Int, at now: Timestamp) {
        guard var state = buckets[bucket], !state.isClaiming, isDue(state, at: now) else { return }
        let limit = allowance
        guard limit > 0 else { return }
        if let looked = state.lookedBehindAt, now - looked < max(limits.lookBehind, state.lookRest) {
            state.markWasUsed = state.mark != nil
        } else {
            state.lookedBehindAt = now
            state.markWasUsed = false
        }
        state.isClaiming = true
        state.wantsClaim = false
        state.nextDue = nil
        state.claimedAt = now
        state.asked = limit
        claims += 1
        state.turn = claims
        buckets[bucket] = state
        var request = ClaimRequest(
            bucket: bucket, limit: limit, mark: state.markWasUsed ? state.mark : nil, node: node, term: limits.term,
            workflows: registry.workflows.map { ($0.name, $0.version) }, readsAccounts: wantsReadings(at: now))
        if state.mayHaveLost {
            request.recovery = .init(held: held.keys.filter { $0.bucket == bucket }, until: now + limits.term)
        }
        actions.append(.claim(request))
    }

    private func isDue(_ state: BucketState, at now: Timestamp) -> Bool {
        if let retry = state.retryAt { return retry <= now }
        if state.wantsClaim { return true }
        if let due = state.nextDue, due <= now { return true }
        return state.claimedAt.map { now - $0 >= limits.idlePoll } ?? true
    }

    /// The most jobs that may be asked for now; those count as held that were asked for already.
    ///
    /// A node that holds nearly all it may has enough to do: it waits until a claim is worth its while.
    var allowance: Int {
        let room = limits.held - buckets.values.reduce(held.count) { $0 + $1.asked }
        let most = min(limits.claim, limits.held)
        return room * 4 >= most ? min(room, most) : 0
    }

    mutating func claimed(_ claim: Claim, bucket: Int, at now: Timestamp) {
        if let readings = claim.accounts { learned(readings, at: now) }
        guard var state = buckets[bucket], state.isClaiming else { return }
        let wasFull = claim.jobs.count >= state.asked
        state.noteClaim(until: now, limits)
        state.isClaiming = false
        state.asked = 0
        state.retryAt = nil
        state.failures = 0
        state.mayHaveLost = claim.isPartial
        if state.isTurn {
            turned(claim, wasFull: wasFull, &state)
        } else {
            finish(claim, wasFull: wasFull, &state, at: now)
        }
        buckets[bucket] = state
        for job in claim.jobs {
            let run = JobRun(job, registry: registry, at: now)
            // The store counts the lease from its own “now”, which was before its answer came.
            let leaseEnds = min(now, claim.now) + limits.term
            let lease = Lease(job: job.id, token: job.lease)
            drop(job.id)
            held[job.id] = HeldJob(lease: lease, tenant: job.tenant, leaseEnds: leaseEnds, looks: looks)
            places[job.tenant, default: 0] += 1
            runs[job.id] = run
            step(job.id, at: now, withRun(job.id) { $0.begin(at: now) })
        }
    }

    /// What a claim by due time says about what is due next.
    private func finish(_ claim: Claim, wasFull: Bool, _ state: inout BucketState, at now: Timestamp) {
        // What is due already and was not handed out is in other hands for the moment. What falls due later is taken at
        // its own instant, however soon, unless the clock is a real one: a virtual clock may stand still there.
        if let due = claim.nextDue {
            state.expect(
                due > claim.now ? max(due, claim.now + limits.gathering) : claim.now + limits.contention)
        }
        // Ties stay visible: many jobs may be due at the very same instant.
        let last = claim.jobs.compactMap { $0.row.dueAt }.filter { $0 <= claim.now }.max()
        state.mark = wasFull ? last.map { $0 - .microseconds(1) } : nil
        // Fewer than asked for behind a mark may mean that the rest lies before it.
        if wasFull || state.markWasUsed || state.mayHaveLost { state.wantsClaim = true }
        state.backlog = backlog(after: state, wasFull: wasFull, at: now)
    }

    mutating func claimFailed(bucket: Int, at now: Timestamp) {
        buckets[bucket]?.noteClaim(until: now, limits)
        buckets[bucket]?.isClaiming = false
        buckets[bucket]?.isTurn = false
        buckets[bucket]?.asked = 0
        buckets[bucket]?.wantsClaim = true
        buckets[bucket]?.mayHaveLost = true
        let failures = min((buckets[bucket]?.failures ?? 0) + 1, 5)
        buckets[bucket]?.failures = failures
        // 250 ms, doubled with each failure, at most 2 s.
        buckets[bucket]?.retryAt = now + .milliseconds(min(2000, 125 << failures))
    }

    // MARK: Leases

    mutating func renewLeases(in bucket: Int, at now: Timestamp) {
        guard let state = buckets[bucket], !state.isRenewing else { return }
        let half = limits.term / 2
        // Looking through all held jobs is not free: no more often than a few times in a lease.
        if let last = state.renewedAt, now - last < limits.term / 8 { return }
        let leases = held.values
            .filter { $0.lease.job.bucket == bucket && $0.leaseEnds - now <= half }
            .map(\.lease)
            .sorted { $0.job < $1.job }
        buckets[bucket]?.renewedAt = now
        guard !leases.isEmpty else { return }
        buckets[bucket]?.isRenewing = true
        actions.append(.renew(bucket: bucket, leases))
    }

    mutating func renewed(_ asked: [Lease], _ renewed: Set<JobID>, bucket: Int, at now: Timestamp) {
        buckets[bucket]?.isRenewing = false
        for lease in asked where held[lease.job]?.lease == lease {
            let ends = (buckets[bucket]?.renewedAt ?? now) + limits.term
            let isRenewed = renewed.contains(lease.job)
            if calls[lease] != nil { actions.append(.permit(lease, until: isRenewed ? sendBefore(ends) : now)) }
            if isRenewed {
                held[lease.job]?.leaseEnds = ends
            } else {
                // Somebody else owns it now: whatever we still know of it is worth nothing.
                drop(lease.job)
            }
        }
    }

    /// Forgets a job.
    ///
    /// A call under way for it may still answer; its account's place is freed then.
    mutating func drop(_ job: JobID) {
        guard let tenant = held.removeValue(forKey: job)?.tenant else { return }
        runs[job] = nil
        if let count = places[tenant], count > 1 { places[tenant] = count - 1 } else { places[tenant] = nil }
    }

    /// Changes a run where it lies: it is large, and `runs[job]?` would copy it on its way.
    mutating func withRun<Answer>(_ job: JobID, _ change: (inout JobRun) -> Answer) -> Answer? {
        guard let place = runs.index(forKey: job) else { return nil }
        return change(&runs.values[place])
    }
}
