internal import Crypto
internal import HTTPTypes
public import SandboxCore
public import Time

/// Where webhooks of a mode go.
struct WebhookConfig: Sendable {
    var url: String
    var secret: String
    var isEnabled = true
    var types = ["*"]

    func wants(_ type: String) -> Bool {
        isEnabled
            && types.contains { pattern in
                pattern == "*" || pattern == type
                    || (pattern.hasSuffix(".*") && type.hasPrefix(pattern.dropLast()))
            }
    }
}

/// An event on its way to one address.
struct DeliveryRecord: Sendable {
    let id: String
    let event: String
    let type: String
    let resource: String
    let resourceID: String
    let mode: PartnerMode
    let data: JSON
    let createdAt: Timestamp
    var attempts = 0
    var nextAttemptAt: Timestamp?
    var lastStatus: Int?
    var lastError: String?
    var signature: String?
    var deliveredAt: Timestamp?
    var deadAt: Timestamp?

    var status: String { deliveredAt != nil ? "delivered" : deadAt != nil ? "dead_lettered" : "pending" }

    /// The bytes that are posted, the same in every attempt.
    var body: [UInt8] {
        JSON.fields([
            "id": .string(event), "type": .string(type), "data": data, "created_at": .string(createdAt.offsetText),
        ]).bytes
    }

    func json(to url: String) -> JSON {
        .fields([
            "id": .string(id), "event_id": .string(event), "event_type": .string(type),
            "resource_type": .string(resource), "resource_id": .string(resourceID), "payload": data,
            "target_url": .string(url), "attempt_count": .int(attempts),
            "max_attempts": .int(PartnerSimulator.retries.count + 1),
            "next_attempt_at": .orNull(nextAttemptAt?.offsetText),
            "last_status_code": lastStatus.map { .int($0) } ?? .null,
            "last_error": .orNull(lastError), "signature": .orNull(signature),
            "delivered_at": .orNull(deliveredAt?.offsetText), "dead_lettered_at": .orNull(deadAt?.offsetText),
            "created_at": .string(createdAt.offsetText),
        ])
    }
}

/// One attempt of a delivery.
struct DeliveryAttempt: Sendable {
    let delivery: Int
    let number: Int
}

/// Posting events, signed, again and again, and then no more (Borderless Payments documentation, “Webhooks”).
extension PartnerSimulator {
    /// The pauses before the second to the eighth and last attempt.
    static let retries: [Duration] = [
        .seconds(30), .minutes(2), .minutes(10), .hours(1), .hours(6), .hours(24), .hours(72),
    ]

    mutating func emit(
        _ type: String, resource: String, _ id: String, _ mode: PartnerMode, data: JSON, at now: Timestamp
    ) {
        guard webhooks[mode]?.wants(type) == true else { return }
        deliveries.append(
            DeliveryRecord(
                id: makeID(), event: makeID(), type: type, resource: resource, resourceID: id, mode: mode, data: data,
                createdAt: now))
        attempt(deliveries.count - 1, at: now)
    }

    mutating func attempt(_ index: Int, at instant: Timestamp) {
        deliveries[index].attempts += 1
        deliveries[index].nextAttemptAt = instant
        attempts.append(DeliveryAttempt(delivery: index, number: deliveries[index].attempts))
        outbox.post(attempts.count - 1, kind: deliveries[index].type, at: instant)
    }

    /// Signs and dates an attempt with the secret of the moment; nil if its webhook is off by now.
    public mutating func delivery(
        of message: Int, id: WebhookDelivery.ID, treatment: WebhookTreatment, at now: Timestamp
    ) -> WebhookDelivery? {
        let attempt = attempts[message]
        let delivery = deliveries[attempt.delivery]
        guard let webhook = webhooks[delivery.mode], webhook.isEnabled else { return nil }
        let signedAt = (options.signing == .firstAttempt ? delivery.createdAt : now) - treatment.clockBehind
        let body = delivery.body
        let secret = treatment.badSignature ? webhook.secret + "x" : webhook.secret
        let code = HMACSHA256.code(for: Array("\(signedAt.seconds).".utf8) + body, key: Array(secret.utf8))
        let signature = "t=\(signedAt.seconds),v1=\(Hex.encode(code))"
        deliveries[attempt.delivery].signature = signature
        deliveries[attempt.delivery].nextAttemptAt = nil
        return WebhookDelivery(
            id: id, url: webhook.url,
            headers: [
                "Content-Type": "application/json", "Borderlesspayments-Signature": signature,
                "Borderlesspayments-Event-Id": delivery.event, "Borderlesspayments-Event-Type": delivery.type,
                "Borderlesspayments-Delivery-Attempt": String(attempt.number),
            ], body: body)
    }

    /// Notes how it went: anything but 2xx is a failure, and after eight attempts the delivery is dead.
    public mutating func delivered(_ message: Int, status: Int?, at now: Timestamp) {
        let attempt = attempts[message]
        let index = attempt.delivery
        deliveries[index].lastStatus = status
        if let status, 200..<300 ~= status {
            deliveries[index].deliveredAt = now
            deliveries[index].lastError = nil
            return
        }
        deliveries[index].lastError = status.map { "server error: \($0)" } ?? "no answer"
        guard deliveries[index].deliveredAt == nil, attempt.number <= Self.retries.count else {
            if deliveries[index].deliveredAt == nil { deliveries[index].deadAt = now }
            return
        }
        let base = options.retryDelays == .fromFirstAttempt ? deliveries[index].createdAt : now
        self.attempt(index, at: max(now, base + Self.retries[attempt.number - 1]))
    }
}
