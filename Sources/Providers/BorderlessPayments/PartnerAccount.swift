public import Domain
public import HTTPClient

/// One account of ours at Borderless Payments: where its Partner API is, and with what it proves who it is.
///
/// Printing an account shows its name, mode and host, and none of its secrets.
public struct PartnerAccount: Sendable, CustomStringConvertible, CustomReflectable {
    /// Our own name of the account, such as `main`.
    public let name: String
    /// Whether it moves real money; the key's beginning says so too.
    public let mode: Mode
    /// Where its API is.
    public let origin: Origin
    /// Such as `sk_test_…`.
    public let apiKey: Secret
    /// What webhooks are signed with; while a secret is being replaced, the old one comes second.
    public let webhookSecrets: [Secret]
    /// What happens to a genuine webhook with an old signature.
    public let staleWebhooks: StaleWebhooks

    /// What happens to a genuine webhook with an old signature. Attempts days later may carry the first one's, and no
    /// webhook does more than make a job read (how they are signed is not documented).
    public enum StaleWebhooks: String, CaseIterable, Sendable {
        /// It wakes its job like any other.
        case accept
        /// It is turned away, as the documentation's own verifier does.
        case refuse
    }

    /// An account whose key and host fit its mode, or an error that says why they don't.
    public init(
        name: String, mode: Mode, origin: Origin, apiKey: Secret, webhookSecret: Secret? = nil,
        previousWebhookSecret: Secret? = nil, staleWebhooks: StaleWebhooks = .accept
    ) throws(InvalidValue) {
        try Self.check(mode: mode, origin: origin, apiKey: apiKey)
        self.name = name
        self.mode = mode
        self.origin = origin
        self.apiKey = apiKey
        webhookSecrets = [webhookSecret, previousWebhookSecret].compactMap(\.self)
        self.staleWebhooks = staleWebhooks
    }

    /// The one host of both modes (Borderless Payments documentation, “Environments”).
    public static let productionHost = "https://api.borderlesspayments.xyz"

    /// Checks that key, host and mode belong together: the key alone decides whether money moves.
    public static func check(mode: Mode, origin: Origin, apiKey: Secret) throws(InvalidValue) {
        let isTestKey = apiKey.reveal().hasPrefix("sk_test_")
        guard apiKey.reveal().hasPrefix("sk_") else {
            throw InvalidValue("an API key of Borderless Payments begins with sk_test_ or sk_")
        }
        switch mode {
        case .live where isTestKey: throw InvalidValue("a live account can't have a test key (sk_test_…)")
        case .live where origin.description != productionHost:
            throw InvalidValue(
                "a live account of Borderless Payments must be at \(productionHost), and not at \(origin)")
        case .test where !isTestKey:
            throw InvalidValue("a test account needs a test key (sk_test_…): with this one, money would move")
        case .live, .test: break
        }
    }

    /// Name, mode and host.
    public var description: String { "borderless_payments/\(name) (\(mode), \(origin))" }

    /// What `description` shows, and no more.
    public var customMirror: Mirror {
        Mirror(self, children: ["name": name, "mode": mode.text, "origin": "\(origin)"])
    }
}
