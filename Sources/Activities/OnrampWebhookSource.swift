public import BorderlessPayments
import Domain
import Engine
public import HTTPTypes
import Onramp
public import Time
public import Webhooks

/// Borderless Payments' webhooks, for each account that has a secret.
public struct OnrampWebhookSource: WebhookSource {
    /// As in addresses and references.
    public let provider = Onramp.provider

    private let accounts: [String: PartnerAccount]

    /// A source for these accounts.
    public init(accounts: [PartnerAccount]) {
        self.accounts = Dictionary(
            accounts.filter { !$0.webhookSecrets.isEmpty }.map { ($0.name, $0) }
        ) { _, last in last }
    }

    /// Verifies the signature, and reads what it is about.
    public func read(_ request: HTTPRequest, account: String, now: Timestamp) -> WebhookReading {
        guard let account = accounts[account] else { return .unknownAccount }
        switch PartnerWebhook.verify(
            body: request.body, headers: request.headers, secrets: account.webhookSecrets, now: now)
        {
        case .refused(let reason): return .refused(reason: reason)
        case .genuine(_, isFresh: false) where account.staleWebhooks == .refuse:
            return .refused(reason: "the signature is older than five minutes")
        case .genuine(let event, _) where ([event.type, event.id] + event.references).contains { $0.contains("\0") }:
            // No database keeps U+0000 in a text: it would be sent again for ever.
            return .refused(reason: "it holds U+0000 in a name")
        case .genuine(let event, _):
            return .genuine(
                ReceivedWebhook(
                    provider: provider, account: account.name, kind: event.type, dedupeKey: event.id,
                    references: event.references, headers: ["Content-Type": request.headers["Content-Type"] ?? ""],
                    body: event.body))
        }
    }
}
