public import DollarPe
import Engine
public import HTTPTypes
public import Time
public import Webhooks

/// DollarPe's webhooks, for each account: they are signed with the account's own key and secret.
public struct DollarPeWebhookSource: WebhookSource {
    /// As in addresses and references.
    public let provider = "dollarpe"

    private let accounts: [String: DollarPeAccount]

    /// A source for these accounts.
    public init(accounts: [DollarPeAccount]) {
        self.accounts = Dictionary(accounts.map { ($0.name, $0) }) { _, last in last }
    }

    /// Verifies signature and age, and reads what it is about.
    ///
    /// The id is that of a payout, a customer or a bank account, each a reference of the jobs that wait for it. Whose
    /// id comes when due diligence is decided (EDD) no document says: if not the customer's, the next poll finds out.
    public func read(_ request: HTTPRequest, account: String, now: Timestamp) -> WebhookReading {
        guard let known = accounts[account] else { return .unknownAccount }
        switch DollarPeWebhook.verify(body: request.body, headers: request.headers, account: known, now: now) {
        case .refused(let reason): return .refused(reason: reason)
        case .genuine(let event) where [event.type, event.id, event.event].contains { $0.contains("\0") }:
            // No database keeps U+0000 in a text: it would be sent again for ever.
            return .refused(reason: "it holds U+0000 in a name")
        case .genuine(let event):
            return .genuine(
                ReceivedWebhook(
                    provider: provider, account: account, kind: "\(event.type).\(event.event)",
                    dedupeKey: event.deduplicationKey, references: [event.id],
                    headers: ["Content-Type": request.headers["Content-Type"] ?? ""], body: event.kept(of: request.body)
                ))
        }
    }
}
