import Postgres
import PrivateCluster
import Testing

@Suite("Pipelining and prepared statements")
struct PipelineTests {
    private static let echo = Statement(name: "echo", sql: "select $1::int as n, pg_backend_pid() as backend")

    @Test("a thousand concurrent queries over two connections each get their own answer")
    func thousand() async throws {
        let pool = PostgresPool(try PostgresConfiguration(await TestDatabase.fresh()), connections: 2)
        let backends = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    let row = try await pool.query(Self.echo, [.int(number)]).only
                    #expect(try row["n"] == number)
                    return try row["backend"]
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(backends.count == 2)
        await pool.close()
    }

    @Test("errors leave the other requests in the pipeline alone")
    func isolation() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int primary key check (id % 3 <> 0))")
            let insert = Statement(name: "insert_t", sql: "insert into t values ($1)")
            let codes = await withTaskGroup(of: String?.self) { group in
                for number in 1...300 {
                    group.addTask { await failure { try await connection.query(insert, [.int(number)]) }?.sqlstate }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.filter { $0 == nil }.count == 200)
            #expect(codes.filter { $0 == "23514" }.count == 100)
            #expect(try await connection.query(Statement("select count(*) as n from t")).only["n"] == 200)
        }
    }

    @Test("a statement with an error in its text fails each time with that error")
    func syntaxError() async throws {
        try await withConnection { connection in
            let broken = Statement(name: "broken", sql: "selec 1")
            let codes = await withTaskGroup(of: String?.self) { group in
                for _ in 0..<50 { group.addTask { await failure { try await connection.query(broken) }?.sqlstate } }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(codes == ["42601"])
        }
    }

    @Test("a statement is prepared once, under its name")
    func preparedOnce() async throws {
        try await withConnection { connection in
            for number in 0..<3 { try await connection.query(Self.echo, [.int(number)]) }
            let names = try await connection.query(
                Statement("select name, (generic_plans + custom_plans)::int as runs from pg_prepared_statements"))
            #expect(names.count == 1)
            #expect(try names.only["name"] == "echo")
            #expect(try names.only["runs"] == 3)
        }
    }

    @Test("without prepared statements nothing is left on the server")
    func unprepared() async throws {
        try await withConnection {
            $0.usesPreparedStatements = false
        } _: { connection in
            let number: Int = try await connection.query(Self.echo, [.int(7)]).only["n"]
            #expect(number == 7)
            #expect(try await connection.query(Statement("select * from pg_prepared_statements")).isEmpty)
        }
    }

    @Test("a prepared statement that has gone is prepared again")
    func deallocated() async throws {
        try await withConnection { connection in
            try await connection.query(Self.echo, [.int(1)])
            try await connection.script("deallocate all")
            #expect(try await connection.query(Self.echo, [.int(2)]).only["n"] == 2)
        }
    }

    @Test("a plan that no longer fits its table is made again")
    func stalePlan() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int); insert into t values (1)")
            let all = Statement(name: "all_t", sql: "select * from t")
            #expect(try await connection.query(all).columns == ["id"])
            try await connection.script("alter table t add name text")
            #expect(try await connection.query(all).columns == ["id", "name"])
        }
    }

    @Test("in a transaction a plan that no longer fits fails once, transiently")
    func stalePlanInTransaction() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int); insert into t values (1)")
            let all = Statement(name: "all_t", sql: "select * from t")
            try await connection.query(all)
            try await connection.script("alter table t add name text")
            let error = await failure { try await connection.transaction { try await $0.query(all) } }
            #expect(error?.sqlstate == "0A000")
            #expect(error?.isTransient == true)
            #expect(try await connection.transaction { try await $0.query(all) }.columns == ["id", "name"])
        }
    }

    @Test("two statements of one name are both run as written")
    func sameName() async throws {
        try await withConnection { connection in
            let one = Statement(name: "same", sql: "select 1 as n")
            let two = Statement(name: "same", sql: "select 2 as n")
            for (statement, number) in [(one, 1), (two, 2), (one, 1)] {
                let found: Int = try await connection.query(statement).only["n"]
                #expect(found == number)
            }
        }
    }

    @Test("a request whose task was cancelled before it was sent does not run")
    func cancelled() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int)")
            // The session keeps the connection to itself, so that the insert has to wait.
            try await connection.withSession { session in
                let insert = Task.detached { () -> PostgresError? in
                    await failure { try await connection.query(Statement("insert into t values (1)")) }
                }
                insert.cancel()
                #expect(await insert.value?.kind == .cancelled)
                try await session.query(Statement("select 1"))
            }
            #expect(try await connection.query(Statement("select * from t")).isEmpty)
        }
    }
}
