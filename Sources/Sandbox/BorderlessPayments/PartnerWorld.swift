/// Which of the two separate halves of a workspace something belongs to.
public enum PartnerMode: String, Sendable, Hashable, CaseIterable {
    /// No real money.
    case test = "TEST"
    /// Real money.
    case live = "LIVE"
}

/// What exists before the first request: keys, teammates, and where webhooks go.
public struct PartnerWorld: Sendable {
    /// An API key; its beginning says its mode.
    public struct Key: Sendable, Hashable {
        /// Such as `sk_test_…` or `sk_…`.
        public var text: String
        /// What it may do.
        public var scopes: [String]

        /// A key with the scopes of a developer unless said otherwise.
        public init(_ text: String, scopes: [String] = PartnerWorld.developerScopes) {
            self.text = text
            self.scopes = scopes
        }

        /// What the beginning says.
        public var mode: PartnerMode { text.hasPrefix("sk_test_") ? .test : .live }
    }

    /// A person who logs in.
    public struct Teammate: Sendable, Hashable {
        /// The address.
        public var email: String
        /// The password.
        public var password: String

        /// A teammate with the scopes of an owner.
        public init(email: String, password: String) {
            self.email = email
            self.password = password
        }
    }

    /// Where webhooks of a mode go.
    public struct Webhook: Sendable, Hashable {
        /// Which half it listens to.
        public var mode: PartnerMode
        /// The address.
        public var url: String
        /// What signs.
        public var secret: String

        /// A webhook for all events.
        public init(mode: PartnerMode = .test, url: String, secret: String) {
            self.mode = mode
            self.url = url
            self.secret = secret
        }
    }

    /// Somebody who is a user already, approved and registered, for whoever starts at the quote.
    public struct KnownUser: Sendable, Hashable {
        /// The id.
        public var id: String
        /// The address.
        public var email: String
        /// The country in two capital letters.
        public var country: String

        /// A user of the test half.
        public init(id: String, email: String, country: String) {
            self.id = id
            self.email = email
            self.country = country
        }
    }

    /// What ids and secrets are drawn from.
    public var seed: UInt64
    /// The keys.
    public var keys: [Key]
    /// The teammates.
    public var teammates: [Teammate]
    /// Where webhooks go from the beginning.
    public var webhooks: [Webhook]
    /// Who is a user from the beginning.
    public var users: [KnownUser]
    /// Whether real money is enabled.
    public var isLiveEnabled: Bool

    /// A world.
    public init(
        seed: UInt64, keys: [Key], teammates: [Teammate] = [], webhooks: [Webhook] = [], users: [KnownUser] = [],
        isLiveEnabled: Bool = false
    ) {
        self.seed = seed
        self.keys = keys
        self.teammates = teammates
        self.webhooks = webhooks
        self.users = users
        self.isLiveEnabled = isLiveEnabled
    }

    /// What a developer's key may do (Borderless Payments documentation, “Create an API key”).
    public static let developerScopes = [
        "users:read", "users:write", "kyc:read", "kyc:write", "quotes:read", "orders:read", "orders:write",
        "webhook_configs:manage", "webhook_deliveries:read", "webhook_deliveries:replay", "api_keys:manage",
    ]
}
