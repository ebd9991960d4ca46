public import Domain
public import Foundation

extension DollarPePayout {
    /// An amount of a stablecoin: more than nothing, with at most six decimals.
    public struct CoinAmount: TextValue, Comparable {
        /// The digits as they are sent: a text, since a number could be written in two ways and signed in one.
        public let text: String
        /// The number.
        public let decimal: Decimal

        /// Digits with up to six decimals, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            let parts = text.split(separator: ".")
            let amount = try FiatAmount(text: text)
            guard amount.decimal > 0, parts[0].utf8.count <= 12, parts.dropFirst().allSatisfy({ $0.utf8.count <= 6 })
            else {
                throw InvalidValue(
                    text, isNot: "an amount of a stablecoin",
                    expected: "write more than 0 with at most six decimals, such as 51 or 51.25")
            }
            self.text = text
            decimal = amount.decimal
        }

        /// Whether the first amount is smaller.
        public static func < (lhs: CoinAmount, rhs: CoinAmount) -> Bool { lhs.decimal < rhs.decimal }

        /// Up to twelve digits, then perhaps a point and up to six decimals, and not all of them 0.
        public static var pattern: String? { PositivePattern.of(digits: 12, decimals: 6) }

        /// 51 USDT.
        public static var sample: CoinAmount { CoinAmount(checked: "51", decimal: 51) }

        private init(checked text: String, decimal: Decimal) {
            self.text = text
            self.decimal = decimal
        }
    }
}
