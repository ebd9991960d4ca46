import Foundation
import ProviderCore

extension DollarPeClient.Configuration: Decodable {
    /// Reads each of the three documented shapes.
    ///
    /// - 2025, guide: `{supported_assets, coin_limits: {usdt: {min, max}}}`
    /// - 2025, reference: `{coin_limits: {inr: {usdt: {bank_transfer: {min, max}}}}}`
    /// - now: `{inr: {supported_assets, coin_limits: {usdt: {imps: {min, max}}}, required_risk_parameters}}`
    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Name.self)
        let inner = (try? root.nestedContainer(keyedBy: Name.self, forKey: "inr")) ?? root
        var limits: [String: Range] = [:]
        if var coins = try? inner.nestedContainer(keyedBy: Name.self, forKey: "coin_limits") {
            coins = (try? coins.nestedContainer(keyedBy: Name.self, forKey: "inr")) ?? coins
            for coin in coins.allKeys {
                if let range = Self.range(of: coin, in: coins) { limits[coin.stringValue.lowercased()] = range }
            }
        }
        let named: [String]? = inner.tolerant("supported_assets")
        assets = named?.map { $0.lowercased() } ?? limits.keys.sorted()
        self.limits = limits
        requiredRiskParameters = inner.tolerant("required_risk_parameters") ?? []
    }

    private static func range(of coin: Name, in coins: KeyedDecodingContainer<Name>) -> Range? {
        if let range: Wire = coins.tolerant(coin) { return range.range }
        let rails: [String: Wire] = coins.tolerant(coin) ?? [:]
        return (rails["imps"] ?? rails["bank_transfer"])?.range
    }

    private struct Wire: Decodable {
        let min: LooseAmount
        let max: LooseAmount

        var range: Range? {
            guard let least = min.decimal, let most = max.decimal else { return nil }
            return Range(least: least, most: most)
        }
    }

    private struct Name: CodingKey, ExpressibleByStringLiteral {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        init(stringLiteral value: String) { stringValue = value }
    }
}
