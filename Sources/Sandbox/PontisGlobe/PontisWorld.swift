internal import Crypto

/// What exists before the first request: accounts with their credentials and callbacks.
public struct PontisWorld: Sendable {
    /// A customer of PontisGlobe.
    public struct Account: Sendable, Hashable {
        /// What stands in `x-api-key`.
        public var apiKey: String
        /// Who logs in.
        public var email: String
        /// With which password.
        public var password: String
        /// The key of the seal: 32 bytes.
        public var encryptionKey: [UInt8]
        /// The key of signatures: 32 bytes.
        public var signingKey: [UInt8]
        /// Where callbacks are posted; nil: nowhere.
        public var callbackURL: String?
        /// Whether it may do nothing at all.
        public var isSuspended = false

        /// An account; the two secrets are in base64url, as PontisGlobe's dashboard shows them.
        ///
        /// Nil unless each is 32 bytes.
        public init?(
            apiKey: String, email: String, password: String, encryptionSecret: String, hmacSecret: String,
            callbackURL: String? = nil
        ) {
            guard let encryptionKey = Base64URL.decode(encryptionSecret), encryptionKey.count == 32,
                let signingKey = Base64URL.decode(hmacSecret), signingKey.count == 32
            else { return nil }
            self.apiKey = apiKey
            self.email = email
            self.password = password
            self.encryptionKey = encryptionKey
            self.signingKey = signingKey
            self.callbackURL = callbackURL
        }
    }

    /// What ids and tokens are drawn from.
    public var seed: UInt64
    /// The accounts.
    public var accounts: [Account]

    /// A world.
    public init(seed: UInt64, accounts: [Account]) {
        self.seed = seed
        self.accounts = accounts
    }
}
