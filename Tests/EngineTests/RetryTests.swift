import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("Retries")
struct RetryTests {
    @Test("Attempts that fail are repeated as often as the policy says; then the last error is a person's")
    func exhausted() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("quote", .down, .down, .notApplied(retryAfter: nil, message: "404"))
        let job = try harness.transfer(.quote)
        harness.advance(by: .hours(1))
        #expect(harness.provider.names == ["quote", "quote", "quote"])
        let row = try harness.row(job)
        #expect(row.status == .parked)
        #expect(row.lastError?.hasPrefix("perform quote failed after 3 attempts in 2 s") == true)
        #expect(row.lastError?.hasSuffix(": 404") == true)
        #expect(row.dueAt == nil)
        #expect(harness.events(job) == ["started", "parked"])
        #expect(
            harness.attempts(job) == ["1 quote not_applied", "2 quote not_applied", "3 quote not_applied"])

        harness.signal(job, "$retry")
        harness.provider.answer("quote", .down, .transfer(.quoted))
        harness.provider.answer("open", .lost)
        harness.advance(by: .seconds(2))
        #expect(harness.state(job) == "opening")
        #expect(harness.events(job) == ["started", "parked", "retried", "quoted"])
        harness.expectSound(job)
    }

    @Test("No attempt is started later than the policy allows")
    func elapsed() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .down)
        let job = try harness.transfer(.confirm)
        harness.fate = { _ in .happens }
        harness.advance(by: .hours(5))
        // Its deadline comes first: the failures are certain.
        #expect(harness.state(job) == "expired")
        #expect(try #require(harness.times("confirm").last) < 600)

        harness.provider.answer("open", .notApplied(retryAfter: .hours(2), message: "maintenance"))
        let other = try harness.transfer(.open)
        harness.run()
        #expect(try harness.row(other).status == .parked)
        #expect(try harness.row(other).lastError == "perform open failed after 1 attempt: maintenance")
        harness.expectSound(other)
    }

    @Test("A provider that says when to come back is left alone until then")
    func retryAfter() throws {
        let harness = try Harness.transfers()
        harness.provider.answer(
            "open", .notApplied(retryAfter: .seconds(120), message: "429"), .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        let job = try harness.transfer(.open)
        harness.run()
        #expect(try harness.row(job).dueAt == .noon + .seconds(120))
        // Neither a webhook nor anything else makes it hurry.
        harness.signal(job, "$wake")
        harness.advance(by: .seconds(119))
        #expect(harness.times("open") == [0])
        #expect(harness.answers(job) == ["ignored: nothing to read in opening"])
        harness.advance(by: .seconds(1))
        #expect(harness.times("open") == [0, 120])
        #expect(harness.state(job) == "settling")
    }

    @Test("The wait depends on the policy and the job's id alone")
    func jitter() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .down)
        let job = try harness.transfer(.open)
        harness.run()
        let policy = RetryPolicy.exponential(from: .seconds(1), upTo: .minutes(5), elapsed: .hours(1))
        let first = policy.delay(after: 1, seed: job.low)
        #expect(try harness.row(job).dueAt == .noon + first)
        #expect(first > .milliseconds(800) && first <= .seconds(1))
        harness.advance(by: first)
        #expect(try harness.row(job).dueAt == .noon + first + policy.delay(after: 2, seed: job.low))
    }

    @Test("A read that finds nothing is repeated like one that failed")
    func nothingRead() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("quote", .nothing, .transfer(.quoted))
        harness.provider.answer("open", .lost)
        let job = try harness.transfer(.quote)
        harness.run()
        #expect(try harness.row(job).lastError == "quote found nothing yet")
        harness.advance(by: .seconds(1))
        #expect(harness.state(job) == "opening")
    }

    @Test("A read that leads back to its own state is not repeated in a hurry")
    func sameCase() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("quote", .transfer(.amended(amount: "99")))
        let job = try harness.transfer(.quote)
        harness.advance(by: .milliseconds(3500))
        #expect(harness.times("quote") == [0, 1, 2, 3])
        harness.expectSound(job)
    }

    @Test("An update of the same case leaves the retries of its state alone")
    func update() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .down)
        let job = try harness.transfer(.open)
        harness.advance(by: .seconds(10))
        let before = try harness.row(job)
        #expect(before.attempt == 4)
        harness.signal(job, "amend", payload: #"{"amount":"90"}"#)
        harness.run()
        let after = try harness.row(job)
        #expect(harness.events(job) == ["started", "amended"])
        #expect(after.data == #"{"opening":{"order":{"amount":"90","first":"open"}}}"#)
        #expect(after.attempt == 4)
        #expect(after.firstAttemptAt == .noon)
        #expect(after.dueAt == before.dueAt)
        #expect(after.enteredSeq == 1)
        #expect(after.deadlineAt == .noon + .minutes(30))
        harness.expectSound(job)
    }

    @Test("A provider's no is the flow's refusal event")
    func refusal() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .refused(ProviderRefusal(code: "limit", message: "too much")))
        let job = try harness.transfer(.open)
        harness.run()
        #expect(try harness.row(job).data == #"{"failed":{"code":"limit"}}"#)
        #expect(try harness.row(job).status == .failed)
        harness.expectSound(job)
    }

    @Test("A no that the flow has no row for is a person's; since it is certain, a retry simply asks again")
    func untakenRefusal() throws {
        let harness = try Harness.transfers()
        harness.provider.answer(
            "quote", .refused(ProviderRefusal(code: "key", message: "unknown key")), .transfer(.quoted))
        harness.provider.answer("open", .lost)
        let job = try harness.transfer(.quote)
        harness.run()
        #expect(try harness.row(job).lastError?.hasPrefix("refused is not expected in quoting: {") == true)
        #expect(try harness.row(job).attemptStatus == nil)
        harness.signal(job, "$retry")
        harness.run()
        #expect(harness.state(job) == "opening")
    }
}
