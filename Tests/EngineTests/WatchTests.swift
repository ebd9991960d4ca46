import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// Ends that are looked at for a while, in case what was done is undone.
@Suite("A watched end")
struct WatchTests {
    /// A node that has delivered a parcel at noon.
    private func delivered(
        days: Int = 7, limits: Scheduler.Limits = .init()
    ) throws -> (harness: Harness, job: JobID) {
        var limits = limits
        limits.breaker.failures = .max
        let harness = Harness(
            try RegisteredWorkflow(Delivery.self), try RegisteredWorkflow(Errand.self), limits: limits)
        harness.provider.answer("send", .event(Delivery.Event.arrived(days: days)))
        let job = try harness.enqueue(Delivery.self, Delivery.Order(days: days))
        harness.run()
        return (harness, job)
    }

    private static let day = 86_400.0

    @Test("It is over for everybody, and read once a day for a week, and then no more")
    func aWeek() throws {
        let (harness, job) = try delivered()
        let row = try harness.row(job)
        #expect(row.status == .completed)
        #expect(row.finishedAt == .noon)
        #expect(row.plan == "watch read")
        #expect(row.dueAt == .noon + .days(1))
        #expect(row.deadlineAt == .noon + .days(7))
        #expect(row.overdueAt == nil)
        #expect(harness.scheduler.isIdle)
        harness.advance(by: .days(30))
        #expect(harness.times("read") == (1...7).map { Double($0) * Self.day })
        #expect(try harness.row(job).dueAt == nil)
        #expect(try harness.row(job).status == .completed)
        #expect(try harness.row(job).finishedAt == .noon)
        #expect(harness.events(job) == ["started", "arrived"])
        #expect(harness.store.nextDue == nil)
        harness.expectSound(job)
    }

    @Test("The parent is told at once, and not again by the looks that follow")
    func parent() throws {
        let (harness, _) = try delivered()
        harness.provider.answer("send", .event(Delivery.Event.arrived(days: 7)))
        let errand = try harness.enqueue(Errand.self, Delivery.Order())
        harness.run()
        #expect(try harness.row(errand).status == .completed)
        harness.advance(by: .days(10))
        #expect(harness.events(errand) == ["started", "ended"])
        #expect(harness.answers(errand) == ["delivered"])
    }

    @Test("An event that moves it reopens it, and it ends again")
    func undone() throws {
        let (harness, job) = try delivered()
        harness.provider.answer("read", .nothing, .event(Delivery.Event.cameBack))
        harness.advance(by: .days(2))
        let row = try harness.row(job)
        #expect(row.status == .reversed)
        #expect(row.finishedAt == .noon + .days(2))
        #expect(row.plan == "end")
        #expect(row.dueAt == nil)
        #expect(row.deadlineAt == nil)
        #expect(harness.events(job) == ["started", "arrived", "cameBack"])
        #expect(try harness.last(job).from == "delivered")
        #expect(try harness.last(job).actor == "activity")
        harness.advance(by: .days(10))
        #expect(harness.times("read").count == 2)
        harness.expectSound(job)
    }

    @Test("Reopened into a state that is no end, it is under way again, with a desk of its own")
    func underWayAgain() throws {
        let (harness, job) = try delivered()
        harness.provider.answer("read", .event(Delivery.Event.turnedBack), .event(Delivery.Event.cameBack))
        harness.advance(by: .days(1))
        var row = try harness.row(job)
        #expect(row.status == .waiting)
        #expect(row.finishedAt == nil)
        #expect(row.dueAt == .noon + .days(1) + .hours(1))
        #expect(row.overdueAt == .noon + .days(2))
        harness.advance(by: .hours(1))
        row = try harness.row(job)
        #expect(row.status == .reversed)
        #expect(row.finishedAt == .noon + .days(1) + .hours(1))
        harness.expectSound(job)
    }

    @Test("An event of the same state updates it; what the state ignores or did not expect leaves it as it is")
    func noReopening() throws {
        let (harness, job) = try delivered()
        harness.provider.answer(
            "read", .event(Delivery.Event.noted), .event(Delivery.Event.arrived(days: 7)),
            .event(Delivery.Event.lost), .refused(ProviderRefusal(code: "forbidden", message: "no")), .nothing)
        harness.advance(by: .days(3))
        var row = try harness.row(job)
        #expect(row.status == .completed)
        #expect(row.finishedAt == .noon)
        #expect(row.data == #"{"delivered":{"days":7,"notes":1}}"#)
        #expect(harness.events(job) == ["started", "arrived", "noted"])
        harness.advance(by: .days(1))
        row = try harness.row(job)
        #expect(row.status == .completed)
        #expect(row.lastError == "forbidden: no")
        #expect(row.dueAt == .noon + .days(5))
        harness.advance(by: .days(1))
        #expect(try harness.row(job).lastError == nil)
        #expect(harness.times("read") == (1...5).map { Double($0) * Self.day })
        harness.expectSound(job)
    }

    @Test("A look that fails is repeated with growing waits, at most a day, and neither parks nor fails the job")
    func failing() throws {
        let (harness, job) = try delivered()
        harness.provider.respond { $0.activity.name == "read" ? .lost : nil }
        harness.advance(by: .days(1) + .seconds(8))
        #expect(harness.times("read").count == 4)
        var row = try harness.row(job)
        #expect(row.status == .completed)
        #expect(row.attempt == 4)
        #expect(row.lastError == "timed out")
        #expect(harness.attempts(job) == (1...4).map { "\($0) read unknown" })
        harness.advance(by: .days(30))
        // Once more when the week was over, and then the error is nobody's business any more.
        #expect(harness.times("read").last == 7 * Self.day)
        #expect(harness.times("read").count < 30)
        row = try harness.row(job)
        #expect(row.status == .completed)
        #expect(row.finishedAt == .noon)
        #expect(row.dueAt == nil)
        #expect(row.lastError == nil)
        harness.expectSound(job)
    }

    @Test("A look that failed once is repeated within seconds, and the next one is a day later")
    func failedOnce() throws {
        let (harness, job) = try delivered()
        harness.provider.answer("read", .notApplied(retryAfter: .minutes(2), message: "429"), .nothing)
        harness.advance(by: .days(1) + .minutes(2))
        #expect(harness.times("read") == [Self.day, Self.day + 120])
        #expect(try harness.row(job).attempt == 0)
        #expect(try harness.row(job).lastError == nil)
        #expect(try harness.row(job).dueAt == .noon + .days(2) + .minutes(2))
    }

    @Test("A webhook makes it be read at once, and so does an operator's retry")
    func woken() throws {
        let (harness, job) = try delivered()
        harness.advance(by: .hours(3))
        harness.signal(job, "$wake")
        harness.run()
        #expect(harness.times("read") == [10_800])
        #expect(try harness.row(job).dueAt == .noon + .hours(27))
        harness.advance(by: .hours(1))
        harness.signal(job, "$retry")
        harness.run()
        #expect(harness.times("read") == [10_800, 14_400])
        #expect(harness.answers(job) == ["woken", "delivered"])
        #expect(harness.events(job) == ["started", "arrived", "retried"])
        #expect(try harness.row(job).status == .completed)
        harness.expectSound(job)
    }

    @Test("A webhook long after the week makes it be read once, and may reopen it")
    func wokenLate() throws {
        let (harness, job) = try delivered()
        harness.advance(by: .days(60))
        harness.signal(job, "$wake")
        harness.run()
        #expect(harness.times("read").last == 60 * Self.day)
        #expect(try harness.row(job).dueAt == nil)
        #expect(try harness.row(job).status == .completed)
        harness.provider.answer("read", .event(Delivery.Event.cameBack))
        harness.signal(job, "$wake")
        harness.run()
        #expect(try harness.row(job).status == .reversed)
        #expect(try harness.row(job).finishedAt == .noon + .days(60))
        harness.expectSound(job)
    }

    @Test("Watched for no time, it is read only when somebody asks")
    func noTime() throws {
        let (harness, job) = try delivered(days: 0)
        #expect(try harness.row(job).dueAt == nil)
        harness.advance(by: .days(10))
        #expect(harness.times("read") == [])
        harness.signal(job, "$wake")
        harness.run()
        #expect(harness.times("read") == [10 * Self.day])
        harness.expectSound(job)
    }

    @Test("Other requests are answered as at any end: a pause is refused, a signal that the flow knows may reopen it")
    func otherRequests() throws {
        let (harness, job) = try delivered()
        harness.signal(job, "$pause")
        harness.signal(job, "back")
        harness.run()
        #expect(harness.answers(job) == ["refused: the job is over", "delivered"])
        #expect(try harness.row(job).status == .reversed)
        harness.expectSound(job)
    }

    @Test("It survives the end of its daemon: another one goes on looking, and no look is lost in a crash")
    func takenOver() throws {
        let (harness, job) = try delivered()
        harness.advance(by: .days(2))
        harness.drain()
        let other = harness.another("other")
        other.advance(by: .days(1))
        #expect(harness.times("read") == [1, 2, 3].map { $0 * Self.day })
        // The one that reads vanishes in the middle: its lease's end brings the next.
        other.fate = { $0.called == "read" ? .crashesBefore : .happens }
        other.clock.advance(by: .days(1))
        other.run()
        other.fate = { _ in .happens }
        #expect(harness.times("read").count == 3)
        other.advance(by: .minutes(2))
        #expect(harness.times("read").count == 4)
        #expect(try harness.row(job).status == .completed)
        #expect(try harness.row(job).attemptStatus == nil)
        harness.expectSound(job)
    }

    @Test("A webhook that was heard is not lost when the daemon gives the job back before it has read")
    func givenBack() throws {
        let (harness, job) = try delivered()
        harness.advance(by: .days(30))
        harness.signal(job, "$wake")
        harness.fate = { $0.called == "read" ? .waits : .happens }
        harness.run()
        let reads = harness.times("read").count
        harness.giveBack()
        let other = harness.another("other")
        other.run()
        #expect(other.times("read").count == reads + 1)
        #expect(try other.row(job).dueAt == nil)
        other.expectSound(job)
    }

    @Test("While its account is held, a look waits, and is made when the account is free")
    func held() throws {
        let (harness, job) = try delivered(limits: Scheduler.Limits())
        harness.store.pause(ProviderAccount(provider: "post", name: "main"))
        harness.advance(by: .days(1) + .hours(1))
        #expect(harness.times("read") == [])
        #expect(try harness.row(job).status == .completed)
        harness.store.resume(ProviderAccount(provider: "post", name: "main"))
        harness.advance(by: .hours(1))
        #expect(harness.times("read").count == 1)
        #expect(try harness.row(job).heldBy == nil)
        harness.expectSound(job)
    }
}
