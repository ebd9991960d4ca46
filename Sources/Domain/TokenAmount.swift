/// An amount of a token in its smallest unit: `1000000000` is 1,000 USDC, which has six decimals.
///
/// It is kept as digits, so that 256-bit amounts are exact; a JSON number is refused, since many programs that write
/// JSON would have rounded it.
public struct TokenAmount: TextValue, Comparable {
    /// The digits: no sign, no leading zero, not zero, 78 at most (the longest 256-bit number).
    public let text: String

    private init(checked text: String) { self.text = text }

    /// A positive whole number in digits, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        guard text.isAll(ASCII.isDigit), text.first != "0", text.utf8.count <= 78 else {
            throw InvalidValue(
                text, isNot: "a token amount",
                expected: "write a positive whole number of minimum units, without leading zeros, in at most 78 digits")
        }
        self.text = text
    }

    /// A positive whole number in digits, or nil.
    public init?(_ text: String) {
        guard let amount = try? TokenAmount(text: text) else { return nil }
        self = amount
    }

    /// Whether the first amount is smaller.
    public static func < (lhs: TokenAmount, rhs: TokenAmount) -> Bool {
        // Without leading zeros the longer number is the larger one, and equally long ones sort as text.
        (lhs.text.utf8.count, lhs.text) < (rhs.text.utf8.count, rhs.text)
    }

    /// A digit that is not zero, and up to 77 more.
    public static var pattern: String? { "^[1-9][0-9]{0,77}$" }

    /// 1,000 USDC.
    public static var sample: TokenAmount { TokenAmount(checked: "1000000000") }
}
