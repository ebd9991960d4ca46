import Postgres
import Testing

/// When a schedule's next instant is: cron expressions in time zones.
struct CronTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var cron: String
        var zone = "UTC"
        var after: String
        /// The instants that follow, one after the other.
        var then: [String]
        var testDescription: String { "\(cron) in \(zone) after \(after)" }
    }

    static let all = [
        Case(cron: "* * * * *", after: "2026-03-01 12:00:00", then: ["2026-03-01 12:01:00", "2026-03-01 12:02:00"]),
        Case(cron: "* * * * *", after: "2026-03-01 12:00:59.5", then: ["2026-03-01 12:01:00"]),
        Case(
            cron: "*/20 * * * *", after: "2026-12-31 23:30:00",
            then: ["2026-12-31 23:40:00", "2027-01-01 00:00:00", "2027-01-01 00:20:00"]),
        Case(
            cron: "10-50/20 4 * * *", after: "2026-03-01 04:30:00",
            then: ["2026-03-01 04:50:00", "2026-03-02 04:10:00"]),
        Case(
            cron: "0 9-17 * * mon-fri", after: "2026-03-06 16:30:00",
            then: ["2026-03-06 17:00:00", "2026-03-09 09:00:00"]),
        Case(
            cron: "5,35 0 1 jan,JUL *", after: "2026-03-01 12:00:00",
            then: ["2026-07-01 00:05:00", "2026-07-01 00:35:00", "2027-01-01 00:05:00"]),
        // 7 is Sunday too, and so is the end of a range.
        Case(cron: "0 0 * * 7", after: "2026-03-01 12:00:00", then: ["2026-03-08 00:00:00"]),
        Case(
            cron: "0 0 * * fri-7", after: "2026-03-06 12:00:00",
            then: ["2026-03-07 00:00:00", "2026-03-08 00:00:00", "2026-03-13 00:00:00"]),
        // Both days restricted: either will do. One of them a star, even with a step: both have to fit.
        Case(
            cron: "0 0 13 * fri", after: "2026-03-01 12:00:00",
            then: ["2026-03-06 00:00:00", "2026-03-13 00:00:00", "2026-03-20 00:00:00"]),
        Case(
            cron: "0 0 */10 * sun", after: "2026-03-01 12:00:00", then: ["2026-05-31 00:00:00", "2026-06-21 00:00:00"]),
        Case(cron: "0 0 31 * *", after: "2026-03-31 12:00:00", then: ["2026-05-31 00:00:00", "2026-07-31 00:00:00"]),
        Case(cron: "0 0 29 2 *", after: "2026-03-01 12:00:00", then: ["2028-02-29 00:00:00", "2032-02-29 00:00:00"]),
        // Local time counts, in summer and winter.
        Case(
            cron: "0 9 1 * *", zone: "Europe/Berlin", after: "2026-02-15 12:00:00",
            then: ["2026-03-01 08:00:00", "2026-04-01 07:00:00"]),
        Case(cron: "15 0 * * *", zone: "Asia/Kolkata", after: "2026-03-01 12:00:00", then: ["2026-03-01 18:45:00"]),
        // Clocks go forward: what they leave out is made up for once, at the first instant after it.
        Case(
            cron: "30 2 * * *", zone: "Europe/Berlin", after: "2026-03-28 12:00:00",
            then: ["2026-03-29 01:00:00", "2026-03-30 00:30:00"]),
        Case(
            cron: "*/10 2 * * *", zone: "Europe/Berlin", after: "2026-03-28 12:00:00",
            then: ["2026-03-29 01:00:00", "2026-03-30 00:00:00"]),
        Case(
            cron: "30 2 * * *", zone: "America/New_York", after: "2026-03-08 06:00:00",
            then: ["2026-03-08 07:00:00", "2026-03-09 06:30:00"]),
        Case(cron: "0 12 30 12 *", zone: "Pacific/Apia", after: "2011-12-29 12:00:00", then: ["2011-12-30 10:00:00"]),
        // Clocks go back: of a time that comes twice the first one counts.
        Case(
            cron: "30 1 * * *", zone: "America/New_York", after: "2026-11-01 04:00:00",
            then: ["2026-11-01 05:30:00", "2026-11-02 06:30:00"]),
        Case(
            cron: "0 0 * * *", zone: "America/Havana", after: "2026-10-31 12:00:00",
            then: ["2026-11-01 04:00:00", "2026-11-02 05:00:00"]),
        // Every hour means every hour that passes.
        Case(
            cron: "30 * * * *", zone: "America/New_York", after: "2026-11-01 04:30:00",
            then: ["2026-11-01 05:30:00", "2026-11-01 06:30:00", "2026-11-01 07:30:00"]),
        Case(
            cron: "0 * * * *", zone: "Europe/Berlin", after: "2026-03-29 00:00:00",
            then: ["2026-03-29 01:00:00", "2026-03-29 02:00:00"]),
        Case(
            cron: "0 */2 * * *", zone: "Europe/Berlin", after: "2026-03-28 23:30:00",
            then: ["2026-03-29 02:00:00", "2026-03-29 04:00:00"]),
    ]

    @Test("Each expression names its instants", arguments: all)
    func instants(_ row: Case) async throws {
        try await withDatabase { database in
            var after = "\(row.after) UTC"
            for wanted in row.then {
                let next = try await database.owner.value(
                    """
                    select to_char(lockstep.next_cron($1, $2, $3::timestamptz) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
                    """, [.text(row.cron), .text(row.zone), .text(after)])
                #expect(next == wanted)
                after = "\(next) UTC"
            }
        }
    }

    @Test(
        "What is no cron expression is refused, with the field's name",
        arguments: [
            ("", #"the schedule's cron expression is "", and must have five fields"#),
            ("@daily", #"the schedule's cron expression is "@daily", and must have five fields"#),
            ("0 0 1 1 * *", #"the schedule's cron expression is "0 0 1 1 * *", and must have five fields"#),
            ("60 * * * *", #"the schedule's minute has "60", which is not a number from 0 to 59"#),
            ("0 24 * * *", #"the schedule's hour has "24", which is not a number from 0 to 23"#),
            ("0 0 0 * *", #"the schedule's day of month has "0", which is not a number from 1 to 31"#),
            (
                "0 0 * 13 *",
                #"the schedule's month has "13", which is not a name (jan to dec) or a number from 1 to 12"#
            ),
            (
                "0 0 * * 8",
                #"the schedule's day of week has "8", which is not a name (sun to sat) or a number from 0 to 7"#
            ),
            (
                "0 0 * foo *",
                #"the schedule's month has "foo", which is not a name (jan to dec) or a number from 1 to 12"#
            ),
            ("-1 0 * * *", #"the schedule's minute has "", which is not a number from 0 to 59"#),
            ("1,,2 0 * * *", #"the schedule's minute has "", which is not a number from 0 to 59"#),
            ("5/10 * * * *", #"the schedule's minute has "5/10", which is no step"#),
            ("*/0 * * * *", #"the schedule's minute has "*/0", which is no step"#),
            ("0 22-4 * * *", #"the schedule's hour has "22-4", which ends before it begins"#),
            ("0 0 ? * *", #"the schedule's day of month has "?", which is not a number from 1 to 31"#),
        ])
    func refused(cron: String, problem: String) async throws {
        try await withDatabase { database in
            let error = try await failure {
                try await database.owner.value("select lockstep.next_cron($1, 'UTC', now())", [.text(cron)])
            }
            #expect(error?.sqlstate == "LK009")
            #expect(error?.message == problem)
        }
    }
}
