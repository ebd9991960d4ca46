@testable import Engine
import Postgres
import PostgresStore
import Testing
import Time
import WorkflowCore

@Suite("ClockWalker", .timeLimit(.minutes(1)))
struct ClockWalkerTests {
    /// A walker that runs while `body` runs, with a host that really sleeps.
    private func walking(
        _ fixture: PostgresFixture, _ body: (PostgresClock, ClockWalker) async throws -> Void
    ) async throws {
        let host = HostTime(elapsed: { .zero }, sleep: { try? await Task.sleep(for: $0) })
        let clock = PostgresClock(try await PostgresClock.read(fixture.database), host: host)
        let walker = ClockWalker(
            PostgresConnection(fixture.configuration), clock: clock, host: host,
            log: { Issue.record("\($0)") })
        let running = Task { await walker.run() }
        try await body(clock, walker)
        running.cancel()
        await running.value
    }

    private func register(_ fixture: PostgresFixture) async throws {
        try await fixture.database.query(
            Statement("select lockstep.heartbeat($1::uuid, 'test', 'test', '{transfer}', '{1}')"),
            [.text(NodeID.first.description)])
    }

    @Test("It goes to what is due on the way, waits there for quiet, and then to the end")
    func walk() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        try await register(fixture)
        let id = try await fixture.enqueue(Order(runAt: .start + .hours(1)))
        try await walking(fixture) { clock, walker in
            try await fixture.database.query(Statement("select lockstep.move_clock('2 h')"))
            walker.nudge()
            await clock.reach(.start + .hours(1))
            #expect(clock.now() == .start + .hours(1))
            let job = try await fixture.claim(job: id)
            // The job is under way: the clock stands still, however often the walker looks.
            for _ in 0..<20 { walker.nudge() }
            #expect(try await PostgresClock.read(fixture.database).now == .start + .hours(1))
            #expect(try await fixture.commit(job.step(due: .start + .hours(5), at: .start + .hours(1))))
            await clock.reach(.start + .hours(2))
            let reading = try await PostgresClock.read(fixture.database)
            #expect(reading == ClockReading(mode: .virtual, now: .start + .hours(2), isToMove: false))
        }
    }

    @Test("A clock that goes by itself jumps from one due instant to the next")
    func automatic() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        try await register(fixture)
        _ = try await fixture.enqueue(Order(runAt: .start + .days(3)))
        try await fixture.database.query(Statement("select lockstep.set_clock('virtual', auto => true)"))
        try await walking(fixture) { clock, _ in
            await clock.reach(.start + .days(3))
            #expect(clock.now() == .start + .days(3))
        }
    }

    @Test("A real clock is only looked at, once a second")
    func real() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        try await fixture.database.query(
            Statement("update lockstep.clock set mode = 'real', virtual_now = null, target = null"))
        let host = HandHost(sleepPasses: true)
        let clock = PostgresClock(try await PostgresClock.read(fixture.database), host: host.time)
        let walker = ClockWalker(
            fixture.database, clock: clock, host: host.time, log: { Issue.record("\($0)") })
        let running = Task { await walker.run() }
        while host.slept.count < 3 { await Task.yield() }
        running.cancel()
        await running.value
        #expect(host.slept.allSatisfy { $0 == .seconds(1) })
    }
}

extension PostgresClock {
    /// Waits until it shows this instant.
    fileprivate func reach(_ instant: Timestamp) async {
        while now() < instant {
            let present = now()
            await sleep(from: present, until: instant)
        }
    }
}
