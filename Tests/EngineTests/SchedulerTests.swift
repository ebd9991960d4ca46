import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("The scheduler")
struct SchedulerTests {
    @Test("Two hundred jobs are claimed at once and committed at once")
    func groups() throws {
        let harness = try Harness.transfers()
        for _ in 0..<200 { try harness.transfer(.approve) }
        harness.run()
        #expect(harness.batches == [200])
        #expect(harness.store.jobs.allSatisfy { $0.job.row.state == "approving" })
        // All of them expire at one instant.
        harness.advance(by: .minutes(10))
        #expect(harness.batches == [200, 200])
        for (id, _) in harness.store.jobs { harness.expectSound(id) }
    }

    @Test("While a commit is under way what is ready gathers, and goes with the next one")
    func gathering() throws {
        var limits = Scheduler.Limits()
        limits.commitsUnderWay = 1
        let harness = try Harness.transfers(limits: limits)
        harness.provider.answer("quote", .transfer(.quoted))
        harness.provider.answer("open", .down)
        for _ in 0..<10 { try harness.transfer(.quote) }
        harness.fate = { $0.committed.isEmpty ? .happens : .waits }
        harness.run()
        #expect(harness.waiting.count == 1)
        // Ten calls answer one after the other while the first commit is under way.
        harness.resume()
        #expect(harness.waiting.count == 1)
        while !harness.waiting.isEmpty { harness.resume() }
        #expect(harness.batches.reduce(0, +) == 30)
        #expect(harness.batches.count <= 5)
    }

    @Test("Each account has its number of calls under way, and writes go first")
    func places() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 2
        let harness = try Harness.transfers(limits: limits)
        for _ in 0..<4 { try harness.transfer(.settle) }
        harness.run()
        for _ in 0..<3 { try harness.enqueue(Transfer.self, Transfer.Order(first: .open), runAt: .noon + .seconds(10)) }
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.advance(by: .seconds(10))
        // Two reads were claimed first; what is free after that goes to writes.
        var order = harness.waiting.compactMap(\.called)
        #expect(order.count == 2)
        while !harness.waiting.isEmpty {
            let before = harness.waiting.count
            harness.provider.answer("open", .down)
            harness.resume()
            #expect(harness.waiting.count <= before)
            #expect(harness.waiting.count <= 2)
            if harness.waiting.count == before, let next = harness.waiting.last?.called { order.append(next) }
        }
        #expect(order.count == 7)
        #expect(order.filter { $0 == "open" }.count == 3)
        #expect(order.suffix(2) == ["read", "read"])
    }

    @Test("A node takes no more jobs than it may hold, and goes on as soon as some are done")
    func room() throws {
        var limits = Scheduler.Limits()
        limits.held = 10
        limits.claim = 4
        let harness = try Harness.transfers(limits: limits)
        harness.provider.answer("open", .down)
        for _ in 0..<30 { try harness.transfer(.open) }
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        #expect(harness.scheduler.heldJobs == 10)
        #expect(harness.claimLimits == [4, 4, 2])
        // It sleeps, though there is more to do than it may take.
        #expect(harness.scheduler.wakeAt(after: harness.clock.now()) > harness.clock.now())
        harness.resume()
        #expect(harness.scheduler.heldJobs == 10)
        #expect(harness.claimLimits == [4, 4, 2, 1])
    }

    @Test("A claim that found all it asked for leaves a mark; what lies before it is found all the same")
    func mark() throws {
        var limits = Scheduler.Limits()
        limits.claim = 5
        let harness = try Harness.transfers(limits: limits)
        harness.clock.advance(by: .minutes(1))
        for _ in 0..<5 { try harness.transfer(.approve) }
        // Enqueued long ago by a transaction that committed only while the first claim was under way.
        var isLate = true
        harness.fate = { action in
            if case .commit = action, isLate {
                isLate = false
                _ = try? harness.enqueue(Transfer.self, Transfer.Order(first: .approve), runAt: .noon)
            }
            return .happens
        }
        harness.run()
        let instant = harness.clock.now()
        // Before it goes to sleep, it looks before the mark once more.
        #expect(harness.kinds.prefix(4) == ["claim", "commit", "claim", "claim"])
        #expect(harness.marks.prefix(3) == [nil, instant - .microseconds(1), nil])
        #expect(harness.store.jobs.allSatisfy { $0.job.row.state == "approving" })
        #expect(harness.store.jobs.count == 6)
    }

    @Test("A busy node looks behind its mark every second, and rests ten times as long as a look took")
    func lookBehind() throws {
        #expect(try looks(taking: .zero, othersTaking: .milliseconds(300)).prefix(4) == [0, 5, 10, 15])
        // 1 s, and what fits into nine more.
        #expect(try looks(taking: .seconds(1), othersTaking: .milliseconds(400)).prefix(3) == [0, 24, 48])
    }

    /// Which claims of a node that has much to do look behind its mark.
    private func looks(taking look: Duration, othersTaking other: Duration) throws -> [Int] {
        var limits = Scheduler.Limits()
        limits.turnEvery = .hours(1)
        limits.turnAfter = .max
        limits.claim = 2
        let harness = try Harness.transfers(limits: limits)
        for _ in 0..<100 { try harness.transfer(.approve) }
        harness.fate = { action in
            // While there is much to do: time that passes with each idle look would bring the next one.
            guard case .claim(let request) = action, harness.marks.count < 50 else { return .happens }
            harness.clock.advance(by: request.mark == nil ? look : other)
            return .happens
        }
        harness.run()
        return harness.marks.prefix(50).enumerated().filter { $1 == nil }.map(\.offset)
    }

    @Test("An idle node asks for the bell once, looks once more after it is set, and then only every second")
    func bell() throws {
        let harness = try Harness.transfers()
        harness.run()
        #expect(harness.kinds == ["claim", "setBell", "claim"])
        harness.advance(by: .milliseconds(999))
        #expect(harness.kinds == ["claim", "setBell", "claim"])
        harness.clock.advance(by: .milliseconds(1))
        harness.run()
        #expect(harness.kinds == ["claim", "setBell", "claim", "claim"])
        let job = try harness.transfer(.approve)
        harness.run()
        #expect(harness.state(job) == "approving")
        #expect(harness.kinds.dropFirst(4) == ["claim", "commit", "setBell", "claim"])
    }

    @Test("What is enqueued between the last look and the bell is found by the look after it")
    func bellRace() throws {
        let harness = try Harness.transfers()
        harness.fate = { action in
            if case .setBell = action { _ = try? harness.transfer(.approve) }
            return .happens
        }
        harness.run()
        #expect(harness.store.jobs.map(\.job.row.state) == ["approving"])
    }

    @Test("A claim that fails is repeated a moment later, and then with pauses that grow")
    func claimFails() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        var failures = 3
        harness.fate = { action in
            guard case .claim = action, failures > 0 else { return .happens }
            failures -= 1
            return .fails
        }
        // 250 ms, 500 ms, 1 s.
        harness.advance(by: .milliseconds(1749))
        #expect(harness.state(job) == nil)
        #expect(failures == 0)
        harness.advance(by: .milliseconds(1))
        #expect(harness.state(job) == "approving")
    }

    @Test("On a virtual clock, which stands still meanwhile, what failed is repeated all the same")
    func retriesWithoutTime() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.fate = { action in if case .claim = action { .fails } else { .happens } }
        harness.run()
        harness.fate = { action in if case .commit = action { .fails } else { .happens } }
        harness.feed([.tick])
        harness.run()
        #expect(harness.state(job) == nil)
        #expect(harness.store[job]?.lease == 1)
        harness.fate = { _ in .happens }
        harness.run()
        #expect(harness.state(job) == nil)
        harness.feed([.tick])
        harness.run()
        #expect(harness.state(job) == "approving")
        #expect(harness.clock.now() == .noon)
    }

    @Test("Jobs of a claim whose answer was lost are claimed again at once, and those that are held are not")
    func lostClaim() throws {
        let harness = try Harness.transfers()
        let held = try harness.transfer(.open)
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        #expect(harness.waiting.compactMap(\.called) == ["open"])
        let lease = harness.store[held]?.lease
        let lost = try harness.transfer(.approve)
        var losses = 1
        harness.fate = { action in
            guard case .claim = action, losses > 0 else { return action.called == nil ? .happens : .waits }
            losses -= 1
            return .losesAnswer
        }
        harness.run()
        #expect(harness.store[lost]?.lease == 1)
        #expect(harness.state(lost) == nil)
        harness.advance(by: .milliseconds(250))
        #expect(harness.state(lost) == "approving")
        #expect(harness.store[lost]?.lease == 2)
        #expect(harness.store[held]?.lease == lease)
        harness.expectSound(lost)
    }

    @Test("What is due and yet not handed out is left alone for a moment, not claimed again and again")
    func contention() throws {
        let harness = try Harness.transfers()
        harness.run()
        let claims = harness.claims
        let now = harness.clock.now()
        harness.clock.advance(by: .seconds(1))
        harness.feed([])
        harness.fate = { _ in .waits }
        harness.run()
        harness.feed([.claimed(bucket: 0, Claim(jobs: [], nextDue: now, now: harness.clock.now()))])
        harness.run()
        #expect(harness.claims == claims + 1)
        #expect(harness.scheduler.wakeAt(after: harness.clock.now()) == harness.clock.now() + .milliseconds(50))
    }

    @Test("What falls due a moment after a claim is claimed at its own instant, or with what else comes until then")
    func dueVerySoon() throws {
        for gathering in [Duration.zero, .milliseconds(50)] {
            var limits = Scheduler.Limits()
            limits.gathering = gathering
            try checkDueVerySoon(limits, after: max(gathering, .microseconds(20)))
        }
    }

    private func checkDueVerySoon(_ limits: Scheduler.Limits, after wait: Duration) throws {
        let harness = try Harness.transfers(limits: limits)
        harness.run()
        harness.clock.advance(by: .seconds(1))
        harness.feed([])
        harness.fate = { _ in .waits }
        harness.run()
        let due = harness.clock.now() + .microseconds(20)
        harness.feed([.claimed(bucket: 0, Claim(jobs: [], nextDue: due, now: harness.clock.now()))])
        #expect(harness.scheduler.wakeAt(after: harness.clock.now()) == harness.clock.now() + wait)
    }

    @Test("A job that is given back while a claim is under way is not forgotten by the claim's answer")
    func dueWhileClaiming() throws {
        let harness = try Harness.transfers()
        try harness.transfer(.settle)
        harness.run()
        harness.clock.advance(by: .milliseconds(9_900))
        let job = try harness.transfer(.settle)
        harness.fate = { action in
            if case .setBell = action { return .waits }
            return action.committed.isEmpty ? .happens : .waits
        }
        harness.run()
        // The first job falls due: a claim is sent before the commit that gives the second one back is done.
        harness.clock.advance(by: .milliseconds(100))
        harness.fate = { action in if case .claim = action { .waits } else { .happens } }
        harness.run()
        #expect(harness.waiting.count == 3)
        harness.resume()
        #expect(try harness.row(job).dueAt == .noon + .milliseconds(19_900))
        harness.feed([.claimed(bucket: 0, Claim(jobs: [], nextDue: nil, now: harness.clock.now()))])
        harness.clock.advance(by: .milliseconds(9_500))
        #expect(harness.scheduler.wakeAt(after: harness.clock.now()) == .noon + .milliseconds(19_900))
    }

    @Test("When there is little room, buckets take turns, and no claim is made for a handful of jobs")
    func turns() throws {
        var limits = Scheduler.Limits()
        limits.held = 40
        limits.claim = 40
        let harness = try Harness.transfers(buckets: 3, limits: limits)
        harness.provider.answer("open", .down)
        for _ in 0..<300 { try harness.transfer(.open) }
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        #expect(harness.scheduler.heldJobs == 40)
        #expect(harness.claimed == [0])
        for _ in 0..<9 { harness.resume() }
        #expect(harness.claimed == [0])
        for _ in 0..<31 { harness.resume() }
        #expect(harness.claimed.prefix(4) == [0, 1, 2, 0])
        #expect(harness.claimLimits.allSatisfy { $0 >= 10 })
    }

    @Test("A node that holds all it may sleeps, though something else falls due")
    func full() throws {
        var limits = Scheduler.Limits()
        limits.held = 1
        limits.turnPlaces = 0
        let harness = try Harness.transfers(buckets: 2, limits: limits)
        for _ in 0..<6 { try harness.transfer(.settle) }
        harness.run()
        #expect(Set(harness.store.jobs.map(\.id.bucket)) == [0, 1])
        try harness.transfer(.open)
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        #expect(harness.waiting.count == 1)
        let claims = harness.claims
        harness.clock.advance(by: .seconds(10))
        harness.run()
        #expect(harness.scheduler.wakeAt(after: harness.clock.now()) == harness.clock.now() + .seconds(1))
        #expect(harness.claims == claims)
    }

    @Test("A draining node gives back what waits without counting an attempt, and finishes what is under way")
    func draining() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 1
        let harness = try Harness.transfers(limits: limits)
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        var jobs: [JobID] = []
        for _ in 0..<3 { jobs.append(try harness.transfer(.open)) }
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        harness.drain()
        #expect(!harness.scheduler.isIdle)
        harness.fate = { _ in .happens }
        harness.resume()
        #expect(harness.isAtRest)
        #expect(harness.provider.names == ["open"])
        let states = jobs.map { harness.state($0) ?? "" }
        #expect(states.sorted() == ["confirming", "opening", "opening"])
        for job in jobs {
            let row = try harness.row(job)
            #expect(row.attempt == 0)
            #expect(row.attemptStatus == nil)
            #expect(row.firstAttemptAt == nil)
            #expect(row.dueAt == harness.clock.now())
            #expect(harness.store[job]?.owner == nil)
            harness.expectSound(job)
        }
        // Nothing is taken any more; another node goes on at once, with the same keys.
        try harness.transfer(.approve)
        harness.advance(by: .seconds(5))
        #expect(harness.isAtRest)
        harness.provider.answer("confirm", .transfer(.confirmed))
        let next = harness.another("next")
        next.run()
        #expect(jobs.allSatisfy { next.state($0) == "settling" })
    }

    @Test("A claim that arrives at a draining node is given back")
    func drainingClaim() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.open)
        harness.fate = { _ in .waits }
        harness.run()
        harness.drain()
        harness.fate = { _ in .happens }
        harness.resume()
        #expect(harness.isAtRest)
        #expect(harness.provider.names == [])
        #expect(harness.state(job) == "opening")
        #expect(try harness.row(job).attempt == 0)
        #expect(harness.store[job]?.owner == nil)
    }

    @Test("Each statement names one bucket, and all buckets are looked after")
    func buckets() throws {
        let harness = try Harness.transfers(buckets: 8)
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.provider.answer("read", .transfer(.arrived))
        for _ in 0..<80 { try harness.transfer(.open) }
        let refund = try harness.transfer(.refund)
        harness.run()
        harness.signal(refund.child(seq: 1), "paid")
        harness.advance(by: .minutes(1))
        #expect(harness.store.jobs.allSatisfy { $0.job.row.finishedAt != nil })
        #expect(harness.store.jobs.count == 82)
        #expect(Set(harness.store.jobs.map(\.id.bucket)) == Set(0..<8))
        for action in harness.actions {
            if case .commit(_, let batch) = action {
                #expect(batch.jobs.allSatisfy { $0.id.bucket == batch.bucket })
            }
        }
    }

    @Test("Jobs of a higher priority are claimed first")
    func priorities() throws {
        var limits = Scheduler.Limits()
        limits.claim = 1
        let harness = try Harness.transfers(limits: limits)
        let input = #"{"amount":"1","first":"approve"}"#
        let late = harness.store.enqueue("transfer", input: input, priority: 4)
        let soon = harness.store.enqueue("transfer", input: input, priority: 1)
        let usual = harness.store.enqueue("transfer", input: input)
        harness.run()
        let order = harness.actions.flatMap { $0.committed.map(\.id) }
        #expect(order == [soon, usual, late])
    }
}

extension Harness {
    /// The sizes of the commits.
    fileprivate var batches: [Int] { actions.map(\.committed.count).filter { $0 > 0 } }

    /// The limits of the claims.
    fileprivate var claimLimits: [Int] { requests.map(\.limit) }

    /// The buckets of the claims.
    fileprivate var claimed: [Int] { requests.map(\.bucket) }

    /// The marks of the claims.
    fileprivate var marks: [Timestamp?] { requests.map(\.mark) }

    private var requests: [ClaimRequest] {
        actions.compactMap { if case .claim(let request) = $0 { request } else { nil } }
    }

    /// What was done, by name.
    fileprivate var kinds: [String] {
        actions.map { action in
            switch action {
            case .claim: "claim"
            case .perform: "perform"
            case .commit: "commit"
            case .find: "find"
            case .renew: "renew"
            case .permit: "permit"
            case .release: "release"
            case .setBell: "setBell"
            case .readAccounts: "readAccounts"
            case .change: "change"
            case .releaseHeld: "releaseHeld"
            case .takePermits: "takePermits"
            case .note: "note"
            }
        }
    }
}
