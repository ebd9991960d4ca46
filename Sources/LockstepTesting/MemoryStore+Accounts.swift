public import Engine
import Synchronization
import Time
import WorkflowCore

/// Accounts in a memory store: the same rules as those of `sql/queries`.
extension MemoryStore {
    /// How all accounts stand.
    public func readAccounts() async throws(StoreFailure) -> [AccountReading] { readAccountsNow() }

    /// Changes an account.
    public func change(
        _ account: ProviderAccount, _ change: AccountChange, by node: NodeID
    ) async throws(StoreFailure) -> [AccountReading] { changeNow(account, change, by: node) }

    /// Makes held jobs due.
    public func releaseHeld(_ release: HeldRelease) async throws(StoreFailure) -> Int { releaseHeldNow(release) }

    /// Takes permits.
    public func takePermits(
        _ account: ProviderAccount, _ wanted: Int
    ) async throws(StoreFailure) -> PermitGrant { takePermitsNow(account, wanted) }

    /// `takePermits`, for callers that can't wait.
    public func takePermitsNow(_ account: ProviderAccount, _ wanted: Int) -> PermitGrant {
        let now = clock.now()
        return content.withLock { $0.accounts.takePermits(account, wanted, at: now) }
    }

    /// What a daemon publishes of its configuration; the places are those of one of `daemons`.
    public func publish(_ limits: AccountLimits, daemons: Int = 1) {
        let now = clock.now()
        content.withLock { $0.accounts.publish(limits, daemons: daemons, at: now) }
    }

    /// `readAccounts`, for callers that can't wait.
    public func readAccountsNow() -> [AccountReading] { content.withLock { $0.accounts.readings } }

    /// `change`, for callers that can't wait.
    public func changeNow(
        _ account: ProviderAccount, _ change: AccountChange, by node: NodeID
    ) -> [AccountReading] {
        let now = clock.now()
        return content.withLock { content in
            content.accounts.change(account, change, by: node, at: now)
            return content.accounts.readings
        }
    }

    /// `releaseHeld`, for callers that can't wait.
    public func releaseHeldNow(_ release: HeldRelease) -> Int {
        let due = clock.now() + release.after
        return content.withLock { content in
            let held = content.active.filter { id in
                guard id.bucket == release.bucket, let job = content.jobs[id], job.owner == nil else { return false }
                return job.row.heldBy == release.account.description && job.row.dueAt.map { $0 > due } ?? false
            }
            let first = held.sorted { content.order(of: $0) < content.order(of: $1) }.prefix(release.limit)
            for id in first {
                guard var job = content.jobs[id] else { continue }
                job.row.dueAt = due
                content.keep(job, as: id)
            }
            return first.count
        }
    }

    /// An operator pauses an account, or with it all accounts of a provider.
    public func pause(_ account: ProviderAccount) { content.withLock { $0.accounts.pause(account, true) } }

    /// The pause ends.
    public func resume(_ account: ProviderAccount) { content.withLock { $0.accounts.pause(account, false) } }
}

extension Content {
    /// Of a higher priority first, then the older one.
    fileprivate func order(of id: JobID) -> HeldOrder {
        HeldOrder(priority: jobs[id]?.priority ?? 0, id: id)
    }
}

private struct HeldOrder: Comparable {
    let priority: Int
    let id: JobID

    static func < (lhs: HeldOrder, rhs: HeldOrder) -> Bool { (lhs.priority, lhs.id) < (rhs.priority, rhs.id) }
}

/// The rows of accounts.
struct StoredAccounts {
    private struct Row {
        var version = 0
        var breaker = AccountReading.Breaker.closed
        var rest = Duration.zero
        var heldUntil: Timestamp?
        var isPaused = false
        var lastError: String?
        var places: Int?
        var rate: Int?
        var burst = 0
        var tokens = 0.0
        var tokensAt = Timestamp(seconds: 0)
    }

    private var rows: [ProviderAccount: Row] = [:]

    var readings: [AccountReading] {
        rows.map { account, row in
            AccountReading(
                account: account, version: row.version, breaker: row.breaker, heldUntil: row.heldUntil,
                isPaused: row.isPaused, lastError: row.lastError, places: row.places, rate: row.rate)
        }.sorted { $0.account.description < $1.account.description }
    }

    mutating func publish(_ limits: AccountLimits, daemons: Int, at now: Timestamp) {
        var row = rows[limits.account, default: Row()]
        row.places = limits.concurrency.map { max(1, $0 / max(1, daemons)) }
        row.rate = limits.rate
        row.burst = limits.burst ?? limits.rate ?? 0
        row.tokens = Double(row.burst)
        row.tokensAt = now
        rows[limits.account] = row
    }

    mutating func takePermits(_ account: ProviderAccount, _ wanted: Int, at now: Timestamp) -> PermitGrant {
        guard var row = rows[account], let rate = row.rate else { return PermitGrant(permits: wanted, next: nil) }
        let elapsed = Double(max(0, (now - row.tokensAt).microseconds)) / 1_000_000
        let tokens = min(Double(row.burst), row.tokens + Double(rate) * elapsed)
        let permits = min(wanted, Int(tokens + 0.000_001))
        row.tokens = max(0, tokens - Double(permits))
        row.tokensAt = max(now, row.tokensAt)
        rows[account] = row
        guard permits < wanted else { return PermitGrant(permits: permits, next: nil) }
        let wait = max(0, 1 - row.tokens) / Double(rate)
        return PermitGrant(permits: permits, next: row.tokensAt + .microseconds(Int64((wait * 1_000_000).rounded(.up))))
    }

    mutating func pause(_ account: ProviderAccount, _ isPaused: Bool) {
        rows[account, default: Row()].isPaused = isPaused
    }

    mutating func change(
        _ account: ProviderAccount, _ change: AccountChange, by node: NodeID, at now: Timestamp
    ) {
        var row = rows[account, default: Row()]
        switch (change, row.breaker) {
        case (.openBreaker(_, let error, let rest), .closed):
            row.breaker = .open(probeAt: now + rest)
            row.rest = rest
            row.lastError = error
        case (.probe(let patience), .open(let due)) where due <= now,
            (.probe(let patience), .probing(_, let due)) where due <= now:
            row.breaker = .probing(by: node, until: now + patience)
        case (.endProbe(nil, _), .probing(node, _)): row.breaker = .closed
        case (.endProbe(let error?, let longest), .probing(node, _)):
            row.rest = min(row.rest * 2, longest)
            row.breaker = .open(probeAt: now + row.rest)
            row.lastError = error
        case (.hold(let interval, let reason), _) where row.heldUntil.map({ $0 < now + interval }) ?? true:
            row.heldUntil = now + interval
            row.lastError = reason
        case (.openBreaker, _), (.probe, _), (.endProbe, _), (.hold, _): return
        }
        row.version += 1
        rows[account] = row
    }
}
