public import Engine
public import Time
public import WorkflowCore

/// The real scheduler, run synchronously over a store in memory, a scripted provider and a clock that stands still.
///
/// Nothing happens but what the test lets happen: `run` does all there is to do at the present instant, `advance` lets
/// time pass and does what falls due on the way. Every action of the scheduler can be made to fail, to lose its answer
/// or to be the last one before a crash: that is its `Fate`.
///
/// ```swift
/// let harness = try Harness(RegisteredWorkflow(DfnsPayout.self))
/// harness.provider.answer("createPayout", .unknown(message: "timed out"), .event(DfnsPayout.Event.opened(payout)))
/// let job = try harness.enqueue(DfnsPayout.self, order)
/// harness.run()
/// harness.advance(by: .minutes(1))
/// #expect(harness.store[job]?.row.state == "awaitingInstructions")
/// ```
///
/// It is not thread-safe: a test uses it from one place.
public final class Harness {
    /// What becomes of one action of the scheduler.
    public enum Fate: Hashable, Sendable {
        /// It is done, and the scheduler is told what came of it.
        case happens
        /// It is not done, and the scheduler is told so: a commit or call that was certainly not applied.
        case fails
        /// It is not done, and the scheduler knows only that it may have been.
        case losesRequest
        /// It is done, and the scheduler knows only that it may have been.
        case losesAnswer
        /// The node vanishes before it is done.
        case crashesBefore
        /// The node vanishes after it is done.
        case crashesAfter
        /// It is put aside, under way, until `resume`.
        case waits
    }

    /// The clock.
    public let clock: VirtualClock
    /// The store.
    public let store: MemoryStore
    /// The provider.
    public let provider: ScriptedRunner
    /// Decides what becomes of each action, just before it is done.
    public var fate: (Scheduler.Action) -> Fate = { _ in .happens }
    /// All actions so far, in order, of all incarnations of this node.
    public private(set) var actions: [Scheduler.Action] = []
    /// What was put aside, in order.
    public private(set) var waiting: [Scheduler.Action] = []
    /// What the node told people, of all its incarnations.
    public private(set) var notes: [String] = []
    /// The node's present incarnation.
    public private(set) var node: NodeID
    /// The scheduler itself.
    public private(set) var scheduler: Scheduler

    private let registry: Registry
    private let limits: Scheduler.Limits
    private let name: String
    private var incarnation = 1
    private var queue: [Scheduler.Action] = []
    private var isBellSet = false
    private var isRunning = false

    /// A node that knows these flows, with a store and a clock of its own.
    public convenience init(
        _ workflows: RegisteredWorkflow..., buckets: Int = 1, limits: Scheduler.Limits = .init(),
        coding: JSONCoding = JSONCoding()
    ) {
        let clock = VirtualClock()
        self.init(
            Registry(workflows, coding: coding), store: MemoryStore(clock: clock, buckets: buckets), clock: clock,
            provider: ScriptedRunner(), limits: limits, name: "node")
    }

    /// Another node on the same store, clock and provider; by default it knows the same flows.
    public func another(
        _ name: String, knowing registry: Registry? = nil, limits: Scheduler.Limits? = nil
    ) -> Harness {
        Harness(
            registry ?? self.registry, store: store, clock: clock, provider: provider, limits: limits ?? self.limits,
            name: name)
    }

    private init(
        _ registry: Registry, store: MemoryStore, clock: VirtualClock, provider: ScriptedRunner,
        limits: Scheduler.Limits, name: String
    ) {
        self.registry = registry
        self.store = store
        self.clock = clock
        self.provider = provider
        self.limits = limits
        self.name = name
        node = NodeID("\(name)-1")
        scheduler = Scheduler(node: node, registry: registry, buckets: 0..<store.buckets, limits: limits)
    }

    // MARK: Telling

    /// Enqueues a job of a flow, and rings the node if it asked for that.
    @discardableResult
    public func enqueue<Flow: Workflow>(_ flow: Flow.Type, _ input: Flow.Input, runAt: Timestamp? = nil) throws -> JobID
    {
        let text = try registry.coding.store(input)
        let job = store.enqueue(Flow.name, version: Flow.version, input: text, runAt: runAt)
        ring()
        return job
    }

    /// Tells a job something, and rings the node if it asked for that.
    @discardableResult
    public func signal(_ job: JobID, _ name: String, payload: String = "{}", key: String? = nil) -> SignalReceipt {
        let receipt = store.signal(job, name, payload: payload, key: key)
        ring()
        return receipt
    }

    /// Rings the node if it asked for that, as whoever writes to the store does.
    public func ring() {
        guard isBellSet else { return }
        isBellSet = false
        feed([.bell])
    }

    /// Tells the scheduler what happened, without doing yet what it answers.
    public func feed(_ happenings: [Scheduler.Happening]) {
        queue += scheduler.handle(happenings, at: clock.now())
    }
}

// MARK: Running

extension Harness {
    /// Does all there is to do at the present instant.
    public func run() {
        feed([])
        work()
    }

    /// Lets time pass: everything that falls due on the way is done at its instant.
    public func advance(by interval: Duration) {
        let target = clock.now() + interval
        run()
        while let next = nextInstant(), next <= target {
            clock.advance(to: next)
            run()
        }
        clock.advance(to: target)
        run()
    }

    /// The node vanishes, with all that it has under way, and a new one takes its place.
    public func crash() {
        incarnation += 1
        node = NodeID("\(name)-\(incarnation)")
        scheduler = Scheduler(node: node, registry: registry, buckets: 0..<store.buckets, limits: limits)
        queue = []
        waiting = []
        isBellSet = false
    }

    /// Lets the node claim from these buckets from now on, and from no other.
    public func share(_ buckets: Set<Int>) {
        feed([.share(buckets)])
        work()
    }

    /// Lets the node finish what is under way and give back the rest.
    public func drain() {
        feed([.drain])
        work()
    }

    /// Lets the node give everything back, also what is put aside as a call under way.
    public func giveBack() {
        feed([.giveBack])
        work()
    }

    /// Does an action that was put aside, with the fate that it is given.
    public func resume(_ index: Int = 0, as fate: Fate = .happens) {
        guard waiting.indices.contains(index) else { return }
        perform(waiting.remove(at: index), fate)
        work()
    }

    /// Whether there is nothing left to do at this instant.
    public var isAtRest: Bool { queue.isEmpty && waiting.isEmpty && scheduler.isIdle }

    private func work() {
        // An action may itself be what starts a run, in a test's own provider for example.
        guard !isRunning else { return }
        isRunning = true
        defer { isRunning = false }
        var done = 0
        while !queue.isEmpty {
            let action = queue.removeFirst()
            if case .note(let line) = action {
                notes.append(line)
                continue
            }
            actions.append(action)
            perform(action, fate(action))
            done += 1
            precondition(done < 1_000_000, "the scheduler does not come to rest at \(clock.now())")
        }
    }

    private func nextInstant() -> Timestamp? {
        let now = clock.now()
        var instants = [store.nextDue].compactMap { $0 }.filter { $0 > now }
        if !scheduler.isIdle || store.hasWork(at: now) { instants.append(scheduler.wakeAt(after: now)) }
        return instants.min().map { max($0, now + .microseconds(1)) }
    }
}

// MARK: Interpreting

extension Harness {
    private func perform(_ action: Scheduler.Action, _ fate: Fate) {
        // Calls are over at once here: there is none to permit anything to.
        if case .permit = action { return }
        switch fate {
        case .happens: feed([happen(action)])
        case .fails: feed([failure(of: action, isKnown: true)])
        case .losesRequest: feed([failure(of: action, isKnown: false)])
        case .losesAnswer:
            _ = happen(action)
            feed([failure(of: action, isKnown: false)])
        case .crashesBefore: crash()
        case .crashesAfter:
            _ = happen(action)
            crash()
        case .waits: waiting.append(action)
        }
    }

    private func happen(_ action: Scheduler.Action) -> Scheduler.Happening {
        switch action {
        case .permit: return .tick
        case .claim(let request): return .claimed(bucket: request.bucket, store.claimNow(request))
        case .perform(let invocation):
            return .answered(invocation.job, lease: invocation.lease, provider.call(invocation))
        case .commit(let group, let batch): return .committed(group, accepted: store.commitNow(batch))
        case .find(let group, let bucket, let jobs): return .found(group, store.findNow(jobs, bucket: bucket))
        case .renew(let bucket, let leases):
            let renewed = store.renewNow(leases, bucket: bucket, node: node, term: limits.term)
            return .renewed(bucket: bucket, asked: leases, renewed: renewed)
        case .release(let group, let bucket, let leases):
            store.releaseNow(leases, bucket: bucket, node: node)
            return .givenBack(group)
        case .setBell:
            isBellSet = true
            return .bellSet
        case .readAccounts: return .accounts(store.readAccountsNow())
        case .change(let account, let change): return .changed(account, store.changeNow(account, change, by: node))
        case .releaseHeld(let release): return .released(release, store.releaseHeldNow(release))
        case .takePermits(let account, let wanted):
            return .permits(account, store.takePermitsNow(account, wanted))
        case .note: return .tick
        }
    }

    private func failure(of action: Scheduler.Action, isKnown: Bool) -> Scheduler.Happening {
        let reason = isKnown ? "refused by the test" : "lost by the test"
        switch action {
        case .permit: return .tick
        case .claim(let request): return .claimFailed(bucket: request.bucket)
        case .perform(let invocation):
            let answer: ActivityAnswer =
                isKnown ? .notApplied(retryAfter: nil, message: reason) : .unknown(message: reason)
            return .answered(invocation.job, lease: invocation.lease, answer)
        case .commit(let group, _): return .commitFailed(group, isKnown ? .notApplied(reason) : .unknown(reason))
        case .find(let group, _, _): return .findFailed(group)
        case .renew(let bucket, _): return .renewFailed(bucket: bucket)
        case .release(let group, _, _): return .giveBackFailed(group)
        case .setBell: return .bellSet
        case .readAccounts: return .accountsFailed
        case .change(let account, _): return .changeFailed(account)
        case .releaseHeld(let release): return .releaseFailed(release)
        case .takePermits(let account, _): return .permitsFailed(account)
        case .note: return .tick
        }
    }
}
