public import Domain
public import WorkflowCore

/// The few values that this flow stores. PontisGlobe's wire types may change; these have to decode for ever.
extension PontisPayout {
    /// What an app asks for: the input of a job.
    public struct Order: Codable, Hashable, Sendable {
        /// The configured PontisGlobe account; `main` unless said otherwise.
        public var account: Identifier?
        /// Where the recipient is.
        public let country: CountryCode
        /// What the recipient gets.
        public let currency: CurrencyCode
        /// How it is paid, such as `bank_local` or `imps`: by country.
        public let method: Identifier
        /// A routing override.
        public var network: Identifier?
        /// What is paid.
        public let amount: SourceAmount
        /// The stablecoin that pays; PontisGlobe's default, `USDT`, unless said otherwise.
        public var sourceCurrency: SourceCurrency?
        /// Who gets it: personal, and so never shown.
        public let recipient: Sensitive<Recipient>
        /// What the payment is for.
        public var purpose: Note?
        /// Where the funds come from.
        public var sourceOfFunds: Note?
        /// Who says yes when the rate has moved.
        public let accept: Consent
        /// For how many days after its delivery the payout is looked at, in case it comes back; 7 unless said
        /// otherwise.
        public var watchDays: WatchDays?

        private enum CodingKeys: String, CodingKey {
            case account
            case country = "country_code"
            case currency = "currency_code"
            case method = "payment_method"
            case network = "payment_network"
            case amount = "source_amount"
            case sourceCurrency = "source_currency"
            case recipient = "recipient_details"
            case purpose = "purpose_of_payment"
            case sourceOfFunds = "source_of_funds"
            case accept
            case watchDays = "watch_days"
        }

        /// An order.
        public init(
            account: Identifier? = nil, country: CountryCode, currency: CurrencyCode, method: Identifier,
            network: Identifier? = nil, amount: SourceAmount, sourceCurrency: SourceCurrency? = nil,
            recipient: Sensitive<Recipient>, purpose: Note? = nil, sourceOfFunds: Note? = nil,
            accept: Consent, watchDays: WatchDays? = nil
        ) {
            self.account = account
            self.country = country
            self.currency = currency
            self.method = method
            self.network = network
            self.amount = amount
            self.sourceCurrency = sourceCurrency
            self.recipient = recipient
            self.purpose = purpose
            self.sourceOfFunds = sourceOfFunds
            self.accept = accept
            self.watchDays = watchDays
        }

        /// For how many days a delivered payout is looked at.
        var watchedDays: Int { watchDays?.count ?? 7 }
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

    /// Who is paid. Which members are needed depends on country and method; `name` always is.
    public struct Recipient: Codable, Hashable, Sendable {
        /// The recipient's name.
        public let name: Note
        /// The account's number at the bank, or the wallet's.
        public var accountNumber: Note?
        /// The branch's code in India.
        public var ifsc: Note?
        /// The bank's name.
        public var bankName: Note?
        /// The bank's code elsewhere.
        public var bankCode: Note?
        /// Such as `savings`.
        public var accountType: Note?
        /// A telephone number.
        public var mobile: Note?
        /// An e-mail address.
        public var email: Note?

        private enum CodingKeys: String, CodingKey {
            case name
            case accountNumber = "account_number"
            case ifsc
            case bankName = "bank_name"
            case bankCode = "bank_code"
            case accountType = "account_type"
            case mobile
            case email
        }

        /// A recipient.
        public init(name: Note, accountNumber: Note? = nil, ifsc: Note? = nil) {
            self.name = name
            self.accountNumber = accountNumber
            self.ifsc = ifsc
        }
    }

    /// How often a payout was tried again, under a new key each time.
    public struct Tries: Codable, Hashable, Sendable {
        /// How often the rate had moved.
        public var rateMoves = 0
        /// How often a limit or the balance was exhausted.
        public var postponements = 0

        /// None so far.
        public init() {}

        /// Beyond this the rate is not one that can be met.
        static let mostRateMoves = 3
        /// Every six hours: 31 days, since a monthly limit may have been met on the first of the month.
        static let mostPostponements = 124

        /// Whether a day's attempts were in vain: it is then in somebody's sight.
        var isPostponedForLong: Bool { postponements >= 4 }

        var afterRateMove: Tries { changed { $0.rateMoves += 1 } }
        var afterPostponement: Tries { changed { $0.postponements += 1 } }

        private func changed(_ change: (inout Tries) -> Void) -> Tries {
            var copy = self
            change(&copy)
            return copy
        }
    }

    /// A payout that PontisGlobe has taken.
    public struct Payout: Codable, Hashable, Sendable {
        /// PontisGlobe's `transaction_id`: a UUID, or `sb_…` in its sandbox.
        public let id: String
        /// What was ordered.
        public let order: Order
        /// Whether it was called completed before a status that nobody knows; nil: it wasn't.
        public private(set) var isDelivered: Bool?

        /// A payout.
        public init(id: String, order: Order) {
            self.id = id
            self.order = order
        }

        /// The same, now that it has been called completed.
        public func delivered() -> Payout {
            var payout = self
            payout.isDelivered = true
            return payout
        }
    }

    /// What PontisGlobe says about a payout.
    public struct Report: Codable, Hashable, Sendable {
        /// Its `transaction_id`.
        public let id: String
        /// How far it is.
        public let status: Status

        /// A report.
        public init(id: String, status: Status) {
            self.id = id
            self.status = status
        }
    }

    /// How far a payout is (PontisGlobe documentation, “Get payout status”).
    public enum Status: Codable, Hashable, Sendable {
        /// A person at PontisGlobe approves it.
        case pendingApproval
        /// Approved, or queued.
        case pending
        /// With the payment network.
        case processing
        /// Delivered: a claim, which no bank reference supports.
        case completed
        /// Not delivered.
        case failed(why: Refusal)
        /// Rejected before it was processed.
        case rejected(why: Refusal)
        /// Canceled before it was processed.
        case canceled
        /// Delivered once, and returned since.
        case reversed(why: Refusal)
        /// A word that is not documented.
        case other(word: String)
    }
}
