import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("One owner: leases and fences")
struct OwnershipTests {
    @Test("A stale owner's commit changes nothing")
    func staleCommit() throws {
        let one = try Harness.transfers()
        one.provider.answer("open", .transfer(.opened(id: "p-1")))
        one.provider.answer("confirm", .transfer(.confirmed))
        let two = one.another("two")
        let job = try one.transfer(.open)
        // The node hangs with the answer in its hands.
        one.fate = { $0.committed.contains { !$0.history.isEmpty && $0.expectedSeq > 0 } ? .waits : .happens }
        one.run()
        #expect(one.provider.names == ["open"])
        two.advance(by: .seconds(61))
        #expect(two.state(job) == "settling")
        let stored = try #require(one.store[job])
        one.resume()
        #expect(one.store[job]?.history == stored.history)
        #expect(one.store[job]?.row == stored.row)
        #expect(one.scheduler.heldJobs == 0)
        // The second owner repeated it with the same key.
        #expect(Set(one.provider.calls.prefix(2).map(\.key.description)) == ["\(job)-1"])
        one.expectSound(job)
    }

    @Test("A call's late answer is ignored when the lease was lost, and its account's place is freed")
    func lateAnswer() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 1
        let one = try Harness.transfers(limits: limits)
        one.provider.answer("confirm", .transfer(.confirmed))
        one.provider.answer("read", .transfer(.progressed(stage: 7)))
        let two = one.another("two")
        let job = try one.transfer(.confirm)
        one.fate = { $0.called == "confirm" ? .waits : .happens }
        one.run()
        two.advance(by: .seconds(61))
        #expect(two.state(job) == "settling")
        one.run()
        #expect(one.scheduler.heldJobs == 0)
        let next = try one.transfer(.open)
        one.provider.answer("open", .transfer(.opened(id: "p-2")))
        one.run()
        #expect(one.provider.names.filter { $0 == "open" } == [])
        let before = one.store[job]?.history
        one.fate = { _ in .happens }
        one.resume()
        #expect(one.store[job]?.history == before)
        #expect(one.provider.names.filter { $0 == "open" } == ["open"])
        #expect(one.state(next) == "settling")
        one.expectSound(job)
    }

    @Test("Two nodes on one store run each job once")
    func twoNodes() throws {
        var limits = Scheduler.Limits()
        limits.claim = 7
        limits.held = 10
        let one = try Harness.transfers(buckets: 2, limits: limits)
        one.provider.answer("quote", .transfer(.quoted))
        one.provider.answer("open", .transfer(.opened(id: "p-1")))
        one.provider.answer("confirm", .transfer(.confirmed))
        one.provider.answer("read", .transfer(.arrived))
        let two = one.another("two")
        var jobs: [JobID] = []
        for _ in 0..<60 { jobs.append(try one.transfer(.quote)) }
        // They take turns with every single action.
        one.take(turnsWith: two)
        for _ in 0..<40 {
            one.clock.advance(by: .seconds(1))
            one.ringAlways()
            two.ringAlways()
            one.take(turnsWith: two)
        }
        for job in jobs {
            #expect(one.events(job) == ["started", "quoted", "opened", "confirmed", "arrived"])
            one.expectSound(job)
        }
        for name in ["quote", "open", "confirm", "read"] {
            #expect(one.provider.names.count { $0 == name } == 60)
        }
        #expect(one.actions.contains { $0.called != nil })
        #expect(two.actions.contains { $0.called != nil })
    }

    @Test("A lease is renewed at half time while a call is under way")
    func renewal() throws {
        let one = try Harness.transfers()
        one.provider.answer("open", .transfer(.opened(id: "p-1")))
        one.provider.answer("confirm", .transfer(.confirmed))
        let two = one.another("two")
        let job = try one.transfer(.open)
        one.fate = { $0.called == "open" ? .waits : .happens }
        one.run()
        one.advance(by: .seconds(29))
        #expect(one.renewals == 0)
        #expect(try one.row(job).dueAt == .noon + .seconds(60))
        one.advance(by: .seconds(9))
        #expect(one.renewals == 1)
        one.advance(by: .minutes(10))
        two.run()
        #expect(two.scheduler.heldJobs == 0)
        #expect(one.store[job]?.lease == 1)
        #expect((17...30).contains(one.renewals))
        one.fate = { _ in .happens }
        one.resume()
        #expect(one.state(job) == "settling")
        one.expectSound(job)
    }

    @Test("A call may send until shortly before its lease ends; a renewal extends that, and a lost lease ends it")
    func permits() throws {
        let one = try Harness.transfers()
        one.provider.answer("confirm", .transfer(.confirmed))
        let two = one.another("two")
        let job = try one.transfer(.open)
        one.fate = { $0.called == "open" ? .waits : .happens }
        one.run()
        guard case .perform(let invocation) = one.waiting.first else {
            Issue.record("nothing is called")
            return
        }
        #expect(invocation.sendBefore == .noon + .seconds(55))
        one.advance(by: .seconds(40))
        let renewed = try #require(one.row(job).dueAt)
        #expect(renewed > .noon + .seconds(80))
        #expect(one.permits.map(\.until) == [renewed - .seconds(5)])
        one.fate = { action in
            if case .renew = action { return .losesRequest }
            return .happens
        }
        one.clock.advance(to: renewed)
        two.run()
        one.fate = { _ in .happens }
        one.run()
        one.advance(by: .seconds(10))
        #expect(one.permits.map(\.lease) == [Lease(job: job, token: 1), Lease(job: job, token: 1)])
        #expect(try #require(one.permits.last).until < renewed + .seconds(10))
        let permit = SendPermit(until: .noon, clock: one.clock)
        #expect(permit.isOver)
        permit.last(until: one.clock.now() + .seconds(1))
        #expect(!permit.isOver)
        one.clock.advance(by: .seconds(1))
        #expect(permit.isOver)
    }

    @Test("A call is not started when the lease is nearly over, and is once it was renewed")
    func margin() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 1
        let harness = try Harness.transfers(limits: limits)
        harness.provider.answer("open", .down)
        try harness.transfer(.open)
        try harness.transfer(.open)
        harness.fate = { action in
            if case .renew = action { return .fails }
            return action.called == nil ? .happens : .waits
        }
        harness.run()
        harness.advance(by: .seconds(56))
        #expect(harness.waiting.count == 1)
        harness.resume()
        #expect(harness.waiting.count == 0)
        #expect(harness.provider.names == ["open"])
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.advance(by: .seconds(10))
        #expect(harness.waiting.count == 1)
    }

    @Test("A job that is lost and taken again by the same node is called for once")
    func lostAndTakenAgain() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 1
        let harness = try Harness.transfers(limits: limits)
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        let blocking = try harness.transfer(.open)
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        let job = try harness.transfer(.open)
        harness.run()
        // Nobody renews for longer than a lease: both come back to this very node.
        harness.fate = { action in
            if case .renew = action { return .losesRequest }
            return action.called == nil ? .happens : .waits
        }
        harness.advance(by: .seconds(90))
        harness.fate = { _ in .happens }
        while !harness.waiting.isEmpty { harness.resume() }
        harness.advance(by: .seconds(5))
        #expect(harness.provider.names.filter { $0 == "open" }.count == 3)
        #expect(harness.provider.calls.filter { $0.job == job && $0.activity.name == "open" }.count == 1)
        for job in [blocking, job] {
            #expect(harness.state(job) == "settling")
            harness.expectSound(job)
        }
    }

    @Test("A job that is lost and taken again before its step was committed is committed once")
    func lostBeforeCommit() throws {
        var limits = Scheduler.Limits()
        limits.commitsUnderWay = 1
        let harness = try Harness.transfers(limits: limits)
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        let job = try harness.transfer(.open)
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        // Another job's commit takes the only place, so that what is answered now has to wait.
        let other = try harness.transfer(.approve)
        harness.fate = { action in
            if case .renew = action { return .losesRequest }
            return action.committed.isEmpty ? .happens : .waits
        }
        harness.run()
        harness.resume()
        harness.advance(by: .seconds(70))
        harness.fate = { _ in .happens }
        while !harness.waiting.isEmpty { harness.resume() }
        harness.advance(by: .seconds(5))
        for action in harness.actions {
            let ids = action.committed.map(\.id)
            #expect(Set(ids).count == ids.count)
        }
        #expect(harness.state(job) == "settling")
        #expect(harness.state(other) == "approving")
        #expect(Set(harness.provider.calls.filter { $0.activity.name == "open" }.map(\.key)).count == 1)
        harness.expectSound(job)
        harness.expectSound(other)
    }

    @Test("A late copy of a commit that brought no transition changes nothing that came after the other copy")
    func lateCopy() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost)
        harness.provider.answer("read", .nothing)
        let job = try harness.transfer(.confirm)
        // The outcome of the confirmation is unknown; the commit of that seems lost, and is only slow.
        var copy: CommitBatch?
        harness.fate = { action in
            guard copy == nil, case .commit(_, let batch) = action, batch.jobs[0].row.attemptStatus == .unknown
            else { return .happens }
            copy = batch
            return .losesRequest
        }
        harness.run()
        harness.fate = { $0.called == "read" ? .waits : .happens }
        harness.advance(by: .seconds(1))
        harness.resume()
        let late = try #require(copy)
        #expect(late.jobs[0].history.isEmpty)
        let stored = try #require(harness.store[job])
        #expect(stored.commits > late.jobs[0].expectedCommits)
        #expect(harness.store.commitNow(late).isEmpty)
        #expect(harness.store[job]?.row == stored.row)
        #expect(harness.store[job]?.attempts == stored.attempts)
        harness.expectSound(job)
    }

    @Test("When the late copy of a commit comes before its repetition, the job stays with its owner")
    func lateCopyFirst() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost, .transfer(.confirmed))
        harness.provider.answer("read", .nothing)
        let job = try harness.transfer(.confirm)
        var copy: CommitBatch?
        harness.fate = { action in
            guard case .commit(_, let batch) = action, batch.jobs[0].row.attemptStatus == .unknown
            else { return .happens }
            guard let late = copy else {
                copy = batch
                return .losesRequest
            }
            // Just before its repetition comes.
            _ = harness.store.commitNow(late)
            return .happens
        }
        harness.run()
        harness.advance(by: .seconds(1))
        #expect(copy != nil)
        #expect(harness.provider.names == ["confirm", "read"])
        #expect(harness.store[job]?.lease == 1)
        #expect(harness.attempts(job) == ["1 confirm unknown"])
        harness.expectSound(job)
    }
}

extension Harness {
    /// How often leases were renewed.
    fileprivate var renewals: Int {
        actions.count { if case .renew = $0 { true } else { false } }
    }

    /// What calls under way were permitted.
    fileprivate var permits: [(lease: Lease, until: Timestamp)] {
        actions.compactMap { if case .permit(let lease, let until) = $0 { (lease, until) } else { nil } }
    }

    /// Wakes the node, whatever it asked for.
    fileprivate func ringAlways() { feed([.bell]) }

    /// Two nodes work at one instant, one action each in turn.
    fileprivate func take(turnsWith other: Harness) {
        fate = { _ in .waits }
        other.fate = { _ in .waits }
        run()
        other.run()
        while !waiting.isEmpty || !other.waiting.isEmpty {
            if !waiting.isEmpty { resume() }
            if !other.waiting.isEmpty { other.resume() }
        }
    }
}
