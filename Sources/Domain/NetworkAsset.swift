public import JSONSchema

/// A token on a network, as Borderless.xyz names both in one word: `USDC_POLYGON` (Borderless.xyz documentation,
/// “Create a new withdrawal transaction”). Its list of tokens is open, and so is what is read; what is asked for has to
/// be on a network whose addresses we can check.
public struct NetworkAsset: TextValue {
    /// The word.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// Capital letters and digits, then perhaps `_` and a network, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        let parts = text.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard 1...2 ~= parts.count, 2...16 ~= parts[0].utf8.count, parts[0].isAll(Self.isPlain),
            parts.count == 1 || (2...24 ~= parts[1].utf8.count && parts[1].isAll { Self.isPlain($0) || $0 == 0x5F })
        else {
            throw InvalidValue(
                text, isNot: "an asset of Borderless.xyz",
                expected: "write the token and its network in capital letters, such as USDC_POLYGON")
        }
        self.text = text
    }

    /// The network, such as `POLYGON`; nil for a network's own coin.
    public var network: String? {
        let parts = text.split(separator: "_", maxSplits: 1)
        return parts.count == 2 ? String(parts[1]) : nil
    }

    /// The network, where it is one of our list.
    public var knownNetwork: Network? { network.map { Network(rawValue: $0) } ?? Network.home(ofCoin: text) }

    /// Checks that an address is one of this asset's network.
    public func check(address: String) throws(InvalidValue) {
        guard let network = knownNetwork else {
            let list = Network.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidValue("\(text) is on a network whose addresses can't be checked: known are \(list)")
        }
        try network.check(address: address)
    }

    /// The most decimals that an amount of it can have, where that is known: of a stablecoin on a known network.
    public var mostDecimals: Int? {
        let isStable = ["USDC_", "USDT_", "PYUSD_", "EURC_"].contains(where: text.hasPrefix)
        return isStable ? knownNetwork?.stablecoinDecimals : nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool { ASCII.isUpper(byte) || ASCII.isDigit(byte) }

    /// The word's form.
    public static var pattern: String? { "^[A-Z0-9]{2,16}(_[A-Z0-9_]{2,24})?$" }

    /// What may be asked for: a token on a network of our list, or such a network's own coin.
    public static var schema: Schema {
        let networks = Network.allCases.map(\.rawValue).joined(separator: "|")
        let coins = Set(Network.allCases.map(\.coin)).sorted().joined(separator: "|")
        return .string(pattern: "^([A-Z0-9]{2,16}_(\(networks))|\(coins))$", allowed: nil)
    }

    /// USDC on Polygon.
    public static var sample: NetworkAsset { NetworkAsset(checked: "USDC_POLYGON") }
}

/// An address on some network: its form alone is checked, until the asset says on which network it has to be.
public struct ChainAddress: TextValue {
    /// The address.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// 20 to 100 letters and digits, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        func isAllowed(_ byte: UInt8) -> Bool {
            ASCII.isDigit(byte) || ASCII.isUpper(byte) || 0x61...0x7A ~= byte || byte == 0x3A
        }
        guard 20...100 ~= text.utf8.count, text.isAll(isAllowed) else {
            throw InvalidValue(text, isNot: "an address on chain", expected: "write 20 to 100 letters and digits")
        }
        self.text = text
    }

    /// Letters and digits.
    public static var pattern: String? { "^[A-Za-z0-9:]{20,100}$" }

    /// An address like the documentation's.
    public static var sample: ChainAddress { ChainAddress(checked: "0x1234567890abcdef1234567890abcdef12345678") }
}
