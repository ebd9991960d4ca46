import Postgres
import SQL
import Testing

/// The hot statements against each other: promise 5, one owner.
struct ClaimTests {
    @Test("Higher priority goes first, then what is longer due; the limit holds")
    func order() async throws {
        try await withDatabase { database in
            try await database.owner.script(
                """
                select lockstep.enqueue('payout', '\(Database.input)', key => 'p' || p || n, priority => p)
                from generate_series(1, 4) p, generate_series(1, 2) n order by p desc, n
                """)
            try await database.owner.script(
                "update lockstep.job_state s set due_at = now() - interval '1 s' * right(j.key, 1)::int "
                    + "from lockstep.job j where j.id = s.id")
            func claimed(_ limit: Int) async throws -> [String?] {
                try await keys(of: try await database.owner.claim(limit: limit).map(\.id), database.owner)
            }
            #expect(try await claimed(3) == ["p12", "p11", "p22"])
            #expect(try await claimed(10) == ["p21", "p32", "p31", "p42", "p41"])
            #expect(try await claimed(10) == [])
        }
    }

    @Test("What lies at or before its priority's mark is not looked at")
    func marks() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let job = try await database.enqueue()
            let at = "2030-01-01 12:00 UTC"
            #expect(try await database.owner.claim(marks: "{-infinity,\(at),-infinity,-infinity}") == [])
            #expect(try await database.owner.claim(marks: "{\(at),-infinity,\(at),\(at)}").map(\.id) == [job])
        }
    }

    @Test("Two daemons that claim at once share the jobs, and wait for nobody")
    func share() async throws {
        try await withDatabase { database in
            for _ in 1...4 { try await database.enqueue() }
            let (first, second) = (database.connect(), database.connect())
            try await second.script("set lock_timeout = '1ms'")
            try await first.withSession { session in
                try await session.script(
                    """
                    begin;
                    select id from lockstep.job_state order by due_at limit 2 for update
                    """)
                #expect(try await second.claim(by: Node.second).count == 2)
                try await session.script("commit")
            }
            #expect(try await first.claim().count == 2)
            await first.close()
            await second.close()
        }
    }

    @Test("A lease that ran out is taken over; the next owner learns whose it was, and the last one commits nothing")
    func takeOver() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let job = try await database.enqueue()
            let stale = try #require(try await database.owner.claim().first)
            #expect(try await database.owner.claim(by: Node.second) == [])
            try await database.owner.script("update lockstep.clock set virtual_now = virtual_now + interval '31 s'")
            let next = try #require(try await database.owner.claim(by: Node.second).first)
            #expect(next == Claimed(id: job, lease: 2, seq: 0, commits: 0, previousOwner: Node.first, signals: "[]"))

            let now = try await database.owner.value("select lockstep.now()")
            let child = "01b8dd58-e200-7000-a50e-7f3e0fbe9447"
            try await database.owner.script(
                """
                insert into lockstep.signal (bucket, job_id, name, actor, sent_at)
                values (0, '\(job)', 'paid', 'x', now())
                """
            )
            let everything: [Int: Parameter] = [
                35: .texts([job]), 36: .ints([1]), 37: .texts(["taken"]),
                38: .texts([job]), 39: .texts(["dfns"]), 40: .texts(["po-1"]),
                41: .texts([job]), 42: .texts([job]), 43: .texts(["$child"]), 44: .texts(["{}"]), 45: .texts(["$k"]),
                46: .texts([job]), 47: .texts([child]), 48: .texts(["payout"]), 49: .ints([1]), 50: .texts(["default"]),
                51: .texts(["{}"]), 52: .ints([1]),
                53: .texts([job]), 54: .ints([0]), 55: .ints([1]), 56: .texts(["confirm"]), 57: .texts(["k"]),
                58: .texts([now]), 59: .texts([now]), 60: .texts(["unknown"]), 61: .texts(["time-out"]),
            ]
            let counts = """
                select (select count(*) from lockstep.history_entry), (select count(*) from lockstep.reference),
                    (select count(*) from lockstep.signal where handled_at is null),
                    (select count(*) from lockstep.job),
                    (select count(*) from lockstep.attempt), (select seq from lockstep.job_state where id = '\(job)')
                """
            #expect(try await database.owner.settle(stale, everything) == [])
            #expect(try await database.owner.table(counts) == [["0", "0", "1", "1", "0", "0"]])
            // The true owner writes all of it.
            #expect(try await database.owner.settle(next, by: Node.second, everything) == [job])
            #expect(try await database.owner.table(counts) == [["1", "1", "1", "2", "1", "1"]])
            #expect(
                try await database.owner.table(
                    "select name, actor, answer from lockstep.signals order by id")
                    == [["paid", "x", "taken"], ["$child", "job:\(job)", nil]])
            #expect(
                try await database.owner.table(
                    "select id, parent, enqueued_by, status from lockstep.job_status where parent is not null")
                    == [[child, job, "job:\(job)", "queued"]])
        }
    }

    @Test("A lease is renewed while it is one's own, and not after another took it")
    func renew() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let job = try await database.enqueue()
            _ = try await database.owner.claim()
            func renew(_ lease: Int, _ node: String, _ span: String) async throws -> [[String?]] {
                try await database.owner.query(
                    Statement(name: "renew", sql: SQL.renew),
                    [.int(0), .texts([job]), .ints([lease]), .text(node), .text(span)]
                ).map { [try $0["id"]] }
            }
            #expect(try await renew(1, Node.first, "60 s") == [[job]])
            #expect(try await renew(0, Node.first, "60 s") == [])
            #expect(try await renew(1, Node.second, "60 s") == [])
            #expect(try await renew(1, Node.first, "1 day") == [[job]])
            // Five minutes at most.
            #expect(
                try await database.owner.value("select lockstep.in_words(due_at) from lockstep.job_state")
                    == "2030-01-01 12:05:00 UTC")
        }
    }

    @Test("What is given back is due at once, and has no previous owner")
    func release() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            _ = try await database.owner.claim()
            let released = try await database.owner.query(
                Statement(name: "release", sql: SQL.release),
                [.int(0), .texts([job]), .ints([1]), .text(Node.first)])
            #expect(released.count == 1)
            #expect(
                try await database.owner.claim(by: Node.second)
                    == [Claimed(id: job, lease: 2, seq: 0, commits: 0, previousOwner: nil, signals: "[]")])
        }
    }

    @Test("A job that was handled between a claim's snapshot and its lock is left alone: no signal comes twice")
    func changedMeanwhile() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            let (first, second) = (database.connect(), database.connect())
            let settled = try #require(try await first.claim().first)
            #expect(try await first.settle(settled) == [job])
            try await first.table("select lockstep.signal('\(job)', 'paid')")
            // From here on, the second daemon waits where a claim asks what is paused: after its snapshot was taken,
            // and before it locks a row.
            try await database.owner.script(
                """
                create function gate() returns boolean language plpgsql as $$
                begin
                    if current_setting('application_name') = 'slow' then
                        perform pg_advisory_xact_lock(42);
                    end if;
                    return true;
                end $$;
                insert into lockstep.pause values ('workflow', 'other', now(), 'x'), ('tenant', 'other', now(), 'x');
                alter table lockstep.pause rename to pause_rows;
                create view lockstep.pause as select * from lockstep.pause_rows where public.gate()
                """)
            try await second.script("set application_name = 'slow'")
            try await database.owner.withSession { session in
                try await session.script("select pg_advisory_lock(42)")
                async let late = second.claimSignaled(by: Node.second)
                try await first.awaitBlocked()
                let told = try #require(try await first.claimSignaled().first)
                let answered: [Int: Parameter] = [35: .texts([job]), 36: .ints([1]), 37: .texts(["taken"])]
                #expect(try await first.settle(told, answered) == [job])
                try await session.script("select pg_advisory_unlock(42)")
                #expect(try await late == [])
            }
            #expect(try await second.claimSignaled(by: Node.second) == [])
            await first.close()
            await second.close()
        }
    }

    @Test("A job that is owned is not claimed for a signal; it is when its owner lets go")
    func signalWhileOwned() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            let claimed = try #require(try await database.owner.claim().first)
            try await database.owner.table("select lockstep.signal('\(job)', 'paid')")
            #expect(try await database.owner.claimSignaled(by: Node.second) == [])
            #expect(try await database.owner.settle(claimed) == [job])
            let told = try #require(try await database.owner.claimSignaled(by: Node.second).first)
            #expect(told.id == job)
            #expect(told.signals.contains(#""name": "paid""#))
        }
    }

    @Test("Keeping the lease touches no index")
    func heapOnly() async throws {
        try await withDatabase { database in
            try await database.enqueue()
            try await database.owner.withSession { session in
                try await session.script("begin")
                var job = try #require(try await session.claim().first)
                for _ in 1...5 {
                    #expect(try await session.settle(job, keeps: true) == [job.id])
                    job.seq += 1
                    job.commits += 1
                }
                #expect(
                    try await session.table(
                        "select n_tup_upd, n_tup_hot_upd from pg_stat_xact_user_tables where relname = 'job_state'")
                        == [["6", "5"]])
                try await session.script("commit")
            }
        }
    }
}
