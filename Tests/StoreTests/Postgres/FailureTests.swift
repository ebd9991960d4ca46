@testable import Engine
import Postgres
import PostgresStore
import Testing
import Time
import WorkflowCore

@Suite("PostgresStore: failures", .timeLimit(.minutes(1)))
struct FailureTests {
    private func failure(_ body: () async throws -> Void) async throws -> StoreFailure {
        do {
            try await body()
        } catch let failure as StoreFailure {
            return failure
        }
        throw FixtureError(description: "it did not fail")
    }

    @Test("An error of the server means that nothing was applied")
    func serverError() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let job = try await fixture.claimedJob()
        let step = job.step { $0.data = "no JSON" }
        let failure = try await failure { _ = try await fixture.commit(step) }
        guard case .notApplied(let reason) = failure else {
            Issue.record("\(failure)")
            return
        }
        #expect(reason.contains("22P02"))
        #expect(try await fixture.job(job.id).seq == 0)
        #expect(try await fixture.commit(job.step()))
    }

    @Test("A connection that is lost while a commit is under way leaves its outcome unknown; find tells")
    func lostConnection() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let job = try await fixture.claimedJob()
        let other = PostgresConnection(fixture.configuration)
        try await other.withSession { session in
            try await session.query(Statement("begin"))
            try await session.query(Statement("select from lockstep.job_state for update"))
            let committing = Task { try await failure { _ = try await fixture.commit(job.step()) } }
            let kill = Statement(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """)
            while try await fixture.database.query(kill).isEmpty {}
            let lost = try await committing.value
            guard case .unknown = lost else {
                Issue.record("\(lost)")
                return
            }
            try await session.query(Statement("rollback"))
        }
        let positions = try await fixture.store.find([job.id], bucket: 0)
        #expect(positions[job.id] == Position(seq: 0, commits: 0, lease: job.lease, owner: .first))
        #expect(try await fixture.commit(job.step()))
    }

    @Test("A store that is closed applies nothing")
    func closed() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let job = try await fixture.claimedJob()
        await fixture.postgres.close()
        for call in [
            { _ = try await fixture.commit(job.step()) }, { _ = try await fixture.claim(0) },
            { _ = try await fixture.store.find([job.id], bucket: 0) },
        ] as [@Sendable () async throws -> Void] {
            let failure = try await failure(call)
            guard case .notApplied = failure else {
                Issue.record("\(failure)")
                return
            }
        }
    }

    @Test("What is of a lower priority is not passed over because of how far a higher one was claimed")
    func marksByPriority() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let low = try await fixture.enqueue(Order(priority: 3, runAt: .start + .seconds(1)))
        var high: [JobID] = []
        for second in 2...5 {
            high.append(try await fixture.enqueue(Order(priority: 1, runAt: .start + .seconds(second))))
        }
        try await fixture.setClock(.start + .seconds(10))
        #expect(try await fixture.claim(0, limit: 2).jobs.map(\.id) == [high[0], high[1]])
        let mark = Timestamp.start + .seconds(3) - .microseconds(1)
        #expect(try await fixture.claim(0, limit: 10, mark: mark).jobs.map(\.id) == [high[2], high[3], low])
    }
}
