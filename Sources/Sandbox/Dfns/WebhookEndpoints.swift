internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Webhooks as the API manages them (Dfns SDK, webhooks/client).
extension DfnsSimulator {
    private enum WebhookStatus: String, CaseIterable {
        case enabled = "Enabled"
        case disabled = "Disabled"
    }

    /// The members of a request that creates or changes a webhook; nil for those that are not there.
    private struct WebhookFields {
        let url: String?
        let events: [String]?
        let status: WebhookStatus?
        let description: String?

        init(body: [UInt8]) throws(InvalidField) {
            let body = try JSONReader(body: body)
            url = try body.optionalString("url", length: 1...2000)
            if let url, !url.hasPrefix("https://"), !url.hasPrefix("http://") {
                throw InvalidField("url", "must be absolute: https://… (http:// is taken by this sandbox)")
            }
            status = try body.optionalChoice("status")
            description = try body.optionalString("description", length: 0...256)
            guard let value = body.value("events") else {
                events = nil
                return
            }
            let kinds = value.array?.compactMap(\.string) ?? []
            guard !kinds.isEmpty, kinds.count == value.array?.count,
                kinds.allSatisfy({ $0 == "*" || $0.split(separator: ".").count > 1 })
            else { throw InvalidField("events", "must be a list of event kinds, or [\"*\"]") }
            events = kinds
        }
    }

    mutating func createWebhook(_ request: HTTPRequest, at now: Timestamp) throws(DfnsError) -> HTTPResponse {
        let (fields, url, events) = try checking { () throws(InvalidField) in
            let fields = try WebhookFields(body: request.body)
            guard let url = fields.url else { throw InvalidField("url", "is required and must be a string") }
            guard let events = fields.events else { throw InvalidField("events", "is required and must be a list") }
            return (fields, url, events)
        }
        let world = DfnsWorld.Webhook(url: url, secret: identifiers.makeSecret(), events: events)
        var webhook = Webhook(world, id: identifiers.make("wh"))
        webhook.isEnabled = fields.status != .disabled
        webhook.description = fields.description
        webhook.created = now
        webhook.updated = now
        webhooks.append(webhook)
        return ok(webhook.json(withSecret: true))
    }

    func webhookIndex(_ id: String) throws(DfnsError) -> Int {
        guard let index = webhooks.firstIndex(where: { $0.id == id && !$0.isDeleted }) else {
            throw .notFound("webhook", "webhookId", id)
        }
        return index
    }

    func listWebhooks(_ request: HTTPRequest) throws(DfnsError) -> HTTPResponse {
        let page = try page(of: webhooks.indices.reversed(), QueryItems(request.query)) { index in
            !webhooks[index].isDeleted
        } json: {
            webhooks[$0].json(withSecret: false)
        }
        return ok(page)
    }

    mutating func updateWebhook(
        _ index: Int, _ request: HTTPRequest, at now: Timestamp
    ) throws(DfnsError) -> HTTPResponse {
        let fields = try checking { () throws(InvalidField) in try WebhookFields(body: request.body) }
        webhooks[index].url = fields.url ?? webhooks[index].url
        webhooks[index].events = fields.events ?? webhooks[index].events
        webhooks[index].description = fields.description ?? webhooks[index].description
        if let status = fields.status { webhooks[index].isEnabled = status == .enabled }
        webhooks[index].updated = now
        return ok(webhooks[index].json(withSecret: false))
    }

    /// Retries of a deleted webhook's events stop.
    mutating func deleteWebhook(_ index: Int) -> HTTPResponse {
        webhooks[index].isDeleted = true
        return ok(.fields(["deleted": .bool(true)]))
    }

    /// Posts an event that is neither real nor kept; the answer says how that went.
    mutating func ping(_ index: Int, at now: Timestamp) -> SandboxAnswer {
        let event = WebhookEvent(
            id: identifiers.make("whe"), webhook: index, kind: "ping", date: now, data: .object([]))
        let delivery = delivery(
            outbox.makeID(), of: event.body(sentAt: now), to: webhooks[index], isForged: false)
        return .respondAfterDelivery(delivery) { status in
            let answer = JSON.fields([
                "status": .string(status.map(String.init) ?? "error"),
                "error": status == nil ? .string("no answer") : nil,
            ])
            return .json(200, answer.text)
        }
    }

    // MARK: - Events

    /// A webhook's events of the last 31 days, newest first.
    func listEvents(
        of webhook: Int, _ request: HTTPRequest, at now: Timestamp
    ) throws(DfnsError) -> HTTPResponse {
        let query = QueryItems(request.query)
        let failed = query["deliveryFailed"]
        guard failed == nil || failed == "true" || failed == "false" else {
            throw DfnsError(InvalidField("deliveryFailed", "must be true or false"))
        }
        let oldest = now - .days(31)
        let page = try page(of: events.indices.reversed(), query) { index in
            let event = events[index]
            return event.webhook == webhook && event.date >= oldest && (query["kind"] ?? event.kind) == event.kind
                && (failed == nil || event.hasFailed == (failed == "true"))
        } json: {
            events[$0].json
        }
        return ok(page)
    }

    func readEvent(_ parameters: [String]) throws(DfnsError) -> HTTPResponse {
        let webhook = try webhookIndex(parameters[0])
        guard let event = events.last(where: { $0.webhook == webhook && $0.id == parameters[1] }) else {
            throw .notFound("webhook event", "eventId", parameters[1])
        }
        return ok(event.json)
    }
}
