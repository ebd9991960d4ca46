import Postgres
import Testing

/// What only grows: monthly partitions, and their retention.
struct PartitionTests {
    private func partitions(_ database: Database) async throws -> [String?] {
        try await database.owner.table(
            "select inhrelid::regclass from pg_inherits where inhparent = 'lockstep.history_entry'::regclass"
        ).map { $0[0]?.replacing("lockstep.history_entry_", with: "") }.sorted { ($0 ?? "") < ($1 ?? "") }
    }

    private func write(_ database: Database, at instant: String) async throws {
        try await database.owner.script(
            """
            insert into lockstep.history_entry (bucket, job_id, seq, at, event, actor)
            values (0, gen_random_uuid(), 1, '\(instant)', 'e', 'a')
            """)
    }

    @Test("Months get partitions ahead of time, once; a month that already lies in the default stays there")
    func ahead() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            try await write(database, at: "2030-02-10 UTC")
            let before = try await partitions(database)
            #expect(try await database.owner.value("select lockstep.ensure_partitions(2)") == "5")
            #expect(try await database.owner.value("select lockstep.ensure_partitions(2)") == "0")
            let made = try await partitions(database).filter { !before.contains($0) }
            #expect(made == ["2030_01", "2030_03"])
            try await write(database, at: "2030-01-31 23:59:59.999999 UTC")
            try await write(database, at: "2030-03-01 UTC")
            #expect(
                try await database.owner.table(
                    "select tableoid::regclass from lockstep.history_entry order by at")
                    == [
                        ["lockstep.history_entry_2030_01"], ["lockstep.history_entry_default"],
                        ["lockstep.history_entry_2030_03"],
                    ])
        }
    }

    @Test("Retention drops whole months, and never the last one")
    func retention() async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            try await database.owner.table("select lockstep.ensure_partitions(1)")
            try await write(database, at: "2030-01-10 UTC")
            let early = try await failure {
                try await database.owner.table("select lockstep.drop_partitions('2029-12-31')")
            }
            #expect(early?.sqlstate == "LK009")
            try await database.owner.table("select lockstep.set_clock('virtual', '2030-03-15 UTC')")
            let dropped = try await database.owner.table("select lockstep.drop_partitions('2030-02-01 UTC')")
            #expect(dropped.contains(["history_entry_2030_01"]))
            #expect(dropped.contains(["attempt_2030_01"]))
            #expect(!dropped.contains(["history_entry_2030_02"]))
            #expect(try await database.owner.value("select count(*) from lockstep.history") == "0")
        }
    }

    @Test("A table that has doubled is analysed, and one that has not is left alone")
    func statistics() async throws {
        try await withDatabase { database in
            _ = try await database.owner.table("select lockstep.refresh_statistics()")
            #expect(try await database.owner.table("select lockstep.refresh_statistics()") == [])
            try await database.owner.table(
                """
                select lockstep.enqueue_many('payout', array_fill('\(Database.input)'::jsonb, array[2000]))
                """)
            #expect(
                try await database.owner.table("select lockstep.refresh_statistics() order by 1")
                    == [["job"], ["job_state"]])
            #expect(try await database.owner.table("select lockstep.refresh_statistics()") == [])
        }
    }
}
