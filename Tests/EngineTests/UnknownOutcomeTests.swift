import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("When it is unknown whether a write happened")
struct UnknownOutcomeTests {
    private static let refused = ActivityAnswer.refused(ProviderRefusal(code: "limit", message: "too much"))

    @Test("A deduplicated write is repeated with the same key")
    func deduplicated() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .lost, .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        let job = try harness.transfer(.open)
        harness.run()
        let row = try harness.row(job)
        #expect(row.status == .waiting)
        #expect(row.attemptStatus == .unknown)
        #expect(row.lastError == "timed out")
        harness.advance(by: .seconds(1))
        #expect(harness.state(job) == "settling")
        #expect(harness.attempts(job) == ["1 open unknown"])
        #expect(Set(harness.provider.calls.prefix(2).map(\.key.description)) == ["\(job)-1"])
        #expect(try harness.row(job).lastError == nil)
        harness.expectSound(job)
    }

    @Test("A repeated write is refused: that is believed when the first copy can't arrive any more")
    func refusedRepeat() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .lost, Self.refused, Self.refused)
        let job = try harness.transfer(.open)
        harness.run()
        harness.advance(by: .seconds(1))
        let row = try harness.row(job)
        #expect(row.status == .waiting)
        #expect(row.attemptStatus == .unknown)
        #expect(row.lastError?.hasSuffix("(asked again, since an earlier copy may still arrive)") == true)
        harness.advance(by: .seconds(120))
        #expect(harness.times("open").map { $0.rounded() } == [0, 1, 120])
        #expect(Set(harness.provider.calls.map(\.key.description)) == ["\(job)-1"])
        #expect(harness.state(job) == "failed")
        #expect(harness.attempts(job) == ["1 open unknown", "2 open not_applied"])
        harness.expectSound(job)
    }

    @Test("A repeated write is refused, and the first copy has arrived late: the next repeat finds it")
    func lateCopy() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .lost, Self.refused, .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        let job = try harness.transfer(.open)
        harness.advance(by: .seconds(121))
        #expect(harness.state(job) == "settling")
        #expect(try harness.row(job).attemptStatus == nil)
        harness.expectSound(job)
    }

    @Test("The lookup shows at once that it happened: the write is not repeated")
    func happened() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost)
        harness.provider.answer("read", .transfer(.progressed(stage: 1)))
        let job = try harness.transfer(.confirm)
        harness.run()
        #expect(harness.provider.names == ["confirm", "read"])
        #expect(harness.state(job) == "settling")
        let last = try harness.last(job)
        #expect(last.actor == "lookup")
        #expect(last.event == "progressed")
        harness.expectSound(job)
    }

    @Test("The lookup shows nothing: it is asked again after the settle time, and only then is the write repeated")
    func nothing() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost, .transfer(.confirmed))
        let job = try harness.transfer(.confirm)
        harness.run()
        #expect(try harness.row(job).dueAt == .noon + .seconds(30))
        harness.advance(by: .seconds(31))
        #expect(harness.provider.names == ["confirm", "read", "read", "confirm"])
        #expect(harness.times("read") == [0, 30])
        #expect(harness.times("confirm") == [0, 30])
        #expect(harness.state(job) == "settling")
        #expect(harness.attempts(job) == ["1 confirm unknown", "1 read nothing"])
        harness.expectSound(job)
    }

    @Test("A lookup that lags behind shows after the settle time that it happened: the write is not repeated")
    func lagging() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost)
        harness.provider.answer("read", .transfer(.opened(id: "p-1")), .transfer(.progressed(stage: 1)))
        let job = try harness.transfer(.confirm)
        harness.run()
        harness.advance(by: .seconds(30))
        #expect(harness.provider.names == ["confirm", "read", "read"])
        #expect(harness.state(job) == "settling")
    }

    @Test("A lookup that fails is asked again, and the write waits")
    func failingLookup() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost, .transfer(.confirmed))
        harness.provider.answer("read", .down, .down, .lost, .down, .down, .down, .nothing)
        let job = try harness.transfer(.confirm)
        harness.run()
        harness.advance(by: .seconds(31))
        #expect(harness.times("read") == [0, 1, 2, 4, 8, 16])
        #expect(harness.times("confirm") == [0])
        harness.advance(by: .seconds(1))
        #expect(harness.times("read") == [0, 1, 2, 4, 8, 16, 32])
        #expect(harness.times("confirm") == [0, 32])
        #expect(harness.state(job) == "settling")
        harness.expectSound(job)
    }

    @Test("A lookup that asks us to come back later is left alone for so long")
    func politeLookup() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost, .transfer(.confirmed))
        harness.provider.answer("read", .notApplied(retryAfter: .seconds(45), message: "429"), .nothing)
        let job = try harness.transfer(.confirm)
        harness.run()
        harness.advance(by: .seconds(45))
        #expect(harness.times("read") == [0, 45])
        #expect(harness.state(job) == "settling")
    }

    @Test("A lookup that goes on failing leaves the job to a person, whose retry looks before it writes")
    func lookupGivesUp() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost, .transfer(.confirmed))
        harness.provider.answer("read", .down)
        let job = try harness.transfer(.confirm)
        harness.advance(by: .hours(2))
        var row = try harness.row(job)
        #expect(row.status == .parked)
        #expect(row.lastError == "it is unknown whether perform confirm happened, and the lookup fails: 503")
        #expect(row.attemptStatus == .unknown)
        #expect(row.dueAt == nil)
        #expect(harness.times("confirm") == [0])
        let readings = harness.provider.calls.count

        // The lookup still fails: it is asked for an hour again, not just once.
        harness.signal(job, "$retry")
        harness.advance(by: .minutes(30))
        row = try harness.row(job)
        #expect(row.status == .waiting)
        #expect(harness.times("confirm") == [0])
        #expect(harness.provider.calls.count > readings + 3)

        harness.provider.answer("read", .nothing)
        harness.advance(by: .minutes(30))
        // Nothing happened; so its deadline, long past, is delivered now instead of another attempt.
        #expect(harness.times("confirm") == [0])
        #expect(harness.state(job) == "expired")
        harness.expectSound(job)
    }

    @Test("A lookup with an answer that nobody expects leaves the job to a person, still unknown")
    func unexpectedLookup() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost)
        harness.provider.answer("read", .transfer(.arrived))
        let job = try harness.transfer(.confirm)
        harness.advance(by: .hours(3))
        let row = try harness.row(job)
        #expect(row.status == .parked)
        #expect(row.lastError == "arrived is not expected in confirming")
        #expect(row.attemptStatus == .unknown)
        #expect(harness.provider.names == ["confirm", "read"])
        harness.signal(job, "$retry")
        harness.provider.answer("read", .transfer(.progressed(stage: 1)))
        harness.run()
        #expect(harness.provider.names == ["confirm", "read", "read"])
        #expect(harness.state(job) == "settling")
        harness.expectSound(job)
    }

    @Test("A certain failure of a later attempt does not make an earlier one certain")
    func doubtStays() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .lost, .down, .down, .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        let job = try harness.transfer(.open)
        harness.run()
        harness.signal(job, "cancel")
        harness.advance(by: .seconds(3))
        #expect(harness.provider.names == ["open", "open", "open"])
        #expect(try harness.row(job).attemptStatus == .unknown)
        #expect(try harness.row(job).attempt == 3)
        #expect(harness.answers(job) == [])
        harness.advance(by: .seconds(10))
        // It had been opened; the cancellation came too late.
        #expect(harness.answers(job) == ["refused: the transfer is on its way"])
        #expect(harness.state(job) == "settling")
        harness.expectSound(job)
    }

    @Test("A provider's no to a repeated request does not make the first one certain where the flow has no row for it")
    func refusalAfterDoubt() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .lost, .transfer(.approved))
        let job = try harness.transfer(.open)
        harness.advance(by: .seconds(2))
        let row = try harness.row(job)
        #expect(row.status == .parked)
        #expect(row.lastError == "approved is not expected in opening")
        #expect(row.attemptStatus == .unknown)
        harness.expectSound(job)
    }

    @Test("A daemon that stops keeps the doubt about an attempt that it takes back")
    func doubtSurvivesDraining() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .lost)
        let job = try harness.transfer(.open)
        harness.run()
        let before = try harness.row(job)
        harness.fate = { action in action.called == nil ? .happens : .waits }
        // The second attempt is durable, and has not been made when the daemon is told to stop.
        var isStopping = false
        harness.fate = { action in
            guard !isStopping, action.committed.contains(where: { $0.keepsLease }) else { return .happens }
            isStopping = true
            return .waits
        }
        harness.advance(by: .seconds(1))
        harness.drain()
        harness.resume()
        let row = try harness.row(job)
        #expect(harness.isAtRest)
        #expect(row.attempt == 1)
        #expect(row.attemptStatus == .unknown)
        #expect(row.attemptAt == before.attemptAt)
        #expect(row.dueAt == harness.clock.now())
        #expect(harness.provider.names == ["open"])
    }

    @Test("A write whose answer leaves the job where it was is not made again by itself")
    func sameCase() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .transfer(.amended(amount: "90")))
        let job = try harness.transfer(.open)
        harness.advance(by: .hours(2))
        #expect(harness.provider.names == ["open"])
        let row = try harness.row(job)
        #expect(row.status == .parked)
        #expect(
            row.lastError == "open answered amended, which leaves the job in opening: a write is made once in a state")
        #expect(row.attemptStatus == .unknown)
        harness.expectSound(job)
    }

    @Test("A write that answers what its state ignores, or nothing at all, is left to a person")
    func untaken() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .transfer(.opened(id: "p-1")))
        harness.provider.answer("open", .nothing)
        let first = try harness.transfer(.confirm)
        let second = try harness.transfer(.open)
        harness.advance(by: .hours(2))
        #expect(harness.provider.names.sorted() == ["confirm", "open"])
        #expect(try harness.row(first).lastError == "confirm answered opened, which confirming does not take")
        #expect(try harness.row(first).attemptStatus == .unknown)
        #expect(try harness.row(second).lastError == "open was performed and answered nothing")
        harness.expectSound(first)
        harness.expectSound(second)
    }

    @Test("A handler's event of another flow is left to a person")
    func foreignEvent() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .event(Refund.Event.paid))
        let job = try harness.transfer(.open)
        harness.run()
        #expect(try harness.row(job).lastError == "paid is not expected in opening")
        harness.expectSound(job)
    }
}
