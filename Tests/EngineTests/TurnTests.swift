@testable import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("Tenants take turns")
struct TurnTests {
    private static func input(_ first: Transfer.First) -> String { #"{"amount":"1","first":"\#(first.rawValue)"}"# }

    private func enqueue(_ harness: Harness, _ count: Int, _ first: Transfer.First, tenant: String, priority: Int = 2) {
        for _ in 0..<count {
            harness.store.enqueue("transfer", input: Self.input(first), tenant: tenant, priority: priority)
        }
    }

    @Test("A job behind another tenant's thousands is claimed within nine claims")
    func claims() throws {
        var limits = Scheduler.Limits()
        limits.claim = 20
        let harness = try Harness.transfers(limits: limits)
        enqueue(harness, 2000, .approve, tenant: "big")
        harness.clock.advance(by: .milliseconds(1))
        enqueue(harness, 1, .approve, tenant: "small")
        harness.run()
        let order = harness.actions.compactMap { action -> [JobID]? in
            let jobs = action.committed.map(\.id)
            return jobs.isEmpty ? nil : jobs
        }
        let place = try #require(
            order.firstIndex { $0.contains { harness.store[$0]?.tenant == "small" } })
        #expect(place <= 9)
        #expect(harness.store.jobs.allSatisfy { $0.job.row.state == "approving" })
    }

    @Test("One tenant fills all places, and another still gets in; memory is bounded all the same")
    func places() throws {
        var limits = Scheduler.Limits()
        limits.held = 40
        limits.turnPlaces = 10
        limits.claim = 20
        let harness = try Harness.transfers(limits: limits)
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        enqueue(harness, 5000, .open, tenant: "big")
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        #expect(harness.scheduler.heldJobs == 40)
        enqueue(harness, 1, .open, tenant: "small")
        harness.advance(by: .milliseconds(80))
        #expect(harness.scheduler.places == ["big": 40, "small": 1])
        // However deep the queue, and however long nobody answers.
        for _ in 0..<20 {
            enqueue(harness, 100, .open, tenant: "other")
            harness.advance(by: .seconds(1))
            #expect(harness.scheduler.heldJobs <= 50)
            #expect(harness.waiting.count <= 32)
        }
    }

    @Test("In the lines of an account tenants alternate, and each one's calls stay in their order")
    func calls() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 1
        let harness = try Harness.transfers(limits: limits)
        enqueue(harness, 6, .open, tenant: "a")
        enqueue(harness, 2, .open, tenant: "b")
        enqueue(harness, 1, .open, tenant: "c")
        harness.provider.answer("open", .down)
        harness.run()
        let tenants = harness.provider.calls.compactMap { harness.store[$0.job]?.tenant }
        #expect(tenants.count == 9)
        // Whoever comes first, until two are through nobody has had three.
        #expect(Set(tenants.prefix(3)) == ["a", "b", "c"])
        #expect(tenants.suffix(4) == ["a", "a", "a", "a"])
    }

    @Test("A higher priority goes first, whoever's it is; within a priority tenants take turns")
    func priorities() throws {
        var limits = Scheduler.Limits()
        limits.claim = 5
        limits.turnAfter = 1
        limits.quantum = 2
        let harness = try Harness.transfers(limits: limits)
        enqueue(harness, 3, .approve, tenant: "small", priority: 3)
        enqueue(harness, 50, .approve, tenant: "big", priority: 1)
        enqueue(harness, 4, .approve, tenant: "middle", priority: 1)
        harness.run()
        let order = harness.actions.flatMap { $0.committed.map(\.id) }
        let priorities = order.compactMap { harness.store[$0]?.priority }
        // A turn takes two of each tenant, by priority: only what a claim has room for comes from below.
        let firstLow = try #require(priorities.firstIndex(of: 3))
        let firstMiddle = try #require(order.firstIndex { harness.store[$0]?.tenant == "middle" })
        #expect(firstMiddle < 12)
        #expect(firstLow > firstMiddle)
    }

    @Test("Lines of tenants give and take in turns")
    func lines() {
        func lease(_ number: Int) -> Lease {
            Lease(job: JobID(high: 0, low: UInt64(number)), token: 1)
        }
        var turns = Turns()
        for number in 1...3 { turns.append(lease(number), of: "a") }
        turns.append(lease(10), of: "b")
        let first = turns.popFirst()
        #expect(first == lease(1))
        turns.putBack([(lease(1), "a")])
        #expect(turns.count == 4)
        var order: [UInt64] = []
        while let next = turns.popFirst() { order.append(next.job.low) }
        // The other tenant's turn comes first: it is what was given back that comes first among its own.
        #expect(order == [10, 1, 2, 3])
        #expect(turns.isEmpty)
    }
}

@Suite("Limits of accounts")
struct LimitTests {
    private let bank = ProviderAccount(provider: "bank", name: "main")

    @Test("Two nodes share one rate: neither burst nor rate is exceeded, and every call is made in the end")
    func rate() throws {
        let harness = try Harness.transfers()
        harness.store.publish(AccountLimits(bank, rate: 10, burst: 20))
        let other = harness.another("other")
        harness.provider.answer("quote", .nothing)
        harness.provider.respond { call in call.activity.name == "open" ? .transfer(.opened(id: "p-1")) : nil }
        harness.provider.answer("confirm", .transfer(.confirmed))
        for _ in 0..<50 { try harness.transfer(.open) }
        harness.run()
        for _ in 0..<50 { try harness.transfer(.open) }
        other.run()
        for step in 0..<1200 {
            for node in step.isMultiple(of: 2) ? [harness, other] : [other, harness] { node.run() }
            harness.clock.advance(by: .milliseconds(25))
        }
        let times = harness.provider.calls.map { Double(($0.startedAt - .noon).microseconds) / 1_000_000 }.sorted()
        #expect(times.count == 300)
        #expect(harness.store.jobs.allSatisfy { $0.job.row.state == "settling" })
        for (index, time) in times.enumerated() {
            // At any time no more than the bucket held at first and what has flowed in since.
            #expect(Double(index + 1) <= 20 + 10 * time + 0.001, "call \(index) at \(time)")
        }
        // And it is used: 300 calls take 28 s at the least.
        #expect(times.last ?? 0 < 30)
        let asking = [harness, other].map { node in
            node.actions.contains { if case .takePermits = $0 { true } else { false } }
        }
        #expect(asking == [true, true])
    }

    @Test("Without a rate no permit is asked for")
    func noRate() throws {
        let harness = try Harness.transfers()
        harness.provider.answer("open", .down)
        for _ in 0..<20 { try harness.transfer(.open) }
        harness.run()
        let asked = harness.actions.count { if case .takePermits = $0 { true } else { false } }
        #expect(asked == 0)
    }

    @Test("The configured calls at once are divided among the daemons, at least one for each")
    func concurrency() throws {
        for (daemons, places) in [(1, 5), (2, 2), (9, 1)] {
            let harness = try Harness.transfers()
            harness.store.publish(AccountLimits(bank, concurrency: 5), daemons: daemons)
            for _ in 0..<20 { try harness.transfer(.open) }
            harness.fate = { $0.called == nil ? .happens : .waits }
            harness.run()
            #expect(harness.waiting.count == places)
        }
    }
}
