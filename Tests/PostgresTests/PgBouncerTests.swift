import Postgres
import PrivateCluster
import Testing

@Suite("Behind PgBouncer in transaction mode", .enabled(if: PgBouncer.isInstalled), .timeLimit(.minutes(1)))
struct PgBouncerTests {
    /// A database with a table, and a pool of six connections that share two to the server.
    private func withPool(_ body: (PostgresPool) async throws -> Void) async throws {
        let direct = try await TestDatabase.fresh()
        let name = try #require(direct.split(separator: "?").first?.split(separator: "/").last)
        let bouncer = try PgBouncer(before: await TestDatabase.cluster(), servers: 2)
        var configuration = try PostgresConfiguration(bouncer.connectionString(database: String(name)))
        configuration.usesPreparedStatements = false
        let pool = PostgresPool(configuration, connections: 6)
        try await pool.script("create table t (id int primary key, json jsonb)")
        try await body(pool)
        await pool.close()
        try bouncer.stop()
    }

    private static let insert = Statement(
        name: "insert_t", sql: "insert into t select * from unnest($1::int[], $2::jsonb[])")

    @Test("statements, errors, timeouts and transactions of many tasks share few server connections")
    func mixed() async throws {
        try await withPool { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<300 {
                    group.addTask { try await Self.work(number, pool) }
                }
                try await group.waitForAll()
            }
            let rows = try await pool.query(Statement("select count(*)::int as n, count(distinct id)::int as d from t"))
            #expect(try rows.only["n"] == 250)
            #expect(try rows.only["d"] == 250)
            let setting: String = try await pool.query(Statement("show statement_timeout")).only[0]
            #expect(setting == "0")
        }
    }

    /// One in six inserts twice, and so fails; one in six times out; the others are transactions and plain statements.
    private static func work(_ number: Int, _ pool: PostgresPool) async throws {
        let values: [Parameter] = [.ints([number]), .texts([#"{"n": "\#(number)"}"#])]
        switch number % 6 {
        case 0:
            let error = await failure {
                try await pool.transaction { session in
                    try await session.query(insert, values)
                    try await session.query(insert, values)
                }
            }
            #expect(error?.sqlstate == "23505")
        case 1:
            let sleep = Statement(name: "sleep", sql: "select pg_sleep(60)")
            #expect(await failure { try await pool.query(sleep, [], timeout: .milliseconds(5)) }?.sqlstate == "57014")
            try await pool.query(insert, values)
        case 2:
            try await pool.transaction { try await $0.query(insert, values) }
        default:
            try await pool.query(insert, values, timeout: .seconds(30))
        }
    }
}
