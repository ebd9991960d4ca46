import Postgres
import Testing

/// Two transactions that race with one key.
struct EnqueueRaceTests {
    private static let call = "select lockstep.enqueue('payout', '\(Database.input)', key => 'k')"

    /// Enqueues in an open transaction, lets another connection try the same, ends the first as told, and returns the
    /// second's answer.
    private func race(_ database: Database, ending: String) async throws -> (first: String, second: String) {
        let (first, second) = (database.connect(), database.connect())
        let ids = try await first.withSession { session in
            try await session.script("begin")
            let id = try await session.value(Self.call)
            async let other = second.value(Self.call)
            try await database.owner.awaitBlocked()
            try await session.script(ending)
            return (id, try await other)
        }
        await first.close()
        await second.close()
        return ids
    }

    @Test("The second waits for the first, and returns its job")
    func committed() async throws {
        try await withDatabase { database in
            let ids = try await race(database, ending: "commit")
            #expect(ids.first == ids.second)
            #expect(try await database.owner.value("select count(*) from lockstep.jobs") == "1")
        }
    }

    @Test("The second makes the job when the first rolls back")
    func rolledBack() async throws {
        try await withDatabase { database in
            let ids = try await race(database, ending: "rollback")
            #expect(ids.first != ids.second)
            #expect(try await database.owner.table("select id from lockstep.jobs") == [[ids.second]])
        }
    }

    @Test("Under repeatable read the second fails with a serialization failure, to be tried again")
    func repeatableRead() async throws {
        try await withDatabase { database in
            let app = database.connect()
            try await app.withSession { session in
                try await session.script("begin isolation level repeatable read; select 1 from lockstep.settings")
                try await database.enqueue(key: "k")
                #expect(try await failure { try await session.value(Self.call) }?.sqlstate == "40001")
                try await session.script("rollback")
            }
            await app.close()
        }
    }

    @Test("Twenty at once make one job")
    func twenty() async throws {
        try await withDatabase { database in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...20 {
                    group.addTask {
                        let app = database.connect()
                        let id = try await app.value(Self.call)
                        await app.close()
                        return id
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(try await database.owner.value("select count(*) from lockstep.job_state") == "1")
        }
    }
}
