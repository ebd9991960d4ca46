import Foundation
import Postgres
import PrivateCluster
import Testing

/// Many jobs from a shell.
@Suite("Commands about many jobs")
struct BulkCommandTests {
    /// A migrated database with the flow `payout`.
    private static func withDatabase(_ body: (PostgresPool, String) async throws -> Void) async throws {
        let url = try await TestDatabase.fresh()
        try Running.once(["migrate", "--database", url])
        let pool = PostgresPool(try PostgresConfiguration(url), connections: 1)
        _ = try await pool.query(
            Statement(
                """
                insert into lockstep.workflow (workflow, version, input_schema, published_at)
                values ('payout', 1, '{"type": "object", "required": ["to"]}', now())
                """))
        try await body(pool, url)
        await pool.close()
    }

    /// The rows as texts, their columns with a space between.
    private static func lines(_ pool: PostgresPool, _ sql: String) async throws -> [String] {
        try await pool.query(Statement(sql)).map { row in
            try row.columns.indices.map { try row[$0, as: String?.self] ?? "null" }.joined(separator: " ")
        }
    }

    @Test("enqueue takes tenant, priority, run-at and tags")
    func flags() async throws {
        try await Self.withDatabase { pool, url in
            let id = try Running.once([
                "enqueue", "payout", #"{"to": "x"}"#, "--key", "k", "--tenant", "acme", "--priority", "3", "--run-at",
                "2040-01-01T00:00:00Z", "--tags", "a,b", "--database", url,
            ])
            let job = try await Self.lines(
                pool, "select id, key, tenant, priority, tags, run_at at time zone 'UTC' from lockstep.jobs")
            #expect(job == [id.trimmingCharacters(in: .newlines) + " k acme 3 {a,b} 2040-01-01 00:00:00"])
        }
    }

    @Test("enqueue --many enqueues all lines of a file, over many batches, or names the one that is wrong and none")
    func file() async throws {
        try await Self.withDatabase { pool, url in
            let path = NSTemporaryDirectory() + "lockstep-\(UUID().uuidString).jsonl"
            defer { try? FileManager.default.removeItem(atPath: path) }
            let good = (1...2_500).map { #"{"key": "k\#($0)", "input": {"to": "é"}}"# }
            func write(_ lines: [String]) throws {
                try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
            }
            try write(good[..<2_345] + [#"{"key": "x", "input": {}}"#] + good[2_345...])
            let refused = try Running.once(["enqueue", "payout", "--many", path, "--database", url], expecting: 1)
            #expect(refused.contains("line 2346: invalid input for payout: to is missing"))
            #expect(try await Self.lines(pool, "select count(*) from lockstep.jobs") == ["0"])
            try write(good)
            let said = try Running.once(
                ["enqueue", "payout", "--many", path, "--tags", "batch", "--database", url])
            #expect(said == "2500 lines are jobs now\n")
            #expect(
                try await Self.lines(pool, "select count(*), count(distinct key), min(tags) from lockstep.jobs")
                    == ["2500 2500 {batch}"])
            let both = try Running.once(["enqueue", "payout", "{}", "--many", path, "--database", url], expecting: 2)
            #expect(both.contains("each line of the file has its own input and key"))
        }
    }

    @Test("retry without --yes counts and changes nothing; with it, jobs are asked once; --json is for scripts")
    func retry() async throws {
        try await Self.withDatabase { pool, url in
            _ = try await pool.query(
                Statement("select lockstep.enqueue_many('payout', array_fill('{\"to\": \"x\"}'::jsonb, array[1200]))"))
            _ = try await pool.query(
                Statement("update lockstep.job_state set status = 'parked', last_error = 'shut', due_at = null"))
            let which = ["retry", "--workflow", "payout", "--error-like", "sh%", "--database", url]
            let dry = try Running.once(which)
            #expect(dry.hasPrefix("retry would ask 1200 jobs, such as:\n"))
            #expect(dry.contains("  payout  parked  ·  shut\n"))
            #expect(dry.hasSuffix("Nothing was changed. With --yes it is done.\n"))
            #expect(try await Self.lines(pool, "select count(*) from lockstep.signals") == ["0"])
            let json = try Running.once(which + ["--dry-run", "--json"])
            #expect(json.contains(#""jobs":1200"#) && json.contains(#""request":"retry""#))
            for count in [1200, 0] {
                let asked = try Running.once(which + ["--yes"])
                #expect(asked.hasSuffix("asked \(count) jobs\n"))
            }
            #expect(
                try await Self.lines(
                    pool, "select name, count(distinct job_id), count(*) from lockstep.signals group by 1")
                    == ["$retry 1200 1200"])
        }
    }

    @Test("A request without jobs, with a job and a filter, or with a filter that makes no sense, says what to type")
    func refused() async throws {
        try await Self.withDatabase { _, url in
            let job = "01900000-0000-7000-8000-000000000001"
            for (arguments, code, text) in [
                (["retry"], 2, "name a job, or say which jobs are meant"),
                (["pause", job, "--workflow", "payout"], 2, "--workflow is for many jobs"),
                (["resume", job, "--yes"], 2, "--yes is for many jobs"),
                (["cancel", "--all", "--dry-run", "--yes"], 2, "--dry-run or --yes, not both"),
                (["retry", "--status", "waiting", "--yes"], 1, "jobs that are waiting can not be asked to retry"),
                (["cancel", "--workflow", "pay", "--yes"], 1, "unknown workflow"),
                (["pause", job], 1, "unknown job"),
            ] as [([String], Int32, String)] {
                let said = try Running.once(arguments + ["--database", url], expecting: code)
                #expect(said.contains(text))
            }
        }
    }

    @Test("A payout as the README has it is let through without a closer look")
    func payoutFits() async throws {
        let lockstep = try await Installation()
        let daemon = try await lockstep.daemon("only")
        let input = Installation.order(amount: "1000000000", accept: "auto", confirm: "ask")
        let rows = try await lockstep.database.query(
            Statement(
                """
                select lockstep.fits($1::jsonb, accepts, members) as fits
                from lockstep.open_workflow where workflow = 'dfns_payout'
                """),
            [.text(input)])
        #expect(try rows.only["fits", as: Bool?.self] == true)
        await lockstep.end(daemon)
    }
}
