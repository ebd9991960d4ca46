import Engine
import Synchronization
import WorkflowCore

/// A store that tells how far its daemon has come, so that nobody has to ask the database.
final class ObservedStore: Store {
    private struct State {
        var finished = 0
        var commits = 0
        var wanted: (count: Int, waiter: CheckedContinuation<Void, Never>)?
        var firsts: [JobID: CheckedContinuation<Void, Never>] = [:]
        var seen: Set<JobID> = []
    }

    private let store: any Store
    private let state = Mutex(State())

    init(_ store: any Store) { self.store = store }

    /// How many statements committed something.
    var commits: Int { state.withLock(\.commits) }

    /// Returns when so many jobs have ended.
    func finished(_ count: Int) async {
        await withCheckedContinuation { waiter in
            let isReached = state.withLock { state in
                if state.finished < count { state.wanted = (count, waiter) }
                return state.finished >= count
            }
            if isReached { waiter.resume() }
        }
    }

    /// Returns when a job's first step is in the database.
    func started(_ job: JobID) async {
        await withCheckedContinuation { waiter in
            let isThere = state.withLock { state in
                if state.seen.remove(job) != nil { return true }
                state.firsts[job] = waiter
                return false
            }
            if isThere { waiter.resume() }
        }
    }

    func claim(_ request: ClaimRequest) async throws(StoreFailure) -> Claim { try await store.claim(request) }

    func commit(_ batch: CommitBatch) async throws(StoreFailure) -> Set<JobID> {
        let accepted = try await store.commit(batch)
        let waiters = state.withLock { state in
            state.commits += 1
            for job in batch.jobs where job.row.finishedAt != nil && accepted.contains(job.id) { state.finished += 1 }
            var waiters: [CheckedContinuation<Void, Never>] = []
            // A single enqueue is waited for by name; thousands are only counted.
            if batch.jobs.count == 1, let job = batch.jobs.first, job.expectedSeq == 0 {
                if let waiter = state.firsts.removeValue(forKey: job.id) {
                    waiters.append(waiter)
                } else {
                    state.seen.insert(job.id)
                }
            }
            if let wanted = state.wanted, state.finished >= wanted.count {
                waiters.append(wanted.waiter)
                state.wanted = nil
            }
            return waiters
        }
        for waiter in waiters { waiter.resume() }
        return accepted
    }

    func find(_ jobs: [JobID], bucket: Int) async throws(StoreFailure) -> [JobID: Position] {
        try await store.find(jobs, bucket: bucket)
    }

    func renew(
        _ leases: [Lease], bucket: Int, node: NodeID, term: Duration
    ) async throws(StoreFailure) -> Set<JobID> {
        try await store.renew(leases, bucket: bucket, node: node, term: term)
    }

    func readAccounts() async throws(StoreFailure) -> [AccountReading] { try await store.readAccounts() }

    func change(
        _ account: ProviderAccount, _ change: AccountChange, by node: NodeID
    ) async throws(StoreFailure) -> [AccountReading] { try await store.change(account, change, by: node) }

    func releaseHeld(_ release: HeldRelease) async throws(StoreFailure) -> Int {
        try await store.releaseHeld(release)
    }

    func takePermits(_ account: ProviderAccount, _ wanted: Int) async throws(StoreFailure) -> PermitGrant {
        try await store.takePermits(account, wanted)
    }

    func release(_ leases: [Lease], bucket: Int, node: NodeID) async throws(StoreFailure) -> Set<JobID> {
        try await store.release(leases, bucket: bucket, node: node)
    }
}
