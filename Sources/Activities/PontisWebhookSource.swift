import Engine
public import HTTPTypes
public import PontisGlobe
import ProviderCore
public import Time
public import Webhooks

/// PontisGlobe's callbacks, for each account: they are signed with the account's own HMAC secret, or the one before it.
public struct PontisWebhookSource: WebhookSource {
    /// As in addresses and references.
    public let provider = "pontis"

    private let accounts: [String: PontisAccount]

    /// A source for these accounts.
    public init(accounts: [PontisAccount]) {
        self.accounts = Dictionary(accounts.map { ($0.name, $0) }) { _, last in last }
    }

    /// Verifies signature and age, and reads which payout it is about.
    public func read(_ request: HTTPRequest, account: String, now: Timestamp) -> WebhookReading {
        guard let known = accounts[account] else { return .unknownAccount }
        switch PontisCallback.verify(
            body: request.body, headers: request.headers, signers: known.signers, now: now)
        {
        case .refused(let reason): return .refused(reason: reason)
        case .genuine(let event)
        where [event.id, event.payout.id, event.payout.status.description].contains { $0.contains("\0") }:
            // No database keeps U+0000 in a text: it would be sent again for ever.
            return .refused(reason: "it holds U+0000 in a name")
        case .genuine(let event):
            return .genuine(
                ReceivedWebhook(
                    provider: provider, account: account, kind: "payout.\(event.payout.status)", dedupeKey: event.id,
                    references: [event.payout.id], headers: ["Content-Type": request.headers["Content-Type"] ?? ""],
                    body: request.body))
        }
    }
}
