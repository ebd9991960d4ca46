public import Crypto
public import Domain
public import HTTPClient

/// One service account at Dfns: where its API is, and with what it proves who it is.
///
/// Printing an account shows its name, mode and host, and none of its secrets.
public struct DfnsAccount: Sendable, CustomStringConvertible, CustomReflectable {
    /// Our own name of the account, such as `main`.
    public let name: String
    /// Whether it moves real money.
    public let mode: Mode
    /// Where its API is.
    public let origin: Origin
    /// The service account's token (a JWT; Dfns shows it once and lets it live for at most 730 days).
    public let token: Secret
    /// The id of the credential whose private key signs (Dfns documentation, “User action signing”).
    public let credentialID: String
    /// The credential's private key: Ed25519, ECDSA on P-256, or RSA.
    public let privateKey: PrivateKey
    /// The service account's user, such as `us-…`: who created a payout, and nobody else, may confirm it.
    ///
    /// Nil where it is not known.
    public let userID: String?
    /// The secret that Dfns gave when the webhook was created; nil where webhooks are not used.
    public let webhookSecret: Secret?

    /// An account whose host fits its mode, or an error that says why it doesn't.
    public init(
        name: String, mode: Mode, origin: Origin, token: Secret, credentialID: String, privateKey: PrivateKey,
        userID: String? = nil, webhookSecret: Secret? = nil
    ) throws(InvalidValue) {
        try Self.check(mode: mode, origin: origin)
        self.name = name
        self.mode = mode
        self.origin = origin
        self.token = token
        self.credentialID = credentialID
        self.privateKey = privateKey
        self.userID = userID
        self.webhookSecret = webhookSecret
    }

    /// The hosts of production: Europe, and the United Arab Emirates (Dfns documentation, OpenAPI's servers).
    public static let productionHosts = ["api.dfns.io", "api.uae.dfns.io"]

    /// Checks that real money goes over TLS to Dfns itself, and nowhere else.
    ///
    /// A test account may be anywhere: on a sandbox, or on a production host with wallets on test networks.
    public static func check(mode: Mode, origin: Origin) throws(InvalidValue) {
        guard mode == .live else { return }
        let origins = productionHosts.map { "https://\($0)" }
        guard origins.contains(origin.description) else {
            let list = origins.joined(separator: " or ")
            throw InvalidValue("a live account of Dfns must be at \(list), and not at \(origin)")
        }
    }

    /// Name, mode and host.
    public var description: String { "dfns/\(name) (\(mode), \(origin))" }

    /// What `description` shows, and no more.
    public var customMirror: Mirror {
        Mirror(self, children: ["name": name, "mode": mode.text, "origin": "\(origin)"])
    }
}
