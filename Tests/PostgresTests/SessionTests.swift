import Postgres
import PrivateCluster
import Testing

@Suite("Sessions, transactions and scripts")
struct SessionTests {
    private struct Change: Error {}

    private static let count = Statement(name: "count_t", sql: "select count(*)::int as n from t")
    private static let insert = Statement(name: "insert_t", sql: "insert into t values ($1)")

    @Test("a transaction commits when its closure returns, and rolls back when it throws")
    func transaction() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int primary key)")
            let answer = try await connection.transaction { session in
                try await session.query(Self.insert, [.int(1)])
                return try await session.query(Self.count).only["n", as: Int.self]
            }
            #expect(answer == 1)
            await #expect(throws: Change.self) {
                try await connection.transaction { session in
                    try await session.query(Self.insert, [.int(2)])
                    throw Change()
                }
            }
            #expect(try await connection.query(Self.count).only["n"] == 1)
        }
    }

    @Test("a transaction in which an error was swallowed says that it was rolled back")
    func swallowedError() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int primary key)")
            let error = await failure {
                try await connection.transaction { session in
                    try await session.query(Self.insert, [.int(1)])
                    _ = await failure { try await session.query(Self.insert, [.int(1)]) }
                }
            }
            #expect(error?.sqlstate == "25P02")
            #expect(error?.certainlyNotRun == true)
            #expect(try await connection.query(Self.count).only["n"] == 0)
        }
    }

    @Test("others wait while a transaction has the connection, and see its result")
    func exclusive() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int primary key)")
            let other = try await connection.transaction { session in
                try await session.query(Self.insert, [.int(1)])
                let other = Task.detached { try await connection.query(Self.count).only["n", as: Int.self] }
                for number in 2...50 { try await session.query(Self.insert, [.int(number)]) }
                return other
            }
            #expect(try await other.value == 50)
        }
    }

    @Test("a request to one's own connection inside its session is refused instead of waiting for ever")
    func ownConnection() async throws {
        try await withConnection { connection in
            try await connection.withSession { _ in
                let error = await failure { try await connection.query(Statement("select 1")) }
                #expect(error?.kind == .unusableRequest)
                #expect(await failure { try await connection.transaction { _ in } }?.kind == .unusableRequest)
            }
            #expect(try await connection.query(Statement("select 1 as n")).only["n"] == 1)
        }
    }

    @Test("inside a session of a pool the other connections can be used")
    func poolInsideSession() async throws {
        let pool = PostgresPool(try PostgresConfiguration(await TestDatabase.fresh()), connections: 2)
        let backend = Statement("select pg_backend_pid() as pid")
        try await pool.withSession { session in
            let own: Int = try await session.query(backend).only["pid"]
            for _ in 0..<5 { #expect(try await pool.query(backend).only["pid"] != own) }
        }
        await pool.close()
    }

    @Test("a session that has ended can't be used any more")
    func endedSession() async throws {
        try await withConnection { connection in
            let session = try await connection.withSession { $0 }
            let error = await failure { try await session.query(Statement("select 1")) }
            #expect(error?.kind == .unusableRequest)
        }
    }

    @Test("a transaction that a session or a script leaves open is undone")
    func leftOpen() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int primary key)")
            try await connection.withSession { session in
                try await session.query(Statement("begin"))
                try await session.query(Self.insert, [.int(1)])
            }
            #expect(try await connection.query(Self.count).only["n"] == 0)
            try await connection.script("begin; insert into t values (2)")
            #expect(try await connection.query(Self.count).only["n"] == 0)
        }
    }

    @Test("a script is one transaction, and its error undoes all of it")
    func scriptError() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int primary key)")
            let error = await failure {
                try await connection.script(
                    "insert into t values (1); insert into t values (1); insert into t values (2)")
            }
            #expect(error?.sqlstate == "23505")
            #expect(try await connection.query(Self.count).only["n"] == 0)
        }
    }

    @Test("scripts and queries of many tasks get along on one connection")
    func mixed() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int primary key)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        if number % 5 == 0 {
                            try await connection.script("insert into t values (\(number)); select 1; select 2")
                        } else {
                            try await connection.query(Self.insert, [.int(number)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await connection.query(Self.count).only["n"] == 200)
        }
    }

    @Test("a procedure that commits can be called")
    func committingProcedure() async throws {
        try await withConnection { connection in
            try await connection.script(
                """
                create table t (id int);
                create procedure twice() language plpgsql as
                $$ begin insert into t values (1); commit; insert into t values (2); commit; end $$;
                """)
            try await connection.query(Statement(name: "call_twice", sql: "call twice()"))
            #expect(try await connection.query(Self.count).only["n"] == 2)
        }
    }
}
