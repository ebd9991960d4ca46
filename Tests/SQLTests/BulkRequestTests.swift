import Postgres
import Testing

/// Retry, cancel, pause and resume of many jobs by a filter.
struct BulkRequestTests {
    /// Enqueues jobs and parks them, each with an error.
    private func park(_ count: Int, error: String = "timeout", tag: String = "x", in database: Database) async throws {
        try await database.owner.table(
            """
            select lockstep.enqueue_many('payout', array_fill($1::jsonb, array[$2::int]), tags => array[$3])
            """, [.text(Database.input), .int(count), .text(tag)])
        try await database.owner.table(
            """
            update lockstep.job_state s set status = 'parked', last_error = $1, due_at = null
            from lockstep.job j where j.id = s.id and $2 = any (j.tags)
            """, [.text(error), .text(tag)])
    }

    /// How many jobs a request would ask.
    private func count(_ request: String, _ filter: String, _ runner: some QueryRunner) async throws -> String {
        try await runner.value(
            "select jobs from lockstep.preview_request($1, $2::jsonb)", [.text(request), .text(filter)])
    }

    @Test(
        "A filter lets through the jobs that fit all its members",
        arguments: [
            (#"{"all": true}"#, "5"), (#"{"workflow": "payout"}"#, "5"), (#"{"version": 1}"#, "5"),
            (#"{"version": 2}"#, "0"),
            (#"{"error_like": "%out%"}"#, "3"), (#"{"error_like": "out"}"#, "0"), (#"{"tag": "slow"}"#, "3"),
            (#"{"tag": "other", "error_like": "%out"}"#, "0"), (#"{"status": "parked"}"#, "5"),
            (#"{"tenant": "default"}"#, "5"), (#"{"tenant": "acme"}"#, "0"), (#"{"state": "sent"}"#, "0"),
            (#"{"enqueued_before": "2000-01-01 00:00Z"}"#, "0"), (#"{"enqueued_after": "2000-01-01 00:00Z"}"#, "5"),
            // Neither the pattern nor any other member is ever part of a statement.
            (#"{"error_like": "' or true --"}"#, "0"), (#"{"state": "x' or 'a' = 'a"}"#, "0"),
        ])
    func filters(filter: String, jobs: String) async throws {
        try await withDatabase { database in
            try await park(3, tag: "slow", in: database)
            try await park(2, error: "refused", tag: "other", in: database)
            try await database.enqueue()
            #expect(try await count("retry", filter, database.owner) == jobs)
        }
    }

    @Test(
        "A filter that makes no sense is LK009, and says why",
        arguments: [
            ("{}", "the filter is empty, and would ask all jobs: say {\"all\": true} if that is meant"),
            (#"{"all": false}"#, "the filter is empty, and would ask all jobs: say {\"all\": true} if that is meant"),
            (#"{"state": null}"#, "the filter is empty, and would ask all jobs: say {\"all\": true} if that is meant"),
            ("[]", "the filter is not a JSON object"),
            (#"{"stat": "x"}"#, "the filter has a member that is not known: stat"),
            (#"{"state": 7}"#, "the filter has a number as its state, which must be text"),
            (#"{"state": ["x"]}"#, "the filter has a list as its state, which must be text"),
            (#"{"version": "1"}"#, "the filter has text as its version, which must be a number"),
            (
                #"{"version": 1.5}"#,
                #"the filter has no version that can be read: invalid input syntax for type integer: "1.5""#
            ),
            (#"{"all": "yes"}"#, "the filter has text as its all, which must be true or false"),
            (
                #"{"status": "completed"}"#,
                "the filter has the status completed, which must be one of queued, running, waiting, parked, paused"
            ),
            (#"{"status": "waiting"}"#, "jobs that are waiting can not be asked to retry"),
            (#"{"enqueued_before": "infinity"}"#, "the filter has an infinite instant"),
        ])
    func refused(filter: String, message: String) async throws {
        try await withDatabase { database in
            let error = try await failure { try await count("retry", filter, database.owner) }
            #expect(error?.sqlstate == "LK009")
            #expect(error?.message == message)
        }
    }

    @Test("A workflow that does not exist is LK001; a request that does not is LK009")
    func unknown() async throws {
        try await withDatabase { database in
            let workflow = try await failure { try await count("retry", #"{"workflow": "x"}"#, database.owner) }
            #expect(workflow?.sqlstate == "LK001")
            let request = try await failure { try await count("delete", #"{"all": true}"#, database.owner) }
            #expect(request?.message == #"unknown request "delete""#)
        }
    }

    @Test("A dry run counts, shows some, and changes nothing; a run asks each job once, and so does its repetition")
    func once() async throws {
        try await withDatabase(buckets: 8) { database in
            try await park(7, in: database)
            let filter = #"'{"status": "parked"}'"#
            let dry = try await database.owner.table("call lockstep.retry_jobs(\(filter), dry_run => true)")
            #expect(dry.map { $0[0] } == ["7"])
            #expect(
                try await database.owner.value(
                    """
                    select count(distinct sample ->> 'id') || ' ' || min(sample ->> 'last_error')
                    from lockstep.preview_request('retry', \(filter)), jsonb_array_elements(samples) as sample
                    """) == "5 timeout")
            #expect(try await database.owner.value("select count(*) from lockstep.signals") == "0")
            for asked in ["7", "0"] {
                let run = try await database.owner.table("call lockstep.retry_jobs(\(filter), batch => 3)")
                #expect(run.map { $0[0] } == [asked])
            }
            #expect(
                try await database.owner.table(
                    "select count(*), count(distinct job_id), min(name), max(name), min(actor) from lockstep.signals")
                    == [["7", "7", "$retry", "$retry", "postgres"]])
        }
    }

    @Test("Each request asks those jobs alone of which it can be made; a reason goes with cancel")
    func kinds() async throws {
        try await withDatabase { database in
            try await park(2, in: database)
            try await database.enqueue(key: "queued")
            try await database.enqueue(key: "paused")
            try await database.enqueue(key: "over")
            try await database.owner.script(
                """
                update lockstep.job_state s set status = 'paused', due_at = null
                from lockstep.job j where j.id = s.id and j.key = 'paused';
                update lockstep.job_state s set status = 'completed', due_at = null, finished_at = now()
                from lockstep.job j where j.id = s.id and j.key = 'over'
                """)
            for (request, jobs) in [("retry", "2"), ("pause", "3"), ("resume", "1"), ("cancel", "4")] {
                #expect(try await count(request, #"{"all": true}"#, database.owner) == jobs)
                let reason = request == "cancel" ? ", reason => 'duplicates'" : ""
                let rows = try await database.owner.table(
                    "call lockstep.\(request)_jobs('{\"all\": true}'\(reason))")
                #expect(rows.map { $0[0] } == [jobs])
            }
            #expect(
                try await database.owner.table(
                    "select name, payload, count(*) from lockstep.signals group by 1, 2 order by 1")
                    == [
                        ["$cancel", #"{"reason": "duplicates"}"#, "4"], ["$pause", "{}", "3"], ["$resume", "{}", "1"],
                        ["$retry", "{}", "2"],
                    ])
        }
    }

    @Test("Operators make every request; an app cancels its own tenants' jobs, and nothing else")
    func roles() async throws {
        try await withDatabase { database in
            try await database.owner.script("insert into lockstep.tenant_role values ('lockstep_app', 'acme')")
            try await database.enqueue()
            let (app, ops) = (
                try await database.connect(as: "lockstep_app"), try await database.connect(as: "lockstep_ops")
            )
            try await app.table("select lockstep.enqueue('payout', $1)", [.text(Database.input)])
            for request in ["retry", "pause", "resume"] {
                let function = try await failure { try await count(request, #"{"all": true}"#, app) }
                #expect(function?.message == "role \"lockstep_app\" may not \(request) jobs")
                for call in [
                    "call lockstep.\(request)_jobs('{\"all\": true}')",
                    "call lockstep.request_jobs('\(request)', '{\"all\": true}', null, false, 500, null, null)",
                    "select lockstep.request_batch('\(request)', '{\"all\": true}')",
                    "select lockstep.jobs_to_ask('\(request)', null, null, null)",
                ] {
                    #expect(try await failure { try await app.script(call) }?.sqlstate == "42501", "\(call)")
                }
                _ = try await count(request, #"{"all": true}"#, ops)
            }
            #expect(try await count("cancel", #"{"all": true}"#, app) == "1")
            #expect(try await count("cancel", #"{"all": true}"#, ops) == "2")
            let foreign = try await failure { try await count("cancel", #"{"tenant": "default"}"#, app) }
            #expect(foreign?.sqlstate == "LK006")
            #expect(try await app.table("call lockstep.cancel_jobs('{\"all\": true}')").map { $0[0] } == ["1"])
            #expect(
                try await database.owner.table(
                    "select tenant, g.name, g.actor from lockstep.signals g join lockstep.job j on j.id = g.job_id")
                    == [["acme", "$cancel", "lockstep_app"]])
            await app.close()
            await ops.close()
        }
    }

    @Test("A batch whose transaction stays open makes no daemon wait")
    func blocksNobody() async throws {
        try await withDatabase { database in
            for _ in 0..<3 { try await database.enqueue() }
            let (person, daemon) = (database.connect(), database.connect())
            try await daemon.script("set lock_timeout = '1ms'")
            try await daemon.table("select lockstep.heartbeat('\(Node.first)', 'a', 'b', array['payout'], array[1])")
            try await daemon.table("select lockstep.fall_asleep('\(Node.first)')")
            try await person.withSession { session in
                try await session.script("begin; select lockstep.request_batch('pause', '{\"all\": true}')")
                let claimed = try await daemon.claim()
                #expect(claimed.count == 3)
                for job in claimed { #expect(try await daemon.settle(job) == [job.id]) }
                try await daemon.table("select lockstep.fall_asleep('\(Node.first)')")
                try await session.script("commit")
            }
            #expect(try await daemon.claimSignaled().count == 3)
            await person.close()
            await daemon.close()
        }
    }

    @Test("Ten thousand jobs are asked in batches, each committed by itself, while somebody holds some of them")
    func many() async throws {
        try await withDatabase { database in
            try await park(10_000, in: database)
            let holder = database.connect()
            try await holder.withSession { session in
                try await session.script("begin; select from lockstep.job_state limit 100 for update")
                let asked = try await database.owner.table("call lockstep.retry_jobs('{\"tag\": \"x\"}')")
                #expect(asked.map { $0[0] } == ["10000"])
                // Each batch has a transaction of its own.
                #expect(
                    try await database.owner.value("select count(distinct xmin::text) from lockstep.signal") == "20")
            }
            await holder.close()
        }
    }
}
