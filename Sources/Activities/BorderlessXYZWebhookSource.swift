public import BorderlessXYZ
import Engine
public import HTTPTypes
public import Time
public import Webhooks

/// Borderless.xyz's webhooks: each passes what its account asks of webhooks, and then makes a job read.
public struct BorderlessXYZWebhookSource: WebhookSource {
    /// As in addresses and references.
    public let provider = "borderless_xyz"

    private let verifiers: [String: [any BorderlessXYZWebhookVerifier]]

    /// A source for these accounts.
    public init(accounts: [BorderlessXYZAccount]) {
        verifiers = Dictionary(accounts.map { ($0.name, $0.webhookVerifiers) }) { _, last in last }
    }

    /// Asks the account's verifiers, and reads what it is about.
    public func read(_ request: HTTPRequest, account: String, now: Timestamp) -> WebhookReading {
        guard let verifiers = verifiers[account] else { return .unknownAccount }
        switch BorderlessXYZWebhook.read(request, verifiers: verifiers) {
        case .refused(let reason): return .refused(reason: reason)
        case .plausible(let event) where [event.type, event.object, event.status ?? ""].contains { $0.contains("\0") }:
            // No database keeps U+0000 in a text: it would be sent again for ever.
            return .refused(reason: "it holds U+0000 in a name")
        case .plausible(let event):
            return .genuine(
                ReceivedWebhook(
                    provider: provider, account: account, kind: event.type, dedupeKey: event.deduplicationKey,
                    references: [event.object], headers: ["Content-Type": request.headers["Content-Type"] ?? ""],
                    body: request.body))
        }
    }
}
