import Postgres
import Testing

/// What a slip of the finger can't do to the virtual clock.
struct ClockBoundsTests {
    @Test(
        "The clock goes by ten years at a time at most, and stays where it is when more is asked",
        arguments: ["select lockstep.move_clock('290000 years')", "call lockstep.advance_clock('11 years')"])
    func spans(call: String) async throws {
        try await withDatabase { database in
            try await database.useVirtualClock()
            let before = try await database.owner.value("select lockstep.now()")
            let error = try await failure { try await database.owner.script(call) }
            #expect(error?.sqlstate == "LK009")
            #expect(error?.message.hasSuffix("years: ten years at a time at most") == true)
            #expect(try await database.owner.value("select lockstep.now()") == before)
            try await database.owner.script("call lockstep.advance_clock('9 years')")
            #expect(
                try await database.owner.value("select lockstep.now() - '9 years'::interval = $1", [.text(before)])
                    == "t")
        }
    }

    @Test(
        "The clock goes from 1970 to 2999",
        arguments: ["infinity", "-infinity", "1969-12-31 23:59Z", "3000-01-01 00:00Z", "290000-01-01 00:00Z"])
    func instants(at: String) async throws {
        try await withDatabase { database in
            let error = try await failure {
                try await database.owner.script("select lockstep.set_clock('virtual', '\(at)')")
            }
            #expect(error?.sqlstate == "LK009")
            #expect(error?.message.hasSuffix("it goes from 1970 to 2999") == true)
            #expect(try await database.owner.value("select mode from lockstep.clock") == "real")
        }
    }

    @Test("Nor does a walk lead beyond 2999")
    func goal() async throws {
        try await withDatabase { database in
            try await database.owner.script("select lockstep.set_clock('virtual', '2995-01-01 00:00Z')")
            let error = try await failure { try await database.owner.script("select lockstep.move_clock('9 years')") }
            #expect(error?.sqlstate == "LK009")
        }
    }

    @Test("An INSERT of many jobs rings a sleeping daemon")
    func rings() async throws {
        try await withDatabase { database in
            try await database.owner.script(
                """
                select lockstep.heartbeat('\(Node.first)', 'a', 'b', array['payout'], array[1]);
                select lockstep.fall_asleep('\(Node.first)')
                """)
            #expect(try await database.owner.value("select idle from lockstep.bell") == "t")
            let app = try await database.connect(as: "lockstep_app")
            try await app.table(
                "insert into lockstep.jobs (workflow, input) select 'payout', $1::jsonb from generate_series(1, 3)",
                [.text(Database.input)])
            #expect(try await database.owner.value("select idle from lockstep.bell") == "f")
            await app.close()
        }
    }
}
