internal import HTTPTypes
public import SandboxCore
public import Time

/// Posting events, and posting them again (Dfns documentation, webhooks and webhook events).
extension DfnsSimulator {
    /// The pauses before the second to the fifth and last attempt.
    static let retryDelays: [Duration] = [.minutes(1), .minutes(12), .hours(2), .days(1)]

    /// Tells every webhook that wants to know; `copies` is 1 unless something is to go wrong.
    mutating func emit(_ kind: String, data: JSON, copies: Int = 1, at now: Timestamp) {
        for index in webhooks.indices where webhooks[index].wants(kind) {
            let event = WebhookEvent(
                id: identifiers.make("whe"), webhook: index, kind: kind, date: now, data: data)
            events.append(event)
            for _ in 0..<copies { outbox.post(events.count - 1, kind: kind, at: now) }
        }
    }

    /// Signs and dates an event; nil if its webhook is disabled or deleted by now.
    public mutating func delivery(
        of message: Int, id: WebhookDelivery.ID, treatment: WebhookTreatment, at now: Timestamp
    ) -> WebhookDelivery? {
        let event = events[message]
        guard webhooks[event.webhook].wants(event.kind) else { return nil }
        events[message].sent = event.sent ?? now
        let body = event.body(sentAt: now - treatment.clockBehind)
        return delivery(id, of: body, to: webhooks[event.webhook], isForged: treatment.badSignature)
    }

    func delivery(
        _ id: WebhookDelivery.ID, of body: [UInt8], to webhook: Webhook, isForged: Bool
    ) -> WebhookDelivery {
        let code =
            isForged
            ? WebhookSignature.forged(of: body, secret: webhook.secret)
            : WebhookSignature.hex(of: body, secret: webhook.secret)
        let shown = options.upperCaseSignatures ? code.uppercased() : code
        return WebhookDelivery(
            id: id, url: webhook.url,
            headers: [
                "Content-Type": "application/json", "User-Agent": "Dfns-Webhooks",
                "X-DFNS-WEBHOOK-SIGNATURE": "sha256=\(shown)",
            ], body: body)
    }

    /// Notes how it went; anything but 200 is a failure, and there are five attempts in all.
    public mutating func delivered(_ message: Int, status: Int?, at now: Timestamp) {
        guard events[message].status == nil else { return }
        events[message].status = status.map(String.init) ?? "error"
        events[message].error = status == nil ? "no answer" : nil
        let event = events[message]
        guard status != 200, event.attempt <= Self.retryDelays.count else { return }
        let original = event.original ?? message
        let pause = Self.retryDelays[event.attempt - 1]
        let base = options.retryDelays == .fromFirstAttempt ? events[original].sent ?? now : now
        events[message].nextAttempt = base + pause
        let retry = WebhookEvent(
            id: identifiers.make("whe"), webhook: event.webhook, kind: event.kind, date: event.date,
            data: event.data, attempt: event.attempt + 1, original: original,
            retryOf: options.retryOf == .original ? events[original].id : event.id)
        events.append(retry)
        outbox.post(events.count - 1, kind: event.kind, at: base + pause)
    }
}
