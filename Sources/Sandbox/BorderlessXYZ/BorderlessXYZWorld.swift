public import Time

/// What exists before the first request: organisations with their credentials, partners, and defaults.
public struct BorderlessXYZWorld: Sendable {
    /// An organisation that is a customer of Borderless.xyz.
    public struct Organisation: Sendable, Hashable {
        /// Its id.
        public var id: String
        /// The id of its credentials.
        public var clientID: String
        /// Their secret.
        public var clientSecret: String
        /// Where webhooks are posted at first; nil: nowhere, until one is registered.
        public var webhookURL: String?
        /// The default destination of refunds: an address for each network.
        public var refundAddresses: [String: String] = [:]
        /// Whether refunds to it go by themselves; nil: as the options say.
        public var refundsItself: Bool?
        /// When somebody last confirmed it; nil: when the first request comes.
        public var refundsVerifiedAt: Timestamp?

        /// An organisation.
        public init(id: String, clientID: String, clientSecret: String, webhookURL: String? = nil) {
            self.id = id
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.webhookURL = webhookURL
        }
    }

    /// What a partner can do in a corridor.
    public struct Partner: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// The corridor's country and currency, such as `US/USD`; nil: every corridor.
        public var corridor: String?
        /// The ways that a refund may take; the first is taken.
        public var paths: [RefundPath]
        /// The types of destination that may be asked for.
        public var acceptedTypes: [String]
        /// How a destination is chosen.
        public var destinationModes: [String]
        /// How a refund is sent off.
        public var dispatchModes: [String]
        /// The assets that can be refunded; nil: every asset.
        public var assets: [String]?
        /// The longest that a refund is said to take, in seconds.
        public var longestSeconds: Int
        /// Whether that counts business days.
        public var isInBusinessDays: Bool
        /// What has to be there first.
        public var prerequisites: [String]

        /// A partner that returns to addresses and senders everywhere.
        public init(name: String, paths: [RefundPath] = [.sourceReturn], acceptedTypes: [String] = ["Address"]) {
            self.name = name
            self.paths = paths
            self.acceptedTypes = acceptedTypes
            destinationModes = acceptedTypes.isEmpty ? ["provider_locked"] : ["address_optional"]
            dispatchModes = ["SubmitAndPoll"]
            longestSeconds = 86_400
            isInBusinessDays = false
            prerequisites = []
        }
    }

    /// What ids are drawn from.
    public var seed: UInt64
    /// The organisations.
    public var organisations: [Organisation]
    /// The partners; the first that serves a corridor carries its withdrawals out.
    public var partners: [Partner]
    /// The private key that signs webhooks, as PEM; nil: they are not signed.
    public var signingKey: String?

    /// A world.
    public init(seed: UInt64, organisations: [Organisation], partners: [Partner] = [Partner(name: "Bridge")]) {
        self.seed = seed
        self.organisations = organisations
        self.partners = partners
    }
}

/// The ways that a refund may take (Borderless.xyz documentation, “Manually dispatch a refund”).
public enum RefundPath: String, Sendable, Hashable, CaseIterable {
    case inlineProvider = "InlineProvider"
    case providerBalance = "ProviderBalance"
    case sourceReturn = "SourceReturn"
    case providerObserved = "ProviderObserved"
    case manualRequired = "ManualRequired"
    case unsupported = "Unsupported"
    case notNeeded = "NotNeeded"
}
