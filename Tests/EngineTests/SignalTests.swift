import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("What a job is told")
struct SignalTests {
    @Test("Signals are delivered in order, and once for each key")
    func order() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.run()
        #expect(harness.signal(job, "note", payload: #"{"text":"a"}"#, key: "1") == .accepted)
        #expect(harness.signal(job, "amend", payload: #"{"amount":"90"}"#, key: "2") == .accepted)
        #expect(harness.signal(job, "note", payload: #"{"text":"b"}"#, key: "1") == .duplicate)
        #expect(harness.signal(job, "note", payload: #"{"text":"c"}"#) == .accepted)
        harness.run()
        #expect(harness.signal(job, "amend", payload: #"{"amount":"80"}"#, key: "2") == .duplicate)
        harness.run()
        #expect(harness.events(job) == ["started", "noted", "amended", "noted"])
        #expect(harness.store[job]?.history[1].detail == #"{"event":{"noted":{"text":"a"}}}"#)
        #expect(harness.answers(job) == ["delivered", "delivered", "delivered"])
        #expect(try harness.last(job).actor == "app")
        #expect(try harness.row(job).data == #"{"approving":{"order":{"amount":"90","first":"approve"}}}"#)
        harness.expectSound(job)
    }

    @Test("A flow is told who sends a signal, so that two can be asked to be two")
    func actors() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.run()
        harness.signal(job, "sign")
        harness.run()
        #expect(harness.store[job]?.history[1].detail == #"{"event":{"noted":{"text":"by app"}}}"#)
        harness.expectSound(job)
    }

    @Test("Why somebody wants a job to stop stands in its history, whatever the flow answers")
    func reasonOfACancel() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.run()
        harness.signal(job, "$cancel", payload: #"{"reason":"the customer \"changed\" it"}"#)
        harness.run()
        #expect(try harness.last(job).event == "cancelRequested")
        #expect(try harness.last(job).detail == #"{"reason":"the customer \"changed\" it"}"#)
        harness.expectSound(job)
    }

    @Test("A job that is cancelled before it starts calls nobody")
    func beforeTheStart() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.quote)
        harness.signal(job, "$cancel")
        harness.advance(by: .hours(1))
        #expect(harness.provider.names == [])
        #expect(harness.events(job) == ["started", "cancelRequested"])
        #expect(try harness.row(job).status == .canceled)
        harness.expectSound(job)
    }

    @Test("What comes during a call is heard after it, before the next attempt")
    func duringACall() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .down)
        let job = try harness.transfer(.open)
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        harness.signal(job, "cancel")
        harness.advance(by: .seconds(20))
        #expect(harness.answers(job) == [])
        harness.fate = { _ in .happens }
        harness.resume()
        #expect(harness.provider.names == ["open"])
        #expect(harness.state(job) == "canceled")
        harness.expectSound(job)
    }

    @Test("While it is unknown whether a write happened a signal waits, and nobody claims the job for it")
    func duringDoubt() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost, .transfer(.confirmed))
        let job = try harness.transfer(.confirm)
        harness.run()
        let claims = harness.claims
        harness.signal(job, "cancel")
        harness.signal(job, "note", payload: #"{"text":"a"}"#)
        harness.advance(by: .seconds(29))
        // The bell rang for nothing; one more look when it was set again, and one after 29 s of silence.
        #expect(harness.claims - claims == 3)
        #expect(harness.answers(job) == [])
        #expect(harness.events(job) == ["started"])
        harness.advance(by: .seconds(1))
        // At last it is clear that nothing happened: what was told is heard before the write is repeated.
        #expect(harness.answers(job)[0] == "refused: the transfer is on its way")
        #expect(harness.events(job).prefix(2) == ["started", "cancelRequested"])
        harness.expectSound(job)
    }

    @Test("A parked job hears what it is told, and a move frees it")
    func parked() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("quote", .down)
        let job = try harness.transfer(.quote)
        harness.advance(by: .minutes(1))
        #expect(try harness.row(job).status == .parked)
        harness.signal(job, "$wake")
        harness.signal(job, "$resume")
        harness.signal(job, "$pause")
        harness.run()
        #expect(
            harness.answers(job) == [
                "ignored: the job is parked", "ignored: the job is not paused", "refused: the job is parked already",
            ])
        #expect(try harness.row(job).status == .parked)
        harness.signal(job, "cancel")
        harness.run()
        #expect(try harness.row(job).status == .canceled)
        harness.expectSound(job)
    }

    @Test("A parked job with an unknown outcome is not cancelled; the reason stands in the history")
    func parkedInDoubt() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .nothing)
        let job = try harness.transfer(.open)
        harness.run()
        harness.signal(job, "cancel")
        harness.advance(by: .hours(2))
        #expect(harness.answers(job) == ["refused: an attempt's outcome is unknown; retry the job first"])
        let last = try harness.last(job)
        #expect(last.event == "cancel")
        #expect(last.detail == #"{"refused":"an attempt's outcome is unknown; retry the job first"}"#)
        #expect(try harness.row(job).status == .parked)
        #expect(harness.provider.names == ["open"])
        harness.expectSound(job)
    }

    @Test("A paused job does and hears nothing until it is resumed; then it hears all of it in order")
    func paused() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.settle)
        harness.run()
        harness.signal(job, "$pause", payload: #"{"reason":"audit"}"#)
        harness.run()
        #expect(try harness.row(job).status == .paused)
        let claims = harness.claims
        harness.signal(job, "cancel")
        harness.advance(by: .hours(1))
        #expect(harness.provider.names == [])
        #expect(harness.claims - claims == 3)
        #expect(harness.answers(job) == ["delivered"])

        harness.provider.answer("read", .transfer(.arrived))
        harness.signal(job, "$resume")
        harness.run()
        #expect(harness.answers(job) == ["delivered", "refused: the transfer is on its way", "delivered"])
        #expect(harness.events(job) == ["started", "paused", "resumed", "cancelRequested", "arrived"])
        #expect(harness.store[job]?.history[1].detail == #"{"payload":{"reason":"audit"}}"#)
        harness.expectSound(job)
    }

    @Test("A pause does not shorten the settle time of an unknown outcome")
    func pausedInDoubt() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost, .transfer(.confirmed))
        let job = try harness.transfer(.confirm)
        harness.fate = { $0.called == "confirm" ? .waits : .happens }
        harness.run()
        harness.signal(job, "$pause")
        harness.fate = { _ in .happens }
        harness.resume()
        // Heard at the first look after the answer, which is the one after the settle time.
        harness.advance(by: .seconds(30))
        #expect(try harness.row(job).status == .paused)
        #expect(try harness.row(job).attemptStatus == .unknown)
        #expect(harness.provider.names == ["confirm", "read"])
        harness.signal(job, "$resume")
        harness.run()
        #expect(harness.provider.names == ["confirm", "read", "read", "confirm"])
        harness.expectSound(job)
    }

    @Test("What a finished job is told is recorded, and changes nothing")
    func finished() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.done)
        harness.run()
        let finishedAt = try harness.row(job).finishedAt
        harness.advance(by: .hours(1))
        harness.signal(job, "cancel")
        harness.signal(job, "$wake")
        harness.signal(job, "$retry")
        harness.signal(job, "$pause")
        harness.advance(by: .hours(1))
        #expect(
            harness.answers(job) == [
                "ignored: the job rests in done", "late: the job is over", "refused: the job is over",
                "refused: the job is over",
            ])
        #expect(harness.events(job) == ["started", "cancelRequested"])
        #expect(try harness.last(job).detail == #"{"ignored":true}"#)
        #expect(try harness.row(job).status == .completed)
        #expect(try harness.row(job).finishedAt == finishedAt)
        harness.expectSound(job)
    }

    @Test("An ending that the flow takes back is reopened, and ends again")
    func reopened() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.done)
        harness.run()
        harness.advance(by: .days(3))
        harness.signal(job, "reverse")
        harness.run()
        #expect(harness.events(job) == ["started", "reversed"])
        #expect(try harness.row(job).status == .reversed)
        #expect(try harness.row(job).finishedAt == .noon + .days(3))
        harness.expectSound(job)
    }

    @Test("What nobody expects of a finished job is left to a person, whose retry ends it again")
    func unexpectedAfterTheEnd() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.done)
        harness.run()
        harness.signal(job, "approve")
        harness.run()
        var row = try harness.row(job)
        #expect(row.status == .parked)
        #expect(row.lastError == "approved is not expected in done")
        #expect(row.finishedAt == nil)
        harness.expectSound(job)
        harness.signal(job, "$retry")
        harness.run()
        row = try harness.row(job)
        #expect(row.status == .completed)
        #expect(row.dueAt == nil)
        harness.expectSound(job)
    }

    @Test("A refusal tells the asker why, and stands in the history")
    func refused() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.settle)
        harness.run()
        harness.signal(job, "cancel")
        harness.run()
        #expect(harness.answers(job) == ["refused: the transfer is on its way"])
        #expect(try harness.last(job).detail == #"{"refused":"the transfer is on its way"}"#)
        #expect(harness.state(job) == "settling")
        #expect(try harness.row(job).dueAt == .noon + .seconds(10))
        harness.expectSound(job)
    }

    @Test("A signal that the flow does not know, or whose payload makes no sense, is refused")
    func unknownSignals() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.signal(job, "surprise")
        harness.signal(job, "note", payload: #"{"txt":"a"}"#)
        harness.signal(job, "note", payload: "not json")
        harness.run()
        #expect(
            harness.answers(job) == [
                "refused: transfer takes no such signal surprise",
                "refused: transfer can't make sense of what came with note",
                "refused: transfer can't make sense of what came with note",
            ])
        #expect(harness.events(job) == ["started", "surprise", "note", "note"])
        #expect(harness.state(job) == "approving")
        let nobody = JobID(at: .noon, bucket: 0, random: 7)
        #expect(harness.signal(nobody, "cancel") == .unknownJob)
        harness.expectSound(job)
    }

    @Test("A webhook makes a poll read now; what it says is not believed")
    func wake() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.settle)
        harness.run()
        harness.advance(by: .seconds(3))
        harness.signal(job, "$wake", key: "webhook:1")
        harness.run()
        #expect(harness.times("read") == [3])
        #expect(harness.answers(job) == ["woken"])
        #expect(harness.events(job) == ["started"])
        #expect(try harness.row(job).dueAt == .noon + .seconds(23))
    }

    @Test("A webhook does not shorten a settle time")
    func wakeInDoubt() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .lost, .transfer(.confirmed))
        let job = try harness.transfer(.confirm)
        harness.run()
        harness.advance(by: .seconds(5))
        harness.signal(job, "$wake")
        harness.advance(by: .seconds(24))
        #expect(harness.provider.names == ["confirm", "read"])
        harness.advance(by: .seconds(1))
        #expect(harness.times("confirm") == [0, 30])
    }

    @Test("A person's retry of a job that is waiting makes it go on now")
    func retryWaiting() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .down)
        let job = try harness.transfer(.open)
        harness.run()
        harness.signal(job, "$retry")
        harness.run()
        #expect(harness.times("open") == [0, 0])
        #expect(try harness.row(job).attempt == 1)
        #expect(harness.events(job) == ["started", "retried"])
    }
}
