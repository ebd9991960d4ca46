@testable import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("Breakers, holds and pauses of accounts")
struct BreakerTests {
    private let bank = ProviderAccount(provider: "bank", name: "main")

    /// A node whose provider is down, with so many jobs that ask it.
    private func outage(jobs count: Int, _ limits: Scheduler.Limits = .init()) throws -> (Harness, [JobID]) {
        let harness = try Harness.transfers(limits: limits, hasBreakers: true)
        harness.provider.answer("open", .down)
        var jobs: [JobID] = []
        for _ in 0..<count { jobs.append(try harness.transfer(.open)) }
        return (harness, jobs)
    }

    private func breaker(_ harness: Harness) -> AccountReading.Breaker? {
        harness.store.readAccountsNow().first?.breaker
    }

    @Test("After five failures in a row no call is made, and the jobs wait without an attempt")
    func opens() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 1
        let (harness, jobs) = try outage(jobs: 12, limits)
        harness.run()
        #expect(harness.provider.names.count == 5)
        #expect(breaker(harness) == .open(probeAt: .noon + .seconds(5)))
        #expect(
            harness.notes == [
                "account bank/main: its breaker opened after 5 failures (last: 503); it is tried in 5 s"
            ])
        let held = try jobs.map { try harness.row($0) }.filter { $0.heldBy == "bank/main" }
        #expect(held.count == 7)
        #expect(held.allSatisfy { $0.attempt == 0 && $0.attemptStatus == nil && $0.firstAttemptAt == nil })
        #expect(held.allSatisfy { $0.status == .waiting && $0.heldSince == .noon })
        // One comes back for the probe; the others would come by themselves within five minutes.
        #expect(held.count { $0.dueAt == .noon + .seconds(5) } == 1)
        #expect(held.allSatisfy { ($0.dueAt ?? .noon) <= .noon + .minutes(5) && ($0.dueAt ?? .noon) > .noon })
        for job in jobs { harness.expectSound(job) }
    }

    @Test("One job whose request fails again and again does not close the account to others")
    func poison() throws {
        let (harness, jobs) = try outage(jobs: 2)
        harness.advance(by: .minutes(20))
        #expect(harness.provider.names.count > 20)
        #expect(breaker(harness) == nil)
        #expect(harness.notes == [])
        #expect(try harness.row(jobs[0]).heldBy == nil)
    }

    @Test("Each probe is one call, each in vain doubles the wait, and one that gets through frees all")
    func probes() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 4
        let (harness, jobs) = try outage(jobs: 300, limits)
        harness.run()
        let before = harness.provider.names.count
        #expect(before <= 5 + 3)
        harness.advance(by: .minutes(4))
        // 5 s, then 10, 20, 40, 60, 60 s apart.
        let probes = harness.times("open").dropFirst(before)
        #expect(probes.map { Int($0) } == [5, 15, 35, 75, 135, 195])
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.advance(by: .minutes(1))
        #expect(breaker(harness) == .closed)
        #expect(harness.notes.last == "account bank/main: its breaker is closed again")
        let states = jobs.map { harness.state($0) ?? "" }
        // Those that had failed themselves may still wait for their retry.
        #expect(states.count { $0 == "settling" } >= 290)
        harness.advance(by: .minutes(6))
        #expect(jobs.allSatisfy { harness.state($0) == "settling" })
        for job in jobs { harness.expectSound(job) }
    }

    @Test("Six hours without the provider: nobody fails, nobody is parked, everything goes on afterwards")
    func sixHours() throws {
        let (harness, jobs) = try outage(jobs: 40)
        // Three attempts are all that a quote has.
        harness.provider.answer("quote", .down)
        let quotes = try (0..<40).map { _ in try harness.transfer(.quote) }
        harness.advance(by: .seconds(1))
        let opened = jobs + quotes
        // The deadline of an opening, half an hour, goes on; quotes have none.
        harness.advance(by: .hours(6))
        #expect(quotes.allSatisfy { harness.state($0) == "quoting" })
        #expect(try quotes.allSatisfy { try harness.row($0).status == .waiting })
        #expect(jobs.allSatisfy { harness.state($0) == "expired" })
        harness.provider.answer("quote", .transfer(.quoted))
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.provider.answer("read", .transfer(.arrived))
        harness.advance(by: .minutes(20))
        #expect(quotes.allSatisfy { harness.state($0) == "done" })
        // A probe a minute, and little more.
        #expect(harness.provider.names.count { $0 == "quote" } < 6 * 60 + 40 + 100)
        for job in opened { harness.expectSound(job) }
    }

    @Test("The time that a job is held counts for no retry policy")
    func elapsed() throws {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 1
        let harness = try Harness.transfers(limits: limits, hasBreakers: true)
        harness.provider.answer("confirm", .notApplied(retryAfter: nil, message: "503"))
        harness.provider.answer("quote", .down)
        // Its retries may take an hour. The breaker opens for two.
        let job = try harness.transfer(.open)
        harness.provider.answer("open", .down)
        harness.run()
        let first = try #require(try harness.row(job).firstAttemptAt)
        harness.store.pause(bank)
        harness.advance(by: .minutes(20))
        #expect(try harness.row(job).heldBy == "bank/main")
        harness.store.resume(bank)
        harness.advance(by: .seconds(10))
        let moved = try #require(try harness.row(job).firstAttemptAt)
        #expect(moved - first > .minutes(19) && moved - first < .minutes(21))
        #expect(try harness.row(job).heldBy == nil)
    }

    @Test("Of two nodes one tries the account; the other learns what came of it")
    func twoNodes() throws {
        let (harness, _) = try outage(jobs: 20)
        harness.run()
        let other = harness.another("other")
        other.run()
        #expect(other.notes == ["account bank/main: its breaker is open (last: 503)"])
        let before = harness.provider.names.count
        harness.clock.advance(by: .seconds(5))
        harness.fate = { $0.called == nil ? .happens : .waits }
        harness.run()
        #expect(harness.waiting.count == 1)
        // While that call is under way, nobody else calls, whatever comes.
        try other.transfer(.open)
        other.run()
        #expect(harness.provider.names.count == before)
        harness.fate = { _ in .happens }
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.resume()
        harness.clock.advance(by: .seconds(1))
        other.run()
        #expect(other.notes.last == "account bank/main: its breaker is closed again")
        other.advance(by: .minutes(6))
        #expect(harness.store.jobs.allSatisfy { $0.job.row.state == "settling" })
    }

    @Test("When the node that tries an account vanishes, another one tries it a minute later")
    func proberVanishes() throws {
        let (harness, _) = try outage(jobs: 20)
        harness.run()
        harness.clock.advance(by: .seconds(5))
        harness.fate = { $0.called == nil ? .happens : .crashesBefore }
        harness.run()
        harness.fate = { _ in .happens }
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.advance(by: .minutes(8))
        #expect(breaker(harness) == .closed)
        #expect(harness.store.jobs.allSatisfy { $0.job.row.state == "settling" })
    }

    @Test("A provider that asks to be left alone is left alone by all nodes, for all jobs, until then")
    func retryAfter() throws {
        let harness = try Harness.transfers(hasBreakers: true)
        harness.provider.answer(
            "open", .notApplied(retryAfter: .seconds(90), message: "429"), .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        try harness.transfer(.open)
        harness.run()
        let other = harness.another("other")
        try harness.transfer(.open)
        harness.run()
        try other.transfer(.open)
        other.run()
        #expect(harness.times("open") == [0])
        harness.advance(by: .seconds(89))
        other.run()
        #expect(harness.times("open") == [0])
        harness.advance(by: .seconds(40))
        other.advance(by: .zero)
        #expect(harness.times("open").dropFirst().allSatisfy { $0 >= 90 })
        #expect(harness.store.jobs.allSatisfy { $0.job.row.state == "settling" })
    }

    @Test("A paused account is not called, deadlines and signals go on, and its jobs go on when the pause ends")
    func paused() throws {
        let harness = try Harness.transfers(hasBreakers: true)
        harness.provider.answer("open", .transfer(.opened(id: "p-1")))
        harness.provider.answer("confirm", .transfer(.confirmed))
        harness.store.pause(bank)
        let jobs = try (0..<500).map { _ in try harness.transfer(.open) }
        harness.run()
        #expect(harness.provider.names == [])
        #expect(harness.notes == ["account bank/main is paused"])
        #expect(try jobs.allSatisfy { try harness.row($0).heldBy == "bank/main" })
        harness.signal(jobs[0], "amend", payload: #"{"amount":"90"}"#)
        harness.run()
        #expect(try harness.row(jobs[0]).data == #"{"opening":{"order":{"amount":"90","first":"open"}}}"#)
        harness.signal(jobs[1], "cancel")
        harness.run()
        #expect(harness.state(jobs[1]) == "canceled")
        #expect(try harness.row(jobs[1]).heldBy == nil)
        harness.store.resume(bank)
        harness.advance(by: .seconds(3))
        #expect(harness.notes.last == "account bank/main goes on after a pause")
        #expect(jobs.dropFirst(2).allSatisfy { harness.state($0) == "settling" })
        // They were made due again in batches, each when the one before had been called.
        let batches = harness.actions.count { if case .releaseHeld = $0 { true } else { false } }
        #expect(batches >= 3)
        for job in jobs { harness.expectSound(job) }
    }

    @Test("News about an account that can't be told is told again, and the breaker holds meanwhile")
    func newsIsRepeated() throws {
        let (harness, _) = try outage(jobs: 20)
        var failures = 3
        harness.fate = { action in
            guard case .change = action, failures > 0 else { return .happens }
            failures -= 1
            return .losesRequest
        }
        harness.run()
        let calls = harness.provider.names.count
        #expect(breaker(harness) == nil)
        harness.advance(by: .seconds(4))
        #expect(breaker(harness) != nil && breaker(harness) != .closed)
        #expect(harness.provider.names.count == calls)
    }
}
