import Synchronization
import Time

/// The thin shell around the `Scheduler`: it interprets its actions, and tells it what came of them.
///
/// No decisions.
public final class Daemon: Sendable {
    /// What the daemon works with.
    public struct Environment: Sendable {
        let store: any Store
        let runner: any ActivityRunner
        let clock: any Clock
        let bell: any Bell
        let log: @Sendable (String) -> Void

        /// An environment; `log` takes one line for a person.
        public init(
            store: any Store, runner: any ActivityRunner, clock: any Clock, bell: any Bell,
            log: @escaping @Sendable (String) -> Void
        ) {
            self.store = store
            self.runner = runner
            self.clock = clock
            self.bell = bell
            self.log = log
        }
    }

    private enum Message: Sendable {
        case happened(Scheduler.Happening)
        case alarm
        case abandon
    }

    private let environment: Environment
    private let mailbox = Mailbox<Message>()
    private let scheduler: Scheduler
    private let node: NodeID
    /// Of the calls under way.
    private let permits = Mutex<[Lease: SendPermit]>([:])

    /// A daemon that looks after these buckets.
    public init(
        node: NodeID, registry: Registry, buckets: some Sequence<Int>, limits: Scheduler.Limits = .init(),
        environment: Environment
    ) {
        self.node = node
        self.environment = environment
        scheduler = Scheduler(node: node, registry: registry, buckets: buckets, limits: limits)
    }

    /// Somebody enqueued or told something: look now.
    public func ring() { mailbox.post(.happened(.bell)) }

    /// Claims from these buckets from now on, and finishes what it holds of others.
    public func share(_ buckets: Set<Int>) { mailbox.post(.happened(.share(buckets))) }

    /// Takes no new jobs, lets calls under way finish, gives back the rest; `run` then returns.
    public func drain() { mailbox.post(.happened(.drain)) }

    /// Takes no new jobs, and gives everything back without waiting for calls under way; `run` returns as soon as the
    /// store has it.
    public func giveBack() { mailbox.post(.happened(.giveBack)) }

    /// Returns from `run` at once.
    ///
    /// What is under way is taken over by others when the leases end.
    public func abandon() { mailbox.post(.abandon) }

    /// Runs jobs until it is drained or abandoned.
    public func run() async {
        var scheduler = scheduler
        var alarm: (at: Timestamp, task: Task<Void, Never>)?
        defer { alarm?.task.cancel() }
        var messages: [Message] = [.happened(.tick)]
        while true {
            var happenings: [Scheduler.Happening] = []
            for message in messages {
                switch message {
                case .happened(let happening): happenings.append(happening)
                case .alarm:
                    // On a virtual clock a sleep ends early, whenever the clock moves.
                    if let alarm, environment.clock.now() < alarm.at { happenings.append(.tick) }
                    alarm = nil
                case .abandon: return
                }
            }
            let now = environment.clock.now()
            interpret(scheduler.handle(happenings, at: now))
            if scheduler.isDraining, scheduler.isIdle { return }
            let wake = scheduler.wakeAt(after: now)
            // An alarm that rings early does no harm; one that rings late would.
            if alarm.map({ $0.at > wake }) ?? true {
                alarm?.task.cancel()
                alarm = (wake, Task { await self.sound(at: wake, from: now) })
            }
            messages = await mailbox.take()
        }
    }

    private func sound(at wake: Timestamp, from now: Timestamp) async {
        await environment.clock.sleep(from: now, until: wake)
        if !Task.isCancelled { mailbox.post(.alarm) }
    }

    private func interpret(_ actions: [Scheduler.Action]) {
        var calls: [Invocation] = []
        for action in actions {
            if case .perform(let invocation) = action { calls.append(invocation) } else { interpret(action) }
        }
        if !calls.isEmpty { perform(calls) }
    }

    /// Makes calls at once: each runs up to where it first has to wait, and then goes on by itself. So a call costs one
    /// task and no change of threads, and many calls don't keep the scheduler's own task from going on.
    private func perform(_ calls: [Invocation]) {
        let permits = calls.map { SendPermit(until: $0.sendBefore, clock: environment.clock) }
        self.permits.withLock { known in
            for (call, permit) in zip(calls, permits) { known[call.place] = permit }
        }
        Task {
            for (call, permit) in zip(calls, permits) { Task.immediate { await perform(call, permit) } }
        }
    }

    private func perform(_ call: Invocation, _ permit: SendPermit) async {
        let answer = await environment.runner.perform(call, permit: permit)
        permits.withLock { _ = $0.removeValue(forKey: call.place) }
        mailbox.post(.happened(.answered(call.job, lease: call.lease, answer)))
    }

    private func interpret(_ action: Scheduler.Action) {
        switch action {
        case .claim(let request):
            attempt("claim", orElse: .claimFailed(bucket: request.bucket)) {
                .claimed(bucket: request.bucket, try await self.environment.store.claim(request))
            }
        case .perform(let invocation): perform([invocation])
        case .permit(let lease, let instant): permits.withLock { $0[lease] }?.last(until: instant)
        case .commit(let group, let batch): commit(group, batch)
        case .find(let group, let bucket, let jobs):
            attempt("look-up", orElse: .findFailed(group)) {
                .found(group, try await self.environment.store.find(jobs, bucket: bucket))
            }
        case .renew(let bucket, let leases):
            attempt("renewal", orElse: .renewFailed(bucket: bucket)) {
                let renewed = try await self.environment.store.renew(
                    leases, bucket: bucket, node: self.node, term: self.scheduler.limits.term)
                return .renewed(bucket: bucket, asked: leases, renewed: renewed)
            }
        case .release(let group, let bucket, let leases):
            attempt("release", orElse: .giveBackFailed(group)) {
                _ = try await self.environment.store.release(leases, bucket: bucket, node: self.node)
                return .givenBack(group)
            }
        case .setBell:
            attempt("bell", orElse: .bellSet) {
                try await self.environment.bell.set(for: self.node)
                return .bellSet
            }
        case .note(let line): environment.log(line)
        case .readAccounts, .change, .releaseHeld, .takePermits: interpretNews(action)
        }
    }

    private func interpretNews(_ action: Scheduler.Action) {
        let store = environment.store
        switch action {
        case .readAccounts:
            attempt("look at accounts", orElse: .accountsFailed) { .accounts(try await store.readAccounts()) }
        case .change(let account, let change):
            attempt("message about \(account)", orElse: .changeFailed(account)) {
                .changed(account, try await store.change(account, change, by: self.node))
            }
        case .releaseHeld(let release):
            attempt("release of held jobs", orElse: .releaseFailed(release)) {
                .released(release, try await store.releaseHeld(release))
            }
        case .takePermits(let account, let wanted):
            attempt("request for permits", orElse: .permitsFailed(account)) {
                .permits(account, try await store.takePermits(account, wanted))
            }
        default: break
        }
    }

    private func commit(_ group: Int, _ batch: CommitBatch) {
        Task {
            do throws(StoreFailure) {
                mailbox.post(.happened(.committed(group, accepted: try await environment.store.commit(batch))))
            } catch {
                environment.log("a commit of \(batch.jobs.count) jobs failed: \(error)")
                mailbox.post(.happened(.commitFailed(group, error)))
            }
        }
    }

    private func attempt(
        _ what: String, orElse failed: Scheduler.Happening,
        _ work: @escaping @Sendable () async throws -> Scheduler.Happening
    ) {
        Task {
            do {
                mailbox.post(.happened(try await work()))
            } catch {
                environment.log("a \(what) failed: \(error)")
                mailbox.post(.happened(failed))
            }
        }
    }
}

extension Invocation {
    /// The lease under which it is made.
    fileprivate var place: Lease { Lease(job: job, token: lease) }
}
