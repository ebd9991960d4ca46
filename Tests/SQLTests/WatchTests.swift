import Postgres
import Testing

/// Ends that are looked at for a while: over for everybody, and yet due.
struct WatchTests {
    /// A job that has ended at noon, and is looked at for a week.
    private func watched(
        _ database: Database, _ change: String = "due_at = '2030-01-02 12:00 UTC'"
    ) async throws
        -> String
    {
        try await database.useVirtualClock()
        let job = try await database.enqueue(key: "payout-1")
        try await database.owner.script(
            """
            update lockstep.job_state set status = 'completed', state = 'completed', data = '{}', seq = 2,
                entered_seq = 2, plan = 'watch readPayout', finished_at = lockstep.now(),
                deadline_at = '2030-01-08 12:00 UTC', \(change)
            """)
        return job
    }

    @Test("Nobody counts it as open: it is neither overdue nor parked, running, unclaimable or live")
    func notOpen() async throws {
        try await withDatabase { database in
            _ = try await watched(database)
            let owner = database.owner
            #expect(
                try await owner.table("select status, outcome, overdue, due is not null from lockstep.job_status")
                    == [["completed", "completed", "f", "t"]])
            for view in ["overdue", "parked", "unclaimable", "live_versions"] {
                #expect(try await owner.value("select count(*) from lockstep.\(view)") == "0", "\(view)")
            }
            try await owner.script(
                "update lockstep.job_state set leased_by = '\(Node.first)', due_at = lockstep.now() + interval '1 min'")
            #expect(try await owner.value("select status from lockstep.job_status") == "completed")
        }
    }

    @Test("It is listed among what is watched, with the next look and the last, until nobody looks any more")
    func listed() async throws {
        try await withDatabase { database in
            let job = try await watched(database)
            #expect(
                try await database.owner.table(
                    """
                    select id, workflow, outcome, lockstep.in_words(due), lockstep.in_words(until) from lockstep.watched
                    """)
                    == [[job, "payout", "completed", "2030-01-02 12:00:00 UTC", "2030-01-08 12:00:00 UTC"]])
            try await database.owner.script("update lockstep.job_state set due_at = null")
            #expect(try await database.owner.value("select count(*) from lockstep.watched") == "0")
        }
    }

    @Test("Only what is watched may be due after its end")
    func constraint() async throws {
        try await withDatabase { database in
            _ = try await watched(database)
            let error = try await failure {
                try await database.owner.script("update lockstep.job_state set plan = 'end'")
            }
            #expect(error?.message.contains("job_state_is_sound") == true)
            try await database.owner.script("update lockstep.job_state set plan = 'end', due_at = null")
        }
    }

    @Test("A webhook about it comes in time, and one about an end that nobody watches is late")
    func webhook() async throws {
        try await withDatabase { database in
            let job = try await watched(database)
            try await database.owner.script("insert into lockstep.reference values (0, 'pontis', 'tx-1', '\(job)')")
            func hook(_ key: String) async throws -> [[String?]] {
                try await database.owner.table(
                    "select lockstep.receive_webhook('pontis', 'main', 'reversed', $1, array['tx-1'], '{}', '')",
                    [.text(key)])
                try await database.owner.table("select lockstep.match_webhooks()")
                return try await database.owner.table(
                    "select w.status, w.job_id from lockstep.webhooks w where w.dedupe_key = $1", [.text(key)])
            }
            #expect(try await hook("evt-1") == [["matched", job]])
            #expect(try await database.owner.claimSignaled().map(\.id) == [job])
            try await database.owner.script(
                "update lockstep.job_state set plan = 'end', due_at = null, leased_by = null")
            #expect(try await hook("evt-2") == [["late", job]])
        }
    }

    @Test("An operator's retry makes it be looked at; any other end can't be retried")
    func retry() async throws {
        try await withDatabase { database in
            let job = try await watched(database, "due_at = null")
            #expect(try await database.owner.value("select lockstep.retry('\(job)')") == "accepted")
            #expect(try await database.owner.value("select lockstep.retry('\(job)')") == "duplicate")
            try await database.owner.script("update lockstep.job_state set plan = 'end'")
            let error = try await failure { try await database.owner.value("select lockstep.retry('\(job)')") }
            #expect(error?.message == "job \(job) is completed, and can not be retried")
        }
    }
}
