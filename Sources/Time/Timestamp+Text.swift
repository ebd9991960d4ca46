extension Timestamp: CustomStringConvertible, LosslessStringConvertible, Codable {
    /// ISO 8601 in UTC with six decimals, such as `2026-03-01T12:00:05.000000Z`.
    public var description: String {
        let (day, second) = Self.divide(seconds, 86_400)
        let date = CivilDate(daysSince1970: day)
        let fraction = Self.divide(microseconds, 1_000_000).remainder
        guard 0...9999 ~= date.year else { return "\(date.year)" + Self.text(date, second, fraction).dropFirst(4) }
        return Self.text(date, second, fraction)
    }

    /// Digit by digit, of the year the last four: a few of these are written with each transition.
    private static func text(_ date: CivilDate, _ second: Int64, _ fraction: Int64) -> String {
        String(unsafeUninitializedCapacity: 27) { room in
            var place = 0
            func put(_ value: Int64, _ digits: Int, then sign: Unicode.Scalar) {
                var left = value
                for digit in stride(from: place + digits - 1, through: place, by: -1) {
                    room.initializeElement(at: digit, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: left % 10))
                    left /= 10
                }
                room.initializeElement(at: place + digits, to: UInt8(ascii: sign))
                place += digits + 1
            }
            put(Int64(date.year.magnitude), 4, then: "-")
            put(date.month, 2, then: "-")
            put(date.day, 2, then: "T")
            put(second / 3600, 2, then: ":")
            put(second / 60 % 60, 2, then: ":")
            put(second % 60, 2, then: ".")
            put(fraction, 6, then: "Z")
            return place
        }
    }

    /// ISO 8601 with three decimals, as most providers write it: `2026-03-01T12:00:05.000Z`.
    public var milliseconds: String { description.dropLast(4) + "Z" }

    /// Reads ISO 8601: date, `T` or a space, time, decimals (six count), then `Z` or an offset such as `+02:00`.
    public init?(_ description: String) {
        var text = description[...]
        guard let year = Self.number(&text, digits: 4), Self.take("-", &text),
            let month = Self.number(&text, digits: 2), Self.take("-", &text),
            let day = Self.number(&text, digits: 2), Self.take("T", &text) || Self.take(" ", &text),
            let hour = Self.number(&text, digits: 2), Self.take(":", &text),
            let minute = Self.number(&text, digits: 2), Self.take(":", &text),
            let second = Self.number(&text, digits: 2),
            1...12 ~= month, 1...31 ~= day, 0...23 ~= hour, 0...59 ~= minute, 0...60 ~= second,
            let fraction = Self.fraction(&text), let offset = Self.offset(&text), text.isEmpty
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        // 30 February would be some day in March.
        guard CivilDate(daysSince1970: days).day == day else { return nil }
        let whole = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: whole * 1_000_000 + fraction)
    }

    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let instant = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text)” is not an ISO 8601 instant")
        }
        self = instant
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static func take(_ character: Character, _ text: inout Substring) -> Bool {
        guard text.first == character else { return false }
        text.removeFirst()
        return true
    }

    private static func number(_ text: inout Substring, digits: Int) -> Int64? {
        let head = text.prefix(digits)
        guard head.utf8.count == digits, head.allSatisfy(\.isWholeNumber), let value = Int64(head) else { return nil }
        text.removeFirst(digits)
        return value
    }

    private static func fraction(_ text: inout Substring) -> Int64? {
        guard take(".", &text) else { return 0 }
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        guard !digits.isEmpty, let value = Int64((digits + "000000").prefix(6)) else { return nil }
        text.removeFirst(digits.count)
        return value
    }

    /// Seconds east of UTC: `Z`, `+02`, `+02:00` or `+0200`.
    private static func offset(_ text: inout Substring) -> Int64? {
        if take("Z", &text) { return 0 }
        let sign: Int64 = text.first == "-" ? -1 : 1
        guard take("+", &text) || take("-", &text), let hours = number(&text, digits: 2), hours < 24
        else { return nil }
        guard !text.isEmpty else { return sign * hours * 3600 }
        _ = take(":", &text)
        guard let minutes = number(&text, digits: 2), minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}

/// A day in the proleptic Gregorian calendar; the arithmetic is Howard Hinnant's `days_from_civil`.
struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = Timestamp.divide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = Timestamp.divide(shiftedYear, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
