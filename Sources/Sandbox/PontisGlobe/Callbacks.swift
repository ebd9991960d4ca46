internal import Crypto
internal import HTTPTypes
public import SandboxCore
public import Time

/// What is told about a payout's end.
struct Callback: Sendable {
    let eventID: String
    let payout: Int
    let status: PayoutStatus
    let message: String?
    var attempts = 0

    func body(of id: String) -> [UInt8] {
        JSON.fields([
            "transaction_id": .string(id), "status": .string(status.rawValue),
            "status_message": message.map { .string($0) } ?? .null,
        ]).bytes
    }
}

/// Posting callbacks: of final statuses, in production only, and once (PontisGlobe documentation, “Callbacks”; that
/// there are no further attempts is assumed, and can be changed).
extension PontisSimulator {
    /// Tells the account's address of where the payout is now.
    mutating func callBack(_ index: Int, at now: Timestamp) {
        let payout = payouts[index]
        guard options.face == .production, accounts[payout.account].callbackURL != nil else { return }
        let id = "evt_" + identifiers.text(16, from: Array("0123456789abcdef".utf8))
        callbacks.append(Callback(eventID: id, payout: index, status: payout.status, message: payout.message))
        for _ in 0..<payout.script.callbacks {
            outbox.post(callbacks.count - 1, kind: payout.status.rawValue, at: now)
        }
    }

    /// Signs and dates a callback.
    public mutating func delivery(
        of message: Int, id: WebhookDelivery.ID, treatment: WebhookTreatment, at now: Timestamp
    ) -> WebhookDelivery? {
        let callback = callbacks[message]
        let payout = payouts[callback.payout]
        let account = accounts[payout.account]
        guard let url = account.callbackURL else { return nil }
        callbacks[message].attempts += 1
        let body = callback.body(of: payout.id)
        let timestamp = String((now - treatment.clockBehind).seconds)
        let key = treatment.badSignature ? account.encryptionKey : account.signingKey
        let code = HMACSHA256.code(for: Array("\(timestamp).".utf8) + body, key: key)
        return WebhookDelivery(
            id: id, url: url,
            headers: [
                "Content-Type": "application/json", "User-Agent": "Pontis-Callback/1",
                "x-pontis-timestamp": timestamp, "x-pontis-signature": "sha256=\(Hex.encode(code))",
                "x-pontis-event-id": callback.eventID,
            ], body: body)
    }

    /// Tries again later, where that is asked for and anything but 2xx was answered.
    public mutating func delivered(_ message: Int, status: Int?, at now: Timestamp) {
        let callback = callbacks[message]
        if let status, 200..<300 ~= status { return }
        guard callback.attempts <= options.callbackPauses.count else { return }
        outbox.post(message, kind: callback.status.rawValue, at: now + options.callbackPauses[callback.attempts - 1])
    }
}
