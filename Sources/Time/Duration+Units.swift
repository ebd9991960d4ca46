extension Duration {
    /// This many minutes.
    public static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }

    /// This many hours.
    public static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }

    /// This many days of 24 hours.
    public static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }

    /// The whole microseconds of this interval; what is finer is cut off, and so is what is beyond 292,000 years.
    public var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let limit = Int64.max / 1_000_000
        guard seconds > -limit, seconds < limit else { return seconds < 0 ? -Int64.max : .max }
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    /// As a person would say it: `24 h`, `30 s`, `1 h 30 min`, `250 ms`.
    public var inWords: String {
        let total = microseconds
        if total < 0 { return "-" + (Duration.microseconds(-total)).inWords }
        if total < 1_000_000 { return total % 1000 == 0 || total > 10_000 ? "\(total / 1000) ms" : "\(total) µs" }
        let seconds = total / 1_000_000
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"),
        ]
        // Whole days up to two stay hours: people say “24 h”, not “1 d”.
        if seconds <= 172_800, seconds % 3600 == 0, seconds >= 3600 { return "\(seconds / 3600) h" }
        return parts.filter { $0.0 > 0 }.prefix(2).map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
