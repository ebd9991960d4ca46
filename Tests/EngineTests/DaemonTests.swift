import Engine
import LockstepTesting
import Synchronization
import Testing
import Time
import WorkflowCore

@Suite("The daemon's shell")
struct DaemonTests {
    @Test("Three hundred transfers run to their end on a virtual clock, and the daemon drains", .timeLimit(.minutes(1)))
    func many() async throws {
        let stage = try Stage(buckets: 4)
        let daemon = stage.daemon("one")
        for _ in 0..<300 { stage.store.enqueue("transfer", input: #"{"amount":"5","first":"quote"}"#) }
        async let running: Void = daemon.run()
        await stage.moveClock(untilAll: 300)
        daemon.drain()
        await running
        for (job, stored) in stage.store.jobs {
            #expect(stored.row.status == .completed, "\(job): \(stored.row.lastError ?? "")")
            #expect(
                stored.history.map(\.event) == ["started", "quoted", "opened", "confirmed", "progressed", "arrived"])
            #expect(stored.history.map(\.seq) == [1, 2, 3, 4, 5, 6])
            #expect(stored.owner == nil)
        }
        for name in ["quote", "open", "confirm"] {
            #expect(stage.provider.names.count { $0 == name } == 300)
        }
        // 10 s to the first poll, 20 s more to the second.
        #expect(stage.clock.now() == .noon + .seconds(30))
    }

    @Test("Two daemons share the jobs; one that is abandoned is taken over from", .timeLimit(.minutes(1)))
    func takeOver() async throws {
        let stage = try Stage(buckets: 1)
        let (one, two) = (stage.daemon("one"), stage.daemon("two"))
        for _ in 0..<50 { stage.store.enqueue("transfer", input: #"{"amount":"5","first":"quote"}"#) }
        stage.onCommit { commits in if commits == 2 { one.abandon() } }
        async let first: Void = one.run()
        async let second: Void = two.run()
        await stage.moveClock(untilAll: 50, vanished: [NodeID("one")])
        two.drain()
        await first
        await second
        for (_, stored) in stage.store.jobs {
            #expect(stored.row.status == .completed)
            #expect(stored.history.map(\.seq) == Array(1...stored.seq))
        }
        #expect(stage.confirmations.values.allSatisfy { $0 == 1 })
    }

    @Test("A store that fails now and then is asked again, and every failure is logged", .timeLimit(.minutes(1)))
    func failingStore() async throws {
        let stage = try Stage(buckets: 2, failing: true)
        let daemon = stage.daemon("one")
        for _ in 0..<20 { stage.store.enqueue("transfer", input: #"{"amount":"5","first":"quote"}"#) }
        async let running: Void = daemon.run()
        await stage.moveClock(untilAll: 20)
        daemon.drain()
        await running
        #expect(stage.store.jobs.allSatisfy { $0.job.row.status == .completed })
        #expect(stage.confirmations.values.allSatisfy { $0 == 1 })
        #expect(stage.lines.contains { $0.hasPrefix("a claim failed: ") })
        #expect(stage.lines.contains { $0.hasPrefix("a commit of ") && $0.hasSuffix("(its outcome is unknown)") })
    }

    @Test("A daemon that gives everything back does not wait for its calls", .timeLimit(.minutes(1)))
    func givesBack() async throws {
        let stage = try Stage(buckets: 2, isSilent: true)
        let daemon = stage.daemon("one")
        for _ in 0..<20 { stage.store.enqueue("transfer", input: #"{"amount":"5","first":"open"}"#) }
        async let running: Void = daemon.run()
        await stage.untilCalled(20)
        daemon.drain()
        daemon.giveBack()
        await running
        for (_, stored) in stage.store.jobs {
            #expect(stored.owner == nil)
            #expect(stored.row.attemptStatus == .started)
            #expect(stored.row.dueAt == .noon)
        }
        #expect(stage.permits.count == 20)
        #expect(stage.permits.allSatisfy { $0.isOver })
        stage.answer()
    }

    @Test("A daemon without jobs drains at once", .timeLimit(.minutes(1)))
    func idle() async throws {
        let stage = try Stage(buckets: 1)
        let daemon = stage.daemon("one")
        daemon.drain()
        await daemon.run()
    }

    @Test("A ring is answered though no time passes", .timeLimit(.minutes(1)))
    func ring() async throws {
        let stage = try Stage(buckets: 1)
        let daemon = stage.daemon("one")
        let (commits, heard) = AsyncStream.makeStream(of: Int.self)
        stage.onCommit { heard.yield($0) }
        async let running: Void = daemon.run()
        await stage.untilBellIsSet()
        stage.store.enqueue("transfer", input: #"{"amount":"5","first":"approve"}"#)
        daemon.ring()
        for await _ in commits { break }
        daemon.drain()
        await running
        #expect(stage.store.jobs.map(\.job.row.state) == ["approving"])
        #expect(stage.clock.now() == .noon)
    }
}

/// A store, a clock and a provider for daemons, and somebody who moves the clock when nothing is left to do.
private final class Stage: Store, Bell, ActivityRunner, Clock {
    private struct Notes {
        var commits = 0
        var calls = 0
        var lines: [String] = []
        var confirmations: [JobID: Int] = [:]
        var readings: [JobID: Int] = [:]
        var onCommit: (@Sendable (Int) -> Void)?
        var permits: [SendPermit] = []
        /// Calls that are not answered yet.
        var unanswered: [CheckedContinuation<Void, Never>] = []
    }

    let clock = VirtualClock()
    let store: MemoryStore
    let provider = ScriptedRunner()
    private let registry: Registry
    private let failing: Bool
    private let notes = Mutex(Notes())
    private let (changes, changed) = AsyncStream.makeStream(of: Void.self)
    private let (bells, rang) = AsyncStream.makeStream(of: Void.self)

    /// Whether the provider answers nothing until `answer`.
    private let isSilent: Bool
    private let (called, call) = AsyncStream.makeStream(of: Void.self)

    init(buckets: Int, failing: Bool = false, isSilent: Bool = false) throws {
        self.isSilent = isSilent
        store = MemoryStore(clock: clock, buckets: buckets)
        registry = Registry([try RegisteredWorkflow(Transfer.self), try RegisteredWorkflow(Refund.self)])
        self.failing = failing
    }

    func daemon(_ name: String) -> Daemon {
        Daemon(
            node: NodeID(name), registry: registry, buckets: 0..<store.buckets,
            environment: .init(store: self, runner: self, clock: self, bell: self) { line in
                self.notes.withLock { $0.lines.append(line) }
            })
    }

    func readAccounts() async throws(StoreFailure) -> [AccountReading] { store.readAccountsNow() }

    func change(
        _ account: ProviderAccount, _ change: AccountChange, by node: NodeID
    ) async throws(StoreFailure) -> [AccountReading] { store.changeNow(account, change, by: node) }

    func releaseHeld(_ release: HeldRelease) async throws(StoreFailure) -> Int { store.releaseHeldNow(release) }

    func takePermits(_ account: ProviderAccount, _ wanted: Int) async throws(StoreFailure) -> PermitGrant {
        store.takePermitsNow(account, wanted)
    }

    var lines: [String] { notes.withLock { $0.lines } }
    var confirmations: [JobID: Int] { notes.withLock { $0.confirmations } }
    func onCommit(_ work: @escaping @Sendable (Int) -> Void) { notes.withLock { $0.onCommit = work } }

    var permits: [SendPermit] { notes.withLock { $0.permits } }

    /// Waits until the provider was called that often.
    func untilCalled(_ times: Int) async {
        var calls = called.makeAsyncIterator()
        for _ in 0..<times { await calls.next() }
    }

    /// Lets all calls be answered.
    func answer() {
        let unanswered = notes.withLock { notes in
            defer { notes.unanswered = [] }
            return notes.unanswered
        }
        for continuation in unanswered { continuation.resume() }
    }

    func untilBellIsSet() async { for await _ in bells { return } }

    /// Moves the clock to whatever is due next, each time there is nothing left to do, until that many jobs are over.
    func moveClock(untilAll count: Int, vanished: Set<NodeID> = []) async {
        for await _ in changes {
            let over = store.jobs.count { $0.job.row.finishedAt != nil }
            if over == count { return }
            if !failing, !store.hasWork(at: clock.now(), vanished: vanished), let next = store.nextDue {
                clock.advance(to: next)
            }
        }
    }

    func now() -> Timestamp { clock.now() }

    /// What failed is tried again after a while: there, whoever waits makes the time pass.
    func sleep(from start: Timestamp, until instant: Timestamp) async {
        if failing { clock.advance(to: instant) }
        await clock.sleep(from: start, until: instant)
    }

    /// Every third time something goes wrong, before or after it was done.
    private func fault() -> (before: Bool, after: Bool) {
        guard failing else { return (false, false) }
        let calls = notes.withLock { notes in
            notes.calls += 1
            return notes.calls
        }
        return (calls % 6 == 3, calls % 6 == 0)
    }

    func claim(_ request: ClaimRequest) async throws(StoreFailure) -> Claim {
        defer { changed.yield() }
        guard !fault().before else { throw .notApplied("no connection") }
        return store.claimNow(request)
    }

    func commit(_ batch: CommitBatch) async throws(StoreFailure) -> Set<JobID> {
        defer { changed.yield() }
        let fault = fault()
        guard !fault.before else { throw .unknown("the connection broke") }
        let accepted = store.commitNow(batch)
        let (number, work) = notes.withLock { notes in
            notes.commits += 1
            return (notes.commits, notes.onCommit)
        }
        work?(number)
        guard !fault.after else { throw .unknown("the connection broke") }
        return accepted
    }

    func find(_ jobs: [JobID], bucket: Int) async throws(StoreFailure) -> [JobID: Position] {
        defer { changed.yield() }
        return store.findNow(jobs, bucket: bucket)
    }

    func renew(
        _ leases: [Lease], bucket: Int, node: NodeID, term: Duration
    ) async throws(StoreFailure) -> Set<JobID> {
        store.renewNow(leases, bucket: bucket, node: node, term: term)
    }

    func release(_ leases: [Lease], bucket: Int, node: NodeID) async throws(StoreFailure) -> Set<JobID> {
        store.releaseNow(leases, bucket: bucket, node: node)
    }

    func set(for node: NodeID) async throws(StoreFailure) { rang.yield() }

    func perform(_ invocation: Invocation, permit: SendPermit) async -> ActivityAnswer {
        _ = provider.call(invocation)
        notes.withLock { $0.permits.append(permit) }
        if isSilent {
            await withCheckedContinuation { continuation in
                notes.withLock { $0.unanswered.append(continuation) }
                call.yield()
            }
        }
        return switch invocation.activity.activity as? Transfer.Activity {
        case .quote: .transfer(.quoted)
        case .open: .transfer(.opened(id: "p-1"))
        case .confirm:
            notes.withLock { notes in
                notes.confirmations[invocation.job, default: 0] += 1
                return .transfer(.confirmed)
            }
        case .read:
            notes.withLock { notes in
                if invocation.purpose == .lookup {
                    return notes.confirmations[invocation.job] == nil ? .nothing : .transfer(.progressed(stage: 0))
                }
                notes.readings[invocation.job, default: 0] += 1
                return notes.readings[invocation.job] == 1 ? .transfer(.progressed(stage: 1)) : .transfer(.arrived)
            }
        case nil: .nothing
        }
    }
}
