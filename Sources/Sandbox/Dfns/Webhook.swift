internal import SandboxCore
internal import Time

/// Somebody who wants to hear of events.
struct Webhook: Sendable {
    let id: String
    var url: String
    let secret: String
    var events: [String]
    var isEnabled = true
    var isDeleted = false
    var description: String?
    var created: Timestamp?
    var updated: Timestamp?

    init(_ webhook: DfnsWorld.Webhook, id: String) {
        self.id = id
        url = webhook.url
        secret = webhook.secret
        events = webhook.events
    }

    func wants(_ kind: String) -> Bool {
        isEnabled && !isDeleted && events.contains { $0 == "*" || $0 == kind }
    }

    /// The webhook as the API shows it; its secret only in the answer that creates it.
    func json(withSecret: Bool) -> JSON {
        .fields([
            "id": .string(id), "url": .string(url), "events": .array(events.map(JSON.string)),
            "status": .string(isEnabled ? "Enabled" : "Disabled"), "description": .text(description),
            "dateCreated": .text(created?.milliseconds), "dateUpdated": .text(updated?.milliseconds),
            "secret": withSecret ? .string(secret) : nil,
        ])
    }
}

/// One attempt to tell a webhook of an event; each attempt is an event with an id of its own.
struct WebhookEvent: Sendable {
    let id: String
    let webhook: Int
    let kind: String
    let date: Timestamp
    let data: JSON
    var attempt = 1
    /// The first attempt of the same event; nil for the first itself.
    var original: Int?
    var retryOf: String?
    var sent: Timestamp?
    /// The status that was answered, or an error in words; nil until it is known.
    var status: String?
    var error: String?
    var nextAttempt: Timestamp?

    var hasFailed: Bool { status != nil && status != "200" }

    /// The body that is posted (API reference, payout-action-required); `timestampSent` is in seconds.
    func body(sentAt: Timestamp) -> [UInt8] {
        JSON.object(members(sentAt: sentAt)).bytes
    }

    /// The event as the API shows it, with how posting it went.
    var json: JSON {
        let more = JSON.fields([
            "status": .text(status), "error": .text(error),
            "deliveryFailed": status.map { _ in .bool(hasFailed) }, "nextAttemptDate": .text(nextAttempt?.milliseconds),
        ])
        guard case .object(let outcome) = more else { return more }
        return .object(members(sentAt: sent ?? date) + outcome)
    }

    private func members(sentAt: Timestamp) -> [JSON.Member] {
        var members = [
            JSON.Member("id", .string(id)), JSON.Member("kind", .string(kind)),
            JSON.Member("date", .string(date.milliseconds)), JSON.Member("timestampSent", .int(sentAt.seconds)),
            JSON.Member("deliveryAttempt", .int(attempt)),
        ]
        if let retryOf { members.append(JSON.Member("retryOf", .string(retryOf))) }
        return members + [JSON.Member("data", data)]
    }
}
