/// Where verified webhooks go: stored once, matched with the job that knows one of their names, which is then woken.
///
/// One that no job knows yet is kept, and matched as soon as a job commits such a reference.
public protocol WebhookInbox: Sendable {
    /// Stores a webhook whose signature was verified. It is durable when this returns: only then is the provider
    /// answered with success.
    func receive(_ webhook: ReceivedWebhook) async throws(StoreFailure) -> WebhookReceipt
}

/// What a provider sent, after its signature was verified.
public struct ReceivedWebhook: Hashable, Sendable {
    /// Who sent it, such as `dfns`: as in the references of its jobs.
    public let provider: String
    /// At which of our accounts, by its configured name.
    public let account: String
    /// The provider's name for what happened.
    public let kind: String
    /// What makes two deliveries one, such as the event's id.
    public let dedupeKey: String
    /// The provider's names in it, by which a job may be found.
    public let references: [String]
    /// Its headers, without credentials and signatures.
    public let headers: [String: String]
    /// Its body, byte for byte; of one about a person only what names it.
    public let body: [UInt8]

    /// A webhook.
    public init(
        provider: String, account: String, kind: String, dedupeKey: String, references: [String],
        headers: [String: String], body: [UInt8]
    ) {
        self.provider = provider
        self.account = account
        self.kind = kind
        self.dedupeKey = dedupeKey
        self.references = references
        self.headers = headers
        self.body = body
    }
}

/// What became of a webhook.
public enum WebhookReceipt: String, Hashable, Sendable {
    /// It is stored.
    case stored
    /// It was stored before, under the same key.
    case duplicate
}
