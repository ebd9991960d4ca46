import Postgres
import SQL
import Testing

/// What jobs are told.
struct SignalTests {
    @Test("A signal is accepted once for each key; an unknown job is said to be one")
    func answers() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            func send(_ arguments: String) async throws -> String {
                try await database.owner.value("select lockstep.signal(\(arguments))")
            }
            #expect(try await send("'\(job)', 'paid', '{\"id\": 1}', key => 'evt-1'") == "accepted")
            #expect(try await send("'\(job)', 'paid', '{\"id\": 1}', key => 'evt-1'") == "duplicate")
            #expect(try await send("'\(job)', 'paid'") == "accepted")
            #expect(try await send("'\(job)', 'paid'") == "accepted")
            #expect(try await send("gen_random_uuid(), 'paid'") == "unknown job")
            #expect(
                try await database.owner.table("select name, payload, key, actor from lockstep.signals order by id")
                    == [
                        ["paid", #"{"id": 1}"#, "evt-1", "postgres"], ["paid", "{}", nil, "postgres"],
                        ["paid", "{}", nil, "postgres"],
                    ])
        }
    }

    @Test("A signal that the flow does not list is refused with the list; keys that begin with $ are ours")
    func refused() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            let unlisted = try await failure {
                try await database.owner.table("select lockstep.signal('\(job)', 'pay')")
            }
            #expect(unlisted?.sqlstate == "LK009")
            #expect(unlisted?.message == #"payout takes no signal "pay""#)
            #expect(unlisted?.hint == "It takes paid, approve.")
            let reserved = try await failure {
                try await database.owner.table("select lockstep.signal('\(job)', 'paid', key => '$webhook:1')")
            }
            #expect(reserved?.sqlstate == "LK009")
        }
    }

    @Test("Two transactions with one key: the second waits, and is then a duplicate")
    func race() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            let (first, second) = (database.connect(), database.connect())
            let call = "select lockstep.signal('\(job)', 'paid', key => 'k')"
            try await first.withSession { session in
                try await session.script("begin")
                #expect(try await session.value(call) == "accepted")
                async let other = second.value(call)
                try await database.owner.awaitBlocked()
                try await session.script("commit")
                #expect(try await other == "duplicate")
            }
            await first.close()
            await second.close()
        }
    }

    @Test("An app's open transaction, after enqueue, signal and cancel, makes no daemon wait")
    func appBlocksNobody() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            let (app, daemon) = (database.connect(), database.connect())
            try await daemon.script("set lock_timeout = '1ms'")
            try await daemon.table("select lockstep.heartbeat('\(Node.first)', 'a', 'b', array['payout'], array[1])")
            try await daemon.table("select lockstep.fall_asleep('\(Node.first)')")
            try await app.withSession { session in
                try await session.script(
                    """
                    begin;
                    select lockstep.enqueue('payout', '\(Database.input)');
                    select lockstep.signal('\(job)', 'paid');
                    select lockstep.cancel('\(job)')
                    """)
                let claimed = try #require(try await daemon.claim().first)
                #expect(try await daemon.settle(claimed) == [job])
                try await daemon.table(
                    "select lockstep.heartbeat('\(Node.first)', 'a', 'b', array['payout'], array[1])")
                try await daemon.table("select lockstep.fall_asleep('\(Node.first)')")
                try await session.script("commit")
            }
            #expect(try await daemon.claimSignaled().map(\.id) == [job])
            await app.close()
            await daemon.close()
        }
    }

    @Test("Many enqueues ring a sleeping daemon once, and nobody when none sleeps")
    func bell() async throws {
        try await withDatabase { database in
            func versions() async throws -> String {
                try await database.owner.value("select idle || ' ' || xmin from lockstep.bell")
            }
            try await database.owner.table(
                "select lockstep.heartbeat('\(Node.first)', 'a', 'b', array['payout'], array[1])")
            let awake = try await versions()
            try await database.enqueue()
            #expect(try await versions() == awake)
            try await database.owner.table("select lockstep.fall_asleep('\(Node.first)')")
            #expect(try await versions().hasPrefix("true"))
            try await database.enqueue()
            let rung = try await versions()
            #expect(rung.hasPrefix("false"))
            try await database.enqueue()
            #expect(try await versions() == rung)
        }
    }

    @Test("Operators ask of jobs only what can be asked in their status")
    func requests() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            func ask(_ call: String) async throws -> String {
                let error = try await failure { try await database.owner.value("select lockstep.\(call)") }
                if let error { return "\(error.sqlstate ?? ""): \(error.message)" }
                return try await database.owner.value(
                    """
                    select name || ' ' || payload::text from lockstep.signals
                    where handled_at is null order by id desc limit 1
                    """
                )
            }
            let unknown = "00000000-0000-7000-8000-000000000000"
            #expect(try await ask("cancel('\(unknown)')") == "LK005: unknown job \(unknown)")
            #expect(try await ask("cancel('\(job)', reason => 'typo')") == #"$cancel {"reason": "typo"}"#)
            #expect(try await database.owner.value("select lockstep.cancel('\(job)')") == "duplicate")
            #expect(try await ask("retry('\(job)')") == "LK009: job \(job) is queued, and can not be retried")
            #expect(try await ask("pause('\(job)')") == "$pause {}")
            #expect(try await ask("resume('\(job)')") == "$resume {}")
            try await database.owner.script(
                "update lockstep.job_state set status = 'parked', last_error = 'x', due_at = null")
            #expect(try await ask("retry('\(job)')") == "$retry {}")
            try await database.owner.script("update lockstep.job_state set status = 'failed', finished_at = now()")
            #expect(try await ask("pause('\(job)')") == "LK009: job \(job) is failed, and can not be paused")
        }
    }

    @Test("A paused workflow or tenant is not claimed, and is again when it resumes")
    func pauses() async throws {
        try await withDatabase { database in
            let job = try await database.enqueue()
            try await database.owner.table("select lockstep.signal('\(job)', 'paid')")
            for (kind, name) in [("workflow", "payout"), ("tenant", "default")] {
                #expect(
                    try await database.owner.value("select lockstep.pause_\(kind)('\(name)', 'outage')") == "paused")
                #expect(try await database.owner.value("select lockstep.pause_\(kind)('\(name)')") == "already paused")
                #expect(try await database.owner.claim() == [])
                #expect(try await database.owner.claimSignaled() == [])
                #expect(try await database.owner.value("select lockstep.resume_\(kind)('\(name)')") == "resumed")
                #expect(try await database.owner.value("select lockstep.resume_\(kind)('\(name)')") == "not paused")
            }
            #expect(try await database.owner.claim().map(\.id) == [job])
            let error = try await failure { try await database.owner.value("select lockstep.pause_workflow('nope')") }
            #expect(error?.sqlstate == "LK001")
        }
    }
}
