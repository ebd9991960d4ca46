import Foundation
import Testing
import Time

@Suite struct TimestampTests {
    @Test(
        "An instant is written in UTC with six decimals",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_772_366_405_250_000, "2026-03-01T12:00:05.250000Z"),
            (4_102_444_799_999_999, "2099-12-31T23:59:59.999999Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        ] as [(Int64, String)])
    func text(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
        #expect(Timestamp(text) == Timestamp(microseconds: microseconds))
    }

    @Test("Providers get three decimals")
    func milliseconds() {
        #expect(Timestamp(microseconds: 1_772_366_405_250_999).milliseconds == "2026-03-01T12:00:05.250Z")
    }

    @Test(
        "ISO 8601 is read in the forms that databases and providers write",
        arguments: [
            "2026-03-01T12:00:05Z", "2026-03-01 12:00:05Z", "2026-03-01T12:00:05.000Z", "2026-03-01T13:00:05+01:00",
            "2026-03-01 12:00:05+00", "2026-03-01T06:30:05-0530", "2026-03-01T12:00:05.0000009Z",
        ])
    func reads(text: String) {
        #expect(Timestamp(text) == Timestamp(seconds: 1_772_366_405))
    }

    @Test(
        "What is no instant is not read as one",
        arguments: [
            "", "2026-03-01", "2026-03-01T12:00:05", "2026-02-30T12:00:05Z", "2026-02-29T12:00:05Z",
            "2026-04-31T12:00:05Z", "2026-13-01T12:00:05Z", "2026-00-01T12:00:05Z", "2026-03-00T12:00:05Z",
            "2026-03-01T24:00:05Z", "2026-03-01T12:60:05Z", "2026-03-01T12:00:61Z", "2026-03-01T12:00:05.Z",
            "2026-03-01T12:00:05+24:00", "2026-03-01T12:00:05+01:60", "2026-03-01T12:00:05+1",
            "2026-03-01T12:00:05Zulu",
            "26-03-01T12:00:05Z", "٢٠٢٦-03-01T12:00:05Z", "+026-03-01T12:00:05Z", " 2026-03-01T12:00:05Z",
        ])
    func rejects(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("Every day of four centuries is written as Foundation writes it")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for day in -73_000...73_000 {
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400))
            let (year, month, dayOfMonth) = (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
            let expected = "\(year)-\(month < 10 ? "0" : "")\(month)-\(dayOfMonth < 10 ? "0" : "")\(dayOfMonth)"
            let found = Timestamp(seconds: Int64(day) * 86_400).description.prefix(10)
            if found != expected { Issue.record("day \(day): \(found), not \(expected)") }
        }
    }

    @Test("JSON holds the text, and bad text says what it was")
    func json() throws {
        let instant = Timestamp(seconds: 1_772_366_405)
        let data = try JSONEncoder().encode(["at": instant])
        #expect(String(decoding: data, as: UTF8.self) == #"{"at":"2026-03-01T12:00:05.000000Z"}"#)
        #expect(try JSONDecoder().decode([String: Timestamp].self, from: data) == ["at": instant])
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Timestamp].self, from: Data(#"["soon"]"#.utf8))
        }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.debugDescription == "“soon” is not an ISO 8601 instant")
    }

    @Test("Instants and intervals add up, across 1970 too")
    func arithmetic() {
        let instant = Timestamp(microseconds: -1)
        #expect(instant + .seconds(1) == Timestamp(microseconds: 999_999))
        #expect(instant - .seconds(1) == Timestamp(microseconds: -1_000_001))
        #expect(Timestamp(seconds: 90) - Timestamp(seconds: 30) == .minutes(1))
        #expect(instant < Timestamp(seconds: 0))
        #expect(instant.seconds == -1)
    }

    @Test("A provider's absurd number ends at the last instant instead of the process")
    func limits() {
        #expect(Timestamp(seconds: .max).microseconds == .max)
        #expect(Timestamp(seconds: .min).microseconds == -Int64.max)
        #expect((Timestamp(seconds: .max) + .days(1)).microseconds == .max)
        #expect((Timestamp(seconds: 0) - .seconds(Int64.max)).microseconds == -Int64.max)
        #expect((Timestamp(seconds: .min) - .days(1)).microseconds == -Int64.max)
    }

    @Test("The date of an HTTP answer is written and read in seconds")
    func httpDate() {
        let instant = Timestamp(seconds: 784_111_777)
        #expect(instant.httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect((instant + .milliseconds(900)).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == instant)
        #expect(Timestamp(seconds: 0).httpDate == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(Timestamp(httpDate: Timestamp(seconds: 1_795_000_000).httpDate) == Timestamp(seconds: 1_795_000_000))
        for wrong in [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        ] {
            #expect(Timestamp(httpDate: wrong) == nil)
        }
    }
}
