import Foundation
import HTTPTypes
import Postgres
import Testing

/// `kill -9` at each point around the call that moves money, and then another daemon.
@Suite("A daemon killed around the confirmation", .serialized, .timeLimit(.minutes(5)))
struct KilledDaemonTests {
    @Test("Before the request: the next daemon looks, sees nothing, waits the settle time, and confirms once")
    func beforeTheRequest() async throws {
        let lockstep = try await Installation()
        let first = try await lockstep.daemon("first")
        let job = try await awaitingConfirmation(lockstep)
        // The confirmation begins with asking for a challenge: that answer is held back.
        try await lockstep.control(.post, "faults", #"{"fault": "latency", "operation": "init", "seconds": 60}"#)
        try await lockstep.signal(job, "confirm")
        try await lockstep.eventually("the attempt is durable") { try await attemptStatus(lockstep, job) == "started" }
        #expect(try await lockstep.effects("confirmed") == 0)
        first.kill()
        try await recover(lockstep, job)
    }

    @Test("After the request and before the answer: the next daemon looks, sees the confirmation, and sends no other")
    func beforeTheAnswer() async throws {
        let lockstep = try await Installation()
        let first = try await lockstep.daemon("first")
        let job = try await awaitingConfirmation(lockstep)
        try await lockstep.control(.post, "faults", #"{"fault": "latency", "operation": "confirm", "seconds": 60}"#)
        try await lockstep.signal(job, "confirm")
        try await lockstep.eventually("Dfns has the confirmation") { try await lockstep.effects("confirmed") == 1 }
        #expect(try await attemptStatus(lockstep, job) == "started")
        first.kill()
        try await recover(lockstep, job)
    }

    @Test("After the answer and before the commit: the next daemon looks, sees the confirmation, and sends no other")
    func beforeTheCommit() async throws {
        let lockstep = try await Installation()
        let first = try await lockstep.daemon("first")
        let job = try await awaitingConfirmation(lockstep)
        try await lockstep.control(.post, "faults", #"{"fault": "latency", "operation": "init", "seconds": 2}"#)
        try await lockstep.signal(job, "confirm")
        try await lockstep.eventually("the attempt is durable") { try await attemptStatus(lockstep, job) == "started" }
        // Somebody holds the job's row: the answer comes, and its commit has to wait.
        let blocked = try await lockstep.database.transaction { session in
            _ = try await session.query(
                Statement("select 1 from lockstep.job_state where id = $1::uuid for update"), [.text(job)])
            try await lockstep.eventually("the commit waits for the row") { try await waiting(lockstep) > 0 }
            first.kill()
            return try await session.query(
                Statement(
                    """
                    select count(pg_terminate_backend(pid)) as ended from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'
                    """))
        }
        #expect(try blocked.only["ended", as: Int.self] >= 1)
        #expect(try await lockstep.effects("confirmed") == 1)
        try await recover(lockstep, job)
    }

    /// A payout that waits for somebody to confirm it.
    private func awaitingConfirmation(_ lockstep: Installation) async throws -> String {
        let job = try await lockstep.enqueue(key: "payout")
        try await lockstep.advance("1 minute")
        #expect(try await lockstep.state(job) == "awaitingConfirmation")
        return job
    }

    /// Another daemon takes over: the provider has confirmed once, paid once, and the job is completed.
    private func recover(_ lockstep: Installation, _ job: String) async throws {
        try await lockstep.control(.delete, "faults")
        let second = try await lockstep.daemon("second")
        try await lockstep.advance("2 hours")
        #expect(try await lockstep.status(job) == "completed")
        #expect(try await lockstep.effects("confirmed") == 1)
        #expect(try await lockstep.effects("transfer") == 1)
        #expect(try await lockstep.effects("disbursed") == 1)
        let gaps = try await lockstep.text(
            """
            select string_agg(seq::text, ',' order by seq) from lockstep.history where job_id = $1::uuid
            """, .text(job))
        let numbers = (gaps ?? "").split(separator: ",").compactMap { Int($0) }
        #expect(numbers == Array(1...max(1, numbers.count)))
        await lockstep.end(second)
    }

    private func attemptStatus(_ lockstep: Installation, _ job: String) async throws -> String? {
        try await lockstep.text(
            """
            select attempt_status from lockstep.job_state where id = $1::uuid and state = 'confirming'
            """, .text(job))
    }

    private func waiting(_ lockstep: Installation) async throws -> Int {
        let rows = try await lockstep.database.query(
            Statement(
                """
                select count(*) as waiting from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """))
        return try rows.only["waiting", as: Int.self]
    }
}
