public import Time

extension Timestamp: ColumnValue {
    /// Reads PostgreSQL's ISO form of a `timestamptz`, `2026-03-01 12:00:05.123456+05:30`.
    ///
    /// The session's time zone does not matter: the offset is part of the text. `infinity`, years before Christ and
    /// other settings of `DateStyle` are not read.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Timestamp? {
        guard let text else { return nil }
        var scanner = DigitScanner(text: text)
        guard let year = scanner.number(digits: 4...6), scanner.take("-"), let month = scanner.number(digits: 2...2),
            scanner.take("-"), let day = scanner.number(digits: 2...2), scanner.take(" ") || scanner.take("T"),
            let hour = scanner.number(digits: 2...2), scanner.take(":"), let minute = scanner.number(digits: 2...2),
            scanner.take(":"), let second = scanner.number(digits: 2...2), 1...12 ~= month, 1...31 ~= day,
            let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Timestamp(microseconds: seconds * 1_000_000 + fraction)
    }

    /// Howard Hinnant's `days_from_civil`, for years from 0 on.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// Reads numbers and signs from ASCII bytes, from left to right.
private struct DigitScanner {
    let text: UnsafeBufferPointer<UInt8>
    var position = 0

    init(text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    var isAtEnd: Bool { position == text.count }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    mutating func number(digits: ClosedRange<Int>) -> Int64? {
        var value: Int64 = 0
        let start = position
        while position < text.count, position - start < digits.upperBound,
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[position]
        {
            value = value * 10 + Int64(text[position] - UInt8(ascii: "0"))
            position += 1
        }
        return digits.contains(position - start) ? value : nil
    }

    /// Microseconds: nothing, or a point and up to six digits.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        let start = position
        guard var value = number(digits: 1...6) else { return nil }
        for _ in (position - start)..<6 { value *= 10 }
        return value
    }

    /// Seconds east of Greenwich: `+00`, `-03:30`, or, before the standard zones, `+00:19:32`.
    mutating func offset() -> Int64? {
        if take("Z") { return 0 }
        let isWest = take("-")
        guard isWest || take("+"), let hours = number(digits: 2...2) else { return nil }
        var seconds = hours * 3600
        for unit in [Int64(60), 1] where take(":") {
            guard let part = number(digits: 2...2) else { return nil }
            seconds += part * unit
        }
        return isWest ? -seconds : seconds
    }
}
