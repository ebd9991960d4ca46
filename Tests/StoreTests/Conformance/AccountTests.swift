@testable import Engine
import Testing
import Time
import WorkflowCore

@Suite("Store: accounts")
struct AccountTests {
    private let main = ProviderAccount(provider: "bank", name: "main")
    private let rest = Duration.seconds(5)

    private func reading(_ fixture: any StoreFixture) async throws -> AccountReading {
        try #require(try await fixture.store.readAccounts().first { $0.account == main })
    }

    @Test("Of daemons that see the same failures the first opens the breaker", arguments: StoreKind.all)
    func opens(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        #expect(try await fixture.store.readAccounts() == [])
        let readings = try await fixture.store.change(
            main, .openBreaker(failures: 5, error: "refused", rest: rest), by: .first)
        #expect(
            readings == [
                AccountReading(
                    account: main, version: 1, breaker: .open(probeAt: .start + rest), heldUntil: nil,
                    isPaused: false, lastError: "refused")
            ])
        try await fixture.setClock(.start + .seconds(2))
        let again = try await fixture.store.change(
            main, .openBreaker(failures: 9, error: "time-out", rest: rest), by: .second)
        #expect(again == readings)
    }

    @Test("One daemon at a time tries an account, not before it is time", arguments: StoreKind.all)
    func probe(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let store = fixture.store
        _ = try await store.change(main, .openBreaker(failures: 5, error: "refused", rest: rest), by: .first)
        try await fixture.setClock(.start + .milliseconds(4999))
        _ = try await store.change(main, .probe(patience: .seconds(60)), by: .first)
        #expect(try await reading(fixture).breaker == .open(probeAt: .start + rest))
        try await fixture.setClock(.start + rest)
        _ = try await store.change(main, .probe(patience: .seconds(60)), by: .first)
        let won = AccountReading.Breaker.probing(by: .first, until: .start + .seconds(65))
        #expect(try await reading(fixture).breaker == won)
        _ = try await store.change(main, .probe(patience: .seconds(60)), by: .second)
        _ = try await store.change(main, .endProbe(error: nil, longest: .seconds(60)), by: .second)
        #expect(try await reading(fixture).breaker == won)
        // One that vanishes is followed by another, and is then too late.
        try await fixture.setClock(.start + .seconds(65))
        _ = try await store.change(main, .probe(patience: .seconds(60)), by: .second)
        _ = try await store.change(main, .endProbe(error: nil, longest: .seconds(60)), by: .first)
        #expect(try await reading(fixture).breaker == .probing(by: .second, until: .start + .seconds(125)))
        _ = try await store.change(main, .endProbe(error: nil, longest: .seconds(60)), by: .second)
        #expect(try await reading(fixture).breaker == .closed)
        #expect(try await reading(fixture).version == 4)
    }

    @Test("Each probe in vain doubles the rest, up to the longest", arguments: StoreKind.all)
    func rests(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let store = fixture.store
        _ = try await store.change(main, .openBreaker(failures: 5, error: "refused", rest: rest), by: .first)
        var now = Timestamp.start + rest
        for seconds in [10, 20, 40, 60, 60] {
            try await fixture.setClock(now)
            _ = try await store.change(main, .probe(patience: .seconds(60)), by: .first)
            _ = try await store.change(main, .endProbe(error: "still", longest: .seconds(60)), by: .first)
            #expect(try await reading(fixture).breaker == .open(probeAt: now + .seconds(seconds)))
            #expect(try await reading(fixture).lastError == "still")
            now = now + .seconds(seconds)
        }
    }

    @Test("Of two requests to be left alone the longer one counts", arguments: StoreKind.all)
    func holds(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        _ = try await fixture.store.change(main, .hold(.seconds(90), reason: "429"), by: .first)
        _ = try await fixture.store.change(main, .hold(.seconds(30), reason: "429"), by: .second)
        #expect(try await reading(fixture).heldUntil == .start + .seconds(90))
        try await fixture.setClock(.start + .seconds(80))
        _ = try await fixture.store.change(main, .hold(.seconds(30), reason: "429"), by: .second)
        #expect(try await reading(fixture).heldUntil == .start + .seconds(110))
        #expect(try await reading(fixture).breaker == .closed)
    }

    @Test("A claim says how accounts stand where it is asked to", arguments: StoreKind.all)
    func claims(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        _ = try await fixture.store.change(main, .hold(.seconds(90), reason: "429"), by: .first)
        _ = try await fixture.enqueue(Order(), in: 0)
        for limit in [1, 10] {
            var request = ClaimRequest(
                bucket: 0, limit: limit, mark: nil, node: .first, term: .seconds(60), workflows: [("transfer", 1)])
            #expect(try await fixture.store.claim(request).accounts == nil)
            _ = try await fixture.enqueue(Order(), in: 0)
            request.readsAccounts = true
            #expect(try await fixture.store.claim(request).accounts?.map(\.account) == [main])
        }
    }

    @Test("Held jobs of an account are made due, a batch at a time, and none with a lease", arguments: StoreKind.all)
    func releases(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let later = Timestamp.start + .minutes(5)
        func held(_ account: String?, priority: Int = 2, due: Timestamp? = nil) async throws -> JobID {
            let id = try await fixture.enqueue(Order(priority: priority), in: 0)
            let job = try await fixture.claim(job: id)
            let step = job.step(due: due ?? later) { row in
                row.heldBy = account
                row.heldSince = account.map { _ in .start }
            }
            #expect(try await fixture.commit(step))
            return id
        }
        let usual = try await held("bank/main")
        let late = try await held("bank/main")
        let urgent = try await held("bank/main", priority: 1)
        let soon = try await held("bank/main", due: .start + .seconds(3))
        let other = try await held("bank/other")
        let free = try await held(nil)
        let stored = try await fixture.job(usual)
        #expect(stored.row.heldBy == "bank/main" && stored.row.heldSince == .start)

        func release(_ limit: Int, after: Duration = .zero, bucket: Int = 0) async throws -> Int {
            try await fixture.store.releaseHeld(
                HeldRelease(account: main, bucket: bucket, limit: limit, after: after))
        }
        // One that comes back in time for a probe; those that come earlier are left alone.
        #expect(try await release(1, after: .seconds(4)) == 1)
        #expect(try await fixture.job(urgent).row.dueAt == .start + .seconds(4))
        #expect(try await fixture.job(soon).row.dueAt == .start + .seconds(3))
        try await fixture.setClock(.start + .seconds(3))
        #expect(try await fixture.claim(0).jobs.map(\.id) == [soon])
        // What is leased is not touched: its due time is the end of its lease.
        #expect(try await release(2) == 2)
        #expect(try await release(2) == 1)
        #expect(try await release(2) == 0)
        let claim = try await fixture.claim(0)
        #expect(claim.jobs.map(\.id) == [urgent] + [usual, late].sorted())
        #expect(claim.jobs.allSatisfy { $0.row.heldBy == "bank/main" && $0.row.heldSince == .start })
        #expect(try await fixture.job(other).row.dueAt == later)
        #expect(try await fixture.job(free).row.dueAt == later)
        if fixture.buckets > 1 { #expect(try await release(2, bucket: 1) == 0) }
    }
}
