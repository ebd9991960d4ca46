import Crypto
import Domain
import Foundation
public import HTTPTypes
import ProviderCore
public import Time

/// Tells whether a callback is genuine, and what it is about (PontisGlobe documentation, “Callbacks”).
///
/// PontisGlobe calls back for final statuses of live payouts only, and, as far as is known, once: it is a hint to read
/// the payout, and polling has to do without it.
public enum PontisCallback {
    /// How far the instant of a callback may be from now, either way.
    public static let tolerance: Duration = .seconds(300)

    /// What a check found.
    public enum Verification: Hashable, Sendable {
        /// PontisGlobe sent it, just now.
        case genuine(Event)
        /// Don't act on it; the reason is for our log, and holds nothing of the callback's content.
        case refused(reason: String)
    }

    /// What a callback tells.
    public struct Event: Hashable, Sendable {
        /// The same for each delivery of one event.
        public let id: String
        /// The payout, as it was then.
        public let payout: PontisClient.Payout
    }

    /// Checks a callback: first the signature, over the body's very bytes, then its age, then its form.
    public static func verify(
        body: [UInt8], headers: HTTPHeaders, signers: [any RequestSigner], now: Timestamp
    ) -> Verification {
        guard let timestamp = headers["x-pontis-timestamp"], let seconds = Int64(timestamp),
            0..<4_102_444_800 ~= seconds
        else { return .refused(reason: "the x-pontis-timestamp header is not a time in seconds") }
        guard let header = headers["x-pontis-signature"], header.hasPrefix("sha256="),
            let signature = Hex.decode(String(header.dropFirst(7)))
        else { return .refused(reason: "the x-pontis-signature header is not sha256= and hexadecimal digits") }
        let isSigned = signers.contains { signer in
            ConstantTime.equal(signer.sign(timestamp: timestamp, body), signature)
        }
        guard isSigned else { return .refused(reason: "the signature does not fit the body; check hmac_secret") }
        let age = now - Timestamp(seconds: seconds)
        guard age >= .zero - tolerance, age <= tolerance else {
            return .refused(reason: "it was sent at \(Timestamp(seconds: seconds)), which is too far from now")
        }
        guard let id = headers["x-pontis-event-id"], !id.isEmpty else {
            return .refused(reason: "there is no x-pontis-event-id header")
        }
        guard let payout = try? JSONDecoder().decode(PontisClient.Payout.self, from: Data(body)) else {
            return .refused(reason: "the body is signed, but names no transaction_id and status")
        }
        return .genuine(Event(id: id, payout: payout))
    }
}
