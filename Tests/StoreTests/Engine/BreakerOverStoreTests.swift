@testable import Engine
import Postgres
import Testing
import Time
import WorkflowCore

@Suite("A breaker over PostgreSQL, on virtual time", .serialized)
struct BreakerOverStoreTests {
    private static func account(_ bed: PostgresBed) async throws -> [String?] {
        let rows = try await bed.fixture.database.query(
            Statement(
                "select status, failures::text, last_error, probe_at::text, held_jobs::text from lockstep.accounts"), []
        )
        let row = try rows.only
        return try row.columns.indices.map { try row[$0] }
    }

    private static func value(_ bed: PostgresBed, _ sql: String, _ parameters: [Parameter] = []) async throws -> String
    {
        try await bed.fixture.database.query(Statement(sql), parameters)[0][0]
    }

    @Test("An outage is seen, waited for and got over: at each stage SQL says how it stands", .timeLimit(.minutes(2)))
    func outage() async throws {
        let office = PostOffice()
        let bed = try await PostgresBed(buckets: 2, runner: office.handlers)
        try await bed.withDaemon {
            #expect(try await Self.account(bed) == ["free", "0", nil, nil, "0"])
            office.setDown(true)
            var jobs: [JobID] = []
            for number in 1...40 { jobs.append(try await bed.enqueue(Parcel.Input(number: number * 35 + 1))) }
            try await bed.pass(.seconds(2))
            let opened = try await Self.account(bed)
            #expect(opened[0] == "failing")
            #expect(opened[2] == "connection refused")
            #expect(Int(opened[4] ?? "") ?? 0 > 20)
            let job = try await Self.value(
                bed, "select id::text from lockstep.job_status where held_by is not null")
            let why = try await Self.value(bed, "select lockstep.why($1::uuid)", [.text(job)])
            #expect(why.contains("it waits because account post/main is held: its breaker opened at 2026-03-01"))
            #expect(why.contains("(last: connection refused); next probe at 2026-03-01 12:00:"))

            // An hour later it is still tried about once a minute, and nobody has failed.
            try await bed.pass(.hours(1))
            let refused = office.refused
            #expect(refused > 50 && refused < 150)
            #expect(try await Self.account(bed)[0] == "failing")
            let statuses = try await Self.value(
                bed, "select string_agg(distinct status, ' ') from lockstep.job_status")
            #expect(statuses == "waiting")

            office.setDown(false)
            try await bed.pass(.minutes(2))
            let closed = try await Self.account(bed)
            #expect(closed.prefix(2) == ["free", "0"])
            try await bed.pass(.minutes(30))
            #expect(try await Self.account(bed)[4] == "0")
            for job in jobs { #expect(try await bed.fixture.job(job).row.status == .completed) }
        }
    }

    @Test("A paused account is not called, not even for a job that is enqueued right after", .timeLimit(.minutes(1)))
    func paused() async throws {
        let office = PostOffice()
        let bed = try await PostgresBed(buckets: 1, runner: office.handlers)
        try await bed.withDaemon {
            #expect(try await Self.value(bed, "select lockstep.pause_account('post', 'main', 'audit')") == "paused")
            let job = try await bed.enqueue(Parcel.Input(number: 1))
            try await bed.pass(.minutes(30))
            #expect(office.sent == [:])
            #expect(try await Self.account(bed)[0] == "paused")
            let why = try await Self.value(bed, "select lockstep.why($1::uuid)", [.text(job.description)])
            #expect(why.contains("account post/main is held: the account post/main was paused 30 minutes ago by"))
            #expect(why.contains(": audit"))
            #expect(try await Self.value(bed, "select lockstep.resume_account('post', 'main')") == "resumed")
            try await bed.pass(.minutes(10))
            #expect(office.sent == [1: 1])
        }
    }
}
