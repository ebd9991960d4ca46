@testable import Engine
import Postgres
import Testing
import WorkflowCore

/// A daemon that is at work while somebody asks ten thousand parked jobs to go on.
@Suite("Bulk requests under a working daemon")
struct BulkRetryTests {
    @Test("Ten thousand parked jobs are retried in batches, and each is done once", .timeLimit(.minutes(5)))
    func tenThousand() async throws {
        let office = PostOffice()
        let bed = try await PostgresBed(buckets: 2, runner: office.handlers)
        let database = bed.fixture.database
        try await bed.withDaemon {
            // Parcels that are neither refused nor held nor insured; nobody sees them before they are parked.
            try await database.script(
                """
                select count(*) from lockstep.enqueue_many('\(Parcel.name)', (
                    select array_agg(jsonb_build_object('number', g * 210 + 1, 'isHeld', false, 'isInsured', false))
                    from generate_series(1, 10000) as g));
                update lockstep.job_state set status = 'parked', last_error = 'the desk was shut', due_at = null
                """)
            try await database.query(Statement("call lockstep.retry_jobs('{\"error_like\": \"%desk%\"}')"))
            // Again, while some of them wait and others are under way.
            try await database.query(Statement("call lockstep.retry_jobs('{\"error_like\": \"%desk%\"}')"))
            // As bed.pass does, with more patience for so many jobs at one instant.
            try await database.query(Statement("select lockstep.move_clock('2 hours')"))
            try await database.query(Statement("select lockstep.await_quiet('4 min')"))
        }
        let ended = try await database.query(
            Statement("select status, count(*) as jobs from lockstep.job_state group by 1")
        ).map { (status: try $0["status", as: String.self], jobs: try $0["jobs", as: Int.self]) }
        #expect(ended.map(\.status) == ["completed"])
        #expect(ended.map(\.jobs) == [10_000])
        #expect(office.sent.count == 10_000)
        #expect(office.sent.values.allSatisfy { $0 == 1 })
        let unanswered: Int = try await database.query(
            Statement("select count(*) as waiting from lockstep.signal where handled_at is null")
        ).only["waiting"]
        #expect(unanswered == 0)
    }
}
