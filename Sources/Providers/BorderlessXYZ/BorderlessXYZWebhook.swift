import Foundation
public import HTTPTypes

/// Tells what a webhook is about, once it has passed what the account asks of webhooks (Borderless.xyz documentation,
/// “Deposit webhooks” and “Withdrawal webhooks”).
///
/// Whatever it says, it is a hint to read the transaction: its signature is not documented, events carry no id, come
/// out of order or never, and after too many failed attempts none come at all.
public enum BorderlessXYZWebhook {
    /// What a check found.
    public enum Verification: Hashable, Sendable {
        /// Nothing speaks against it.
        case plausible(Event)
        /// Don't act on it; the reason is for our log, and holds nothing of the content.
        case refused(reason: String)
    }

    /// What happened.
    public struct Event: Hashable, Sendable {
        /// Such as `Transaction_Updated`; new ones are to be expected.
        public let type: String
        /// The transaction or account that it is about.
        public let object: String
        /// The status that was told, where one was.
        public let status: String?
        /// When it was sent, in milliseconds since 1970.
        public let milliseconds: Int64

        /// The same for each attempt of one event, which has no id of its own.
        public var deduplicationKey: String { "\(type):\(object):\(status ?? ""):\(milliseconds)" }
    }

    /// Asks each verifier, and reads the event.
    public static func read(
        _ request: HTTPRequest, verifiers: [any BorderlessXYZWebhookVerifier]
    ) -> Verification {
        for verifier in verifiers {
            if let fault = verifier.fault(in: request) { return .refused(reason: fault) }
        }
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(request.body)) else {
            return .refused(reason: "the body is not an event with type, data.id and timestamp")
        }
        return .plausible(
            Event(type: wire.type, object: wire.data.id, status: wire.data.status, milliseconds: wire.timestamp))
    }

    private struct Wire: Decodable {
        struct Subject: Decodable {
            let id: String
            let status: String?
        }

        let type: String
        let data: Subject
        let timestamp: Int64
    }
}
