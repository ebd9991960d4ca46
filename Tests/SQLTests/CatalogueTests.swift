import Postgres
import SQL
import Testing

/// Rules that hold for the whole schema.
struct CatalogueTests {
    @Test("Everything has a comment")
    func comments() async throws {
        try await withDatabase { database in
            let silent = try await database.owner.table(
                """
                select c.oid::regclass::text from pg_class c
                where c.relnamespace = 'lockstep'::regnamespace and c.relkind in ('r', 'p', 'v')
                    and obj_description(c.oid, 'pg_class') is null
                union all
                select c.oid::regclass || '.' || a.attname from pg_class c
                join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                where c.relnamespace = 'lockstep'::regnamespace and c.relkind in ('r', 'p', 'v')
                    and not c.relispartition and col_description(c.oid, a.attnum) is null
                union all
                select p.oid::regprocedure::text from pg_proc p
                where p.pronamespace = 'lockstep'::regnamespace and obj_description(p.oid, 'pg_proc') is null
                """)
            #expect(silent == [])
        }
    }

    @Test("PUBLIC may do nothing")
    func nothingPublic() async throws {
        try await withDatabase { database in
            let open = try await database.owner.table(
                """
                select p.oid::regprocedure::text from pg_proc p
                where p.pronamespace = 'lockstep'::regnamespace
                    and exists (
                        select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)
                union all
                select c.oid::regclass::text from pg_class c
                where c.relnamespace = 'lockstep'::regnamespace
                    and exists (select from aclexplode(c.relacl) a where a.grantee = 0)
                """)
            #expect(open == [])
        }
    }

    @Test("Functions that act as the owner have a fixed search_path that ends with pg_temp")
    func searchPath() async throws {
        try await withDatabase { database in
            let loose = try await database.owner.table(
                """
                select p.oid::regprocedure::text from pg_proc p
                where p.pronamespace = 'lockstep'::regnamespace and p.prosecdef
                    and not 'search_path=pg_catalog, lockstep, pg_temp' = any (coalesce(p.proconfig, '{}'))
                """)
            #expect(loose == [])
        }
    }

    @Test("Tables of jobs have their bucket in every key, no trigger and no foreign key")
    func buckets() async throws {
        try await withDatabase { database in
            let tables = try await database.owner.table(
                """
                select c.relname from pg_class c
                join pg_attribute a on a.attrelid = c.oid and a.attname = 'bucket'
                where c.relnamespace = 'lockstep'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
                order by 1
                """)
            #expect(
                tables.map { $0[0] } == [
                    "attempt", "history_entry", "job", "job_state", "reference", "signal", "webhook",
                ])
            let wrong = try await database.owner.table(
                """
                select i.indexrelid::regclass::text from pg_index i
                join pg_class c on c.oid = i.indrelid
                join pg_attribute b on b.attrelid = c.oid and b.attname = 'bucket'
                where c.relnamespace = 'lockstep'::regnamespace and i.indisunique and not b.attnum = any (i.indkey)
                union all
                select t.tgname::text from pg_trigger t
                join pg_class c on c.oid = t.tgrelid
                where c.relnamespace = 'lockstep'::regnamespace and c.relkind in ('r', 'p')
                union all
                select conname::text from pg_constraint
                where connamespace = 'lockstep'::regnamespace and contype = 'f'
                """)
            #expect(wrong == [])
        }
    }

    @Test(
        "Each hot statement names exactly one bucket: its first parameter",
        arguments: [
            ("claim", SQL.claim), ("claim_turns", SQL.claimTurns),
            ("claim_signaled", SQL.claimSignaled), ("commit", SQL.commit), ("renew", SQL.renew),
            ("release", SQL.release), ("release_held", SQL.releaseHeld),
            ("find_commit", SQL.findCommit), ("next_due", SQL.nextDue),
        ])
    func oneBucket(name: String, text: String) {
        let code = text.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: " ")
        let tables = ["job", "job_state", "signal", "history_entry", "attempt", "reference"]
        // Each mention of a table of jobs that is read or updated has its own condition; inserts give the bucket.
        let mentions = tables.reduce(0) { $0 + code.matches(of: mention(of: $1)).count }
        let inserts = code.ranges(of: "insert into lockstep.").count
        let conditions = code.matches(of: /\w+\.bucket = \$1::smallint/).count
        #expect(conditions == mentions - inserts)
        #expect(code.matches(of: /select \$1::smallint,/).count == inserts)
        #expect(code.ranges(of: "$1::").count == conditions + inserts)
    }

    private func mention(of table: String) -> Regex<Substring> {
        (try? Regex("lockstep\\.\(table)\\b(?!\\()")) ?? /never/
    }

    @Test("The list of migrations is the folder's, in order, and each says what it locks")
    func listed() {
        #expect(SQL.migrations.map(\.name) == SQL.migrations.map(\.name).sorted())
        for migration in SQL.migrations { #expect(migration.text.hasPrefix("-- Locks: ")) }
    }
}
