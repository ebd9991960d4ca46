import Postgres
import Testing

/// `lockstep.why`: what a job waits for, since when, until when, and what happens then.
struct WhyTests {
    struct Case: Sendable {
        /// What the row of the job is set to.
        var change: String
        var answer: String
        /// Other statements before.
        var before = ""
    }

    /// A job that rests in `settling` since an hour.
    private static func resting(_ status: String = "waiting") -> String {
        """
        status = '\(status)', state = 'settling', data = '{}', seq = 2, entered_seq = 2,
        entered_at = '2030-01-01 11:00 UTC'
        """
    }

    /// What the daemons published of the states.
    private static func saying(_ states: String) -> String { "update lockstep.workflow set states = '\(states)'" }

    static let all = [
        Case(change: "priority = 2", answer: "Enqueued 1 hour ago: it starts as soon as a daemon has room."),
        Case(
            change: "due_at = '2030-01-02 13:30 UTC'",
            answer: "Enqueued 1 hour ago: it starts in 1 day 1 hour, at 2030-01-02 13:30:00 UTC."),
        Case(
            change: "priority = 2", answer: "Enqueued 1 hour ago: no living daemon knows payout version 1.",
            before: "delete from lockstep.node"),
        Case(
            change: "priority = 2",
            answer:
                "Enqueued 1 hour ago: the workflow payout was paused less than a second ago by postgres: outage.",
            before: "select lockstep.pause_workflow('payout', 'outage')"),
        Case(
            change: "\(resting()), plan = 'poll readPayout', held_by = 'dfns/main', due_at = '2030-01-01 12:04 UTC'",
            answer: """
                In settling for 1 hour: it waits because account dfns/main is held: its breaker opened at \
                2030-01-01 11:59:00 UTC after 5 failures (last: connection refused); next probe at \
                2030-01-01 12:00:40 UTC, without a deadline.
                """,
            before: """
                insert into lockstep.account (
                    provider, name, breaker, breaker_since, failures, last_error, rest, probe_at)
                values ('dfns', 'main', 'open', '2030-01-01 11:59 UTC', 5, 'connection refused', '40 s',
                    '2030-01-01 12:00:40 UTC')
                """),
        Case(
            change: "\(resting()), plan = 'poll readPayout', held_by = 'dfns/main', due_at = '2030-01-01 12:04 UTC'",
            answer: """
                In settling for 1 hour: it waits because account dfns/main is held: the provider dfns was paused \
                less than a second ago by postgres: maintenance, without a deadline.
                """,
            before: """
                insert into lockstep.account (provider, name) values ('dfns', 'main');
                select lockstep.pause_provider('dfns', 'maintenance')
                """),
        Case(
            change: "\(resting()), plan = 'poll readPayout', held_by = 'dfns/main', due_at = '2030-01-01 12:04 UTC'",
            answer: """
                In settling for 1 hour: it waited for account dfns/main, which is free again, and goes on in \
                4 minutes, without a deadline.
                """),
        Case(
            change: """
                \(resting()), plan = 'poll readPayout', due_at = '2030-01-01 12:00:25 UTC',
                deadline_at = '2030-01-02 11:00 UTC', deadline_event = 'expired'
                """,
            answer: """
                In settling for 1 hour: it reads readPayout again and again until there is news, next in 25 seconds; \
                in 23 hours, at 2030-01-02 11:00:00 UTC, expired.
                """),
        Case(
            change: """
                \(resting()), plan = 'poll readPayout', due_at = '2030-01-01 12:00:25 UTC',
                output = '{"reason": "the refund is blocked: signal dispatch"}'
                """,
            answer: """
                In settling for 1 hour: the refund is blocked: signal dispatch; it reads readPayout again and again \
                until there is news, next in 25 seconds, without a deadline.
                """),
        Case(
            change: "\(resting()), plan = 'perform confirm', due_at = now()",
            answer: "In settling for 1 hour: confirm is done now, without a deadline."),
        Case(
            change: """
                \(resting()), plan = 'perform confirm', attempt = 3, attempt_at = '2030-01-01 11:59 UTC',
                due_at = '2030-01-01 12:00:40 UTC', last_error = '503 from api.dfns.io'
                """,
            answer: """
                In settling for 1 hour: confirm did not succeed (attempt 3): 503 from api.dfns.io; \
                the next attempt is in 40 seconds, without a deadline.
                """),
        Case(
            change: """
                \(resting()), plan = 'perform confirm', attempt = 2, attempt_status = 'unknown',
                attempt_at = '2030-01-01 11:59 UTC', due_at = '2030-01-01 12:00:10 UTC', last_error = 'time-out'
                """,
            answer: """
                In settling for 1 hour: it is not known whether confirm happened (attempt 2, 1 minute ago): time-out; \
                it is looked up in 10 seconds, without a deadline.
                """),
        Case(
            change: "\(resting()), plan = 'wait', due_at = null",
            answer: "In settling for 1 hour: it waits for a signal (approve, cancel), without a deadline.",
            before: saying(#"[{"state": "other"}, {"state": "settling", "signals": ["approve", "cancel"]}]"#)),
        Case(
            change: """
                \(resting()), plan = 'poll readPayout', due_at = now(), overdue_at = '2030-01-01 11:30 UTC',
                desk = 'operations'
                """,
            answer: """
                In settling for 1 hour: it reads readPayout again and again until there is news, next now; \
                the app's signal approve would bring it on; overdue for 30 minutes, on the desk of operations, \
                without a deadline.
                """,
            before: saying(#"[{"state": "settling", "signals": ["approve", "cancel"]}]"#)),
        Case(
            change: "\(resting()), plan = 'wait', due_at = null",
            answer: "In settling for 1 hour: it waits for a signal (paid, approve), without a deadline."),
        Case(
            change: """
                \(resting()), plan = 'wait', due_at = '2030-01-01 12:10 UTC', deadline_at = '2030-01-01 12:10 UTC',
                deadline_event = 'quoteExpired'
                """,
            answer: """
                In settling for 1 hour: it waits for a signal (paid, approve); \
                in 10 minutes, at 2030-01-01 12:10:00 UTC, quoteExpired.
                """),
        Case(
            change:
                """
                \(resting()), plan = 'perform confirm', leased_by = '\(Node.first)', attempt = 1,
                attempt_status = 'started', attempt_at = '2030-01-01 11:59:58 UTC', due_at = '2030-01-01 12:00:30 UTC'
                """,
            answer: "In settling for 1 hour: host-1 is at work on it: perform confirm, attempt 1, for 2 seconds."),
        Case(
            change:
                """
                \(resting()), plan = 'perform confirm', leased_by = '\(Node.first)',
                due_at = '2030-01-01 12:00:30 UTC'
                """,
            answer: """
                In settling for 1 hour: the daemon that owns it (host-1) does not answer, during: perform confirm. \
                Another one takes it over in 30 seconds, at 2030-01-01 12:00:30 UTC.
                """,
            before: "update lockstep.node set seen_at = clock_timestamp() - interval '6 seconds'"),
        Case(
            change:
                """
                \(resting()), plan = 'perform confirm', leased_by = '\(Node.first)',
                due_at = '2030-01-01 11:59:30 UTC'
                """,
            answer: """
                In settling for 1 hour: the daemon that owned it (host-1) vanished during: perform confirm. \
                Another one takes it over now.
                """),
        Case(
            change:
                "\(resting("parked")), desk = 'operations', due_at = null, last_error = '401 from dfns'",
            answer: """
                In settling for 1 hour: parked for operations: 401 from dfns. \
                When the cause is gone: select lockstep.retry('JOB').
                """),
        Case(
            change: "\(resting("paused")), due_at = null",
            answer: "In settling for 1 hour: paused. To go on: select lockstep.resume('JOB')."),
        Case(
            change: "\(resting("completed")), due_at = null, finished_at = '2030-01-01 11:58:30 UTC'",
            answer: "It ended as completed 1 minute 30 seconds ago, at 2030-01-01 11:58:30 UTC, in settling."),
        Case(
            change: watched("due_at = '2030-01-02 11:58:30 UTC'"),
            answer: """
                It ended as completed 1 minute 30 seconds ago, at 2030-01-01 11:58:30 UTC, in settling; it is looked \
                at again in 23 hours 58 minutes, at 2030-01-02 11:58:30 UTC, until 2030-01-08 11:58:30 UTC, in case \
                it is undone.
                """),
        Case(
            change: watched("due_at = '2030-01-01 12:00:30 UTC', last_error = 'timed out', attempt = 3"),
            answer: """
                It ended as completed 1 minute 30 seconds ago, at 2030-01-01 11:58:30 UTC, in settling; it is looked \
                at again in 30 seconds, at 2030-01-01 12:00:30 UTC, until 2030-01-08 11:58:30 UTC, in case it is \
                undone; last time: timed out; but nobody can: no living daemon knows payout version 1.
                """,
            before: "delete from lockstep.node"),
        Case(
            change: watched("due_at = '2030-01-01 12:00:30 UTC', leased_by = '\(Node.first)'"),
            answer: """
                It ended as completed 1 minute 30 seconds ago, at 2030-01-01 11:58:30 UTC, in settling; it is just \
                being looked at, in case it is undone.
                """),
    ]

    /// A job that has ended, and is looked at for a week.
    private static func watched(_ change: String) -> String {
        """
        \(resting("completed")), plan = 'watch readPayout', finished_at = '2030-01-01 11:58:30 UTC',
        deadline_at = '2030-01-08 11:58:30 UTC', \(change)
        """
    }

    @Test("Each way of waiting has its sentence", arguments: all)
    func sentence(_ row: Case) async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let job = try await database.enqueue()
            try await database.owner.table(
                "select lockstep.heartbeat('\(Node.first)', 'host-1', 'b', array['payout'], array[1])")
            // It stays alive however slow the machine is, unless the case says otherwise.
            try await database.owner.script(
                """
                update lockstep.node set seen_at = clock_timestamp() + interval '1 hour';
                update lockstep.job_state set entered_at = '2030-01-01 11:00 UTC';
                \(row.before)
                """)
            try await database.owner.script("update lockstep.job_state set \(row.change)")
            let answer = try await database.owner.value("select lockstep.why('\(job)')")
            #expect(answer == row.answer.replacing("JOB", with: job))
        }
    }

    @Test("A parent says which child it waits for")
    func child() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let parent = try await database.enqueue()
            let child = try await database.enqueue()
            try await database.owner.table(
                "select lockstep.heartbeat('\(Node.first)', 'host-1', 'b', array['payout'], array[1])")
            try await database.owner.script(
                """
                update lockstep.job set parent_id = '\(parent)', parent_seq = 2 where id = '\(child)';
                update lockstep.job_state set \(Self.resting()), plan = 'run refund', due_at = null
                where id = '\(parent)'
                """)
            #expect(
                try await database.owner.value("select lockstep.why('\(parent)')")
                    == "In settling for 1 hour: it waits for the end of its child refund (job \(child), queued), "
                    + "without a deadline.")
        }
    }

    @Test("An unknown job is said to be one")
    func unknown() async throws {
        try await withDatabase { database in
            let id = "00000000-0000-7000-8000-000000000000"
            let answer = try await database.owner.value("select lockstep.why('\(id)')")
            #expect(answer == "No job has the id \(id).")
        }
    }
}
