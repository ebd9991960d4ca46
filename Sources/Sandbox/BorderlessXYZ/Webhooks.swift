internal import Crypto
internal import HTTPTypes
public import SandboxCore
public import Time

/// An address that is told of everything.
struct Webhook: Sendable {
    let id: String
    let organisation: Int
    var url: String
    let created: Timestamp
    var updated: Timestamp
    var isEnabled = true
    var isDeleted = false

    init(id: String, organisation: Int, url: String, created: Timestamp) {
        self.id = id
        self.organisation = organisation
        self.url = url
        self.created = created
        updated = created
    }

    var json: JSON {
        .fields([
            "id": .string(id), "url": .string(url), "enabled": .bool(isEnabled),
            "createdAt": .string(created.milliseconds), "updatedAt": .string(updated.milliseconds),
        ])
    }
}

/// One event for one address; it has no id of its own.
struct Event: Sendable {
    let webhook: Int
    let type: String
    let data: JSON
    let at: Timestamp
    var attempt = 1

    func body(of organisation: String, behind: Duration) -> [UInt8] {
        JSON.fields([
            "type": .string(type), "organizationId": .string(organisation), "data": data,
            "timestamp": .int((at - behind).microseconds / 1000),
        ]).bytes
    }
}

/// Posting events, again where that failed, and switching an address off when it keeps failing (Borderless.xyz
/// documentation, “Webhooks”; how many attempts there are, and when, is assumed).
extension BorderlessXYZSimulator {
    /// The pauses before the second attempt and those after it.
    private static let pauses: [Duration] = [.minutes(1), .minutes(4), .minutes(15), .hours(1)]

    /// Tells every address of the organisation of where a transaction is now.
    mutating func tell(_ type: String, of index: Int, at now: Timestamp) {
        let transaction = transactions[index]
        for place in webhooks.indices {
            let webhook = webhooks[place]
            guard webhook.organisation == transaction.organisation, webhook.isEnabled, !webhook.isDeleted else {
                continue
            }
            events.append(Event(webhook: place, type: type, data: transaction.event, at: now))
            for _ in 0..<transaction.script.webhooks {
                outbox.post(events.count - 1, kind: "\(type).\(transaction.status.rawValue)", at: now)
            }
        }
    }

    /// Signs an event, where there is a key; nil if its address was switched off or removed.
    public mutating func delivery(
        of message: Int, id: WebhookDelivery.ID, treatment: WebhookTreatment, at now: Timestamp
    ) -> WebhookDelivery? {
        let event = events[message]
        let webhook = webhooks[event.webhook]
        guard webhook.isEnabled, !webhook.isDeleted else { return nil }
        let body = event.body(of: organisations[webhook.organisation].id, behind: treatment.clockBehind)
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        let signed = treatment.badSignature ? body + [0x20] : body
        if let signature = try? signingKey?.sign(signed) {
            headers[options.signatureHeader] = Base64.encode(signature)
        }
        return WebhookDelivery(id: id, url: webhook.url, headers: headers, body: body)
    }

    /// Anything but 200 is a failure; after the last attempt the address is switched off, and nobody is told.
    public mutating func delivered(_ message: Int, status: Int?, at now: Timestamp) {
        guard status != 200 else { return }
        guard events[message].attempt < options.webhookAttempts else {
            webhooks[events[message].webhook].isEnabled = false
            return
        }
        let pause = Self.pauses[min(events[message].attempt, Self.pauses.count) - 1]
        events[message].attempt += 1
        outbox.post(message, kind: events[message].type, at: now + pause)
    }

    /// The calls about addresses and their key.
    mutating func performOnWebhooks(
        _ call: Call<BorderlessXYZOperation>, _ visitor: Visitor, at now: Timestamp
    ) throws(BorderlessXYZError) -> HTTPResponse {
        switch call.operation {
        case .listWebhooks:
            let own = webhooks.filter { $0.organisation == visitor.organisation && !$0.isDeleted }
            return ok(200, .array(own.map(\.json)))
        case .createWebhook:
            let url = try checking { () throws(InvalidField) in
                try JSONReader(body: call.request.body).string("url", length: 1...500)
            }
            webhooks.append(Webhook(id: makeID(), organisation: visitor.organisation, url: url, created: now))
            return ok(201, webhooks[webhooks.count - 1].json)
        case .publicKey: return ok(200, try publicKey())
        case .rotateKey:
            signingKey = try? PrivateKey.generate(.rsa)
            return ok(201, try publicKey())
        default: return try performOnWebhook(call, visitor, at: now)
        }
    }

    private func publicKey() throws(BorderlessXYZError) -> JSON {
        guard let pem = try? signingKey?.publicKey.pem() else { throw .notFound }
        return .fields(["publicKey": .string(pem)])
    }

    private mutating func performOnWebhook(
        _ call: Call<BorderlessXYZOperation>, _ visitor: Visitor, at now: Timestamp
    ) throws(BorderlessXYZError) -> HTTPResponse {
        let place = webhooks.firstIndex { webhook in
            webhook.id == call.parameters[0] && webhook.organisation == visitor.organisation && !webhook.isDeleted
        }
        guard let place else { throw .notFound }
        if call.operation == .deleteWebhook { webhooks[place].isDeleted = true }
        if call.operation == .updateWebhook {
            let (url, isEnabled) = try checking { () throws(InvalidField) in
                let body = try JSONReader(body: call.request.body)
                try body.refuseOthers(than: ["url", "enabled"])
                return (try body.optionalString("url", length: 1...500), body.value("enabled"))
            }
            webhooks[place].url = url ?? webhooks[place].url
            if case .bool(let value)? = isEnabled { webhooks[place].isEnabled = value }
            webhooks[place].updated = now
        }
        return ok(200, webhooks[place].json)
    }
}
