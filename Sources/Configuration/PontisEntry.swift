public import Domain
public import HTTPClient
public import PontisGlobe

/// An account at PontisGlobe, and the secrets that its sealer and signer were made of: a simulator needs them too.
public struct PontisEntry: ConfiguredAccount {
    /// `pontis`.
    public static var provider: String { "pontis" }

    /// The account.
    public let account: PontisAccount
    /// What requests are sealed with, in base64url.
    public let encryptionSecret: Secret
    /// What requests and callbacks are signed with, in base64url.
    public let hmacSecret: Secret

    /// Our own name of the account.
    public var name: String { account.name }
    /// Whether it moves real money.
    public var mode: Mode { account.mode }
    /// Where its API is.
    public var origin: Origin { account.origin }
}

extension PontisEntry: ReadableAccount {
    static var members: [String] {
        ["api_key", "email", "password", "encryption_secret", "hmac_secret", "previous_hmac_secret"]
    }
    static var exampleURL: String { PontisAccount.sandboxHost }

    init(_ entry: AccountEntry) throws(ConfigurationError) {
        let section = entry.section
        let mode = try entry.mode()
        let origin = try entry.origin(Self.exampleURL)
        let apiKey = try section.secret("api_key").secret
        let email = try section.secret("email", orText: true).secret.reveal()
        let password = try section.secret("password").secret
        let encryptionSecret = try section.secret("encryption_secret").secret
        let hmacSecret = try section.secret("hmac_secret").secret
        let previous = try section.optionalSecret("previous_hmac_secret")
        let sealer = try entry.checking("encryption_secret") { () throws(InvalidValue) in
            try GCMSealer(secret: encryptionSecret, random: section.surroundings.random)
        }
        let signer = try entry.checking("hmac_secret") { () throws(InvalidValue) in
            try HMACSigner(secret: hmacSecret)
        }
        let previousSigner = try entry.checking("previous_hmac_secret") { () throws(InvalidValue) -> HMACSigner? in
            guard let previous else { return nil }
            return try HMACSigner(secret: previous)
        }
        account = try entry.checking("base_url") { () throws(InvalidValue) in
            try PontisAccount(
                name: entry.name, mode: mode, origin: origin, apiKey: apiKey, email: email, password: password,
                sealer: sealer, signer: signer, previousSigner: previousSigner)
        }
        self.encryptionSecret = encryptionSecret
        self.hmacSecret = hmacSecret
    }
}
