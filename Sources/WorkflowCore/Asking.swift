public import Time

/// Since when, and how often, a job has asked for a price that nobody has taken yet: a quote ages within minutes, and
/// is asked for anew.
public struct Asking: Codable, Hashable, Sendable {
    /// An instant of the first quote, as the flow counts from.
    public let since: Timestamp
    /// How many quotes there were.
    public let quotes: Int

    /// More quotes than this that came to nothing, and something is wrong, such as a clock.
    public static let mostQuotes = 20

    /// Whether it has lasted for a day by then: whoever was asked for so long is not asked again.
    public func isTooLong(at instant: Timestamp) -> Bool { instant - since >= .hours(24) }

    /// Asking since this instant.
    public init(since: Timestamp, quotes: Int = 1) {
        self.since = since
        self.quotes = quotes
    }

    /// Reads it; where quotes were not counted yet, there was one.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        since = try container.decode(Timestamp.self, forKey: .since)
        quotes = try container.decodeIfPresent(Int.self, forKey: .quotes) ?? 1
    }
}
