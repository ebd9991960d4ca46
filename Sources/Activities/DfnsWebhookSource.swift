public import Dfns
import Domain
import Engine
public import HTTPTypes
public import Time
public import Webhooks

/// Dfns's webhooks, for each account that has a secret.
public struct DfnsWebhookSource: WebhookSource {
    /// As in addresses and references.
    public let provider = "dfns"

    private let secrets: [String: Secret]

    /// A source for these accounts.
    public init(accounts: [DfnsAccount]) {
        secrets = Dictionary(
            accounts.compactMap { account in account.webhookSecret.map { (account.name, $0) } }
        ) { _, last in last }
    }

    /// Verifies signature and age, and reads what it is about.
    public func read(_ request: HTTPRequest, account: String, now: Timestamp) -> WebhookReading {
        guard let secret = secrets[account] else { return .unknownAccount }
        switch DfnsWebhook.verify(body: request.body, headers: request.headers, secret: secret, now: now) {
        case .refused(let reason): return .refused(reason: reason.description)
        case .genuine(let event) where ([event.kind, event.id] + event.references).contains { $0.contains("\0") }:
            // No database keeps U+0000 in a text: it would be sent again for ever.
            return .refused(reason: "it holds U+0000 in a name")
        case .genuine(let event):
            return .genuine(
                ReceivedWebhook(
                    provider: provider, account: account, kind: event.kind, dedupeKey: event.deduplicationKey,
                    references: event.references, headers: ["Content-Type": request.headers["Content-Type"] ?? ""],
                    body: request.body))
        }
    }
}
