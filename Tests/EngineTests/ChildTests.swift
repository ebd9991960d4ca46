import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("Children")
struct ChildTests {
    @Test("A child is enqueued with its parent's transition, and its ending comes back as an event")
    func ending() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.refund, amount: "7")
        harness.run()
        let child = job.child(seq: 1)
        let stored = try #require(harness.store[child])
        #expect(stored.workflow == "refund")
        #expect(stored.parent == job)
        #expect(stored.input == #"{"amount":"7","first":"refund"}"#)
        #expect(stored.row.state == "waiting")
        #expect(try harness.row(job).plan == "run refund")
        #expect(try harness.row(job).dueAt == nil)

        harness.signal(child, "paid")
        harness.run()
        #expect(try harness.row(child).status == .refunded)
        #expect(harness.events(job) == ["started", "refunded"])
        let last = try harness.last(job)
        #expect(last.actor == "child:\(child)")
        #expect(last.detail == #"{"event":{"refunded":{"outcome":"refunded"}}}"#)
        #expect(try harness.row(job).status == .completed)
        #expect(harness.store.jobs.count == 2)
        harness.expectSound(job)
        harness.expectSound(child)
    }

    @Test(
        "However the commits around it fail, there is one child and one ending",
        arguments: [Harness.Fate.fails, .losesRequest, .losesAnswer, .crashesBefore, .crashesAfter], 1...6)
    func once(fate: Harness.Fate, number: Int) throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.refund)
        var seen = 0
        harness.fate = { action in
            guard !action.committed.isEmpty else { return .happens }
            seen += 1
            return seen == number ? fate : .happens
        }
        harness.advance(by: .minutes(3))
        let child = job.child(seq: 1)
        harness.signal(child, "paid")
        harness.advance(by: .minutes(3))
        #expect(harness.store.jobs.count == 2)
        #expect(harness.events(job) == ["started", "refunded"])
        #expect(harness.answers(job) == ["delivered"])
        harness.expectSound(job)
        harness.expectSound(child)
    }

    @Test("A child that ends before its parent's owner knows of it is heard afterwards")
    func fastChild() throws {
        let one = try Harness.transfers()
        let two = one.another("two")
        let job = try one.transfer(.refund)
        // The node does not hear for a while that its commit, and the child with it, is in the store.
        one.fate = { $0.committed.isEmpty ? .happens : .losesAnswer }
        one.run()
        let child = job.child(seq: 1)
        two.signal(child, "paid")
        two.run()
        #expect(two.state(child) == "back")
        one.fate = { _ in .happens }
        one.advance(by: .seconds(5))
        #expect(one.events(job) == ["started", "refunded"])
        one.expectSound(job)
    }

    @Test("A paused parent hears of it when it is resumed")
    func pausedParent() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.refund)
        harness.run()
        harness.signal(job, "$pause")
        harness.run()
        harness.signal(job.child(seq: 1), "paid")
        harness.advance(by: .hours(1))
        #expect(harness.events(job) == ["started", "paused"])
        harness.signal(job, "$resume")
        harness.run()
        #expect(harness.events(job) == ["started", "paused", "resumed", "refunded"])
        harness.expectSound(job)
    }

    @Test("A parent that went on without its child takes no note of its ending")
    func abandonedChild() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.refund)
        harness.run()
        harness.signal(job, "cancel")
        harness.run()
        harness.signal(job.child(seq: 1), "paid")
        harness.run()
        #expect(harness.events(job) == ["started", "cancelRequested"])
        #expect(harness.answers(job) == ["delivered", "ignored: the job does not wait for this child"])
        harness.expectSound(job)
    }

    @Test("A child that is reopened and ends again is heard once")
    func reopenedChild() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.refund)
        harness.run()
        let child = job.child(seq: 1)
        harness.signal(child, "lost")
        harness.run()
        harness.signal(child, "paid")
        harness.run()
        #expect(try harness.row(child).status == .refunded)
        #expect(harness.events(job) == ["started", "refunded"])
        #expect(try harness.row(job).data == #"{"failed":{"code":"refund"}}"#)
        harness.expectSound(child)
    }

    @Test("Only the child itself can say how it ended")
    func forgedEnding() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.refund)
        harness.run()
        let stranger = JobID(at: .noon, bucket: 0, random: 7)
        harness.signal(job, "$child", payload: #"{"job":"\#(stranger)","outcome":"refunded","output":{}}"#)
        harness.signal(job, "$child", payload: "nonsense")
        harness.run()
        #expect(harness.events(job) == ["started"])
        #expect(harness.state(job) == "refunding")
    }

    @Test("A child of a flow that this build does not know leaves its parent to a person; a retry enqueues it")
    func unknownChild() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.orphan)
        harness.run()
        #expect(try harness.row(job).status == .parked)
        #expect(
            try harness.row(job).lastError == "the child nobody can't be started: this build does not know it")
        harness.expectSound(job)
        harness.signal(job, "$retry")
        harness.run()
        #expect(try harness.row(job).status == .parked)

        let newer = harness.another(
            "newer", knowing: Registry([try RegisteredWorkflow(Transfer.self), try RegisteredWorkflow(Nobody.self)]))
        newer.signal(job, "$retry")
        newer.run()
        #expect(try newer.row(job).status == .parked)
        #expect(try newer.row(job).lastError?.hasPrefix("refunded is not expected in orphaned: {") == true)
        #expect(newer.events(job) == ["started", "parked", "retried", "parked", "retried", "refunded"])
        #expect(newer.store[job.child(seq: 1)]?.row.status == .completed)
        newer.expectSound(job)
    }
}
