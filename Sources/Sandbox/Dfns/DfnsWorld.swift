public import Crypto

/// What exists before the first request: an organisation's wallets, users and webhooks.
public struct DfnsWorld: Sendable {
    /// A wallet of the organisation.
    public struct Wallet: Sendable, Hashable {
        /// Its id: `wa-`, five, five and 14 to 16 letters and digits.
        public var id: String
        /// Its network, such as `Polygon`.
        public var network: String
        /// Its address on that network.
        public var address: String

        /// A wallet.
        public init(id: String, network: String, address: String) {
            self.id = id
            self.network = network
            self.address = address
        }
    }

    /// A token that wallets may hold.
    public struct Token: Sendable, Hashable {
        /// Its network, such as `Polygon`.
        public var network: String
        /// Its contract or mint there.
        public var address: String
        /// Its symbol, such as `USDC`.
        public var symbol: String
        /// How many decimals its amounts have.
        public var decimals: Int

        /// A token.
        public init(network: String, address: String, symbol: String, decimals: Int) {
            self.network = network
            self.address = address
            self.symbol = symbol
            self.decimals = decimals
        }
    }

    /// A key that a user may sign with.
    public struct Credential: Sendable {
        /// Its id.
        public var id: String
        /// What checks its signatures.
        public var publicKey: PublicKey

        /// A credential from a public key in PEM.
        public init(id: String, publicKeyPEM: String) throws(CryptoError) {
            self.id = id
            publicKey = try PublicKey(pem: publicKeyPEM)
        }
    }

    /// A user or service account, with its token.
    public struct User: Sendable {
        /// The user's id: `us-…`.
        public var id: String
        /// The token's id: `to-…`.
        public var tokenID: String
        /// What stands behind `Bearer` in its requests.
        public var bearer: String
        /// What it may do.
        public var permissions: Set<DfnsPermission>
        /// What it may sign with.
        public var credentials: [Credential]

        /// A user; it may do everything unless told otherwise.
        public init(
            id: String, tokenID: String, bearer: String, credentials: [Credential],
            permissions: Set<DfnsPermission> = Set(DfnsPermission.allCases)
        ) {
            self.id = id
            self.tokenID = tokenID
            self.bearer = bearer
            self.credentials = credentials
            self.permissions = permissions
        }
    }

    /// A webhook that is there from the start.
    public struct Webhook: Sendable, Hashable {
        /// Where events are posted.
        public var url: String
        /// What they are signed with.
        public var secret: String
        /// Which kinds it wants; `*` for all.
        public var events: [String]

        /// A webhook for all kinds unless told otherwise.
        public init(url: String, secret: String, events: [String] = ["*"]) {
            self.url = url
            self.secret = secret
            self.events = events
        }
    }

    /// What ids, addresses, jitter and rates are drawn from.
    public var seed: UInt64
    /// The wallets.
    public var wallets: [Wallet]
    /// The tokens that wallets may hold.
    public var tokens: [Token]
    /// The users.
    public var users: [User]
    /// The webhooks.
    public var webhooks: [Webhook]

    /// A world; wallets and tokens are the standard ones unless told otherwise.
    public init(
        seed: UInt64, users: [User], webhooks: [Webhook] = [], wallets: [Wallet] = Self.standardWallets,
        tokens: [Token] = Self.standardTokens
    ) {
        self.seed = seed
        self.users = users
        self.webhooks = webhooks
        self.wallets = wallets
        self.tokens = tokens
    }

    /// The standard world with one user, who signs with this key.
    public init(
        seed: UInt64, bearer: String, credentialID: String, publicKeyPEM: String, webhooks: [Webhook] = []
    ) throws(CryptoError) {
        let user = User(
            id: "us-sandb-oxuse-rservice000001", tokenID: "to-sandb-oxtok-enservice00001", bearer: bearer,
            credentials: [try Credential(id: credentialID, publicKeyPEM: publicKeyPEM)])
        self.init(seed: seed, users: [user], webhooks: webhooks)
    }

    /// One wallet on each of four networks.
    public static let standardWallets = [
        Wallet(
            id: "wa-polyg-usdc0-sandboxwallet01", network: "Polygon",
            address: "0x1111111111111111111111111111111111111111"),
        Wallet(
            id: "wa-ether-usdc0-sandboxwallet02", network: "Ethereum",
            address: "0x2222222222222222222222222222222222222222"),
        Wallet(
            id: "wa-base0-usdc0-sandboxwallet03", network: "Base",
            address: "0x3333333333333333333333333333333333333333"),
        Wallet(
            id: "wa-solan-usdc0-sandboxwallet04", network: "Solana",
            address: "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"),
    ]

    /// USDC and USDT on the standard wallets' networks.
    public static let standardTokens = [
        Token(
            network: "Polygon", address: "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", symbol: "USDC", decimals: 6),
        Token(
            network: "Polygon", address: "0xc2132D05D31c914a87C6611C10748AEb04B58e8F", symbol: "USDT", decimals: 6),
        Token(
            network: "Ethereum", address: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", symbol: "USDC", decimals: 6),
        Token(
            network: "Ethereum", address: "0xdAC17F958D2ee523a2206206994597C13D831ec7", symbol: "USDT", decimals: 6),
        Token(network: "Base", address: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", symbol: "USDC", decimals: 6),
        Token(network: "Solana", address: "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", symbol: "USDC", decimals: 6),
    ]
}
