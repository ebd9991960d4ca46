@testable import Engine
import Postgres
import Testing
import Time
import WorkflowCore

/// Ends that are looked at for a while, with everything that a daemon has in production.
@Suite("A watched end in PostgreSQL", .serialized, .timeLimit(.minutes(5)))
struct WatchOverStoreTests {
    private func why(_ job: JobID, _ fixture: PostgresFixture) async throws -> String {
        try await fixture.database.query(
            Statement("select lockstep.why($1::uuid)"), [.text(job.description)]
        ).only[0]
    }

    @Test("It survives the daemon that ended it: the next one looks, sees that it was undone, and ends it again")
    func anotherDaemon() async throws {
        let office = PostOffice()
        let fixture = try await PostgresFixture(buckets: 2)
        let job = try await fixture.enqueue(Order(workflow: "insurance", input: #"{"number":7}"#))
        try await PostgresBed(fixture, runner: office.handlers).withDaemon {
            try await fixture.database.query(Statement("select lockstep.await_quiet('20 s')"))
        }
        var row = try await fixture.job(job).row
        #expect(row.status == .completed)
        #expect(row.dueAt == .start + .days(1))
        #expect(row.deadlineAt == .start + .days(2))
        let stranded = try await fixture.database.query(Statement("select count(*) as n from lockstep.unclaimable"))
        #expect(try stranded.only["n", as: Int.self] == 0)

        let next = try await PostgresBed(fixture, runner: office.handlers)
        try await next.withDaemon {
            try await next.pass(.days(1))
            #expect(office.checked == 1)
            #expect(
                try await why(job, fixture) == """
                    It ended as completed 1 day ago, at 2026-03-01 12:00:00 UTC, in insured; it is looked at again in \
                    1 day, at 2026-03-03 12:00:00 UTC, until 2026-03-03 12:00:00 UTC, in case it is undone.
                    """)
            office.revoke(7)
            try await next.pass(.days(1))
        }
        row = try await fixture.job(job).row
        #expect(row.status == .reversed)
        #expect(row.finishedAt == .start + .days(2))
        #expect(row.dueAt == nil)
        #expect(try await fixture.job(job).history.map(\.event) == ["started", "agreed", "revoked"])
    }

    @Test("After its time is over nothing is due, and a webhook makes it be looked at all the same")
    func lateWebhook() async throws {
        let office = PostOffice()
        let fixture = try await PostgresFixture(buckets: 1)
        let bed = try await PostgresBed(fixture, runner: office.handlers)
        try await bed.withDaemon {
            let job = try await fixture.enqueue(Order(workflow: "insurance", input: #"{"number":8}"#))
            try await bed.pass(.days(10))
            #expect(office.checked == 2)
            #expect(try await fixture.job(job).row.dueAt == nil)
            #expect(
                try await why(job, fixture) == """
                    It ended as completed 10 days ago, at 2026-03-01 12:00:00 UTC, in insured; it was looked at until \
                    2026-03-03 12:00:00 UTC, and not undone by then.
                    """)
            office.revoke(8)
            try await fixture.database.query(
                Statement(
                    """
                    select lockstep.receive_webhook('post', 'main', 'insurance.revoked', 'evt-1', array['i-8'], '{}', '')
                    """))
            let settled = try await fixture.database.query(Statement("select lockstep.match_webhooks() as settled"))
            #expect(try settled.only["settled", as: Int.self] == 1)
            try await fixture.database.query(Statement("select lockstep.await_quiet('20 s')"))
            #expect(try await fixture.job(job).row.status == .reversed)
            let hook = try await fixture.database.query(Statement("select status from lockstep.webhooks"))
            #expect(try hook.only["status", as: String.self] == "matched")
        }
    }
}
