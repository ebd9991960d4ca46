import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("Draining, and giving everything back")
struct DrainTests {
    /// A node in the middle of everything: two calls under way, others waiting for their turn.
    private func busy() throws -> (harness: Harness, jobs: [JobID]) {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 2
        let harness = try Harness.transfers(limits: limits)
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.provider.answer("read", .transfer(.arrived))
        var jobs: [JobID] = []
        for _ in 0..<5 { jobs.append(try harness.transfer(.confirm)) }
        harness.fate = { $0.called == "confirm" ? .waits : .happens }
        harness.run()
        #expect(harness.waiting.count == 2)
        #expect(harness.scheduler.heldJobs == 5)
        return (harness, jobs)
    }

    @Test("A drain waits for calls under way, and gives back at once what only waited for its turn")
    func drain() throws {
        let (harness, jobs) = try busy()
        harness.drain()
        #expect(harness.scheduler.heldJobs == 2)
        #expect(jobs.count { harness.store[$0]?.owner == nil } == 3)
        let given = try jobs.filter { harness.store[$0]?.owner == nil }.map { try harness.row($0) }
        #expect(given.allSatisfy { $0.attemptStatus == nil && $0.attempt == 0 && $0.dueAt == .noon })
        #expect(!harness.scheduler.isIdle)
        while !harness.waiting.isEmpty { harness.resume() }
        #expect(harness.scheduler.isIdle)
        #expect(jobs.count { harness.state($0) == "settling" } == 2)
        #expect(jobs.allSatisfy { harness.store[$0]?.owner == nil })
        for job in jobs { harness.expectSound(job) }
    }

    @Test("What is given back at once goes with its attempt as started; nothing more may be sent, no answer counts")
    func giveBack() throws {
        let (harness, jobs) = try busy()
        let called = harness.waiting.compactMap { action -> JobID? in
            if case .perform(let invocation) = action { return invocation.job }
            return nil
        }
        harness.giveBack()
        #expect(harness.scheduler.isIdle)
        #expect(jobs.allSatisfy { harness.store[$0]?.owner == nil })
        for job in jobs {
            let row = try harness.row(job)
            #expect(row.attemptStatus == (called.contains(job) ? .started : nil))
            #expect(row.dueAt == .noon)
        }
        let permits = harness.actions.compactMap { action -> JobID? in
            if case .permit(let lease, .noon) = action { return lease.job }
            return nil
        }
        #expect(Set(permits) == Set(called))
        // The answers come too late for this node, and so do another drain and another wish to give back.
        let before = harness.store.jobs.map(\.job.row)
        while !harness.waiting.isEmpty { harness.resume() }
        harness.drain()
        harness.giveBack()
        #expect(harness.store.jobs.map(\.job.row) == before)
        #expect(harness.scheduler.isIdle)
    }

    @Test("The next owner of what was given back in the middle of a call looks before it leaps")
    func nextOwner() throws {
        let (harness, jobs) = try busy()
        let two = harness.another("two")
        harness.provider.respond { $0.purpose == .lookup ? .nothing : nil }
        harness.giveBack()
        // The payments were not made.
        harness.provider.respond { $0.purpose == .lookup ? .nothing : nil }
        let calls = harness.provider.calls.count
        two.run()
        // At the same instant: it has not to wait until a lease ends.
        let names = harness.provider.calls.dropFirst(calls)
        #expect(names.filter { $0.purpose == .lookup }.count == 2)
        #expect(names.filter { $0.activity.name == "confirm" }.count == 3)
        two.advance(by: .minutes(30))
        for job in jobs {
            #expect(harness.state(job) == "done")
            harness.expectSound(job)
        }
    }

    @Test("What was being committed when everything is given back is committed, and then given back")
    func committing() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.confirm)
        harness.fate = { $0.committed.isEmpty ? .happens : .waits }
        harness.run()
        #expect(harness.waiting.count == 1)
        harness.giveBack()
        #expect(!harness.scheduler.isIdle)
        harness.fate = { _ in .happens }
        harness.resume()
        #expect(harness.scheduler.isIdle)
        #expect(harness.provider.calls.isEmpty)
        #expect(try harness.row(job).attemptStatus == nil)
        #expect(harness.store[job]?.owner == nil)
        #expect(try harness.row(job).dueAt == .noon)
        harness.expectSound(job)
    }

    @Test("A store that does not take it is asked again", arguments: [Harness.Fate.fails, .losesRequest, .losesAnswer])
    func again(fate: Harness.Fate) throws {
        let (harness, jobs) = try busy()
        var asked = 0
        harness.fate = { action in
            guard case .release = action else { return .happens }
            asked += 1
            return asked <= 3 ? fate : .happens
        }
        harness.giveBack()
        #expect(!harness.scheduler.isIdle)
        harness.advance(by: .seconds(1))
        #expect(asked == 4)
        #expect(harness.scheduler.isIdle)
        #expect(jobs.allSatisfy { harness.store[$0]?.owner == nil })
    }

    @Test("A claim under way is waited for, and what it brings goes back")
    func claimUnderWay() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.fate = { action in
            if case .claim = action { return .waits }
            return .happens
        }
        harness.run()
        harness.giveBack()
        #expect(!harness.scheduler.isIdle)
        harness.resume()
        #expect(harness.scheduler.isIdle)
        #expect(harness.store[job]?.owner == nil)
        #expect(harness.claims == 1)
        harness.expectSound(job)
    }
}
