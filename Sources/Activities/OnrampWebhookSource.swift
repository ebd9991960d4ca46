public import BorderlessPayments
import Domain
import Engine
public import HTTPTypes
import Onramp
public import Time
public import Webhooks

/// Borderless Payments' webhooks, for each account that has a secret.
public struct OnrampWebhookSource: WebhookSource {
    /// What happens to a genuine webhook with an old signature. Retries days later may carry the first one, and no webhook
    /// does more than make a job read (how retries are signed is not documented).
    public enum Staleness: Hashable, Sendable {
        /// It wakes its job like any other.
        case accepted
        /// It is turned away, as the documentation's own verifier does.
        case refused
    }

    /// As in addresses and references.
    public let provider = Onramp.provider

    private let secrets: [String: [Secret]]
    private let staleness: Staleness

    /// A source for these accounts.
    public init(accounts: [PartnerAccount], staleness: Staleness = .accepted) {
        secrets = Dictionary(
            accounts.filter { !$0.webhookSecrets.isEmpty }.map { ($0.name, $0.webhookSecrets) }
        ) { _, last in last }
        self.staleness = staleness
    }

    /// Verifies the signature, and reads what it is about.
    public func read(_ request: HTTPRequest, account: String, now: Timestamp) -> WebhookReading {
        guard let secrets = secrets[account] else { return .unknownAccount }
        switch PartnerWebhook.verify(body: request.body, headers: request.headers, secrets: secrets, now: now) {
        case .refused(let reason): return .refused(reason: reason)
        case .genuine(_, isFresh: false) where staleness == .refused:
            return .refused(reason: "the signature is older than five minutes")
        case .genuine(let event, _) where ([event.type, event.id] + event.references).contains { $0.contains("\0") }:
            // No database keeps U+0000 in a text: it would be sent again for ever.
            return .refused(reason: "it holds U+0000 in a name")
        case .genuine(let event, _):
            return .genuine(
                ReceivedWebhook(
                    provider: provider, account: account, kind: event.type, dedupeKey: event.id,
                    references: event.references, headers: ["Content-Type": request.headers["Content-Type"] ?? ""],
                    body: request.body))
        }
    }
}
