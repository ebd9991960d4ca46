import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("Deadlines")
struct DeadlineTests {
    @Test("A relative deadline is delivered at its instant")
    func relative() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.run()
        let row = try harness.row(job)
        #expect(row.deadlineAt == .noon + .minutes(10))
        #expect(row.deadlineEvent == "timedOut")
        #expect(row.dueAt == .noon + .minutes(10))
        harness.advance(by: .seconds(599))
        #expect(harness.state(job) == "approving")
        harness.advance(by: .seconds(1))
        #expect(harness.state(job) == "expired")
        let last = try harness.last(job)
        #expect(last.actor == "deadline")
        #expect(last.at == .noon + .minutes(10))
        harness.expectSound(job)
    }

    @Test("An absolute deadline is an instant, however late its state was entered")
    func absolute() throws {
        let harness = try Harness.transfers()
        harness.clock.advance(by: .minutes(4))
        let job = try harness.transfer(.accept)
        harness.run()
        #expect(try harness.row(job).deadlineAt == Transfer.expiry)
        harness.advance(by: .minutes(1))
        #expect(harness.state(job) == "expired")
        #expect(try harness.row(job).finishedAt == Transfer.expiry)
    }

    @Test("In a state that is entered after its deadline nothing is done before that is said")
    func enteredLate() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        let job = try harness.transfer(.late)
        harness.advance(by: .minutes(10))
        #expect(harness.events(job) == ["started", "timedOut", "timedOut"])
        #expect(harness.state(job) == "expired")
        #expect(harness.provider.names == [])
        #expect(try harness.row(job).finishedAt == Transfer.expiry)
        harness.expectSound(job)
    }

    @Test("A deadline is delivered once for each entry, also where the state stays")
    func once() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.linger)
        harness.advance(by: .hours(1))
        #expect(harness.events(job) == ["started", "noted"])
        let row = try harness.row(job)
        #expect(row.deadlineAt == nil)
        #expect(row.deadlineEvent == nil)
        #expect(row.dueAt == nil)
        #expect(row.status == .waiting)
        harness.expectSound(job)
    }

    @Test("While it is unknown whether a write happened no deadline is delivered")
    func inDoubt() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost)
        harness.provider.answer("read", .down)
        let job = try harness.transfer(.confirm)
        harness.advance(by: .minutes(20))
        #expect(harness.state(job) == "confirming")
        #expect(harness.events(job) == ["started"])
        harness.provider.answer("read", .transfer(.progressed(stage: 1)))
        harness.advance(by: .minutes(5))
        #expect(harness.state(job) == "settling")
        #expect(try harness.row(job).deadlineAt == nil)
        #expect(harness.times("confirm") == [0])
        harness.expectSound(job)
    }

    @Test("Once it is clear that nothing happened, a deadline that has passed goes before another attempt")
    func afterDoubt() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost)
        harness.provider.answer("read", .down)
        let job = try harness.transfer(.confirm)
        harness.advance(by: .minutes(20))
        harness.provider.answer("read", .nothing)
        harness.advance(by: .minutes(5))
        #expect(harness.state(job) == "expired")
        #expect(harness.times("confirm") == [0])
        harness.expectSound(job)
    }

    @Test("An update of the same case keeps the deadline, and entry and key with it")
    func sameCase() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.run()
        harness.advance(by: .minutes(5))
        harness.signal(job, "amend", payload: #"{"amount":"90"}"#)
        harness.run()
        let row = try harness.row(job)
        #expect(row.deadlineAt == .noon + .minutes(10))
        #expect(row.enteredAt == .noon)
        #expect(row.enteredSeq == 1)
        harness.advance(by: .minutes(5))
        #expect(harness.state(job) == "expired")
        harness.expectSound(job)
    }

    @Test("An update that leaves the state something else to do, and no deadline, neither spins nor stands still")
    func updateWithoutDeadline() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.run()
        harness.advance(by: .minutes(5))
        harness.signal(job, "amend", payload: #"{"amount":"0"}"#)
        harness.run()
        #expect(try harness.row(job).plan == "poll read")
        harness.advance(by: .minutes(4) + .seconds(55))
        #expect(harness.times("read").first == 310)
        harness.advance(by: .seconds(10))
        #expect(try harness.row(job).deadlineAt == nil)
        #expect(harness.state(job) == "approving")
        harness.provider.answer("read", .transfer(.arrived))
        harness.advance(by: .seconds(10))
        #expect(harness.state(job) == "done")
        harness.expectSound(job)
    }

    @Test("Each entry into a state has a deadline of its own")
    func newEntry() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .down)
        let job = try harness.transfer(.approve)
        harness.run()
        harness.advance(by: .minutes(5))
        harness.signal(job, "approve")
        harness.run()
        #expect(try harness.row(job).deadlineAt == .noon + .minutes(35))
        #expect(try harness.row(job).enteredSeq == 2)
    }

    @Test("Of a signal and a deadline at one instant the signal comes first")
    func signalFirst() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .down)
        let job = try harness.transfer(.approve)
        harness.run()
        harness.clock.advance(by: .minutes(10))
        harness.signal(job, "approve")
        harness.run()
        #expect(harness.events(job) == ["started", "approved"])
        #expect(harness.state(job) == "opening")
        harness.expectSound(job)
    }

    @Test("A deadline goes before a poll that is due at the same instant")
    func beforePoll() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.watch)
        harness.advance(by: .minutes(1))
        #expect(harness.times("read") == [10, 20])
        #expect(harness.state(job) == "expired")
        #expect(try harness.row(job).finishedAt == .noon + .seconds(30))
    }

    @Test(
        "A poll that is under way when the deadline passes is heard first: a fact beats the clock",
        arguments: [true, false])
    func duringPoll(hasArrived: Bool) throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.watch)
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        harness.advance(by: .seconds(33))
        #expect(harness.state(job) == "watching")
        harness.provider.answer("read", hasArrived ? .transfer(.arrived) : .nothing)
        harness.resume()
        #expect(harness.state(job) == (hasArrived ? "done" : "expired"))
        harness.expectSound(job)
    }

    @Test("A refused poll goes on at its pace")
    func refusedPoll() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("read", .refused(ProviderRefusal(code: "forbidden", message: "not yours")))
        let job = try harness.transfer(.settle)
        harness.advance(by: .seconds(75))
        #expect(harness.times("read") == [10, 30, 70])
        #expect(try harness.row(job).lastError == "forbidden: not yours")
        #expect(harness.events(job) == ["started"])
    }

    @Test("Polls become rarer up to their limit; news of the same case keeps the pace")
    func cadence() throws {
        let harness = try Harness.transfers()
        harness.provider.answer(
            "read", .nothing, .transfer(.progressed(stage: 1)), .transfer(.progressed(stage: 1)), .lost,
            .notApplied(retryAfter: .seconds(90), message: "429"), .nothing)
        let job = try harness.transfer(.settle)
        harness.advance(by: .seconds(400))
        #expect(harness.times("read") == [10, 30, 70, 130, 190, 280, 340, 400])
        // A fact that is known already is no news.
        #expect(harness.events(job) == ["started", "progressed"])
        #expect(harness.attempts(job) == ["4 read unknown", "5 read not_applied"])
        #expect(try harness.row(job).attempt == 8)
        harness.expectSound(job)
    }

    @Test("A state says when it counts as overdue, and on whose desk it then lies")
    func overdue() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.settle)
        harness.run()
        #expect(try harness.row(job).overdueAt == .noon + .hours(1))
        #expect(try harness.row(job).desk == "payments")
        harness.provider.answer("read", .transfer(.arrived))
        harness.advance(by: .hours(2))
        #expect(try harness.row(job).overdueAt == nil)
        #expect(try harness.row(job).desk == nil)
    }
}
