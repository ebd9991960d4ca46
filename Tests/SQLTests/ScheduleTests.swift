import Postgres
import Testing

/// Recurring jobs: written, run once for each instant, skipped, paused, and taken away.
struct ScheduleTests {
    private func schedule(
        _ database: Database, _ name: String = "nightly", cron: String = "0 9 * * *", overlap: String = "skip",
        input: String = Database.input
    ) async throws -> String {
        try await database.owner.value(
            """
            select lockstep.in_words(lockstep.schedule(
                $1, 'payout', $2::jsonb, $3, time_zone => 'Europe/Berlin', overlap => $4))
            """, [.text(name), .text(input), .text(cron), .text(overlap)])
    }

    private func run(_ database: Database, at instant: String) async throws -> Int {
        try await database.owner.table("select lockstep.set_clock('virtual', $1::timestamptz)", [.text(instant)])
        return try await Int(database.owner.value("select lockstep.run_schedules()")) ?? -1
    }

    private func keys(_ database: Database) async throws -> [String?] {
        try await database.owner.table("select key from lockstep.job order by enqueued_at, key").map { $0[0] }
    }

    @Test("A schedule says when it is next, and enqueues one job for each instant, with its key and tag")
    func runs() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            #expect(try await schedule(database) == "2030-01-02 08:00:00 UTC")
            #expect(try await run(database, at: "2030-01-02 07:59:59 UTC") == 0)
            #expect(try await run(database, at: "2030-01-02 08:00 UTC") == 1)
            #expect(try await run(database, at: "2030-01-02 08:00 UTC") == 0)
            #expect(
                try await database.owner.table(
                    "select key, tenant, tags[1], workflow, input = $1::jsonb from lockstep.job",
                    [.text(Database.input)])
                    == [
                        [
                            "schedule:nightly:2030-01-02T08:00:00Z", "default", "schedule:nightly", "payout",
                            "t",
                        ]
                    ])
            #expect(
                try await database.owner.table(
                    """
                    select name, lockstep.in_words(next_at), lockstep.in_words(last_at),
                        last_job = (select id from lockstep.job), last_status, last_error
                    from lockstep.schedules
                    """)
                    == [["nightly", "2030-01-03 08:00:00 UTC", "2030-01-02 08:00:00 UTC", "t", "queued", nil]])
        }
    }

    @Test("However many daemons look at the same moment, it is one job")
    func manyDaemons() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            _ = try await schedule(database)
            try await database.owner.table("select lockstep.set_clock('virtual', '2030-01-02 08:00 UTC')")
            let daemons = (0..<4).map { _ in database.connect() }
            let enqueued = try await withThrowingTaskGroup(of: Int.self) { group in
                for daemon in daemons {
                    group.addTask {
                        try await daemon.script("set role lockstep_daemon")
                        return try await Int(daemon.value("select lockstep.run_schedules()")) ?? 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(enqueued == 1)
            #expect(try await keys(database) == ["schedule:nightly:2030-01-02T08:00:00Z"])
            for daemon in daemons { await daemon.close() }
        }
    }

    @Test("What was missed while nobody looked is one job")
    func outage() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            _ = try await schedule(database)
            #expect(try await run(database, at: "2030-01-09 12:00 UTC") == 1)
            #expect(try await keys(database) == ["schedule:nightly:2030-01-02T08:00:00Z"])
            #expect(
                try await database.owner.value("select lockstep.in_words(next_at) from lockstep.schedules")
                    == "2030-01-10 08:00:00 UTC")
        }
    }

    @Test("While the last job is unfinished a time is left out, unless both may run", arguments: ["skip", "allow"])
    func overlap(policy: String) async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            _ = try await schedule(database, overlap: policy)
            #expect(try await run(database, at: "2030-01-02 08:00 UTC") == 1)
            #expect(try await run(database, at: "2030-01-03 08:00 UTC") == (policy == "skip" ? 0 : 1))
            let skipped = try await database.owner.table(
                "select lockstep.in_words(last_skipped_at), lockstep.in_words(next_at) from lockstep.schedules")
            #expect(
                skipped == [[policy == "skip" ? "2030-01-03 08:00:00 UTC" : nil, "2030-01-04 08:00:00 UTC"]])
            try await database.owner.script(
                """
                update lockstep.job_state set status = 'completed', finished_at = lockstep.now(), due_at = null
                """)
            #expect(try await run(database, at: "2030-01-04 08:00 UTC") == 1)
        }
    }

    @Test("Paused it rests, and resumed it goes on from now; unscheduled it is gone, and its jobs stay")
    func pause() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            _ = try await schedule(database)
            #expect(try await database.owner.value("select lockstep.resume_schedule('nightly')") == "not paused")
            #expect(try await database.owner.value("select lockstep.pause_schedule('nightly')") == "paused")
            #expect(try await database.owner.value("select lockstep.pause_schedule('nightly')") == "already paused")
            #expect(try await run(database, at: "2030-01-05 12:00 UTC") == 0)
            #expect(
                try await database.owner.table("select paused, next_at from lockstep.schedules") == [["t", nil]])
            #expect(try await database.owner.value("select lockstep.resume_schedule('nightly')") == "resumed")
            #expect(try await run(database, at: "2030-01-05 12:00 UTC") == 0)
            #expect(try await run(database, at: "2030-01-06 08:00 UTC") == 1)
            #expect(try await database.owner.value("select lockstep.unschedule('nightly')") == "unscheduled")
            #expect(try await database.owner.value("select lockstep.unschedule('nightly')") == "unknown schedule")
            #expect(try await keys(database) == ["schedule:nightly:2030-01-06T08:00:00Z"])
            let error = try await failure {
                try await database.owner.value("select lockstep.pause_schedule('nightly')")
            }
            #expect(error?.message == #"there is no schedule "nightly""#)
        }
    }

    @Test("Written anew under its name, it is the same schedule with another time and input")
    func replaced() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            _ = try await schedule(database)
            #expect(try await run(database, at: "2030-01-02 08:00 UTC") == 1)
            let other = #"{"to": "wa-2", "amount": "7"}"#
            #expect(
                try await schedule(database, cron: "0 10 * * *", overlap: "allow", input: other)
                    == "2030-01-02 09:00:00 UTC")
            #expect(try await run(database, at: "2030-01-02 09:00 UTC") == 1)
            #expect(try await database.owner.value("select count(*) from lockstep.schedules") == "1")
            #expect(try await keys(database).count == 2)
        }
    }

    @Test(
        "What can't be is refused at once, with the field's name",
        arguments: [
            ("'', 'payout', '{}', '* * * * *'", "the schedule's name must have 1 to 100 characters"),
            ("'a', 'nobody', '{}', '* * * * *'", #"unknown workflow "nobody""#),
            (
                "'a', 'payout', '{\"amount\": 5, \"to\": \"wa-1\"}', '* * * * *'",
                "invalid input for payout: amount must be text, and is a number"
            ),
            (
                "'a', 'payout', '\(Database.input)', '* * * 13 *'",
                #"the schedule's month has "13", which is not a name (jan to dec) or a number from 1 to 12"#
            ),
            (
                "'a', 'payout', '\(Database.input)', '0 0 30 2 *'",
                #"the schedule's cron expression is "0 0 30 2 *", which never comes"#
            ),
            (
                "'a', 'payout', '\(Database.input)', '* * * * *', 'Europe/Atlantis'",
                #"the schedule's time_zone is "Europe/Atlantis", which is no time zone"#
            ),
            (
                "'a', 'payout', '\(Database.input)', '* * * * *', 'CEST-2'",
                #"the schedule's time_zone is "CEST-2", which is no time zone"#
            ),
            (
                "'a', 'payout', '\(Database.input)', '* * * * *', 'UTC', 'queue'",
                #"the schedule's overlap is "queue", and must be skip or allow"#
            ),
        ])
    func refused(call: String, problem: String) async throws {
        try await withDatabase { database in
            let error = try await failure { try await database.owner.value("select lockstep.schedule(\(call))") }
            #expect(error?.message == problem)
            #expect(try await database.owner.value("select count(*) from lockstep.schedules") == "0")
        }
    }

    @Test("What can't be enqueued any more is said in its row, and tried again the next time")
    func error() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            _ = try await schedule(database)
            try await database.owner.script("update lockstep.workflow set workflow = 'gone'")
            #expect(try await run(database, at: "2030-01-02 08:00 UTC") == 0)
            #expect(
                try await database.owner.table("select last_error, lockstep.in_words(next_at) from lockstep.schedules")
                    == [[#"unknown workflow "payout""#, "2030-01-03 08:00:00 UTC"]])
            try await database.owner.script("update lockstep.workflow set workflow = 'payout'")
            #expect(try await run(database, at: "2030-01-03 08:00 UTC") == 1)
            #expect(
                try await database.owner.table("select last_error from lockstep.schedules") == [[nil]])
        }
    }

    @Test("A virtual clock stops at each instant, and whoever moves it enqueues what is due")
    func virtualClock() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            _ = try await schedule(database, cron: "0 9 1 * *", overlap: "allow")
            try await database.owner.script("select lockstep.pause_workflow('payout')")
            try await database.owner.script("call lockstep.advance_clock('100 days')")
            #expect(
                try await keys(database) == [
                    "schedule:nightly:2030-02-01T08:00:00Z", "schedule:nightly:2030-03-01T08:00:00Z",
                    "schedule:nightly:2030-04-01T07:00:00Z",
                ])
            #expect(
                try await database.owner.table(
                    "select distinct enqueued_at = run.at from lockstep.job j "
                        + "cross join lateral (select substr(j.key, 18)::timestamptz) as run (at)") == [["t"]])
        }
    }

    @Test("Operators write schedules, daemons run them, and apps see none")
    func roles() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let ops = try await database.connect(as: "lockstep_ops")
            try await ops.table(
                "select lockstep.schedule('a', 'payout', $1::jsonb, '* * * * *')", [.text(Database.input)])
            let app = try await database.connect(as: "lockstep_app")
            for call in ["select * from lockstep.schedules", "select lockstep.unschedule('a')"] {
                #expect(try await failure { try await app.table(call) }?.sqlstate == "42501")
            }
            await ops.close()
            await app.close()
        }
    }
}
