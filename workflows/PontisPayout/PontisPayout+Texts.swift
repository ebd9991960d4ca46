public import Domain

extension PontisPayout {
    /// An amount that is paid: more than nothing, with at most two decimals (PontisGlobe documentation, “Send payout
    /// request”; that more decimals are refused is assumed).
    public struct SourceAmount: TextValue {
        /// With exactly two decimals, as it is sent: `125.00`.
        public let text: String

        /// Digits with up to two decimals, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            _ = try FiatAmount(text: text)
            let parts = text.split(separator: ".").map(String.init)
            let decimals = parts.count > 1 ? parts[1] : ""
            guard text.contains(where: { ("1"..."9").contains($0) }), decimals.utf8.count <= 2,
                parts[0].utf8.count <= 12
            else {
                throw InvalidValue(
                    text, isNot: "an amount that can be paid",
                    expected: "write more than 0 with at most two decimals, such as 125.00")
            }
            self.text = parts[0] + "." + decimals.padding(toTwoZeros: 2)
        }

        /// Up to twelve digits, then perhaps a point and one or two decimals, and not all of them 0.
        public static var pattern: String? { PositivePattern.of(digits: 12, decimals: 2) }

        /// 125 USDT.
        public static var sample: SourceAmount { SourceAmount(checked: "125.00") }

        private init(checked text: String) { self.text = text }
    }

    /// The stablecoin that pays, as PontisGlobe writes it.
    public struct SourceCurrency: TextValue {
        /// Three to five capital letters.
        public let text: String

        /// Three to five capital letters, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            guard 3...5 ~= text.utf8.count, text.utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }) else {
                throw InvalidValue(
                    text, isNot: "a stablecoin", expected: "write three to five capital letters, such as USDT")
            }
            self.text = text
        }

        /// Three to five capital letters.
        public static var pattern: String? { "^[A-Z]{3,5}$" }

        /// Tether.
        public static var sample: SourceCurrency { SourceCurrency(checked: "USDT") }

        private init(checked text: String) { self.text = text }
    }

    /// A short text for people, on one line.
    public struct Note: TextValue {
        /// 1 to 140 characters.
        public let text: String

        /// 1 to 140 characters without line breaks, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            guard 1...140 ~= text.unicodeScalars.count, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
                throw InvalidValue("a text is not one line of 1 to 140 characters")
            }
            self.text = text
        }

        /// Anything on one line.
        public static var pattern: String? { "^[^\\u0000-\\u001F]{1,140}$" }

        /// A name.
        public static var sample: Note { Note(checked: "Asha Rao") }

        private init(checked text: String) { self.text = text }
    }

    /// A number of days from 0 to 90, as text.
    public struct WatchDays: TextValue {
        /// How many.
        public let count: Int

        /// 0 to 90, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            guard let count = Int(text), 0...90 ~= count, String(count) == text else {
                throw InvalidValue(text, isNot: "a number of days", expected: "write a whole number from 0 to 90")
            }
            self.count = count
        }

        /// The number in digits.
        public var text: String { String(count) }

        /// 0 to 90.
        public static var pattern: String? { "^([0-9]|[1-8][0-9]|90)$" }

        /// A week.
        public static var sample: WatchDays { WatchDays(checked: 7) }

        private init(checked count: Int) { self.count = count }
    }
}

extension String {
    fileprivate func padding(toTwoZeros length: Int) -> String {
        self + String(repeating: "0", count: max(0, length - utf8.count))
    }
}
