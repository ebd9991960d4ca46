import Postgres
import PostgresStore
import PrivateCluster
import SQL
import Time

/// A migrated database of a test's own, with one flow, `payout`, and whoever talks to it.
struct Database: Sendable {
    let configuration: PostgresConfiguration
    /// The owner, for whatever the test arranges.
    let owner: PostgresConnection

    /// Another connection.
    func connect() -> PostgresConnection { PostgresConnection(configuration) }

    /// Another connection that has taken a role.
    func connect(as role: String) async throws -> PostgresConnection {
        let connection = connect()
        try await connection.script("set role \(role)")
        return connection
    }
}

/// Runs `body` on a database of its own.
func withDatabase(buckets: Int = 1, _ body: (Database) async throws -> Void) async throws {
    let template = buckets == 1 ? Database.oneBucket : Database.eightBuckets
    let configuration = try PostgresConfiguration(await TestDatabase.fresh(template))
    let database = Database(configuration: configuration, owner: PostgresConnection(configuration))
    do {
        try await body(database)
    } catch {
        await database.owner.close()
        throw error
    }
    await database.owner.close()
}

extension Database {
    static let oneBucket = template("sql_1", buckets: 1)
    static let eightBuckets = template("sql_8", buckets: 8)

    private static func template(_ name: String, buckets: Int) -> TestDatabase.Template {
        TestDatabase.Template(name: name) { connectionString in
            let owner = PostgresConnection(try PostgresConfiguration(connectionString))
            try await Migrator(owner).migrate(buckets: buckets)
            _ = try await owner.query(
                Statement(name: "publish", sql: SQL.publishWorkflow),
                [.text("payout"), .int(1), .text(payoutSchema), .texts(["paid", "approve"]), .text("[]"), .null])
            await owner.close()
        }
    }

    /// What `payout` is asked.
    static let payoutSchema = """
        {"type": "object", "additionalProperties": false, "required": ["amount", "to"], "properties": {
          "amount": {"type": "string", "pattern": "[0-9]+(\\\\.[0-9]{1,6})?"},
          "to": {"type": "string", "minLength": 2, "maxLength": 8},
          "accept": {"type": "string", "enum": ["auto", "ask"]}}}
        """

    /// An input that `payout` takes.
    static let input = #"{"amount": "100.00", "to": "wa-1"}"#

    /// Sets the virtual clock going from 2030-01-01 12:00 UTC.
    func useVirtualClock() async throws {
        try await owner.table("select lockstep.set_clock('virtual', '2030-01-01 12:00 UTC')")
    }

    /// Enqueues a job for `payout`.
    @discardableResult
    func enqueue(key: String? = nil) async throws -> String {
        try await owner.value(
            "select lockstep.enqueue('payout', $1::jsonb, key => $2)", [.text(Self.input), .text(key)])
    }
}

extension QueryRunner {
    /// The rows as texts.
    @discardableResult
    func table(_ sql: String, _ parameters: [Parameter] = []) async throws -> [[String?]] {
        try await query(Statement(sql), parameters).map { row in
            try row.columns.indices.map { try row[$0] }
        }
    }

    /// The one value of the one row, as text.
    func value(_ sql: String, _ parameters: [Parameter] = []) async throws -> String {
        try await query(Statement(sql), parameters).only[0]
    }

    /// Waits until somebody waits for a lock that another holds.
    func awaitBlocked() async throws {
        while try await value(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
            == "0"
        {}
    }
}

/// The keys of jobs, in the order of the ids.
func keys(of ids: [String?], _ runner: some QueryRunner) async throws -> [String?] {
    try await runner.table(
        """
        select j.key from unnest($1::uuid[]) with ordinality as given (id, position)
        join lockstep.job j using (id) order by given.position
        """, [.texts(ids)]
    ).map { $0[0] }
}

/// The error that `body` throws; nil where it throws none.
func failure<Answer>(of body: () async throws -> Answer) async throws -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch let error as PostgresError {
        return error
    }
}

/// A daemon's id.
enum Node {
    static let first = "00000000-0000-4000-8000-00000000000a"
    static let second = "00000000-0000-4000-8000-00000000000b"
}

/// The hot statements, as a daemon calls them.
extension QueryRunner {
    /// Claims due jobs of `payout` from bucket 0; the rows' `id`, `lease` and `signals`.
    func claim(
        by node: String = Node.first, limit: Int = 10, marks: String = "{-infinity,-infinity,-infinity,-infinity}",
        lease: String = "30 s"
    ) async throws -> [Claimed] {
        try Claimed.all(
            await query(
                Statement(name: "claim", sql: SQL.claim),
                [.int(0), .texts(["payout"]), .ints([1]), .int(limit), .text(marks), .text(node), .text(lease)]))
    }

    /// Claims jobs of `payout` that were told something.
    func claimSignaled(
        by node: String = Node.first, limit: Int = 10, lease: String = "30 s"
    ) async throws -> [Claimed] {
        try Claimed.all(
            await query(
                Statement(name: "claim_signaled", sql: SQL.claimSignaled),
                [.int(0), .texts(["payout"]), .ints([1]), .int(limit), .text(node), .text(lease)]))
    }

    /// Commits with these parameters, by their numbers; the others are empty. Returns the ids that were accepted.
    func commit(by node: String = Node.first, _ parameters: [Int: Parameter]) async throws -> [String] {
        var all = [Parameter](repeating: .null, count: 66)
        all[0] = .int(0)
        all[1] = .text(node)
        for (number, parameter) in parameters { all[number - 1] = parameter }
        return try await query(Statement(name: "commit", sql: SQL.commit), all).map { try $0["id"] }
    }

    /// Commits one transition of a claimed job into the state `sent`, which waits.
    func settle(
        _ job: Claimed, by node: String = Node.first, due: String? = nil, keeps: Bool = false,
        _ more: [Int: Parameter] = [:]
    ) async throws -> [String] {
        let now = try await value("select lockstep.now()")
        return try await commit(
            by: node,
            [
                3: .texts([job.id]), 4: .ints([job.seq]), 5: .ints([job.lease]), 6: .ints([job.seq + 1]),
                7: .bools([keeps]), 8: .texts(["waiting"]), 9: .texts(["sent"]), 10: .texts([#"{"sent": {}}"#]),
                11: .texts(["{}"]), 12: .texts([due]), 13: .texts(["wait"]), 14: .ints([0]),
                18: .ints([job.seq + 1]), 19: .texts([now]),
                26: .texts([job.id]), 27: .ints([job.seq + 1]), 28: .texts([now]), 29: .texts([nil]),
                30: .texts(["started"]), 31: .texts(["sent"]), 32: .texts(["engine"]), 33: .texts([nil]),
                34: .texts(["{}"]), 62: .ints([job.commits]),
            ].merging(more) { _, new in new })
    }
}

/// What a claim returns, as far as these tests look.
struct Claimed: Equatable {
    var id: String
    var lease: Int
    var seq: Int
    var commits: Int
    var previousOwner: String?
    /// The names of the signals, in order.
    var signals: String

    static func all(_ rows: Rows) throws -> [Claimed] {
        try rows.map { row in
            Claimed(
                id: try row["id"], lease: try row["lease"], seq: try row["seq"], commits: try row["commits"],
                previousOwner: try row["previous_owner"], signals: try row["signals"])
        }
    }
}
