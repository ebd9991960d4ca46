public import Domain
import HTTPTypes
public import ProviderCore

extension DfnsClient {
    /// A registered webhook.
    public struct Webhook: Hashable, Sendable {
        /// Dfns's id of it.
        public let id: String
        /// Where events are delivered.
        public let url: String
        /// The kinds of events, or `*`.
        public let events: [String]
        /// `Enabled` or `Disabled`.
        public let status: String?
        /// A note.
        public let description: String?
        /// With which deliveries are signed; Dfns tells it once, when the webhook is created.
        public let secret: Secret?
    }

    /// What became of a test delivery.
    public struct Ping: Hashable, Sendable {
        /// The status of the answer, or a word for what went wrong.
        public let status: String
        /// What went wrong.
        public let error: String?
    }

    /// The kinds of events that a payout needs: Dfns has none for its end, which must be polled for.
    public static let payoutEvents = [
        "payout.action.required",
        "wallet.transfer.requested", "wallet.transfer.broadcasted", "wallet.transfer.confirmed",
        "wallet.transfer.failed", "wallet.transfer.rejected",
        "policy.approval.pending", "policy.approval.resolved",
    ]

    /// Registers a webhook (`POST /webhooks`; signed).
    ///
    /// There is no key: after `.unknown`, list them first.
    public func createWebhook(
        url: String, events: [String] = DfnsClient.payoutEvents, description: String? = nil
    ) async -> ProviderOutcome<Webhook> {
        await ProviderOutcome { () async throws(CallFailure) in
            let body = WebhookBody(url: url, events: events, status: nil, description: description)
            return try await write(.post, "/webhooks", body: try ProviderAPI.body(body))
        }
    }

    /// Lists webhooks (`GET /webhooks`), without their secrets.
    public func webhooks(after pageToken: String? = nil) async -> ProviderOutcome<Page<Webhook>> {
        let query = Self.query([("paginationToken", pageToken)])
        return await ProviderOutcome { () async throws(CallFailure) in try await read(.get, "/webhooks" + query) }
    }

    /// The webhook that delivers to an address, if there is one; all pages are looked through.
    public func webhook(at url: String) async -> ProviderOutcome<Webhook?> {
        var token: String?
        for _ in 0..<100 {
            switch await webhooks(after: token) {
            case .answered(let page):
                if let found = page.items.first(where: { $0.url == url }) { return .answered(found) }
                token = page.nextPageToken
                if token == nil { return .answered(nil) }
            case let other: return other.map { _ in nil }
            }
        }
        return .unknown(message: "Dfns lists webhooks without end")
    }

    /// Changes a webhook (`PUT /webhooks/{id}`; signed); what is nil stays as it is.
    public func updateWebhook(
        _ id: String, url: String? = nil, events: [String]? = nil, enabled: Bool? = nil, description: String? = nil
    ) async -> ProviderOutcome<Webhook> {
        await ProviderOutcome { () async throws(CallFailure) in
            let status = enabled.map { $0 ? "Enabled" : "Disabled" }
            let body = WebhookBody(url: url, events: events, status: status, description: description)
            return try await write(.put, "/webhooks/\(try Self.segment(id))", body: try ProviderAPI.body(body))
        }
    }

    /// Removes a webhook (`DELETE /webhooks/{id}`; signed); its pending retries stop.
    public func deleteWebhook(_ id: String) async -> ProviderOutcome<Accepted> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await act(.delete, "/webhooks/\(try Self.segment(id))", body: [])
        }
    }

    /// Has Dfns deliver a made-up event (`POST /webhooks/{id}/ping`; signed).
    public func pingWebhook(_ id: String) async -> ProviderOutcome<Ping> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(.post, "/webhooks/\(try Self.segment(id))/ping")
        }
    }
}

private struct WebhookBody: Encodable {
    let url: String?
    let events: [String]?
    let status: String?
    let description: String?
}

extension DfnsClient.Webhook: Decodable {
    private enum Key: String, CodingKey { case id, url, events, status, description, secret }

    /// Reads Dfns's JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .id)
        url = try container.decode(String.self, forKey: .url)
        events = try container.decode([String].self, forKey: .events)
        status = container.tolerant(.status)
        description = container.tolerant(.description)
        let text: String? = container.tolerant(.secret)
        secret = text.map(Secret.init)
    }
}

extension DfnsClient.Ping: Decodable {
    private enum Key: String, CodingKey { case status, error }

    /// Reads Dfns's JSON; the status may be text or a number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let number: Int? = container.tolerant(.status)
        status = try number.map(String.init) ?? container.decode(String.self, forKey: .status)
        error = container.tolerant(.error)
    }
}
