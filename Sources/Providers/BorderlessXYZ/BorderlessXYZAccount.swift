public import Domain
public import HTTPClient

/// One account at Borderless.xyz: where its API is, and with what it proves who it is.
///
/// Three unrelated firms have similar names: this is borderless.xyz, and neither borderlesspayments.xyz nor
/// getborderless.com. Printing an account shows its name, mode and host, and none of its secrets.
public struct BorderlessXYZAccount: Sendable, CustomStringConvertible, CustomReflectable {
    /// How much personal data answers hold (Borderless.xyz documentation, “Obtain authentication M2M tokens”).
    public enum PersonalData: String, CaseIterable, TextValue {
        /// All of it.
        case all
        /// Masked: nothing in a flow needs it.
        case redacted

        /// What Borderless.xyz does unless told otherwise.
        public static var sample: PersonalData { .all }
    }

    /// Our own name of the account, such as `main`.
    public let name: String
    /// Whether it moves real money.
    public let mode: Mode
    /// Where its API is.
    public let origin: Origin
    /// The id of the credentials, from the dashboard.
    public let clientID: String
    /// Their secret.
    public let clientSecret: Secret
    /// How much personal data answers hold.
    public let personalData: PersonalData
    /// What each webhook has to pass; a webhook only ever wakes a job, so that none at all is harmless.
    public let webhookVerifiers: [any BorderlessXYZWebhookVerifier]

    /// An account whose host fits its mode, or an error that says why it doesn't.
    public init(
        name: String, mode: Mode, origin: Origin, clientID: String, clientSecret: Secret,
        personalData: PersonalData = .all, webhookVerifiers: [any BorderlessXYZWebhookVerifier] = []
    ) throws(InvalidValue) {
        try Self.check(mode: mode, origin: origin)
        guard !clientID.isEmpty else { throw InvalidValue("client_id of an account of Borderless.xyz is empty") }
        self.name = name
        self.mode = mode
        self.origin = origin
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.personalData = personalData
        self.webhookVerifiers = webhookVerifiers
    }

    /// The host of production; the sandbox is `https://sandbox-api.borderless.xyz`, with credentials of its own
    /// (Borderless.xyz documentation, “Sandbox testing”).
    public static let productionHost = "https://api.borderless.xyz"

    /// Checks that real money goes to the production host, and test money anywhere else.
    public static func check(mode: Mode, origin: Origin) throws(InvalidValue) {
        let isProduction = origin.description == productionHost
        if mode == .live, !isProduction {
            throw InvalidValue("a live account of Borderless.xyz must be at \(productionHost), and not at \(origin)")
        }
        if mode == .test, isProduction {
            throw InvalidValue("a test account of Borderless.xyz must not be at \(productionHost): money would move")
        }
    }

    /// Name, mode and host.
    public var description: String { "borderless_xyz/\(name) (\(mode), \(origin))" }

    /// What `description` shows, and no more.
    public var customMirror: Mirror {
        Mirror(self, children: ["name": name, "mode": mode.text, "origin": "\(origin)"])
    }
}
