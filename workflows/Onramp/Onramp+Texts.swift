public import Domain

/// The checked texts of the input.
extension Onramp {
    /// An amount of euros: more than nothing, with at most two decimals.
    public struct EuroAmount: TextValue {
        /// With exactly two decimals, as it is sent: `100.00`.
        public let text: String

        /// Digits with up to two decimals, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            let decimals = parts.count > 1 ? parts[1] : "00"
            guard FiatAmount(text) != nil, text.contains(where: { ("1"..."9").contains($0) }),
                parts[0].utf8.count <= 9, decimals.utf8.count <= 2
            else {
                throw InvalidValue(
                    text, isNot: "an amount of euros",
                    expected: "write more than 0 with at most two decimals, such as 100.00")
            }
            self.text = parts[0] + "." + (decimals.utf8.count == 1 ? decimals + "0" : decimals)
        }

        /// Digits, then perhaps a point and one or two decimals, and not all of them zeros.
        public static var pattern: String? { "^([1-9][0-9]{0,8}(\\.[0-9]{1,2})?|0\\.[1-9][0-9]?|0\\.0[1-9])$" }

        /// 100 euros.
        public static var sample: EuroAmount { EuroAmount(checked: "100.00") }

        private init(checked text: String) { self.text = text }
    }

    /// An amount of a stablecoin, with at most six decimals.
    public struct CoinAmount: TextValue {
        /// The digits as they were written.
        public let text: String
        /// The number.
        public let amount: FiatAmount

        /// Digits with up to six decimals, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            let parts = text.split(separator: ".").map(\.utf8.count)
            guard let amount = FiatAmount(text), parts[0] <= 12, parts.count == 1 || parts[1] <= 6 else {
                throw InvalidValue(
                    text, isNot: "an amount of a stablecoin",
                    expected: "write digits with at most six decimals, such as 97.5")
            }
            self.text = text
            self.amount = amount
        }

        /// Digits, then perhaps a point and up to six decimals.
        public static var pattern: String? { "^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?$" }

        /// Some dollars.
        public static var sample: CoinAmount { CoinAmount(checked: "985", amount: .sample) }

        private init(checked text: String, amount: FiatAmount) {
            self.text = text
            self.amount = amount
        }
    }

    /// An account on Stellar, with its checksum.
    public struct StellarAddress: TextValue {
        /// `G` and 55 characters of base32.
        public let text: String

        /// An account with a checksum that fits, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            guard text.utf8.count == 56, text.hasPrefix("G"), let bytes = Base32.decode(text), bytes.count == 35,
                Base32.checksum(of: bytes[..<33]) == UInt16(bytes[33]) | UInt16(bytes[34]) << 8
            else {
                throw InvalidValue(
                    text, isNot: "an account on Stellar",
                    expected: "write G and 55 letters and digits, with every one of them right: they hold a checksum")
            }
            self.text = text
        }

        /// `G` and 55 characters of base32; the checksum is looked at when the job starts.
        public static var pattern: String? { "^G[A-Z2-7]{55}$" }

        /// The issuer of USDC on Stellar.
        public static var sample: StellarAddress {
            StellarAddress(checked: "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN")
        }

        private init(checked text: String) { self.text = text }
    }

    /// By what an exchange finds its customer: a text of up to 28 bytes, a number, or a hash in hexadecimal digits.
    public struct StellarMemo: TextValue {
        /// The memo.
        public let text: String

        /// A memo, or an error that says what one looks like.
        public init(text: String) throws(InvalidValue) {
            let isPlain = text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
            let isHash = text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
            guard isPlain, 1...28 ~= text.utf8.count || isHash else {
                throw InvalidValue(
                    text, isNot: "a memo of Stellar",
                    expected: "write what the exchange shows: 1 to 28 characters without spaces, or 64 digits of a hash"
                )
            }
            self.text = text
        }

        /// 1 to 28 visible characters, or 64 hexadecimal digits.
        public static var pattern: String? { "^([!-~]{1,28}|[0-9a-fA-F]{64})$" }

        /// A number.
        public static var sample: StellarMemo { StellarMemo(checked: "1042") }

        private init(checked text: String) { self.text = text }
    }

    /// An e-mail address; only its outer form is checked.
    public struct EmailAddress: TextValue {
        /// The address.
        public let text: String

        /// Something, an `@`, and a domain, or an error that says so; the address is not repeated, since it is
        /// personal.
        public init(text: String) throws(InvalidValue) {
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, 1...64 ~= parts[0].utf8.count, 3...189 ~= parts[1].utf8.count,
                text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), parts[1].dropFirst().dropLast().contains(".")
            else { throw InvalidValue("this is not an e-mail address: write one such as maria@example.com") }
            self.text = text
        }

        /// Something, an `@`, and a domain with a point in it.
        public static var pattern: String? { "^[!-?A-~]{1,64}@[!-?A-~][!-?A-~]{0,93}\\.[!-?A-~]{1,94}$" }

        /// An address that nobody has.
        public static var sample: EmailAddress { EmailAddress(checked: "maria.garcia@example.com") }

        private init(checked text: String) { self.text = text }
    }

    /// A given or family name.
    public struct PersonName: TextValue {
        /// 1 to 100 characters.
        public let text: String

        /// 1 to 100 characters on one line, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            guard 1...100 ~= text.unicodeScalars.count, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
                throw InvalidValue("a name is not one line of 1 to 100 characters")
            }
            self.text = text
        }

        /// Anything on one line.
        public static var pattern: String? { "^[^\\u0001-\\u001F]{1,100}$" }

        /// A name.
        public static var sample: PersonName { PersonName(checked: "Maria") }

        private init(checked text: String) { self.text = text }
    }

    /// A telephone number in the form of E.164.
    public struct PhoneNumber: TextValue {
        /// `+` and 7 to 15 digits.
        public let text: String

        /// `+` and 7 to 15 digits, or an error that says so; the number is not repeated, since it is personal.
        public init(text: String) throws(InvalidValue) {
            let digits = text.dropFirst()
            guard text.hasPrefix("+"), 7...15 ~= digits.utf8.count, digits.utf8.first != UInt8(ascii: "0"),
                digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 })
            else { throw InvalidValue("this is not a telephone number: write one such as +34685555555") }
            self.text = text
        }

        /// `+` and 7 to 15 digits.
        public static var pattern: String? { "^\\+[1-9][0-9]{6,14}$" }

        /// A number.
        public static var sample: PhoneNumber { PhoneNumber(checked: "+34685555555") }

        private init(checked text: String) { self.text = text }
    }

    /// What the crypto is for, in a word of the venue's; its list is not published.
    public struct Purpose: TextValue {
        /// 1 to 64 characters.
        public let text: String

        /// 1 to 64 characters on one line, or an error that says so.
        public init(text: String) throws(InvalidValue) {
            guard 1...64 ~= text.unicodeScalars.count, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
                throw InvalidValue("a purpose is not one line of 1 to 64 characters")
            }
            self.text = text
        }

        /// Anything on one line.
        public static var pattern: String? { "^[^\\u0001-\\u001F]{1,64}$" }

        /// A purpose.
        public static var sample: Purpose { Purpose(checked: "buying_selling_crypto_for_investments") }

        private init(checked text: String) { self.text = text }
    }
}

/// The text form of Stellar's keys (Stellar Ecosystem Proposal 23, “Strkeys”).
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// The bytes of a text without padding; nil where it holds other characters.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            (bits, count) = (bits << 5 | UInt32(value), count + 5)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= 1 << UInt32(count) - 1
            }
        }
        return bytes
    }

    /// CRC16-XModem.
    static func checksum(of bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(0) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
        }
    }
}
