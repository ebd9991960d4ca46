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
            let decimals = text.split(separator: ".").dropFirst().first?.utf8.count ?? 0
            let amount = try FiatAmount(text: text)
            guard amount.decimal > 0, decimals <= 6 else {
                throw InvalidValue(
                    text, isNot: "an amount of a stablecoin",
                    expected: "write more than 0 with at most six decimals, such as 51 or 51.25")
            }
            self.text = text
            decimal = amount.decimal
        }

        /// Whether the first amount is smaller.
        public static func < (lhs: CoinAmount, rhs: CoinAmount) -> Bool { lhs.decimal < rhs.decimal }

        /// Digits, then perhaps a point and up to six decimals.
        public static var pattern: String? { "^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?$" }

        /// 51 USDT.
        public static var sample: CoinAmount { CoinAmount(checked: "51", decimal: 51) }

        private init(checked text: String, decimal: Decimal) {
            self.text = text
            self.decimal = decimal
        }
    }
}
