import Crypto
import Domain
import Foundation
public import HTTPTypes
import ProviderCore
public import Time

/// Tells whether a webhook is genuine, and what it is about (DollarPe documentation, “Webhooks”).
///
/// What is signed is the canonical form of the body, so that the very bytes don't matter.
public enum DollarPeWebhook {
    /// How far the instant of a webhook may be from now, either way.
    public static let tolerance: Duration = .seconds(300)

    /// What a check found.
    public enum Verification: Hashable, Sendable {
        /// DollarPe sent it, just now.
        case genuine(Event)
        /// Don't act on it; the reason is for our log, and holds nothing of the content.
        case refused(reason: String)
    }

    /// What happened.
    public struct Event: Hashable, Sendable, Codable {
        /// `PAYOUT`, `PAYIN`, `CUSTOMER`, `BANK` or `EDD`.
        public let type: String
        /// The id of what it happened to: not of the event.
        public let id: String
        /// The new status, such as `SUCCESS`.
        public let event: String

        /// The same for each delivery of the same event: the id alone would swallow a refund that follows a success.
        public var deduplicationKey: String { "\(type)|\(id)|\(event)" }

        /// What may be kept of its body: that of a payout as it came, of anything else no more than these members. A
        /// customer's or a bank account's may hold personal data, and nothing needs that: webhooks are not believed.
        public func kept(of body: [UInt8]) -> [UInt8] {
            if type == "PAYOUT" { return body }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return (try? encoder.encode(self)).map(Array.init) ?? []
        }
    }

    /// Checks a webhook: first its signature, then its age, then its form.
    public static func verify(
        body: [UInt8], headers: HTTPHeaders, account: DollarPeAccount, now: Timestamp
    ) -> Verification {
        guard let timestamp = headers["X-TIMESTAMP"], let seconds = Int64(timestamp), 0..<4_102_444_800 ~= seconds
        else { return .refused(reason: "the X-TIMESTAMP header is not a time in seconds") }
        guard let signature = headers["X-SIGNATURE"] else { return .refused(reason: "there is no X-SIGNATURE header") }
        guard let canonical = CanonicalJSON.rewrite(body) else {
            return .refused(reason: "the body is not JSON, or names a member twice")
        }
        let expected = DollarPeSignature.sign(
            canonical, timestamp: timestamp, apiKey: account.apiKey, apiSecret: account.apiSecret)
        guard ConstantTime.equal(Array(expected.utf8), Array(signature.utf8)) else {
            return .refused(reason: "the signature does not fit the body; check api_key and api_secret")
        }
        let age = now - Timestamp(seconds: seconds)
        guard age >= .zero - tolerance, age <= tolerance else {
            return .refused(reason: "it was sent at \(Timestamp(seconds: seconds)), which is too far from now")
        }
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(body)) else {
            return .refused(reason: "the body is signed, but has no type, id and event")
        }
        return .genuine(event)
    }
}
