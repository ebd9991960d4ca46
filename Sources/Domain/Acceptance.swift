public import JSONSchema

/// A yes to a price, and perhaps the least that it was said to.
///
/// A price that ages is replaced by itself, and whoever says yes has seen the one of a moment ago. If they name it,
/// their yes can't be taken for one to a worse price that came in between.
public struct Acceptance: Codable, Hashable, Sendable {
    /// The least that was agreed to; nil: whatever the price is when the yes arrives.
    public let least: FiatAmount?

    /// A yes to no less than this.
    public init(least: FiatAmount? = nil) { self.least = least }

    /// What came with a yes, such as `{"crypto_amount": "97.8"}`; nil where that is no amount, or where there is
    /// anything else: a price under another name would else be taken for a yes to any. Who said it, and why, may stand
    /// beside it.
    public init?(_ payload: JSONValue, amount name: String) {
        switch payload {
        case .null: self.init()
        case .object(let members):
            guard Set(members.keys).isSubset(of: [name, "by", "reason"]) else { return nil }
            guard let value = members[name], value != .null else {
                self.init()
                return
            }
            guard let least = value.string.flatMap({ FiatAmount($0) }) else { return nil }
            self.init(least: least)
        case .bool, .int, .double, .string, .array: return nil
        }
    }

    /// Why it is no yes to this price; nil where it is one.
    public func objection(to price: FiatAmount) -> String? {
        guard let least, price < least else { return nil }
        return "the price is now \(price), and the yes was to \(least)"
    }
}
