public import Foundation

/// An amount of money without its currency: exact decimal digits, at most 38 of them, not negative.
///
/// It is read from its text or from the text of a JSON number, never through a binary float, and written as a string:
/// a JSON number would be rounded by the next program that reads it.
public struct FiatAmount: TextValue, Comparable {
    /// The number.
    public let decimal: Decimal

    private init(checked decimal: Decimal) { self.decimal = decimal }

    /// This number, which must not be negative and must fit the text form.
    public init(_ decimal: Decimal) throws(InvalidValue) {
        // What JSON's reader had to round has 38 digits on one side of the point, and so never fits.
        try self.init(text: decimal.description)
    }

    /// Digits with a point before the decimals, such as `985.50`, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let whole = parts.first, whole == "0" || (whole.isAll(ASCII.isDigit) && whole.first != "0"),
            parts.count == 1 || parts[1].isAll(ASCII.isDigit), whole.utf8.count <= 20,
            parts.count == 1 || parts[1].utf8.count <= 18, let decimal = Decimal(string: text)
        else { throw InvalidValue(text, isNot: "an amount of money", expected: Self.expected) }
        self.decimal = decimal
    }

    /// Digits with a point before the decimals, or nil.
    public init?(_ text: String) {
        guard let amount = try? FiatAmount(text: text) else { return nil }
        self = amount
    }

    /// Reads a JSON string, or a JSON number by its digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            if let text = try? container.decode(String.self) {
                try self.init(text: text)
            } else {
                try self.init(try container.decode(Decimal.self))
            }
        } catch let error as InvalidValue {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// The digits, without trailing zeros behind the point.
    public var text: String { decimal.description }

    /// Whether the first amount is smaller.
    public static func < (lhs: FiatAmount, rhs: FiatAmount) -> Bool { lhs.decimal < rhs.decimal }

    /// So many units at a price each, rounded up to whole ones: a limit must not be missed for a fraction.
    ///
    /// Nil where the product has more than 20 digits.
    public func roundedUpProduct(with price: FiatAmount) -> FiatAmount? {
        var product = decimal * price.decimal
        var rounded = Decimal()
        NSDecimalRound(&rounded, &product, 0, .up)
        return try? FiatAmount(rounded)
    }

    /// Digits, then perhaps a point and up to 18 decimals.
    public static var pattern: String? { "^(0|[1-9][0-9]{0,19})(\\.[0-9]{1,18})?$" }

    /// A net amount after fees.
    public static var sample: FiatAmount { FiatAmount(checked: 985) }

    private static let expected = "write digits, with a point before the decimals, such as 985.50"
}

/// An exact amount in a currency.
public struct Money: Hashable, Codable, Sendable, CustomStringConvertible {
    /// How much.
    public let amount: FiatAmount

    /// Of which currency.
    public let currency: CurrencyCode

    /// This much of a currency.
    public init(_ amount: FiatAmount, _ currency: CurrencyCode) {
        self.amount = amount
        self.currency = currency
    }

    /// Whether this is at least as much as `minimum`, in the same currency; amounts of two currencies never compare.
    public func covers(_ minimum: Money) -> Bool {
        currency == minimum.currency && amount >= minimum.amount
    }

    /// Amount and currency, such as `985.5 USD`.
    public var description: String { "\(amount) \(currency)" }
}
