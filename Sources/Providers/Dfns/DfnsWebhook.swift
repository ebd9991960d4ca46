import Crypto
public import Domain
import Foundation
public import HTTPTypes
import ProviderCore
public import Time

/// Tells whether a delivery of a webhook is genuine, and what it is about.
///
/// A delivery is a hint to read the payout, and no more: deliveries come late, twice, out of order or never. Dfns
/// counts only the status 200 as received; all else it delivers again, up to five times in all over a day or so, each
/// time as a new event with a new id and a new signature (Dfns documentation, “Webhooks”).
public enum DfnsWebhook {
    /// The header field that carries the signature.
    public static let signatureHeader = "X-DFNS-WEBHOOK-SIGNATURE"

    /// How far the instant in a delivery may be from now, either way; from there on it is refused as a replay.
    public static let tolerance: Duration = .seconds(300)

    /// What a check found.
    public enum Verification: Hashable, Sendable {
        /// Dfns sent it, just now.
        case genuine(Event)
        /// Don't act on it.
        case refused(Reason)
    }

    /// Why a delivery is not accepted.
    public enum Reason: Hashable, Sendable, CustomStringConvertible {
        /// The header field is not there.
        case unsigned
        /// The header field is not `sha256=` and 64 hexadecimal digits.
        case malformedSignature
        /// The signature is not the one of this body with our secret.
        case wrongSignature
        /// Signed by Dfns, but this long ago, or, if negative, this far in the future.
        case stale(Duration)
        /// Signed by Dfns, but not an event.
        case malformedEvent

        /// The reason for people; it holds nothing of the delivery's content.
        public var description: String {
            switch self {
            case .unsigned: "there is no \(DfnsWebhook.signatureHeader) header"
            case .malformedSignature: "the \(DfnsWebhook.signatureHeader) header is not sha256= and 64 hex digits"
            case .wrongSignature: "the signature does not fit the body; check webhook_secret"
            case .stale(let age):
                "it was sent \(age < .zero ? "\((.zero - age).inWords) from now" : "\(age.inWords) ago"), and "
                    + "\(DfnsWebhook.tolerance.inWords) is too much; check the clock"
            case .malformedEvent: "the body is signed, but is not an event with id, kind and timestampSent"
            }
        }
    }

    /// Checks a delivery: first the signature, over the body's very bytes, then its age, then its form.
    ///
    /// Dfns signs the output of JavaScript's `JSON.stringify`. Should something on the way have reformatted the body,
    /// its compact form is tried too; what is signed is the content, so that this lets in nothing else.
    public static func verify(
        body: [UInt8], headers: HTTPHeaders, secret: Secret, now: Timestamp
    ) -> Verification {
        guard let header = headers[signatureHeader] else { return .refused(.unsigned) }
        guard let signature = signature(in: header) else { return .refused(.malformedSignature) }
        let key = Array(secret.reveal().utf8)
        func signs(_ message: [UInt8]) -> Bool {
            ConstantTime.equal(HMACSHA256.code(for: message, key: key), signature)
        }
        guard signs(body) || CompactJSON.rewrite(body).map(signs) == true else { return .refused(.wrongSignature) }
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(body)) else {
            return .refused(.malformedEvent)
        }
        let age = now - event.sent
        guard age > .zero - tolerance, age < tolerance else { return .refused(.stale(age)) }
        return .genuine(event)
    }

    /// The bytes behind `sha256=`; upper and lower case are both in use for hexadecimal digits.
    private static func signature(in header: String) -> [UInt8]? {
        guard header.lowercased().hasPrefix("sha256="), let bytes = Hex.decode(String(header.dropFirst(7))),
            bytes.count == 32
        else { return nil }
        return bytes
    }

    /// A delivered event.
    public struct Event: Hashable, Sendable {
        /// Dfns's id, such as `whe-…`: another one for each delivery of the same event.
        public let id: String
        /// What happened, such as `payout.action.required`; new kinds are to be expected.
        public let kind: String
        /// When this delivery was sent, to the second.
        public let sent: Timestamp
        /// Which delivery this is, from 1.
        public let deliveryAttempt: Int?
        /// An earlier delivery of the same event; Dfns's pages differ on whether the first or the last one.
        public let retryOf: String?
        /// The payout as it was then, where the event is about one.
        public let payout: DfnsClient.Payout?
        /// What the event is about, by its ids.
        public let subject: Subject?

        /// The same for each delivery of the same event.
        public var deduplicationKey: String {
            guard let subject else { return "\(kind)|\(id)" }
            return "\(kind)|\(subject.id)|\(subject.status ?? "")"
        }

        /// Ids by which the job can be found: Dfns's and ours.
        public var references: [String] { [subject?.id, subject?.externalID].compactMap(\.self) }
    }

    /// What an event is about.
    public struct Subject: Hashable, Sendable {
        /// Dfns's id of the payout or transfer.
        public let id: String
        /// Our id of it.
        public let externalID: String?
        /// Its status then: a payout's execution status, a transfer's status.
        public let status: String?
    }
}

extension DfnsWebhook.Event: Decodable {
    private enum Key: String, CodingKey { case id, kind, timestampSent, deliveryAttempt, retryOf, data }

    private enum DataKey: String, CodingKey { case payout, transferRequest }

    /// Reads Dfns's JSON; the payload of a kind that we don't know is left alone.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .id)
        kind = try container.decode(String.self, forKey: .kind)
        let seconds = try container.decode(Int64.self, forKey: .timestampSent)
        guard 0..<4_102_444_800 ~= seconds else {
            throw DecodingError.dataCorruptedError(
                forKey: .timestampSent, in: container, debugDescription: "not seconds between 1970 and 2100")
        }
        sent = Timestamp(seconds: seconds)
        deliveryAttempt = container.tolerant(.deliveryAttempt)
        retryOf = container.tolerant(.retryOf)
        let data = try? container.nestedContainer(keyedBy: DataKey.self, forKey: .data)
        // The reference nests the payout under `data.payout`; the guide can be read as `data` being the payout.
        let isPayout = kind.hasPrefix("payout.") && data?.contains(.payout) == false
        payout = isPayout ? container.tolerant(.data) : data?.tolerant(.payout)
        subject = isPayout ? container.tolerant(.data) : data?.tolerant(.payout) ?? data?.tolerant(.transferRequest)
    }
}

extension DfnsWebhook.Subject: Decodable {
    private enum Key: String, CodingKey { case id, externalId, status, data }

    private enum DataKey: String, CodingKey { case executionStatus }

    /// Reads the ids and the status of a payout or transfer, and nothing else.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .id)
        externalID = container.tolerant(.externalId)
        let data = try? container.nestedContainer(keyedBy: DataKey.self, forKey: .data)
        status = data?.tolerant(.executionStatus) ?? container.tolerant(.status)
    }
}
