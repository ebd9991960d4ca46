public import Engine
public import HTTPTypes
public import Time

/// A provider whose webhooks are received: how one of its deliveries is verified and read.
public protocol WebhookSource: Sendable {
    /// Its name in addresses and references, such as `dfns`.
    var provider: String { get }
    /// Verifies and reads a delivery to one of our accounts.
    func read(_ request: HTTPRequest, account: String, now: Timestamp) -> WebhookReading
}

/// What a delivery turned out to be.
public enum WebhookReading: Hashable, Sendable {
    /// The provider sent it.
    case genuine(ReceivedWebhook)
    /// Nobody can say that the provider sent it; the reason is for our log, never for the sender.
    case refused(reason: String)
    /// We have no such account, or none that takes webhooks.
    case unknownAccount
}
