import Postgres
import SQL
import Testing

/// The virtual clock: promise 8.
struct ClockTests {
    @Test(
        "A real clock can't be moved",
        arguments: [
            "select lockstep.move_clock('1 hour')", "select lockstep.await_quiet()", "select lockstep.clock_step()",
            "call lockstep.advance_clock('1 hour')", "select lockstep.stop_clock()",
        ])
    func realClock(call: String) async throws {
        try await withDatabase { database in
            let error = try await failure { try await database.owner.script(call) }
            #expect(error?.sqlstate == "LK004")
            #expect(error?.message == "the clock is real, and can not be moved")
            #expect(error?.hint?.isEmpty == false)
        }
    }

    @Test("The clock is chosen only where no job is under way, and time never goes back")
    func chosen() async throws {
        try await withDatabase { database in
            func choose(_ arguments: String) async throws -> String? {
                try await failure { try await database.owner.script("select lockstep.set_clock(\(arguments))") }?
                    .message
            }
            #expect(try await choose("'virtual', '2030-01-01 12:00 UTC'") == nil)
            #expect(try await database.owner.value("select lockstep.now() = '2030-01-01 12:00 UTC'") == "t")
            #expect(try await choose("'virtual', '2029-01-01 12:00 UTC'") == nil)
            try await database.enqueue()
            #expect(
                try await choose("'virtual', '2028-01-01 12:00 UTC'")
                    == "the clock can not be set back from 2029-01-01 12:00:00 UTC to 2028-01-01 12:00:00 UTC")
            #expect(
                try await choose("'real'") == "the virtual clock is ahead of the real one, and time must not go back")
            #expect(try await choose("'fast'") == "the clock's mode is fast, and must be real or virtual")
            #expect(try await choose("'virtual', '2029-01-02 12:00 UTC'") == nil)
        }
        try await withDatabase { database in
            try await database.enqueue()
            let error = try await failure { try await database.owner.script("select lockstep.set_clock('virtual')") }
            #expect(error?.message == "jobs are under way on the real clock")
        }
    }

    @Test("The clock goes through every due instant, and no further than it was told")
    func everyInstant() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            try await database.enqueue()
            try await withDaemon(database) {
                try await database.owner.script("call lockstep.advance_clock('1 hour')")
            }
            #expect(
                try await database.owner.table(
                    "select to_char(at at time zone 'UTC', 'HH24:MI') from lockstep.history order by seq")
                    == [["12:00"], ["12:15"], ["12:30"], ["12:45"], ["13:00"]])
            #expect(try await database.owner.value("select lockstep.now() = '2030-01-01 13:00 UTC'") == "t")
            #expect(try await database.owner.table("select target from lockstep.clock") == [[nil]])
        }
    }

    @Test("move_clock and await_quiet do the same, in two transactions; two moves add up")
    func twoCalls() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            try await database.enqueue()
            try await withDaemon(database) {
                try await database.owner.script("select lockstep.move_clock('20 minutes')")
                try await database.owner.script("select lockstep.move_clock('20 minutes')")
                #expect(try await database.owner.value("select lockstep.await_quiet() = '2030-01-01 12:40 UTC'") == "t")
            }
            #expect(
                try await database.owner.table(
                    "select to_char(at at time zone 'UTC', 'HH24:MI') from lockstep.history order by seq")
                    == [["12:00"], ["12:15"], ["12:30"]])
        }
    }

    @Test("With auto, the clock jumps to the next due instant by itself")
    func auto() async throws {
        try await withDatabase { database in
            try await database.owner.script(
                "select lockstep.set_clock('virtual', '2030-01-01 12:00 UTC', auto => true)")
            try await database.enqueue()
            try await withDaemon(database) {
                while try await database.owner.value("select count(*) from lockstep.history") != "4" {}
            }
            #expect(try await database.owner.value("select lockstep.now() >= '2030-01-01 12:45 UTC'") == "t")
        }
    }

    @Test("Nothing moves while anything is not quiet, and the error says what", arguments: Unquiet.all)
    func unquiet(_ row: Unquiet) async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let job = try await database.enqueue()
            try await database.owner.script(
                """
                select lockstep.heartbeat('\(Node.first)', 'host-1', 'b', array['payout'], array[1]);
                update lockstep.node set seen_at = 'infinity';
                update lockstep.job_state set due_at = '2030-01-01 14:00 UTC', status = 'waiting', state = 'a',
                    data = '{}', plan = 'wait'
                """)
            #expect(try await database.owner.table("select lockstep.unquiet()") == [[nil]])
            try await database.owner.script(row.change.replacing("JOB", with: job))
            let reason = row.reason?.replacing("JOB", with: job)
            #expect(try await database.owner.table("select lockstep.unquiet()") == [[reason]])
            if let reason {
                #expect(try await database.owner.table("select lockstep.clock_step('2030-01-01 13:00 UTC')") == [[nil]])
                for call in ["select lockstep.await_quiet('1 ms')", "call lockstep.advance_clock('1 hour', '1 ms')"] {
                    let error = try await failure { try await database.owner.script(call) }
                    #expect(error?.sqlstate == "LK008")
                    #expect(error?.message == "not quiet within less than a second, at 2030-01-01 12:00:00 UTC")
                    #expect(error?.detail == (row.reasonAfterStep?.replacing("JOB", with: job) ?? reason) + ".")
                    #expect(error?.hint?.isEmpty == false)
                }
            } else {
                try await database.owner.script("call lockstep.advance_clock('1 hour', '1 ms')")
            }
        }
    }

    struct Unquiet: Sendable {
        var change: String
        /// Nil: it is quiet.
        var reason: String?
        /// What is not quiet once somebody wanted to take a step, if that is something else.
        var reasonAfterStep: String?

        static let all = [
            Unquiet(
                change: "update lockstep.job_state set due_at = lockstep.now()",
                reason: "job JOB is due since 2030-01-01 12:00:00 UTC"),
            Unquiet(
                change: """
                    update lockstep.job_state
                    set leased_by = '\(Node.first)', due_at = lockstep.now() + interval '5 minutes'
                    """, reason: "job JOB is run by host-1"),
            Unquiet(
                change: """
                    update lockstep.job_state set leased_by = '\(Node.second)', due_at = '2030-01-01 14:00 UTC'
                    """),
            Unquiet(change: "select lockstep.signal('JOB', 'paid')", reason: "signal paid waits for job JOB"),
            Unquiet(
                change: """
                    update lockstep.job_state set status = 'paused', due_at = null;
                    select lockstep.signal('JOB', 'paid')
                    """),
            Unquiet(
                change: """
                    update lockstep.job_state set status = 'paused', due_at = null; select lockstep.resume('JOB')
                    """, reason: "signal $resume waits for job JOB"),
            Unquiet(
                change: "update lockstep.job_state set due_at = lockstep.now(), version = 2"),
            Unquiet(
                change:
                    "update lockstep.job_state set due_at = lockstep.now(); select lockstep.pause_workflow('payout')"),
            Unquiet(
                change: """
                    update lockstep.job_state set due_at = lockstep.now(), version = 2;
                    update lockstep.node set seen_at = clock_timestamp() - interval '6 s'
                    """, reason: "job JOB is due since 2030-01-01 12:00:00 UTC"),
            Unquiet(
                change: """
                    select lockstep.receive_webhook('dfns', 'main', 'paid', 'e', array['po-1'], '{}', '');
                    insert into lockstep.reference values (0, 'dfns', 'po-1', 'JOB')
                    """, reason: "webhook 1 waits for job JOB",
                reasonAfterStep: "signal $wake waits for job JOB"),
            Unquiet(change: "select lockstep.receive_webhook('dfns', 'main', 'paid', 'e', array['po-1'], '{}', '')"),
            Unquiet(change: "select lockstep.join_clock('sandbox', null, true)", reason: "participant sandbox is busy"),
            Unquiet(
                change: "select lockstep.join_clock('sandbox', lockstep.now())",
                reason: "participant sandbox is due since 2030-01-01 12:00:00 UTC"),
            Unquiet(
                change: "select lockstep.join_clock('sandbox', null, true); select lockstep.leave_clock('sandbox')"),
        ]
    }

    @Test("A participant's timer is an instant to stop at")
    func participant() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            try await database.owner.script("select lockstep.join_clock('sandbox', '2030-01-01 12:07 UTC')")
            #expect(
                try await database.owner.value(
                    "select lockstep.clock_step('2030-01-01 13:00 UTC') = '2030-01-01 12:07 UTC'")
                    == "t")
            #expect(try await database.owner.table("select lockstep.clock_step('2030-01-01 13:00 UTC')") == [[nil]])
            try await database.owner.script("select lockstep.join_clock('sandbox')")
            #expect(
                try await database.owner.value(
                    "select lockstep.clock_step('2030-01-01 13:00 UTC') = '2030-01-01 13:00 UTC'")
                    == "t")
        }
    }

    @Test("A job of a dead daemon is due when its lease ends; the clock goes there, and a living one takes it over")
    func deadDaemon() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let job = try await database.enqueue()
            _ = try await database.owner.claim(by: Node.first)
            try await withDaemon(database) {
                try await database.owner.script("call lockstep.advance_clock('1 minute')")
            }
            #expect(
                try await database.owner.table("select job_id, lockstep.in_words(at) from lockstep.history")
                    == [[job, "2030-01-01 12:00:30 UTC"]])
        }
    }

    /// Runs `body` beside a daemon that looks at each job every fifteen minutes.
    private func withDaemon(_ database: Database, _ body: () async throws -> Void) async throws {
        let connection = database.connect()
        try await Self.beat(connection)
        let daemon = Task {
            while !Task.isCancelled {
                try await Self.beat(connection)
                for job in try await connection.claim(by: Node.second) {
                    let due = try await connection.value("select lockstep.now() + interval '15 minutes'")
                    _ = try await connection.settle(job, by: Node.second, due: due)
                }
                try await connection.query(Statement(name: "clock_step", sql: SQL.clockStep))
            }
        }
        do {
            try await body()
        } catch {
            daemon.cancel()
            throw error
        }
        daemon.cancel()
        _ = await daemon.result
        await connection.close()
    }

    private static func beat(_ connection: PostgresConnection) async throws {
        try await connection.query(
            Statement(name: "heartbeat", sql: SQL.heartbeat),
            [.text(Node.second), .text("host-2"), .text("b"), .texts(["payout"]), .ints([1]), .int(1), .bool(false)])
    }
}
