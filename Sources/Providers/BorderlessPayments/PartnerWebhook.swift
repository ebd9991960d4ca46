import Crypto
public import Domain
import Foundation
public import HTTPTypes
public import Time

/// Tells whether a webhook is genuine, and what it is about (Borderless Payments documentation, “Webhooks”).
public enum PartnerWebhook {
    /// How old a signature may be.
    public static let tolerance: Duration = .seconds(300)

    /// What a check found.
    public enum Verification: Hashable, Sendable {
        /// Borderless Payments sent it.
        ///
        /// `isFresh` is false where the signature is old: attempts days later may carry the first one. It is a reason
        /// to read, as every webhook is, and for nothing else.
        case genuine(Event, isFresh: Bool)
        /// Don't act on it; the reason is for our log, and holds nothing of the content.
        case refused(reason: String)
    }

    /// What happened.
    public struct Event: Hashable, Sendable {
        /// The same over all attempts and replays.
        public let id: String
        /// Such as `order.completed`; new ones are to be expected.
        public let type: String
        /// Ids by which the job can be found: the provider's, and our own.
        public let references: [String]
        /// What may be kept of the body: that of an order as it came, of anything else no more than its names. A
        /// user's has the e-mail address, and nothing needs that: webhooks are not believed.
        public let body: [UInt8]
    }

    /// Checks a webhook: `t=<seconds>,v1=<hex>` over `"<t>." + body`.
    public static func verify(
        body: [UInt8], headers: HTTPHeaders, secrets: [Secret], now: Timestamp
    ) -> Verification {
        guard let header = headers["Borderlesspayments-Signature"] else {
            return .refused(reason: "there is no Borderlesspayments-Signature header")
        }
        let parts = header.filter { $0 != " " }.split(separator: ",")
            .map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        guard let timestamp = parts.first(where: { $0.first == "t" && $0.count == 2 })?[1],
            let seconds = Int64(timestamp), 0..<4_102_444_800 ~= seconds,
            case let codes = parts.filter({ $0.first == "v1" && $0.count == 2 }).compactMap({ Hex.decode($0[1]) }),
            !codes.isEmpty
        else { return .refused(reason: "the Borderlesspayments-Signature header is not t=… and v1=…") }
        let message = Array("\(timestamp).".utf8) + body
        let isSigned = secrets.contains { secret in
            let code = HMACSHA256.code(for: message, key: Array(secret.reveal().utf8))
            return codes.contains { ConstantTime.equal(code, $0) }
        }
        guard isSigned else { return .refused(reason: "the signature does not fit the body; check webhook_secret") }
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(body)) else {
            return .refused(reason: "the body is signed, but has no id and type")
        }
        let age = now - Timestamp(seconds: seconds)
        let names = [wire.data?.id, wire.data?.partner_order_ref, wire.data?.partner_user_ref].compactMap(\.self)
        return .genuine(
            Event(
                id: wire.id, type: wire.type, references: names,
                body: wire.type.hasPrefix("order.") ? body : wire.impersonal),
            isFresh: age >= .zero - tolerance && age <= tolerance)
    }

    private struct Wire: Codable {
        struct Subject: Codable {
            let id: String?
            let partner_order_ref: String?
            let partner_user_ref: String?
        }

        let id: String
        let type: String
        let data: Subject?

        /// These members and no others.
        var impersonal: [UInt8] {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return (try? encoder.encode(self)).map(Array.init) ?? []
        }
    }
}
