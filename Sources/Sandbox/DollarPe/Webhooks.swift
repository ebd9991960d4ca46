internal import HTTPTypes
public import SandboxCore
public import Time

/// What is told about a payout, a customer or a due diligence.
struct WebhookEvent: Sendable {
    let account: Int
    let type: String
    let id: String
    let event: String
    let happened: Timestamp
    var metadata: [JSON.Member] = []
    /// Whether it has the older form: no `metadata`, but `data`.
    var isLegacy = false
    var attempts = 0

    var body: JSON {
        let common: [JSON.Member] = [
            .init("type", .string(type)), .init("id", .string(id)), .init("event", .string(event)),
            .init("timestamp", .string(happened.milliseconds)),
        ]
        return .object(common + [.init(isLegacy ? "data" : "metadata", .object(metadata))])
    }
}

/// Posting webhooks (DollarPe documentation, “Webhooks”).
extension DollarPeSimulator {
    /// Tells of where a payout is now; of `PROCESSING` and of unknown words nothing is told.
    mutating func tell(about index: Int, at now: Timestamp) {
        let payout = payouts[index]
        let told: [PayoutStatus] = [.success, .failed, .refunded, .canceled, .inReview]
        guard told.contains(payout.status) else { return }
        var metadata: [JSON.Member] = []
        if payout.status == .success, let utr = payout.utr { metadata.append(.init("utr", .string(utr))) }
        if payout.status == .failed { metadata.append(.init("failure_reason", .string("Payout failed"))) }
        if payout.status == .inReview {
            metadata.append(.init("rfi_link", .string("https://rfi.example/\(payout.id)")))
        }
        if let reference = payout.reference { metadata.append(.init("client_reference_id", .string(reference))) }
        let isAlias = payout.script.usesAlias && payout.status == .success
        if isAlias {
            metadata += [
                .init("fiat", .string("INR")), .init("exchange_order_id", .string(payout.exchangeOrder)),
            ]
        }
        tell(
            WebhookEvent(
                account: quotations[payout.quotation].account, type: "PAYOUT", id: payout.id,
                event: isAlias ? "COMPLETED" : payout.status.rawValue, happened: now, metadata: metadata,
                isLegacy: isAlias), at: now)
    }

    /// Posts an event, if the account has an address.
    mutating func tell(_ event: WebhookEvent, at now: Timestamp) {
        events.append(event)
        guard accounts[event.account].webhookURL != nil else { return }
        outbox.post(events.count - 1, kind: "\(event.type).\(event.event)", at: now)
    }

    /// Sets the address for all of an account's webhooks.
    mutating func setWebhook(_ body: JSONReader, _ account: Int) throws(DollarPeError) -> JSON {
        let given = try checking { () throws(InvalidField) in
            let older = try body.optionalString("url")
            return try body.optionalString("webhook_url") ?? older
        }
        guard let url = given, url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw DollarPeError(400, "REQ_FIELD_MISSING", field: "webhook_url", "Enter a valid URL.")
        }
        accounts[account].webhookURL = url
        return .string(url)
    }

    /// Signs and dates an event: over the account's key, the instant, and the body in canonical form.
    public mutating func delivery(
        of message: Int, id: WebhookDelivery.ID, treatment: WebhookTreatment, at now: Timestamp
    ) -> WebhookDelivery? {
        let event = events[message]
        let account = accounts[event.account]
        guard let url = account.webhookURL else { return nil }
        events[message].attempts += 1
        let timestamp = String((now - treatment.clockBehind).seconds)
        var signer = account
        if treatment.badSignature { signer.apiSecret += "?" }
        return WebhookDelivery(
            id: id, url: url,
            headers: [
                "Content-Type": "application/json", "X-TIMESTAMP": timestamp,
                "X-SIGNATURE": Canonical.sign(Canonical.text(event.body), timestamp: timestamp, as: signer),
            ], body: event.body.bytes)
    }

    /// Takes note of how it went: anything but 2xx is tried again.
    public mutating func delivered(_ message: Int, status: Int?, at now: Timestamp) {
        if let status, 200..<300 ~= status { return }
        let attempts = events[message].attempts
        guard 1...options.webhookPauses.count ~= attempts else { return }
        let event = events[message]
        outbox.post(message, kind: "\(event.type).\(event.event)", at: now + options.webhookPauses[attempts - 1])
    }
}
