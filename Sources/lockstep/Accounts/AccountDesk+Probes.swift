import BorderlessPayments
import BorderlessXYZ
import Configuration
import Dfns
import Domain
import DollarPe
import Onramp
import PontisGlobe
import ProviderCore

/// A read that proves an account's credentials.
struct AccountProbe: Sendable {
    /// The members of the configuration that hold them.
    let credentials: String
    /// Reads, and says what was read.
    let ask: @Sendable () async -> ProviderOutcome<String>
}

extension AccountDesk {
    /// The read for an account: one row for each provider.
    func probe(_ id: AccountName, _ clients: Clients) -> AccountProbe? {
        switch id.provider {
        case DfnsAccount.provider: clients.dfns[id.name].map(Self.probe)
        case PontisEntry.provider: clients.pontis[id.name].map(Self.probe)
        case DollarPeAccount.provider: clients.dollarPe[id.name].map(Self.probe)
        case PartnerAccount.provider: clients.borderlessPayments[id.name].map(Self.probe)
        case BorderlessXYZEntry.provider: clients.borderlessXYZ[id.name].map(Self.probe)
        default: nil
        }
    }

    private static func probe(_ client: DfnsClient) -> AccountProbe {
        AccountProbe(credentials: "token, credential_id and private_key") {
            let payouts = await client.payouts(limit: 1)
            guard case .answered = payouts else { return payouts.map { _ in "" } }
            return await client.proveSigning().map { _ in "payouts can be read, and its key signs" }
        }
    }

    private static func probe(_ client: PontisClient) -> AccountProbe {
        AccountProbe(credentials: "api_key, email, password, encryption_secret and hmac_secret") {
            // Nobody's payout: that it is not found is only told to whoever logged in, sealed and signed well.
            let outcome = await client.payout("00000000-0000-4000-8000-000000000000")
            if case .refused(let refusal) = outcome, refusal.code == .notFound { return .answered(Self.sealed) }
            return outcome.map { _ in Self.sealed }
        }
    }

    private static let sealed = "it can log in, and what is sealed and signed is understood"

    private static func probe(_ client: DollarPeClient) -> AccountProbe {
        AccountProbe(credentials: "api_key and api_secret") {
            await client.configuration().map { _ in "its configuration can be read" }
        }
    }

    private static func probe(_ client: BorderlessXYZClient) -> AccountProbe {
        AccountProbe(credentials: "client_id and client_secret") {
            await client.webhooks().map { _ in "a token is given, and webhooks can be read" }
        }
    }

    private static func probe(_ client: PartnerClient) -> AccountProbe {
        AccountProbe(credentials: "api_key") {
            await client.proveRights(selling: Self.offer).map { missing in
                let gap = missing.isEmpty ? "" : ", but it does not sell at present: \(missing.joined(separator: ", "))"
                return "its key may create users and place orders" + gap
            }
        }
    }

    /// What `onramp` takes as input.
    private static let offer = PartnerClient.Catalogue(
        fiats: Onramp.Fiat.allCases.map(\.text), cryptos: Onramp.Coin.allCases.map(\.text),
        networks: [Onramp.Wallet.polygon(.sample), .stellar(.sample)].map(\.network),
        instruments: Onramp.Instrument.allCases.map(\.text))
}
