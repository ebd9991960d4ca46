import Time
import WorkflowCore

/// Calls that wait, tenant by tenant: each tenant's in their order, and tenants in turns.
struct Turns: Sendable {
    private var lines: [String: Line<Lease>] = [:]
    /// The tenants with calls that wait, each once.
    private var order = Line<String>()
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ lease: Lease, of tenant: String) {
        count += 1
        if lines[tenant, default: Line()].isEmpty { order.append(tenant) }
        lines[tenant, default: Line()].append(lease)
    }

    /// Takes out the first call of the tenant whose turn it is.
    mutating func popFirst() -> Lease? {
        guard let tenant = order.popFirst(), let lease = lines[tenant]?.popFirst() else { return nil }
        count -= 1
        if lines[tenant]?.isEmpty == true { lines[tenant] = nil } else { order.append(tenant) }
        return lease
    }

    /// Takes out all calls.
    mutating func removeAll() -> [Lease] {
        var all: [Lease] = []
        all.reserveCapacity(count)
        while let next = popFirst() { all.append(next) }
        return all
    }

    /// Lets those who were served too early come first again, in their order.
    mutating func putBack(_ first: [(lease: Lease, tenant: String)]) {
        for (lease, tenant) in first.reversed() {
            count += 1
            if lines[tenant, default: Line()].isEmpty { order.putBack([tenant]) }
            lines[tenant, default: Line()].putBack([lease])
        }
    }
}

/// More is due in a bucket than is claimed at once: by due time alone, one tenant's jobs would keep others waiting.
struct Backlog: Sendable {
    /// When tenants took turns last, and how many claims there were since.
    var turnedAt: Timestamp
    var claims = 0
    /// How long until the next turn: longer where the last one found nobody.
    var pause: Duration
    /// For how long there is no other in any case; see `Scheduler.Limits.longestRest`.
    var rest = Duration.zero
    /// The tenant behind which the next turn begins.
    var after = ""

    /// The last turn is over, or has failed.
    mutating func rest(_ limits: Scheduler.Limits, until now: Timestamp) {
        rest = limits.rest(after: now - turnedAt)
        pause = max(rest, limits.turnEvery)
    }
}

extension Scheduler {
    /// The most jobs that a turn may ask for now.
    var turnRoom: Int {
        limits.held + limits.turnPlaces - buckets.values.reduce(held.count) { $0 + $1.asked }
    }

    /// The claim that lets tenants take turns, if it is time for one.
    mutating func claimTurn(_ bucket: Int, at now: Timestamp) -> Bool {
        guard var state = buckets[bucket], let backlog = state.backlog,
            state.retryAt == nil, !state.mayHaveLost,
            backlog.claims >= limits.turnAfter || now - backlog.turnedAt >= backlog.pause,
            now - backlog.turnedAt >= backlog.rest
        else { return false }
        let limit = min(turnRoom, limits.claim)
        guard limit > 0 else { return false }
        state.isClaiming = true
        state.isTurn = true
        state.asked = limit
        state.backlog?.turnedAt = now
        state.backlog?.claims = 0
        buckets[bucket] = state
        // Whoever has more than he would have if one more came has to let others go first.
        let share = limits.held / (places.count + 1)
        var request = ClaimRequest(
            bucket: bucket, limit: limit, mark: nil, node: node, term: limits.term,
            workflows: registry.workflows.map { ($0.name, $0.version) }, readsAccounts: wantsReadings(at: now))
        request.turn = .init(
            quantum: min(limits.quantum, max(1, limit / 8)), after: backlog.after,
            without: places.filter { $0.value > share }.map(\.key).sorted())
        actions.append(.claim(request))
        return true
    }

    /// What a turn brought.
    func turned(_ claim: Claim, wasFull: Bool, _ state: inout BucketState) {
        state.isTurn = false
        state.wantsClaim = true
        let foundNobody = claim.jobs.isEmpty && state.backlog?.after == ""
        if foundNobody, let rest = state.backlog?.rest { state.backlog?.pause = max(rest, limits.turnEvery * 3) }
        // Where there was no room for all, the next turn goes on behind the last.
        state.backlog?.after = wasFull ? claim.jobs.map(\.tenant).max() ?? "" : claim.turnedTo
    }

    /// What a claim by due time says about a backlog.
    func backlog(after state: BucketState, wasFull: Bool, at now: Timestamp) -> Backlog? {
        guard wasFull else { return nil }
        var backlog = state.backlog ?? Backlog(turnedAt: now, pause: limits.turnEvery)
        backlog.claims += 1
        return backlog
    }
}
