/// An address on Ethereum or a network like it: `0x` and 40 hexadecimal digits.
///
/// Upper and lower case are a checksum and not part of the address, so they don't count when two are compared; the text
/// keeps them, since a provider may want its own spelling echoed.
public struct EVMAddress: TextValue {
    /// The address as it was written.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// `0x` and 40 hexadecimal digits, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        guard text.hasPrefix("0x"), text.utf8.count == 42, String(text.dropFirst(2)).isAll(ASCII.isHex) else {
            throw InvalidValue(text, isNot: "an EVM address", expected: "write 0x and 40 hexadecimal digits")
        }
        self.text = text
    }

    /// Whether both name the same account, in whatever case.
    public static func == (lhs: EVMAddress, rhs: EVMAddress) -> Bool {
        lhs.text.lowercased() == rhs.text.lowercased()
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(text.lowercased()) }

    /// `0x` and 40 hexadecimal digits.
    public static var pattern: String? { "^0x[0-9a-fA-F]{40}$" }

    /// USDC on Polygon.
    public static var sample: EVMAddress { EVMAddress(checked: "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359") }
}

/// An address on Solana: 32 to 44 characters of base58, in which case counts.
public struct SolanaAddress: TextValue {
    /// The address.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// 32 to 44 characters of base58, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        guard 32...44 ~= text.utf8.count, text.isAll(ASCII.isBase58) else {
            throw InvalidValue(
                text, isNot: "a Solana address",
                expected: "write 32 to 44 characters of base58 (letters and digits without 0, O, I and l)")
        }
        self.text = text
    }

    /// 32 to 44 characters of base58.
    public static var pattern: String? { "^[1-9A-HJ-NP-Za-km-z]{32,44}$" }

    /// USDC on Solana.
    public static var sample: SolanaAddress { SolanaAddress(checked: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v") }
}

/// An address on Tron: `T` and 33 characters of base58, in which case counts.
public struct TronAddress: TextValue {
    /// The address.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// `T` and 33 characters of base58, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        guard text.hasPrefix("T"), text.utf8.count == 34, text.isAll(ASCII.isBase58) else {
            throw InvalidValue(
                text, isNot: "a Tron address",
                expected: "write T and 33 characters of base58 (letters and digits without 0, O, I and l)")
        }
        self.text = text
    }

    /// `T` and 33 characters of base58.
    public static var pattern: String? { "^T[1-9A-HJ-NP-Za-km-z]{33}$" }

    /// USDT on Tron.
    public static var sample: TronAddress { TronAddress(checked: "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t") }
}
