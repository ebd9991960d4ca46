internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Where webhooks go, and what became of them (Borderless Payments documentation, “Webhook configuration” and “Webhook
/// deliveries”).
extension PartnerSimulator {
    /// Every event type (Borderless Payments documentation, “Webhooks”).
    static let eventTypes = [
        "order.created", "order.awaiting_payment", "order.payment_verifying", "order.processing", "order.completed",
        "order.failed", "order.cancelled", "order.expired", "order.refunded", "user.kyc.submitted",
        "user.kyc.approved", "user.kyc.rejected", "user.kyc.expired", "user.kyc.order_provider_rejected",
    ]
    static let wildcards = ["*", "order.*", "user.kyc.*"]

    mutating func performOnWebhooks(
        _ call: Call<PartnerOperation>, _ mode: PartnerMode, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        switch call.operation {
        case .setWebhook: return try setWebhook(call.request, mode)
        case .listEventTypes:
            let items = Self.eventTypes.map { type in
                JSON.fields([
                    "event_type": .string(type), "resource": .string(type.hasPrefix("order") ? "order" : "user"),
                ])
            }
            return json(200, .fields(["items": .array(items), "wildcards": .array(Self.wildcards.map(JSON.string))]))
        case .listDeliveries: return try listDeliveries(call.request, mode)
        case .readDelivery, .replayDelivery:
            let index = try delivery(call.parameters, mode)
            if call.operation == .replayDelivery {
                deliveries[index].deliveredAt = nil
                deliveries[index].deadAt = nil
                attempt(index, at: now)
            }
            return json(200, deliveries[index].json(to: webhooks[mode]?.url ?? ""))
        case _: break
        }
        guard webhooks[mode] != nil else { throw .notFound }
        switch call.operation {
        case .subscribe: try subscribe(call.request, mode)
        case .rotateSecret: return rotateSecret(mode)
        case _: break
        }
        return json(200, config(mode, secret: nil))
    }

    private mutating func setWebhook(
        _ request: HTTPRequest, _ mode: PartnerMode
    ) throws(PartnerFailure) -> HTTPResponse {
        let url = try checking { () throws(InvalidField) in
            let body = try JSONReader(body: request.body)
            try body.refuseOthers(than: ["webhook_url"])
            let url = try body.string("webhook_url", length: 1...2000)
            guard url.hasPrefix("https://") || url.hasPrefix("http://127.0.0.1:") else {
                throw InvalidField("webhook_url", "must be https://… (http://127.0.0.1 is taken by this sandbox)")
            }
            return url
        }
        guard webhooks[mode] != nil else {
            let secret = makeSecret()
            webhooks[mode] = WebhookConfig(url: url, secret: secret)
            return json(200, config(mode, secret: secret))
        }
        webhooks[mode]?.url = url
        webhooks[mode]?.isEnabled = true
        return json(200, config(mode, secret: nil))
    }

    private mutating func subscribe(_ request: HTTPRequest, _ mode: PartnerMode) throws(PartnerFailure) {
        let types = try checking { () throws(InvalidField) in
            let body = try JSONReader(body: request.body)
            try body.refuseOthers(than: ["subscribed_event_types"])
            let types = body.value("subscribed_event_types")?.array?.compactMap(\.string) ?? []
            guard !types.isEmpty, types.allSatisfy((Self.eventTypes + Self.wildcards).contains) else {
                throw InvalidField("subscribed_event_types", "must be a list of known types and wildcards")
            }
            return types
        }
        webhooks[mode]?.types = types
    }

    /// The new secret signs at once, what is tried again too.
    private mutating func rotateSecret(_ mode: PartnerMode) -> HTTPResponse {
        let secret = makeSecret()
        webhooks[mode]?.secret = secret
        return json(
            200, .fields(["plaintext_secret": .string(secret), "webhook_signing_version": .string("v1")]))
    }

    private mutating func makeSecret() -> String {
        "whsec_" + identifiers.text(32, from: Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8))
    }

    private func config(_ mode: PartnerMode, secret: String?) -> JSON {
        .fields([
            "webhook_url": .orNull(webhooks[mode]?.url), "mode": .string(mode.rawValue),
            "enabled": .bool(webhooks[mode]?.isEnabled ?? false), "webhook_signing_version": .string("v1"),
            "webhook_secret_prefix": .string("whsec_…"),
            "subscribed_event_types": .array((webhooks[mode]?.types ?? []).map(JSON.string)),
            "plaintext_secret": secret.map { .string($0) },
        ])
    }

    private func listDeliveries(_ request: HTTPRequest, _ mode: PartnerMode) throws(PartnerFailure) -> HTTPResponse {
        let query = QueryItems(request.query)
        let found = deliveries.filter { delivery in
            delivery.mode == mode && (query["status"] ?? delivery.status) == delivery.status
                && (query["event_type"] ?? delivery.type) == delivery.type
                && (query["resource_id"] ?? delivery.resourceID) == delivery.resourceID
        }
        return json(200, try page(found.map { $0.json(to: webhooks[mode]?.url ?? "") }, query))
    }

    private func delivery(_ parameters: [String], _ mode: PartnerMode) throws(PartnerFailure) -> Int {
        guard let id = parameters.first,
            let index = deliveries.firstIndex(where: { $0.id == id && $0.mode == mode })
        else { throw .notFound }
        return index
    }
}
