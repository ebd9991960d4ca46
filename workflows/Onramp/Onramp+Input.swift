public import Domain
public import JSONSchema
public import WorkflowCore

/// What an app asks for.
extension Onramp {
    /// The input of a job.
    public struct Purchase: Codable, Hashable, Sendable {
        /// The configured account; `main` unless said otherwise.
        public var account: Identifier?
        /// Who buys.
        public let customer: Customer
        /// What is paid with.
        public let fiatCurrency: Fiat
        /// What is paid in all.
        public let fiatAmount: EuroAmount
        /// What is bought.
        public let cryptoCurrency: Coin
        /// Where it goes.
        public let wallet: Wallet
        /// How it is paid.
        public let instrument: Instrument
        /// Who says yes to the price.
        public let accept: Consent
        /// The least that is taken without asking.
        public var minCryptoAmount: CoinAmount?
        /// What the crypto is for, in case the venue asks.
        public var purposes: [Purpose]?

        private enum CodingKeys: String, CodingKey {
            case account
            case customer
            case fiatCurrency = "fiat_currency"
            case fiatAmount = "fiat_amount"
            case cryptoCurrency = "crypto_currency"
            case wallet
            case instrument = "payment_instrument"
            case accept
            case minCryptoAmount = "min_crypto_amount"
            case purposes
        }

        /// A purchase.
        public init(
            account: Identifier? = nil, customer: Customer, fiatCurrency: Fiat, fiatAmount: EuroAmount,
            cryptoCurrency: Coin, wallet: Wallet, instrument: Instrument, accept: Consent,
            minCryptoAmount: CoinAmount? = nil, purposes: [Purpose]? = nil
        ) {
            self.account = account
            self.customer = customer
            self.fiatCurrency = fiatCurrency
            self.fiatAmount = fiatAmount
            self.cryptoCurrency = cryptoCurrency
            self.wallet = wallet
            self.instrument = instrument
            self.accept = accept
            self.minCryptoAmount = minCryptoAmount
            self.purposes = purposes
        }
    }

    /// Who buys: somebody who is known at Borderless Payments, or is made known first.
    public enum Customer: Hashable, Sendable {
        /// A user, with the country that prices are asked for.
        case known(Buyer)
        /// Somebody new; all of it is personal, and never shown.
        case new(Sensitive<Person>)
    }

    /// A user who may be sold to.
    public struct Buyer: Codable, Hashable, Sendable {
        /// The provider's id of the user.
        public let id: String
        /// Where the user lives.
        public let country: CountryCode

        /// A buyer.
        public init(id: String, country: CountryCode) {
            self.id = id
            self.country = country
        }
    }

    /// Somebody new (Borderless Payments documentation, “Users”): the rest comes from the identity document.
    public struct Person: Codable, Hashable, Sendable {
        /// Unique for each partner and mode.
        public let email: EmailAddress
        /// The given name.
        public let firstName: PersonName
        /// The family name.
        public let lastName: PersonName
        /// A telephone number.
        public let mobile: PhoneNumber
        /// The app's own name of the customer; unique for each partner and mode.
        public var reference: Identifier?

        private enum CodingKeys: String, CodingKey {
            case email
            case firstName = "first_name"
            case lastName = "last_name"
            case mobile
            case reference = "partner_user_ref"
        }

        /// A person.
        public init(
            email: EmailAddress, firstName: PersonName, lastName: PersonName, mobile: PhoneNumber,
            reference: Identifier? = nil
        ) {
            self.email = email
            self.firstName = firstName
            self.lastName = lastName
            self.mobile = mobile
            self.reference = reference
        }
    }

    /// Where the crypto goes. What is sent to a wrong place is gone: a network has only addresses of its own, and an
    /// account that an exchange shares among its customers can't be named without a memo.
    public enum Wallet: Hashable, Sendable {
        /// On Polygon.
        case polygon(EVMAddress)
        /// On Stellar, an account of the customer's own.
        case stellar(StellarAddress)
        /// On Stellar, an account of an exchange, which finds its customer by the memo.
        case stellarExchange(StellarAddress, memo: StellarMemo)

        /// The network as Borderless Payments calls it.
        public var network: String {
            switch self {
            case .polygon: "polygon"
            case .stellar, .stellarExchange: "stellar"
            }
        }

        /// The address.
        public var address: String {
            switch self {
            case .polygon(let address): address.text
            case .stellar(let address), .stellarExchange(let address, _): address.text
            }
        }

        /// The memo, where there is one.
        public var memo: String? {
            switch self {
            case .polygon, .stellar: nil
            case .stellarExchange(_, let memo): memo.text
            }
        }
    }

    /// What is paid with (Borderless Payments documentation, “Supported assets”).
    public enum Fiat: String, CaseIterable, TextValue {
        case eur = "EUR"

        /// Euros.
        public static var sample: Fiat { .eur }
    }

    /// What is bought (Borderless Payments documentation, “Supported assets”).
    public enum Coin: String, CaseIterable, TextValue {
        case usdc = "USDC"

        /// USDC.
        public static var sample: Coin { .usdc }
    }

    /// How it is paid (Borderless Payments documentation, “Supported assets”).
    public enum Instrument: String, CaseIterable, TextValue {
        /// The customer makes a transfer, and says so.
        case sepa = "sepa_bank_transfer"
        /// The customer agrees on a page of the bank, and nobody says anything.
        case openBanking = "pm_open_banking"

        /// A transfer.
        public static var sample: Instrument { .sepa }
    }

    /// Whether the app is asked.
    public enum Consent: String, CaseIterable, TextValue {
        /// Lockstep goes on by itself.
        case auto
        /// Lockstep waits for a signal.
        case ask

        /// Lockstep goes on by itself.
        public static var sample: Consent { .auto }
    }
}

extension Onramp.Customer: SchemaDescribed {
    private enum Kind: String, CaseIterable, TextValue {
        case known, new
        static var sample: Kind { .known }
    }

    private enum CodingKeys: String, CodingKey {
        case kind, country, person
        case userID = "user_id"
    }

    /// Reads the object; the error names the member that is missing or wrong.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .known:
            self = .known(
                Onramp.Buyer(
                    id: try container.decode(Identifier.self, forKey: .userID).text,
                    country: try container.decode(CountryCode.self, forKey: .country)))
        case .new: self = .new(try container.decode(Sensitive<Onramp.Person>.self, forKey: .person))
        }
    }

    /// Writes the object; a person is sealed.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .known(let buyer):
            try container.encode(Kind.known, forKey: .kind)
            try container.encode(buyer.id, forKey: .userID)
            try container.encode(buyer.country, forKey: .country)
        case .new(let person):
            try container.encode(Kind.new, forKey: .kind)
            try container.encode(person, forKey: .person)
        }
    }

    /// One of two objects, told apart by `kind`.
    public static var schema: Schema {
        .oneOf([
            .object([
                Schema.Property("kind", .string(allowed: [Kind.known.text])),
                Schema.Property("user_id", Identifier.schema), Schema.Property("country", CountryCode.schema),
            ]),
            .object([
                Schema.Property("kind", .string(allowed: [Kind.new.text])),
                Schema.Property(
                    "person",
                    .sensitive(
                        .object([
                            Schema.Property("email", Onramp.EmailAddress.schema),
                            Schema.Property("first_name", Onramp.PersonName.schema),
                            Schema.Property("last_name", Onramp.PersonName.schema),
                            Schema.Property("mobile", Onramp.PhoneNumber.schema),
                            Schema.Property("partner_user_ref", Identifier.schema, required: false),
                        ]))),
            ]),
        ])
    }

    /// A known user.
    public static var sample: Onramp.Customer { .known(Onramp.Buyer(id: Identifier.sample.text, country: .sample)) }
}

extension Onramp.Wallet: SchemaDescribed {
    private enum Kind: String, CaseIterable, TextValue {
        case polygon, stellar
        case stellarExchange = "stellar_exchange"
        static var sample: Kind { .polygon }
    }

    private enum CodingKeys: String, CodingKey { case kind, address, memo }

    /// Reads the object; the error names the member that is missing or wrong.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .polygon: self = .polygon(try container.decode(EVMAddress.self, forKey: .address))
        case .stellar: self = .stellar(try container.decode(Onramp.StellarAddress.self, forKey: .address))
        case .stellarExchange:
            self = .stellarExchange(
                try container.decode(Onramp.StellarAddress.self, forKey: .address),
                memo: try container.decode(Onramp.StellarMemo.self, forKey: .memo))
        }
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(address, forKey: .address)
        try container.encodeIfPresent(memo, forKey: .memo)
    }

    private var kind: Kind {
        switch self {
        case .polygon: .polygon
        case .stellar: .stellar
        case .stellarExchange: .stellarExchange
        }
    }

    /// One of three objects, told apart by `kind`.
    public static var schema: Schema {
        func object(_ kind: Kind, _ more: [Schema.Property]) -> Schema {
            .object([Schema.Property("kind", .string(allowed: [kind.text]))] + more)
        }
        let stellar = Schema.Property("address", Onramp.StellarAddress.schema)
        return .oneOf([
            object(.polygon, [Schema.Property("address", EVMAddress.schema)]), object(.stellar, [stellar]),
            object(.stellarExchange, [stellar, Schema.Property("memo", Onramp.StellarMemo.schema)]),
        ])
    }

    /// An address on Polygon.
    public static var sample: Onramp.Wallet { .polygon(.sample) }
}
