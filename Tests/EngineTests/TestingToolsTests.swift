import Engine
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("What is shipped for users' tests")
struct TestingToolsTests {
    @Test("A virtual clock stands still until it is moved, and wakes whoever sleeps", .timeLimit(.minutes(1)))
    func clock() async {
        let clock = VirtualClock()
        #expect(clock.now().description == "2026-03-01T12:00:00.000000Z")
        await clock.sleep(from: clock.now(), until: clock.now())
        await withTaskGroup(of: Timestamp.self) { group in
            for seconds in [30, 10, 20] {
                group.addTask {
                    await clock.sleep(from: .noon, until: .noon + .seconds(seconds))
                    return clock.now()
                }
            }
            while clock.nextWaking == nil { await Task.yield() }
            clock.advance(to: .noon + .seconds(30))
            for await woken in group { #expect(woken == .noon + .seconds(30)) }
        }
        clock.advance(to: .noon)
        #expect(clock.now() == .noon + .seconds(30))
        clock.advance(by: .hours(24))
        #expect(clock.now() == .noon + .seconds(86_430))
    }

    @Test("A clock that moved before somebody fell asleep on it wakes him all the same", .timeLimit(.minutes(1)))
    func movedBeforeSleep() async {
        let clock = VirtualClock()
        clock.advance(by: .milliseconds(20))
        await clock.sleep(from: .noon, until: .noon + .hours(1))
        #expect(clock.now() == .noon + .milliseconds(20))
    }

    @Test("A cancelled sleep returns at once", .timeLimit(.minutes(1)))
    func cancelledSleep() async {
        let clock = VirtualClock()
        let sleeper = Task { await clock.sleep(from: .noon, until: .noon + .hours(1)) }
        sleeper.cancel()
        await sleeper.value
        #expect(clock.now() == .noon)
        #expect(clock.nextWaking == nil)
    }

    @Test("A simulation is a script over one flow")
    func simulation() {
        var transfer = Simulation(of: Transfer.self, input: Transfer.Order(first: .approve, amount: "7"))
        #expect(transfer.plan.summary == "wait")
        #expect(
            transfer.receive(.amended(amount: "8")) == .move(to: .approving(order: .init(first: .approve, amount: "8")))
        )
        #expect(transfer.receive(signal: Signal(name: "approve")) != nil)
        #expect(transfer.receive(signal: Signal(name: "surprise")) == nil)
        #expect(transfer.activity == .open(order: .init(first: .approve, amount: "8")))
        transfer.receive(.opened(id: "p-1"))
        #expect(transfer.receive(.cancelRequested) == .refuse("the transfer is on its way"))
        transfer.receive(.confirmed)
        transfer.receive(.quoted)
        #expect(transfer.isParked)
        transfer.receive(.progressed(stage: 1))
        #expect(transfer.isParked)
        #expect(transfer.outcome == nil)
        transfer.receive(.arrived)
        #expect(!transfer.isParked)
        #expect(transfer.state == .done(id: "p-1"))
        #expect(transfer.outcome == .completed)
        #expect(transfer.path == ["approving", "opening", "confirming", "settling", "done"])
        #expect(transfer.steps.count == 8)
        #expect(transfer.steps[0].event == .amended(amount: "8"))
    }

    @Test("A simulation delivers deadlines, refusals and endings of children")
    func simulatedEnds() {
        var late = Simulation(of: Transfer.self, in: .approving(order: .init(first: .approve)))
        late.passDeadline()
        #expect(late.state == .expired)
        #expect(late.passDeadline() == nil)
        var refused = Simulation(of: Transfer.self, in: .opening(order: .init(first: .open)))
        refused.receive(refusal: ProviderRefusal(code: "limit", message: "too much"))
        #expect(refused.state == .failed(code: "limit"))
        var parent = Simulation(of: Transfer.self, in: .refunding(order: .init(first: .refund)))
        let child = JobID(at: .noon, bucket: 0, random: 7)
        parent.receive(ending: ChildEnding(job: child, outcome: .refunded, output: [:]))
        #expect(parent.state == .done(id: "refund"))
        #expect(parent.receive(ending: ChildEnding(job: child, outcome: .refunded, output: [:])) == nil)
    }

    @Test("A script without an answer says so, and polls find nothing")
    func unscripted() throws {
        let harness = try Harness.transfers()
        let write = try harness.transfer(.open)
        let read = try harness.transfer(.settle)
        harness.advance(by: .seconds(10))
        #expect(try harness.row(write).lastError == "the script has no answer for open")
        #expect(try harness.row(read).lastError == nil)
        #expect(harness.provider.names.contains("read"))
    }
}
