import Postgres
import SQL
import Testing

/// The hot statements go by their indexes, however many jobs wait, and also with a plan that was made for empty tables.
struct PlanTests {
    private static let hundredThousand = """
        insert into lockstep.job (bucket, id, tenant, workflow, version, input, enqueued_at, enqueued_by)
        select 0, lockstep.new_id(now(), 0::smallint), 'default', 'payout', 1, '{}', now(), 'x'
        from generate_series(1, 100000);
        insert into lockstep.job_state (bucket, id, workflow, version, tenant, due_at, entered_at)
        select bucket, id, workflow, version, tenant, now() + random() * interval '1 day', now() from lockstep.job;
        insert into lockstep.signal (bucket, job_id, name, actor, sent_at, handled_at)
        select bucket, id, 'paid', 'x', now(), case when row_number() over () > 100 then now() end
        from lockstep.job limit 20000
        """

    private func fill(_ database: Database) async throws {
        try await database.owner.script(Self.hundredThousand)
        try await database.owner.query(Statement("vacuum analyze lockstep.job, lockstep.job_state, lockstep.signal"))
    }

    /// The nodes of a generic plan that read tables of jobs.
    private func scans(_ session: PostgresSession, _ sql: String, parameters: Int) async throws -> [String] {
        try await session.script("set plan_cache_mode = force_generic_plan; prepare hot as \(sql)")
        let nulls = Array(repeating: "null", count: parameters).joined(separator: ", ")
        let plan = try await session.table("explain (costs off) execute hot(\(nulls))").compactMap { $0[0] }
        try await session.script("deallocate hot")
        return plan.compactMap { line in
            line.firstMatch(of: /(?:Seq|Index|Index Only|Tid|Bitmap Heap) Scan .*?on (?:job|job_state|signal)\b/)
                .map { String($0.0).replacing("Index Only", with: "Index") }
        }
    }

    @Test("Claims, commits and renewals look rows up by their keys", arguments: [false, true])
    func lookups(isBig: Bool) async throws {
        try await withDatabase { database in
            if isBig { try await fill(database) }
            try await database.owner.withSession { session in
                for (sql, count) in [
                    (SQL.claim, 7), (SQL.claimSignaled, 6), (SQL.commit, 66), (SQL.renew, 5), (SQL.release, 4),
                    (SQL.nextDue, 3),
                ] {
                    let scans = try await scans(session, sql, parameters: count)
                    #expect(!scans.isEmpty)
                    #expect(
                        scans.allSatisfy {
                            $0.hasPrefix("Index Scan using") || $0.hasPrefix("Tid Scan on job_state")
                        }, "\(scans)")
                }
            }
        }
    }

    @Test("The order of the claim comes from the index, without sorting what waits")
    func claimOrder() async throws {
        try await withDatabase { database in
            try await fill(database)
            try await database.owner.withSession { session in
                let scans = try await scans(session, SQL.claim, parameters: 7)
                #expect(scans.first == "Index Scan using job_state_due on job_state")
            }
        }
    }

    @Test("Webhooks are matched by looking their names up, not by comparing all with all", arguments: [false, true])
    func webhooks(isAnalysed: Bool) async throws {
        try await withDatabase { database in
            try await database.owner.script(
                """
                insert into lockstep.job_state (bucket, id, workflow, version, tenant, due_at, entered_at)
                select 0, lockstep.new_id(now(), 0::smallint), 'payout', 1, 'default', now(), now()
                from generate_series(1, 2000);
                insert into lockstep.reference (bucket, provider, value, job_id)
                select bucket, 'dfns', 'name-' || row_number() over (), id from lockstep.job_state;
                insert into lockstep.webhook (
                    bucket, provider, account, kind, dedupe_key, refs, headers, body, received_at)
                select 0, 'dfns', 'main', 'paid', 'hook-' || n, array['name-' || n, 'other-' || n], '{}', '', now()
                from generate_series(1001, 3000) as n
                """)
            if isAnalysed {
                try await database.owner.script("analyze lockstep.webhook, lockstep.reference, lockstep.job_state")
            }
            let all = "explain (analyze, timing off) select m.job_id from lockstep.matching_webhooks m"
            let plan = try await database.owner.query(Statement(all)).map { try $0[0, as: String.self] }
            #expect(plan.contains { $0.contains("r.provider = w.provider") || $0.contains("(provider = w.provider)") })
            #expect(!plan.contains { $0.contains("Join Filter") }, "\(plan.joined(separator: "\n"))")
            let named = Statement("select lockstep.match_webhooks(array['name-1001', 'name-2001']) as settled")
            #expect(try await database.owner.query(named).only["settled"] == 1)
            let rest = Statement("select lockstep.match_webhooks() as settled")
            #expect(try await database.owner.query(rest).only["settled"] == 999)
        }
    }

    @Test("Quiet and the next due instant are told from a few pages, with a hundred thousand jobs waiting")
    func clock() async throws {
        try await withDatabase { database in
            try await fill(database)
            for statement in [
                "update lockstep.signal set handled_at = now()", "vacuum analyze lockstep.signal",
                "update lockstep.job_state set due_at = due_at + interval '1 hour'",
                "vacuum analyze lockstep.job_state",
                "select lockstep.heartbeat('\(Node.first)', 'a', 'b', array['payout'], array[1])",
            ] {
                try await database.owner.query(Statement(statement))
            }
            try await database.owner.withSession { session in
                for call in ["lockstep.next_due()", "lockstep.unquiet()"] {
                    try await session.script("select \(call)")
                    let plan = try await session.table(
                        "explain (analyze, costs off, buffers, format json) select \(call)")
                    let text = plan.compactMap { $0[0] }.joined()
                    let pages = try #require(text.firstMatch(of: /"Shared Hit Blocks": (\d+)/)?.1)
                    #expect(try #require(Int(pages)) < 200, "\(call)")
                }
            }
        }
    }
}
