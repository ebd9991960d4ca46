import Postgres
import Testing

/// What operators read.
struct ViewTests {
    @Test("A job's status says running while it is owned, and its own status again when the lease has run out")
    func running() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            try await database.enqueue()
            let status = "select status, lockstep.in_words(due) from lockstep.job_status"
            #expect(try await database.owner.table(status) == [["queued", "2030-01-01 12:00:00 UTC"]])
            _ = try await database.owner.claim()
            #expect(try await database.owner.table(status) == [["running", nil]])
            try await database.owner.table("select lockstep.set_clock('virtual', '2030-01-01 12:00:30 UTC')")
            #expect(try await database.owner.table(status) == [["queued", "2030-01-01 12:00:30 UTC"]])
        }
    }

    @Test("Overdue and parked jobs are listed with desk and error; finished ones are not")
    func stuck() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            for key in ["overdue", "parked", "finished", "fine"] { try await database.enqueue(key: key) }
            try await database.owner.script(
                """
                update lockstep.job_state set desk = 'operations', overdue_at = '2030-01-01 13:00 UTC',
                    output = '{"reason": "ask the bank"}';
                update lockstep.job_state s set overdue_at = '2030-01-01 11:00 UTC' from lockstep.job j
                where j.id = s.id and j.key in ('overdue', 'finished');
                update lockstep.job_state s set status = 'parked', last_error = '401', due_at = null from lockstep.job j
                where j.id = s.id and j.key = 'parked';
                update lockstep.job_state s set status = 'failed', finished_at = lockstep.now(), due_at = null
                from lockstep.job j where j.id = s.id and j.key = 'finished'
                """)
            #expect(
                try await database.owner.table(
                    "select key, desk, lockstep.in_words(since), reason from lockstep.overdue")
                    == [["overdue", "operations", "2030-01-01 11:00:00 UTC", "ask the bank"]])
            #expect(
                try await database.owner.table("select key, last_error from lockstep.parked") == [["parked", "401"]])
            #expect(
                try await database.owner.table("select key, outcome, overdue from lockstep.job_status order by key")
                    == [
                        ["fine", nil, "f"], ["finished", "failed", "f"], ["overdue", nil, "t"], ["parked", nil, "f"],
                    ])
        }
    }

    @Test("A job and those that it runs know each other")
    func children() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let parent = try await database.enqueue(key: "parent")
            let child = try await database.enqueue(key: "child")
            let children = "select lockstep.children('\(parent)')"
            #expect(try await database.owner.table(children) == [])
            try await database.owner.script(
                "update lockstep.job set parent_id = '\(parent)', parent_seq = 2 where id = '\(child)'")
            #expect(try await database.owner.table(children) == [[child]])
            #expect(
                try await database.owner.table("select parent from lockstep.job_status where key = 'child'")
                    == [[parent]])
            #expect(try await database.owner.table("select lockstep.children('\(child)')") == [])
        }
    }

    @Test("Jobs that no living daemon can run are loud")
    func unclaimable() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let job = try await database.enqueue()
            try await database.owner.script("update lockstep.clock set virtual_now = virtual_now + interval '1 h'")
            for _ in 1...2 { try await database.enqueue() }
            try await database.owner.script(
                "update lockstep.job_state set state = 'sent', data = '{}' where id = '\(job)'")
            let second = try await database.owner.value("select id from lockstep.job order by id offset 1 limit 1")
            let unclaimable = """
                select workflow, version, state, jobs, lockstep.in_words(oldest), example from lockstep.unclaimable
                order by state nulls first
                """
            let loud = [
                ["payout", "1", nil, "2", "2030-01-01 13:00:00 UTC", second],
                ["payout", "1", "sent", "1", "2030-01-01 12:00:00 UTC", job],
            ]
            #expect(try await database.owner.table(unclaimable) == loud)
            func beat(_ versions: String) async throws {
                try await database.owner.table(
                    "select lockstep.heartbeat('\(Node.first)', 'host-1', 'b', array['payout'], array[\(versions)])")
                // It stays alive however slow the machine is.
                try await database.owner.script(
                    "update lockstep.node set seen_at = clock_timestamp() + interval '1 hour'")
            }
            try await beat("2")
            #expect(try await database.owner.table(unclaimable) == loud)
            try await beat("1")
            #expect(try await database.owner.table(unclaimable) == [])
            #expect(
                try await database.owner.table("select name, alive, idle, knows from lockstep.nodes")
                    == [["host-1", "t", "f", "{\"payout 1\"}"]])
            #expect(try await database.owner.table("select paused, runs from lockstep.workflows") == [["f", "t"]])
            try await database.owner.script("update lockstep.node set seen_at = clock_timestamp() - interval '6 s'")
            #expect(try await database.owner.table(unclaimable) == loud)
            #expect(try await database.owner.table("select alive from lockstep.nodes") == [["f"]])
            try await database.owner.table("select lockstep.forget_node('\(Node.first)')")
            #expect(try await database.owner.table("select name from lockstep.nodes") == [])
        }
    }

    @Test("Daemons that were not seen for a day are forgotten by the next heartbeat of another")
    func forgotten() async throws {
        try await withDatabase { database in
            for node in [Node.first, Node.second] {
                try await database.owner.table(
                    "select lockstep.heartbeat('\(node)', 'host', 'b', array['payout'], array[1])")
                try await database.owner.script(
                    "update lockstep.node set seen_at = seen_at - interval '25 hours' where id = '\(Node.first)'")
            }
            try await database.owner.table(
                "select lockstep.heartbeat('\(Node.second)', 'host', 'b', array['payout'], array[1])")
            #expect(try await database.owner.table("select id from lockstep.node") == [[Node.second]])
            #expect(try await database.owner.table("select node from lockstep.bell") == [[Node.second]])
        }
    }

    @Test("Every call to a provider is in one list: with its event, without one, and in flight")
    func providerCalls() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let job = try await database.enqueue()
            try await database.owner.script(
                """
                insert into lockstep.history_entry (
                    bucket, job_id, seq, at, event, to_state, actor, attempt, detail) values
                    (0, '\(job)', 1, '2030-01-01 12:00 UTC', 'started', 'quoting', 'engine', null, '{}'),
                    (0, '\(job)', 2, '2030-01-01 12:01 UTC', 'quoted', 'creating', 'engine', 1,
                     '{"activity": "readQuote", "key": null, "started_at": "2030-01-01T12:00:59Z"}');
                insert into lockstep.attempt values
                    (0, '\(job)', 2, 1, 'createPayout', 'k-2', '2030-01-01 12:01 UTC', '2030-01-01 12:02 UTC',
                     'unknown', 'time-out');
                update lockstep.job_state set seq = 2, status = 'waiting', state = 'creating', data = '{}', attempt = 2,
                    plan = 'perform createPayout', attempt_status = 'started', attempt_at = '2030-01-01 12:03 UTC'
                """)
            let calls = try await database.owner.table(
                """
                select seq, attempt, activity, key, to_char(started_at at time zone 'UTC', 'MI:SS'),
                    to_char(finished_at at time zone 'UTC', 'MI:SS'), outcome, error
                from lockstep.provider_calls order by started_at
                """)
            #expect(
                calls == [
                    ["1", "1", "readQuote", nil, "00:59", "01:00", "quoted", nil],
                    ["2", "1", "createPayout", "k-2", "01:00", "02:00", "unknown", "time-out"],
                    ["2", "2", "createPayout", nil, "03:00", nil, "in flight", nil],
                ])
        }
    }
}
