/// A network on which money can be sent out and come back. The list grows with the networks whose addresses we can
/// check.
public enum Network: String, CaseIterable, TextValue {
    case ethereum = "ETHEREUM"
    case polygon = "POLYGON"
    case base = "BASE"
    case arbitrum = "ARBITRUM"
    case optimism = "OPTIMISM"
    case avalanche = "AVALANCHE"
    case bsc = "BSC"
    case celo = "CELO"
    case solana = "SOLANA"
    case tron = "TRON"

    /// Polygon.
    public static var sample: Network { .polygon }

    /// Its own coin, as it stands without a network.
    var coin: String {
        switch self {
        case .ethereum, .base, .arbitrum, .optimism: "ETH"
        case .polygon: "POL"
        case .avalanche: "AVAX"
        case .bsc: "BNB"
        case .celo: "CELO"
        case .solana: "SOL"
        case .tron: "TRX"
        }
    }

    /// The network that a coin without one is on: each coin's first.
    static func home(ofCoin coin: String) -> Network? { allCases.first { $0.coin == coin } }

    /// Checks that a text is an address on this network.
    public func check(address: String) throws(InvalidValue) {
        switch self {
        case .ethereum, .polygon, .base, .arbitrum, .optimism, .avalanche, .bsc, .celo:
            _ = try EVMAddress(text: address)
        case .solana: _ = try SolanaAddress(text: address)
        case .tron: _ = try TronAddress(text: address)
        }
    }

    /// How many decimals its dollar and euro tokens have: six, but for those that Binance issues on its own network.
    var stablecoinDecimals: Int { self == .bsc ? 18 : 6 }
}
