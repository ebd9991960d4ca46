import Postgres
import SQL
import Testing

/// Which version new jobs get while old and new daemons live side by side, and who may run what was enqueued.
struct VersionTests {
    /// Version 2 of `payout` also takes a note.
    private static let second = """
        {"type": "object", "properties": {"amount": {"type": "string"}, "to": {"type": "string"},
         "note": {"type": "string"}}}
        """

    private func publishSecond(_ database: Database) async throws {
        _ = try await database.owner.query(
            Statement(name: "publish", sql: SQL.publishWorkflow),
            [.text("payout"), .int(2), .text(Self.second), .texts(["paid"]), .text("[]"), .null])
    }

    /// A daemon says that it is alive, and which versions of `payout` it knows.
    private func beat(_ database: Database, _ node: String, _ versions: [Int]) async throws {
        try await database.owner.table(
            "select lockstep.heartbeat($1::uuid, 'host', 'b', array_fill('payout'::text, array[$3::int]), $2::int[])",
            [.text(node), .ints(versions), .int(versions.count)])
        // However busy the machine is that the tests run on.
        try await database.owner.script(
            "update lockstep.node set seen_at = clock_timestamp() + interval '1 h' where id = '\(node)'")
    }

    private func newJobs(_ database: Database) async throws -> String {
        let id = try await database.enqueue()
        return try await database.owner.value("select version from lockstep.job_status where id = '\(id)'")
    }

    private let silence = "update lockstep.node set seen_at = clock_timestamp() - interval '6 s' where id ="

    @Test("A version that was published is not handed out before a daemon that knows it is alive")
    func published() async throws {
        try await withDatabase { database in
            try await beat(database, Node.first, [1])
            try await publishSecond(database)
            #expect(try await newJobs(database) == "1")
            #expect(
                try await database.owner.table(
                    "select version, runs, takes_new_jobs from lockstep.workflows order by version")
                    == [["1", "t", "t"], ["2", "f", "f"]])
        }
    }

    @Test("While old and new daemons live, new jobs get what all of them know; then the newest")
    func rolling() async throws {
        try await withDatabase { database in
            try await publishSecond(database)
            try await beat(database, Node.first, [1])
            try await beat(database, Node.second, [1, 2])
            #expect(try await newJobs(database) == "1")
            try await database.owner.table("select lockstep.forget_node('\(Node.first)')")
            #expect(try await newJobs(database) == "2")
        }
    }

    @Test("A daemon that drains has no say any more")
    func draining() async throws {
        try await withDatabase { database in
            try await publishSecond(database)
            try await beat(database, Node.first, [1])
            try await beat(database, Node.second, [1, 2])
            try await database.owner.script("update lockstep.node set draining = true where id = '\(Node.first)'")
            try await beat(database, Node.second, [1, 2])
            #expect(try await newJobs(database) == "2")
        }
    }

    @Test("A deploy that is taken back leaves new jobs with the old version, also while nobody lives")
    func rolledBack() async throws {
        try await withDatabase { database in
            try await publishSecond(database)
            try await beat(database, Node.first, [1])
            try await beat(database, Node.second, [2])
            // They have nothing in common: the newest that somebody can run.
            #expect(try await newJobs(database) == "2")
            try await database.owner.script("\(silence) '\(Node.second)'")
            try await beat(database, Node.first, [1])
            #expect(try await newJobs(database) == "1")
            try await database.owner.script("\(silence) '\(Node.first)'")
            #expect(try await newJobs(database) == "1")
        }
    }

    @Test(
        "Jobs that never started go to a version that can run them, if their input fits it; others stay, and are loud")
    func adopted() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            try await publishSecond(database)
            try await beat(database, Node.second, [2])
            let plain = try await database.enqueue(key: "plain")
            let noted = try await database.owner.value(
                #"select lockstep.enqueue('payout', '{"amount": "1", "to": "wa-1", "note": "x"}'::jsonb)"#)
            let started = try await database.enqueue(key: "started")
            try await database.owner.script(
                """
                update lockstep.job_state set status = 'waiting', state = 'sent', data = '{}' where id = '\(started)'
                """)
            // While daemons of version 2 live, they are theirs.
            try await beat(database, Node.first, [1])
            #expect(try await database.owner.value("select lockstep.adopt_unstarted()") == "0")
            try await database.owner.table("select lockstep.forget_node('\(Node.second)')")
            let daemon = try await database.connect(as: "lockstep_daemon")
            try await daemon.query(Statement(name: "housekeeping", sql: SQL.housekeeping))
            await daemon.close()
            let versions = "select version from lockstep.job_state where id = $1::uuid"
            #expect(try await database.owner.value(versions, [.text(plain)]) == "1")
            #expect(try await database.owner.value(versions, [.text(noted)]) == "2")
            #expect(try await database.owner.value(versions, [.text(started)]) == "2")
            #expect(
                try await database.owner.table(
                    "select seq, event, actor, detail from lockstep.history where job_id = $1::uuid", [.text(plain)])
                    == [["1", "migrated", "engine", #"{"to_version": 1, "from_version": 2}"#]])
            #expect(try await database.owner.claim().map(\.id) == [plain])
            #expect(
                try await database.owner.table("select state, jobs from lockstep.unclaimable order by 1")
                    == [["sent", "1"], [nil, "1"]])
            #expect(
                try await database.owner.value("select lockstep.why('\(noted)')")
                    == "Enqueued less than a second ago: no living daemon knows payout version 2.")
        }
    }

    @Test("What nobody can run is told cheaply, however many jobs somebody can run")
    func cheap() async throws {
        try await withDatabase { database in
            try await database.owner.script(
                """
                insert into lockstep.job_state (bucket, id, workflow, version, tenant, due_at, entered_at)
                select 0, lockstep.new_id(now(), 0::smallint), 'payout', 1 + n / 100000, 'default', now(), now()
                from generate_series(1, 100001) as n
                """)
            try await database.owner.query(Statement("vacuum analyze lockstep.job_state"))
            try await beat(database, Node.first, [1])
            for sql in ["select * from lockstep.unclaimable", SQL.stranded] {
                let found = try await database.owner.table(sql)
                #expect(found.map { Array($0.prefix(2)) } == [["payout", "2"]])
                let plan = try await database.owner.table("explain (analyze, costs off, buffers, format json) \(sql)")
                let text = plan.compactMap { $0[0] }.joined()
                let pages = try #require(text.firstMatch(of: /"Shared Hit Blocks": (\d+)/)?.1)
                #expect(try #require(Int(pages)) < 100, "\(text)")
            }
        }
    }
}
