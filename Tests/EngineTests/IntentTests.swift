import Engine
import LockstepTesting
import Synchronization
import Testing
import Time
import WorkflowCore

@Suite("Intent before effect, and what a crash leaves behind")
struct IntentTests {
    @Test("A transfer runs to its end, one history row for each transition")
    func straight() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("quote", .transfer(.quoted))
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.provider.answer("read", .nothing, .transfer(.progressed(stage: 1)), .transfer(.arrived))
        let job = try harness.transfer(.quote)
        harness.run()
        #expect(harness.state(job) == "settling")
        #expect(try harness.row(job).dueAt == .noon + .seconds(10))
        harness.advance(by: .minutes(5))
        #expect(harness.events(job) == ["started", "quoted", "opened", "confirmed", "progressed", "arrived"])
        let row = try harness.row(job)
        #expect(row.status == .completed)
        #expect(row.state == "done")
        #expect(row.data == #"{"done":{"id":"p-1"}}"#)
        #expect(row.output == #"{"id":"p-1"}"#)
        #expect(row.dueAt == nil)
        // Polls after 10 s, 20 s more and 40 s more.
        #expect(row.finishedAt == .noon + .seconds(70))
        #expect(harness.store[job]?.references == [Reference(provider: "bank", value: "p-1")])
        harness.expectSound(job)
    }

    @Test("When the provider is called for a write, the store already says so")
    func durable() throws {
        let harness = try Harness.transfers()
        let store = harness.store
        let seen = Mutex<[String]>([])
        harness.provider.respond { invocation in
            let row = store[invocation.job]?.row
            seen.withLock {
                $0.append(
                    "\(invocation.activity.name) \(row?.state ?? "?") \(row?.attempt ?? -1) \(row?.attemptStatus?.rawValue ?? "nil")"
                )
            }
            return switch invocation.activity.name {
            case "open": .transfer(.opened(id: "p-1"))
            case "confirm": .transfer(.confirmed)
            default: nil
            }
        }
        try harness.transfer(.open)
        harness.run()
        #expect(seen.withLock { $0 } == ["open opening 1 started", "confirm confirming 1 started"])
    }

    /// Where the node vanishes.
    enum Moment: CaseIterable { case beforeCall, afterCall, beforeCommit }

    @Test("After a crash a deduplicated write is repeated with the same key", arguments: Moment.allCases)
    func deduplicated(moment: Moment) throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        let job = try harness.transfer(.open)
        harness.crashOnce("open", moment)
        harness.run()
        #expect(try harness.row(job).attemptStatus == .started)
        harness.advance(by: .seconds(59))
        #expect(harness.state(job) == "opening")
        harness.advance(by: .seconds(2))
        #expect(harness.state(job) == "settling")
        let calls = harness.provider.calls.filter { $0.activity.name == "open" }
        #expect(calls.count == (moment == .beforeCall ? 1 : 2))
        #expect(Set(calls.map(\.key.description)) == ["\(job)-1"])
        #expect(harness.attempts(job) == ["1 open crashed"])
        harness.expectSound(job)
    }

    @Test(
        "After a crash an unguarded write is looked up first, and repeated only after the settle time",
        arguments: Moment.allCases)
    func unguarded(moment: Moment) throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .transfer(.confirmed))
        let job = try harness.transfer(.confirm)
        harness.crashOnce("confirm", moment)
        harness.run()
        let before = harness.provider.names
        harness.advance(by: .seconds(61))
        #expect(Array(harness.provider.names.dropFirst(before.count)) == ["read"])
        #expect(harness.provider.calls.last?.purpose == .lookup)
        #expect(try harness.row(job).attemptStatus == .unknown)
        harness.advance(by: .seconds(28))
        #expect(Array(harness.provider.names.dropFirst(before.count)) == ["read"])
        harness.advance(by: .seconds(2))
        #expect(Array(harness.provider.names.dropFirst(before.count)) == ["read", "read", "confirm"])
        #expect(harness.state(job) == "settling")
        #expect(harness.attempts(job) == ["1 confirm crashed", "1 read nothing"])
        #expect(harness.provider.calls.last?.key.description == "\(job)-1")
        harness.expectSound(job)
    }

    @Test("After a crash a write that went through is found by the lookup and not repeated")
    func foundAfterCrash() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.provider.answer("read", .transfer(.progressed(stage: 2)))
        let job = try harness.transfer(.confirm)
        harness.crashOnce("confirm", .afterCall)
        harness.run()
        harness.advance(by: .seconds(61))
        #expect(harness.provider.names == ["confirm", "read"])
        #expect(harness.state(job) == "settling")
        #expect(harness.store[job]?.history.last?.actor == "lookup")
        harness.expectSound(job)
    }

    @Test("After a crash a read is simply repeated", arguments: Moment.allCases)
    func read(moment: Moment) throws {
        let harness = try Harness.transfers()
        harness.provider.answer("quote", .transfer(.quoted))
        harness.provider.answer("open", .lost)
        let job = try harness.transfer(.quote)
        harness.crashOnce("quote", moment)
        harness.run()
        harness.advance(by: .seconds(60))
        #expect(harness.provider.names.filter { $0 == "quote" }.count == (moment == .beforeCall ? 1 : 2))
        #expect(harness.state(job) == "opening")
        #expect(harness.attempts(job).allSatisfy { !$0.contains("crashed") })
        harness.expectSound(job)
    }

    @Test("The key is the same over attempts, nodes and crashes, and a new one after each entry into a state")
    func keys() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .down, .lost, .lost, .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        let job = try harness.transfer(.open)
        harness.run()
        harness.advance(by: .seconds(2))
        harness.crash()
        harness.advance(by: .minutes(10))
        #expect(harness.state(job) == "settling")
        let keys = harness.provider.calls.map { "\($0.activity.name) \($0.key)" }
        #expect(
            Array(keys.prefix(5)) == [
                "open \(job)-1", "open \(job)-1", "open \(job)-1", "open \(job)-1", "confirm \(job)-2",
            ])
    }
}

extension Harness {
    /// Lets the node vanish once around a call, or before what came of it is committed.
    fileprivate func crashOnce(_ activity: String, _ moment: IntentTests.Moment) {
        let hasCalled = Mutex(false), hasCrashed = Mutex(false)
        fate = { action in
            guard !hasCrashed.withLock({ $0 }) else { return .happens }
            switch moment {
            case .beforeCall where action.called == activity, .afterCall where action.called == activity:
                hasCrashed.withLock { $0 = true }
                return moment == .beforeCall ? .crashesBefore : .crashesAfter
            case .beforeCommit where action.called == activity:
                hasCalled.withLock { $0 = true }
                return .happens
            case .beforeCommit where hasCalled.withLock({ $0 }) && !action.committed.isEmpty:
                hasCrashed.withLock { $0 = true }
                return .crashesBefore
            default: return .happens
            }
        }
    }
}
