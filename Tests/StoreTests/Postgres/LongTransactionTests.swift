import Postgres
import PostgresStore
import Synchronization
import Testing

@Suite("Transactions that are left open", .timeLimit(.minutes(1)))
struct LongTransactionTests {
    @Test("The log says whose transaction is open and what ends it; what it says to do ends it, and the log says so")
    func watch() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let lines = Mutex<[String]>([])
        let watch = LongTransactionWatch(
            fixture.database, openFor: .zero, log: { line in lines.withLock { $0.append(line) } })
        #expect(await watch.look(wasThere: false) == false)

        let forgetful = PostgresConnection(fixture.configuration)
        try await forgetful.withSession { session in
            try await session.query(Statement("set application_name to 'a report'"))
            try await session.query(Statement("begin isolation level repeatable read"))
            try await session.query(Statement("select count(*) from lockstep.job_state"))
            #expect(await watch.look(wasThere: false))
            let open = try #require(try await LongTransaction.all(in: fixture.database, openFor: .zero).first)
            #expect(open.application == "a report")
            #expect(open.state == "idle in transaction")
            let said = lines.withLock(\.self)
            #expect(said == ["CAUTION: \(open); end it with: \(open.remedy)"])
            #expect(said.first?.contains("has had a transaction open since") == true)
            try await fixture.database.query(Statement(open.remedy))
        }
        while await watch.look(wasThere: true) { await Task.yield() }
        #expect(lines.withLock(\.last) == "no transaction is open for longer than 0 ms any more")
        await forgetful.close()
    }

    @Test("One that has not been open for so long is not told of, nor one without a snapshot")
    func young() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let connection = PostgresConnection(fixture.configuration)
        try await connection.withSession { session in
            try await session.query(Statement("begin"))
            #expect(try await LongTransaction.all(in: fixture.database, openFor: .zero) == [])
            try await session.query(Statement("select pg_current_xact_id()"))
            #expect(try await LongTransaction.all(in: fixture.database, openFor: .zero).count == 1)
            #expect(try await LongTransaction.all(in: fixture.database) == [])
            try await session.query(Statement("rollback"))
        }
        await connection.close()
    }
}
