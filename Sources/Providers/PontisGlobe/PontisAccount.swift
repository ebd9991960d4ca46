public import Domain
public import HTTPClient

/// One account at PontisGlobe: where its API is, and with what it proves who it is.
///
/// Printing an account shows its name, mode and host, and none of its secrets.
public struct PontisAccount: Sendable, CustomStringConvertible, CustomReflectable {
    /// Our own name of the account, such as `main`.
    public let name: String
    /// Whether it moves real money.
    public let mode: Mode
    /// Where its API is.
    public let origin: Origin
    /// What stands in `x-api-key`.
    public let apiKey: Secret
    /// The owner of the account, who logs in (PontisGlobe documentation, “Login”).
    public let email: String
    /// The owner's password.
    public let password: Secret
    /// Seals what is sent.
    public let sealer: any PayloadSealer
    /// Signs what is sent, and checks callbacks; while the secret is being replaced, the old one comes second.
    public let signers: [any RequestSigner]

    /// An account whose host fits its mode, or an error that says why it doesn't.
    public init(
        name: String, mode: Mode, origin: Origin, apiKey: Secret, email: String, password: Secret,
        sealer: any PayloadSealer, signer: any RequestSigner, previousSigner: (any RequestSigner)? = nil
    ) throws(InvalidValue) {
        try Self.check(mode: mode, origin: origin)
        self.name = name
        self.mode = mode
        self.origin = origin
        self.apiKey = apiKey
        self.email = email
        self.password = password
        self.sealer = sealer
        signers = [signer] + (previousSigner.map { [$0] } ?? [])
    }

    /// The host of production (PontisGlobe documentation, “Sandbox”).
    public static let productionHost = "https://api.pontisglobe.com"

    /// The host of PontisGlobe's own sandbox (the same page).
    public static let sandboxHost = "https://sandbox.pontisglobe.com"

    /// Checks that real money goes to PontisGlobe's production host, and test money anywhere else.
    ///
    /// Credentials are the same for both: the host alone decides whether money moves.
    public static func check(mode: Mode, origin: Origin) throws(InvalidValue) {
        let isProduction = origin.description == productionHost
        if mode == .live, !isProduction {
            throw InvalidValue("a live account of PontisGlobe must be at \(productionHost), and not at \(origin)")
        }
        if mode == .test, isProduction {
            throw InvalidValue("a test account of PontisGlobe must not be at \(productionHost): money would move")
        }
    }

    /// Name, mode and host.
    public var description: String { "pontis/\(name) (\(mode), \(origin))" }

    /// What `description` shows, and no more.
    public var customMirror: Mirror {
        Mirror(self, children: ["name": name, "mode": mode.text, "origin": "\(origin)"])
    }
}
