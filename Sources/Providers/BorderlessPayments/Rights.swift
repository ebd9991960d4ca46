import Domain
public import ProviderCore

/// What a key may do, and what is sold (Borderless Payments documentation, “Create an API key” and “Quotes”).
extension PartnerClient {
    /// What is sold, or asked for.
    public struct Catalogue: Hashable, Sendable, Decodable {
        /// Such as `EUR`.
        public let fiats: [String]
        /// Such as `USDC`.
        public let cryptos: [String]
        /// Such as `polygon`.
        public let networks: [String]
        /// Such as `sepa_bank_transfer`.
        public let instruments: [String]

        private enum CodingKeys: String, CodingKey {
            case fiats = "fiat_currencies"
            case cryptos = "crypto_currencies"
            case networks = "crypto_networks"
            case instruments = "payment_instruments"
        }

        /// A catalogue of all its parts.
        public init(fiats: [String], cryptos: [String], networks: [String], instruments: [String]) {
            self.fiats = fiats
            self.cryptos = cryptos
            self.networks = networks
            self.instruments = instruments
        }
    }

    /// What our calls need: scopes are set for good when a key is made.
    ///
    /// Why an order came to nothing is told in webhooks only, and so read from their deliveries.
    static let neededScopes = [
        "users:read", "users:write", "kyc:write", "quotes:read", "orders:read", "orders:write",
        "webhook_deliveries:read",
    ]

    /// Whether the key is of this account's mode and may do what our calls do (`GET /context`), and which of these
    /// things are not sold at present (`GET /quotes/catalogue`); refused where mode or scopes are not right.
    public func proveRights(selling offer: Catalogue) async -> ProviderOutcome<[String]> {
        await ProviderOutcome { () async throws(CallFailure) in
            let context: WireContext = try await read("/context")
            if let mode = context.mode, mode.lowercased() != account.mode.text {
                let words = "wrong mode: the key is of \(mode), and this account is \(account.mode)"
                throw .refused(CallRefusal(Refusal(.forbidden, words)))
            }
            let missing = Self.neededScopes.filter { !context.scopes.contains($0) }
            guard missing.isEmpty else {
                let words = "the key lacks \(missing.joined(separator: ", ")): make another that has all of them"
                throw .refused(CallRefusal(Refusal(.forbidden, words)))
            }
            let sold: Catalogue = try await read("/quotes/catalogue")
            return offer.fiats.filter { !sold.fiats.contains($0) }
                + offer.cryptos.filter { !sold.cryptos.contains($0) }
                + offer.networks.filter { !sold.networks.contains($0) }
                + offer.instruments.filter { !sold.instruments.contains($0) }
        }
    }
}

private struct WireContext: Decodable {
    let mode: String?
    let scopes: [String]
}
