import Postgres
import PrivateCluster
import Testing

@Suite("Errors")
struct ErrorsTests {
    @Test("a server's error carries its code, hint, constraint and statement, and keeps row values to itself")
    func serverError() async throws {
        try await withConnection { connection in
            try await connection.script(
                "create table t (id int constraint t_pkey primary key); insert into t values (1)")
            let insert = Statement(name: "insert_t", sql: "insert into t values ($1)")
            let error = await failure { try await connection.query(insert, [.int(1)]) }
            #expect(error?.kind == .server(sqlstate: "23505"))
            #expect(error?.constraint == "t_pkey")
            #expect(error?.detail == "Key (id)=(1) already exists.")
            #expect(error?.certainlyNotRun == true)
            #expect(error?.isTransient == false)
            #expect(
                error?.description == "insert_t: duplicate key value violates unique constraint \"t_pkey\" "
                    + "[SQLSTATE 23505] (constraint t_pkey)")
            let raise = Statement("do $$ begin raise 'no money' using errcode = 'LS001', hint = 'Earn some.'; end $$")
            #expect(
                await failure { try await connection.query(raise) }?.description
                    == "do…: no money [SQLSTATE LS001] Hint: Earn some.")
            #expect(try await connection.query(insert, [.int(2)]).affected == 1)
        }
    }

    @Test("an error that comes at the end of the transaction fails the request")
    func deferredConstraint() async throws {
        try await withConnection { connection in
            try await connection.script(
                """
                create table t (id int constraint t_pkey primary key deferrable initially deferred);
                insert into t values (1);
                """)
            let insert = Statement(name: "insert_t", sql: "insert into t values ($1)")
            #expect(await failure { try await connection.query(insert, [.int(1)]) }?.sqlstate == "23505")
            #expect(try await connection.query(insert, [.int(2)]).affected == 1)
            #expect(try await connection.query(Statement("select count(*) as n from t")).only["n"] == 2)
        }
    }

    @Test(
        "errors that repeating may cure are transient",
        arguments: ["40001", "40P01", "57P01", "57P03", "53300", "08006", "55P03", "57014", "26000"])
    func transient(code: String) {
        #expect(PostgresError(kind: .server(sqlstate: code), message: "").isTransient)
    }

    @Test(
        "errors that repeating won't cure are not transient", arguments: ["23505", "42601", "22P02", "P0001", "0A000"])
    func permanent(code: String) {
        #expect(!PostgresError(kind: .server(sqlstate: code), message: "").isTransient)
    }

    @Test(
        "a connection string that can't be read is refused without being quoted",
        arguments: ["postgresql://u:s3cret@host:1:2]/db?x", "password=s3 cret", "nonsense", "postgresql://[::1"])
    func badConnectionString(text: String) {
        #expect {
            try PostgresConfiguration(text)
        } throws: { error in
            let error = error as? PostgresError
            return error?.kind == .unusableRequest && error.map { "\($0)".contains("cret") } == false
        }
    }

    @Test("passwords stay out of descriptions and messages")
    func password() async throws {
        let configuration = try PostgresConfiguration(
            "postgresql://alice:s3cret@localhost:1/db?host=/nonexistent&application_name=s3cret")
        #expect(configuration.description == "database db at /nonexistent:1 as alice")
        let connection = PostgresConnection(configuration)
        let error = await failure { try await connection.query(Statement("select 1")) }
        #expect(error?.kind == .connectionLost(.beforeSend))
        #expect(error.map { "\($0)".contains("s3cret") } == false)
        await connection.close()
    }

    @Test("COPY ends with an error, and the connection goes on")
    func copy() async throws {
        try await withConnection { connection in
            try await connection.script("create table t (id int)")
            #expect(
                await failure { try await connection.script("copy t from stdin") }?.message == "COPY is not supported")
            #expect(await failure { try await connection.query(Statement("copy t to stdout")) } != nil)
            #expect(try await connection.query(Statement("select 1 as n")).only["n"] == 1)
        }
    }

    @Test("a statement that takes longer than its timeout is undone, and the next one has no limit")
    func timeout() async throws {
        try await withConnection { connection in
            let sleep = Statement(name: "sleep", sql: "select pg_sleep($1::float8)")
            let error = await failure { try await connection.query(sleep, [.text("60")], timeout: .milliseconds(50)) }
            #expect(error?.kind == .server(sqlstate: "57014"))
            let setting = Statement("select current_setting('statement_timeout') as t")
            let usual: String = try await connection.query(setting).only["t"]
            #expect(usual == "0")
            #expect(try await connection.query(setting, [], timeout: .seconds(7)).only["t"] == "7s")
        }
    }
}
