public import Domain

extension DollarPePayout {
    /// An amount of a stablecoin: more than nothing, with at most six decimals.
    public struct CoinAmount: TextValue, Comparable {
        /// The digits as they are sent: a text, since a number could be written in two ways and signed in one.
        public let text: String
        /// The number.
        public let value: FiatAmount

        /// Digits with up to six decimals, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            let value = try FiatAmount(text: text)
            let parts = text.split(separator: ".").map(\.utf8.count)
            guard text.contains(where: { "1"..."9" ~= $0 }), parts.first ?? 0 <= 12, parts.dropFirst().first ?? 0 <= 6
            else {
                throw InvalidValue(
                    text, isNot: "an amount of a stablecoin",
                    expected: "write more than 0 with at most six decimals, such as 51 or 51.25")
            }
            self.text = text
            self.value = value
        }

        /// Whether the first amount is smaller.
        public static func < (lhs: CoinAmount, rhs: CoinAmount) -> Bool { lhs.value < rhs.value }

        /// Up to twelve digits, then perhaps a point and up to six decimals, and not all of them 0.
        public static var pattern: String? { PositivePattern.of(digits: 12, decimals: 6) }

        /// 51 USDT.
        public static var sample: CoinAmount { CoinAmount(checked: "51", FiatAmount("51") ?? .sample) }

        private init(checked text: String, _ value: FiatAmount) {
            self.text = text
            self.value = value
        }
    }
}
