@testable import Engine
import Postgres
import PostgresStore
import Testing
import Time
import WorkflowCore

/// Recurring jobs with everything that a daemon has in production, on a virtual clock.
@Suite("Recurring jobs in PostgreSQL", .serialized, .timeLimit(.minutes(5)))
struct ScheduleOverStoreTests {
    @Test("Over months each instant has its one job, at its local time, and each job runs to its end")
    func months() async throws {
        let fixture = try await PostgresFixture(buckets: 2)
        let bed = try await PostgresBed(fixture, runner: PostOffice().handlers)
        try await bed.withDaemon {
            try await fixture.database.query(
                Statement(
                    """
                    select lockstep.schedule('cover', 'insurance', '{"number":3}', '0 9 1 * *', 'Europe/Berlin')
                    """))
            try await bed.pass(.days(184))
        }
        let jobs = try await fixture.database.query(
            Statement(
                """
                select j.key, s.status, lockstep.in_words(j.enqueued_at) as at
                from lockstep.job j join lockstep.job_state s on s.id = j.id order by j.enqueued_at
                """))
        let rows = try jobs.map { row -> [String] in [try row["key"], try row["status"], try row["at"]] }
        #expect(
            rows == [
                ["schedule:cover:2026-04-01T07:00:00Z", "completed", "2026-04-01 07:00:00 UTC"],
                ["schedule:cover:2026-05-01T07:00:00Z", "completed", "2026-05-01 07:00:00 UTC"],
                ["schedule:cover:2026-06-01T07:00:00Z", "completed", "2026-06-01 07:00:00 UTC"],
                ["schedule:cover:2026-07-01T07:00:00Z", "completed", "2026-07-01 07:00:00 UTC"],
                ["schedule:cover:2026-08-01T07:00:00Z", "completed", "2026-08-01 07:00:00 UTC"],
                ["schedule:cover:2026-09-01T07:00:00Z", "completed", "2026-09-01 07:00:00 UTC"],
            ])
    }

    @Test("On a real clock a daemon looks every second")
    func everySecond() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        _ = try await fixture.enqueue(Order(workflow: "insurance", input: #"{"number":1}"#))
        try await fixture.database.query(
            Statement("select lockstep.schedule('cover', 'insurance', '{\"number\":3}', '0 9 * * *')"))
        try await fixture.setClock(.start + .days(1))
        let host = HandHost(sleepPasses: false)
        let recurring = RecurringJobs(fixture.database, log: { Issue.record("\($0)") })
        let running = Task { await recurring.run(host: host.time) }
        while host.slept.isEmpty { await Task.yield() }
        running.cancel()
        #expect(host.slept == [.seconds(1)])
        let count = try await fixture.database.query(
            Statement("select count(*) as n from lockstep.job where key like 'schedule:cover:%'"))
        #expect(try count.only["n", as: Int.self] == 1)
    }
}
