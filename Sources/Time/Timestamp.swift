/// An instant: whole microseconds since 1970-01-01T00:00:00Z, PostgreSQL's own resolution.
///
/// It is a plain value: nothing here reads a clock. As text, and so in JSON, it is ISO 8601 in UTC with six decimals.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    public let microseconds: Int64

    /// The instant this many microseconds after 1970-01-01T00:00:00Z.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The instant this many seconds after 1970-01-01T00:00:00Z.
    public init(seconds: Int64) {
        self.init(microseconds: Duration.seconds(seconds).microseconds)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    public var seconds: Int64 { Self.divide(microseconds, 1_000_000).quotient }

    /// Whichever comes first.
    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool { lhs.microseconds < rhs.microseconds }

    /// The instant this much later.
    public static func + (instant: Timestamp, interval: Duration) -> Timestamp {
        Timestamp(microseconds: Self.sum(instant.microseconds, interval.microseconds))
    }

    /// The instant this much earlier.
    public static func - (instant: Timestamp, interval: Duration) -> Timestamp {
        Timestamp(microseconds: Self.sum(instant.microseconds, -interval.microseconds))
    }

    /// How much later the first instant is than the second.
    public static func - (lhs: Timestamp, rhs: Timestamp) -> Duration {
        .microseconds(lhs.microseconds) - .microseconds(rhs.microseconds)
    }

    /// A sum that ends at the last instant there is: a provider's absurd number must not stop the daemon.
    private static func sum(_ lhs: Int64, _ rhs: Int64) -> Int64 {
        let (sum, overflow) = lhs.addingReportingOverflow(rhs)
        return overflow ? (rhs < 0 ? -Int64.max : .max) : sum
    }

    /// Division that rounds down, so that instants before 1970 fall into the right second and day.
    static func divide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }
}
