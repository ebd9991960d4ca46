import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("Inputs and states that this build can't read")
struct UnreadableTests {
    private let misfit = "the input does not fit: “amount” is missing"

    @Test("An input that does not fit parks the job with a sentence that names the field, once")
    func unfit() throws {
        let harness = try Harness.transfers()
        let job = harness.store.enqueue("transfer", input: #"{"first":"approve"}"#)
        harness.advance(by: .hours(1))
        let row = try harness.row(job)
        #expect(row.status == .parked)
        #expect(row.lastError == misfit)
        #expect(row.state == nil)
        #expect(harness.events(job) == ["parked"])
        #expect(harness.store[job]?.lease == 1)
        harness.expectSound(job)
    }

    @Test("What is told to it is refused with the reason, and does not start it")
    func signals() throws {
        let harness = try Harness.transfers()
        let job = harness.store.enqueue("transfer", input: #"{"first":"approve"}"#)
        harness.run()
        harness.signal(job, "cancel")
        harness.signal(job, "$wake")
        harness.advance(by: .hours(1))
        #expect(harness.answers(job) == ["refused: \(misfit)", "refused: \(misfit)"])
        #expect(harness.events(job) == ["parked", "cancel"])
        #expect(harness.store[job]?.lease == 2)

        let later = harness.another("later", knowing: try laterBuild)
        later.signal(job, "approve")
        later.run()
        #expect(later.state(job) == nil)
        #expect(later.answers(job).last == "refused: \(misfit)")
        harness.expectSound(job)
    }

    @Test("A retry tries again, and works once the build is mended")
    func retry() throws {
        let harness = try Harness.transfers()
        let job = harness.store.enqueue("transfer", input: #"{"first":"approve"}"#)
        harness.run()
        harness.signal(job, "$retry")
        harness.run()
        #expect(harness.events(job) == ["parked", "retried", "parked"])
        #expect(try harness.row(job).status == .parked)

        let later = harness.another("later", knowing: try laterBuild)
        later.signal(job, "$retry")
        later.run()
        #expect(later.events(job) == ["parked", "retried", "parked", "started", "retried"])
        #expect(later.state(job) == "reviewing")
        #expect(try later.row(job).status == .waiting)
        #expect(try later.row(job).lastError == nil)
        harness.expectSound(job)
    }

    @Test("A state that this build can't read parks the job; the build that can goes on after a retry")
    func state() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        let later = harness.another("later", knowing: try laterBuild)
        harness.run()
        harness.clock.advance(by: .minutes(10))
        later.advance(by: .hours(1))
        let row = try harness.row(job)
        #expect(row.status == .parked)
        #expect(row.lastError?.hasPrefix("the stored state can't be read by this build: ") == true)
        #expect(row.state == "approving")
        #expect(harness.events(job) == ["started", "parked"])
        #expect(harness.store[job]?.lease == 2)
        later.signal(job, "cancel")
        later.run()
        #expect(harness.events(job) == ["started", "parked", "cancel"])
        #expect(harness.answers(job)[0].hasPrefix("refused: the stored state can't be read"))

        harness.signal(job, "$retry")
        harness.run()
        #expect(harness.state(job) == "expired")
        harness.expectSound(job)
    }

    @Test("A job that is over stays over when a build that can't read it is told of it")
    func finished() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.done)
        harness.run()
        let later = harness.another("later", knowing: try laterBuild)
        later.signal(job, "$wake")
        later.signal(job, "cancel")
        later.signal(job, "$retry")
        later.advance(by: .hours(1))
        #expect(try harness.row(job).status == .completed)
        #expect(harness.answers(job).count == 3)
        #expect(harness.answers(job).allSatisfy { $0.hasPrefix("refused: the stored state can't be read") })
        #expect(harness.events(job) == ["started", "cancel"])
        harness.expectSound(job)
    }

    @Test("A job of a version that this build does not know is left for one that does")
    func unknownVersion() throws {
        let harness = try Harness.transfers()
        let job = harness.store.enqueue("transfer", version: 2, input: "{}")
        let claims = harness.claims
        harness.advance(by: .seconds(10))
        #expect(try harness.row(job).status == .queued)
        #expect(harness.store[job]?.lease == 0)
        // Once a second, not without pause.
        #expect(harness.claims - claims <= 14)
    }

    private var laterBuild: Registry { get throws { Registry([try RegisteredWorkflow(LaterTransfer.self)]) } }
}
