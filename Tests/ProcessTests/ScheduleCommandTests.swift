import Foundation
import Postgres
import PrivateCluster
import Testing

/// Recurring jobs from a shell.
@Suite("Commands about recurring jobs")
struct ScheduleCommandTests {
    @Test("A schedule is written, listed, paused, resumed and taken away; what makes no sense is refused in words")
    func whole() async throws {
        let url = try await TestDatabase.fresh()
        try Running.once(["migrate", "--database", url])
        let pool = PostgresPool(try PostgresConfiguration(url), connections: 1)
        _ = try await pool.query(
            Statement(
                """
                insert into lockstep.workflow (workflow, version, input_schema, published_at)
                values ('payout', 1, '{"type": "object", "required": ["to"]}', now())
                """))
        _ = try await pool.query(Statement("select lockstep.set_clock('virtual', '2030-01-01 12:00 UTC')"))
        await pool.close()
        let input = NSTemporaryDirectory() + "lockstep-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: input) }
        try Data(#"{"to": "x"}"#.utf8).write(to: URL(fileURLWithPath: input))

        func lockstep(_ words: String..., expecting code: Int32 = 0) throws -> [String] {
            try Running.once(words + ["--database", url], expecting: code).split(separator: "\n").map(String.init)
        }
        let written = try lockstep(
            "schedule", "monthly", "payout", "0 9 1 * *", "--input", input, "--time-zone", "Europe/Berlin", "--overlap",
            "allow")
        #expect(written == ["2030-02-01 08:00:00 UTC"])
        let listed = try lockstep("schedules")
        #expect(listed.count == 2)
        #expect(listed[1].split(separator: " ", omittingEmptySubsequences: true).prefix(2) == ["monthly", "payout"])
        #expect(listed[1].hasSuffix("0 9 1 * *         2030-02-01 08:00:00 UTC"))
        #expect(
            try lockstep("schedules", "--json") == [
                #"[{"cron":"0 9 1 * *","input":{"to":"x"},"name":"monthly","next":"2030-02-01 08:00:00 UTC","#
                    + #""overlap":"allow","paused":false,"tenant":"default","time_zone":"Europe/Berlin","#
                    + #""workflow":"payout"}]"#
            ])
        #expect(try lockstep("pause-whole", "schedule", "monthly") == ["paused"])
        #expect(try lockstep("pause-whole", "schedule", "monthly") == ["already paused"])
        #expect(try lockstep("pause-whole", "schedule", "monthly", "--reason", "no", expecting: 2).count == 1)
        #expect(try lockstep("schedules")[1].hasSuffix("paused"))
        #expect(try lockstep("schedule", "monthly", "payout", "0 9 1 * *", "--input", input) == ["paused"])
        #expect(try lockstep("resume-whole", "schedule", "monthly") == ["resumed"])
        #expect(try lockstep("resume-whole", "schedule", "monthly") == ["not paused"])
        #expect(
            try lockstep("schedule", "bad", "payout", "0 25 * * *", "--input", input, expecting: 1)[0]
                .contains("the schedule's hour has \"25\""))
        #expect(try lockstep("schedule", "bad", "payout", "0 9 * * *", expecting: 1)[0].contains("to is missing"))
        #expect(try lockstep("schedule", "bad", "payout", "0 9 * * *", "--overlap", "never", expecting: 2).count == 1)
        #expect(try lockstep("unschedule", "monthly") == ["unscheduled"])
        #expect(try lockstep("unschedule", "monthly", expecting: 1) == ["unknown schedule"])
        #expect(try lockstep("schedules", "--json") == ["[]"])
    }
}
