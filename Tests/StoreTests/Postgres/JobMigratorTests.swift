@testable import Engine
import Postgres
@testable import PostgresStore
import SQL
import Testing
import Time
import WorkflowCore

@Suite("Migrating jobs", .timeLimit(.minutes(1)))
struct JobMigratorTests {
    private static func registry() throws -> Registry { Registry([try RegisteredWorkflow(Ticket.self)]) }

    /// Jobs of version 1 that rest in `waiting`.
    private func waiting(_ count: Int, on fixture: PostgresFixture) async throws -> [JobID] {
        var jobs: [JobID] = []
        for number in 1...count {
            let id = try await fixture.enqueue(Order(workflow: "ticket", input: #"{"number":\#(number)}"#))
            try await fixture.database.query(
                Statement(
                    """
                    update lockstep.job_state set status = 'waiting', state = 'waiting', plan = 'wait', seq = 2,
                        data = $2::jsonb, entered_seq = 2, due_at = null
                    where id = $1::uuid
                    """), [.text(id.description), .text(#"{"waiting":{"number":\#(number)}}"#)])
            jobs.append(id)
        }
        return jobs
    }

    private func set(_ change: String, _ id: JobID, on fixture: PostgresFixture) async throws {
        try await fixture.database.query(
            Statement("update lockstep.job_state set \(change) where id = $1::uuid"), [.text(id.description)])
    }

    @Test("What is owned, open at the provider or not started fares as it must; the others are migrated in batches")
    func mixed() async throws {
        let fixture = try await PostgresFixture(buckets: 8)
        let jobs = try await waiting(9, on: fixture)
        try await set("leased_by = gen_random_uuid(), due_at = '2026-03-01 13:00 UTC'", jobs[0], on: fixture)
        let printing = #"state = 'printing', data = '{"printing":{"number":1}}', plan = 'perform print', attempt = 1"#
        try await set("\(printing), attempt_status = 'started'", jobs[1], on: fixture)
        try await set("\(printing), attempt_status = 'unknown', due_at = now()", jobs[2], on: fixture)
        try await set("status = 'completed', finished_at = now()", jobs[3], on: fixture)
        _ = try await fixture.enqueue(Order(workflow: "ticket", input: #"{"number":10}"#))
        _ = try await fixture.enqueue(Order(workflow: "ticket", input: #"{"nr":11}"#))
        _ = try await fixture.enqueue(Order(workflow: "other"))
        var request = JobMigrator.Request()
        request.batch = 2
        let migrator = JobMigrator(try Self.registry(), over: fixture.database)
        let left = [
            "ticket 1 → 2: 1 not started stays: its input does not fit version 2: “number” is missing",
            "ticket 1 → 2: 1 in printing left for later: it is not known whether print happened",
            "ticket 1 → 2: 1 in printing left for later: print may be under way",
            "ticket 1 → 2: 1 in waiting left for later: a daemon owns it",
        ]
        let report = try await migrator.run(request)
        #expect(
            report.lines.map(\.description)
                == ["ticket 1 → 2: 1 not started → to start as that version", left[0], left[1], left[2]]
                + ["ticket 1 → 2: 5 in waiting → approving", left[3]])
        #expect(report.total == 10)
        #expect(report.migrated == 6)
        #expect(try await migrator.run(request).lines.map(\.description) == left)
        request.includesUnknown = true
        #expect(try await migrator.run(request).migrated == 1)
        let unknown = try await fixture.job(jobs[2])
        #expect(unknown.version == 2)
        #expect(unknown.row.attemptStatus == .unknown)
        #expect(unknown.row.enteredSeq == 2)
    }

    @Test("A job that went on since it was looked at is left alone, whatever changed; and nothing is done twice")
    func fenced() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let id = try await waiting(1, on: fixture)[0]
        let page = try await RestingJobs(fixture.database, of: [("ticket", 1)], pageSize: 10).page(after: nil)
        guard case .migrates(let migrated) = try Self.registry().migrate(page[0]) else {
            return #expect(Bool(false), "it migrates")
        }
        let migrator = JobMigrator(try Self.registry(), over: fixture.database)
        for (change, undo) in [
            ("lease = lease + 1", "lease = lease - 1"), ("seq = seq + 1", "seq = seq - 1"),
            ("commits = commits + 1", "commits = commits - 1"),
            ("leased_by = gen_random_uuid(), due_at = now()", "leased_by = null, due_at = null"),
            ("status = 'completed', finished_at = now()", "status = 'waiting', finished_at = null"),
        ] {
            try await set(change, id, on: fixture)
            #expect(try await migrator.write([migrated], bucket: 0) == [], "\(change)")
            try await set(undo, id, on: fixture)
        }
        #expect(try await fixture.job(id).history == [])
        #expect(try await fixture.job(id).version == 1)
        #expect(try await migrator.write([migrated], bucket: 0) == [id])
        #expect(try await migrator.write([migrated], bucket: 0) == [])
        #expect(try await fixture.job(id).history.map(\.event) == ["migrated"])
    }

    @Test("It waits for nobody: a row that somebody holds is left for later")
    func skips() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let jobs = try await waiting(2, on: fixture)
        let holder = PostgresConnection(fixture.configuration)
        try await holder.withSession { session in
            _ = try await session.query(Statement("begin"))
            _ = try await session.query(
                Statement("select from lockstep.job_state where id = $1::uuid for update"),
                [.text(jobs[0].description)])
            let report = try await JobMigrator(try Self.registry(), over: fixture.database).run(.init())
            #expect(
                report.lines.map(\.description) == [
                    "ticket 1 → 2: 1 in waiting → approving",
                    "ticket 1 → 2: 1 in waiting left for later: it went on while it was looked at",
                ])
            _ = try await session.query(Statement("rollback"))
        }
        await holder.close()
        #expect(try await JobMigrator(try Self.registry(), over: fixture.database).run(.init()).migrated == 1)
    }

    @Test("A daemon's role is enough to migrate, and the history says who it was")
    func role() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let id = try await waiting(1, on: fixture)[0]
        let daemon = PostgresConnection(fixture.configuration)
        try await daemon.query(Statement("set role lockstep_daemon"))
        #expect(try await JobMigrator(try Self.registry(), over: daemon).run(.init()).migrated == 1)
        await daemon.close()
        #expect(try await fixture.job(id).history.map(\.actor) == ["lockstep_daemon"])
    }
}
