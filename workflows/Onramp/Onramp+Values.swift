public import Domain
public import Time

/// The few values that this flow stores. Borderless Payments' wire types may change; these have to decode for ever.
extension Onramp {
    /// Somebody on the way to being sold to.
    public struct Applicant: Codable, Hashable, Sendable {
        /// What is to be bought.
        public let purchase: Purchase
        /// The provider's id of the user.
        public let user: String
        /// How many sessions were opened for the check.
        public var sessions = 0
        /// How often the venue was reminded.
        public var reminders = 0
        /// What the venue was told, or is about to be told, of the purpose.
        public var purposes: [Purpose] = []
        /// How often the provider was asked to have another look at the session's check: once an hour.
        public var refreshes: Int?

        /// An applicant.
        public init(purchase: Purchase, user: String) {
            self.purchase = purchase
            self.user = user
        }
    }

    /// A session in which a customer shows who he or she is.
    public struct Session: Codable, Hashable, Sendable {
        /// Where the customer goes; nil where that is done, or where somebody else has the address.
        public let url: String?
        /// How far the check is, in the provider's word.
        public let status: String
        /// Whether it was just opened, here or elsewhere, and no read has shown it yet; nil: it isn't.
        public let isNew: Bool?

        /// A session.
        public init(url: String?, status: String, isNew: Bool? = nil) {
            self.url = url
            self.status = status
            self.isNew = isNew
        }
    }

    /// A user as Borderless Payments knows it.
    public struct User: Codable, Hashable, Sendable {
        /// Its id.
        public let id: String
        /// How far the check is.
        public let check: Check
        /// Whether the venue that sells the crypto took the user: approved alone is not enough.
        public let isRegistered: Bool
        /// Whether the venue turned the user down.
        public let isVetoed: Bool
        /// Whether the user may do nothing at all.
        public let isDisabled: Bool
        /// The country on record.
        public let country: CountryCode?

        /// A user.
        public init(
            id: String, check: Check, isRegistered: Bool = false, isVetoed: Bool = false, isDisabled: Bool = false,
            country: CountryCode? = nil
        ) {
            self.id = id
            self.check = check
            self.isRegistered = isRegistered
            self.isVetoed = isVetoed
            self.isDisabled = isDisabled
            self.country = country
        }
    }

    /// How far the check of a user is (Borderless Payments documentation, “Reference tables”).
    public enum Check: Codable, Hashable, Sendable, CustomStringConvertible {
        /// Not begun, or a session is open.
        case open(word: String)
        /// The user is done; somebody looks at it.
        case underReview(word: String)
        case approved
        case rejected
        case expired

        /// The provider's word.
        public var description: String {
            switch self {
            case .open(let word), .underReview(let word): word
            case .approved: "APPROVED"
            case .rejected: "REJECTED"
            case .expired: "EXPIRED"
            }
        }
    }

    /// A price. It names no end: its ten minutes are counted from when it was asked for.
    public struct Quote: Codable, Hashable, Sendable {
        /// The provider's id; orders don't take one.
        public let id: String
        /// What arrives, as quoted: never worked out anew from rate and fees.
        public let crypto: FiatAmount
        /// All fees, in euros.
        public let fees: FiatAmount?
        /// What is paid in all, in euros.
        public let total: FiatAmount?
        /// When it was asked for.
        public let receivedAt: Timestamp
        /// The least that the app's yes to it named; nil: it named nothing, or was not asked.
        public private(set) var agreed: FiatAmount?

        /// A quote.
        public init(
            id: String, crypto: FiatAmount, fees: FiatAmount? = nil, total: FiatAmount? = nil, receivedAt: Timestamp
        ) {
            self.id = id
            self.crypto = crypto
            self.fees = fees
            self.total = total
            self.receivedAt = receivedAt
        }

        /// The same, now that the app has said yes to no less than this.
        func agreeing(to least: FiatAmount?) -> Quote {
            var quote = self
            quote.agreed = least
            return quote
        }

        /// Whether more is to be paid than was asked for.
        func isDearer(than purchase: Purchase) -> Bool {
            guard let total, let asked = FiatAmount(purchase.fiatAmount.text) else { return false }
            return total > asked
        }

        /// When an order may no longer rely on it: “about ten minutes”, less what a request may take (Borderless
        /// Payments documentation, “Quotes”; the margin is assumed).
        public var endsAt: Timestamp { receivedAt + .minutes(10) - .seconds(30) }

        /// Whether it gives the least that is taken without asking.
        func isEnough(for purchase: Purchase) -> Bool { purchase.minCryptoAmount.map { crypto >= $0.amount } ?? true }
    }

    /// An order at Borderless Payments, and what has become known of it since.
    public struct Order: Codable, Hashable, Sendable {
        /// The provider's id.
        public let id: String
        /// What was asked for.
        public let purchase: Purchase
        /// Who buys.
        public let buyer: Buyer
        /// What the last quote promised.
        public let quoted: FiatAmount
        /// What arrives by the provider's last word; it may be refined until it has arrived.
        public private(set) var crypto: FiatAmount?
        /// How it is paid.
        public private(set) var instructions: Instructions?
        /// The least that the app has agreed to in so many words; nil: what was agreed with the quote holds.
        public private(set) var agreed: FiatAmount?
        /// Whether the provider was told that the customer says to have paid.
        public private(set) var isDeclared = false
        /// How often it is still to be tried to tell that; nil: there is nothing to tell.
        public private(set) var confirmationsLeft: Int?
        /// What is known of the customer's payment.
        public private(set) var payment = Payment.none
        /// Whether it was called completed; nil: never.
        public private(set) var isDelivered: Bool?
        /// What was wrong with it when somebody took note of that; nil: nothing.
        public private(set) var discrepancy: String?

        /// An order as it was placed.
        public init(id: String, purchase: Purchase, buyer: Buyer, quoted: FiatAmount, agreed: FiatAmount? = nil) {
            self.id = id
            self.purchase = purchase
            self.buyer = buyer
            self.quoted = quoted
            self.agreed = agreed
        }

        /// The same with what has become known; what was known before is never forgotten.
        public func with(_ report: Report) -> Order {
            var order = self
            order.crypto = report.crypto ?? crypto
            // The same page is not good for longer because it was read once more.
            if let new = report.instructions, new.isOther(than: instructions) { order.instructions = new }
            if report.isDeclared { order = order.declared() }
            if report.status.showsPayment { order.payment = .seen }
            if report.status == .completed { order.isDelivered = true }
            return order
        }

        /// The same, now that the customer was shown how to pay.
        public func shown() -> Order { changed { $0.payment = max($0.payment, .possible) } }

        /// The same, now that the customer says to have paid.
        public func toBeConfirmed() -> Order { changed { $0.confirmationsLeft = Onramp.mostConfirmations } }

        /// Whether the provider is still to be told that.
        var isToBeConfirmed: Bool { confirmationsLeft != nil }

        /// The same, now that the provider was told.
        public func declared() -> Order { changed { ($0.isDeclared, $0.confirmationsLeft) = (true, nil) } }

        /// The same, now that the provider could not be told: it is tried again a few times.
        public func confirmedInVain() -> Order {
            let left = (confirmationsLeft ?? Onramp.mostConfirmations) - 1
            return changed { ($0.isDeclared, $0.confirmationsLeft) = (false, left > 0 ? left : nil) }
        }

        /// The same, now that the provider does not want to hear of it: whoever says it again is heard again.
        public func unconfirmed() -> Order { changed { ($0.isDeclared, $0.confirmationsLeft) = (false, nil) } }

        /// The same, now that the app has agreed to what the order gives, or to no less than this.
        public func agreeing(to least: FiatAmount? = nil) -> Order {
            changed { $0.agreed = least ?? $0.crypto ?? $0.quoted }
        }

        /// Whether it gives what was agreed to: what the app's yes named, or the whole quote where that named nothing;
        /// but never more than the limit, which is taken without asking.
        public var isAsAgreed: Bool {
            let limit = purchase.minCryptoAmount?.amount
            let wasAsked = purchase.accept == .ask || limit.map { quoted < $0 } ?? false
            let yes = agreed ?? (wasAsked ? quoted : nil)
            let least = yes.map { min($0, limit ?? $0) } ?? limit
            return least.map { (crypto ?? quoted) >= $0 } ?? true
        }

        /// The same, now that it has been called completed.
        public func delivered() -> Order { changed { $0.isDelivered = true } }

        /// The same, now that a person has taken note of what is wrong with it.
        public func noting(_ words: String) -> Order { changed { $0.discrepancy = words } }

        /// Whether there is as much time to pay as there.
        func endsLike(_ other: Order) -> Bool { instructions?.end == other.instructions?.end }

        /// How far along a status has to be that can still be news: a payment that was seen is never asked for again.
        var leastRank: Int { isDelivered == true ? 4 : payment == .seen ? 2 : 0 }

        private func changed(_ change: (inout Order) -> Void) -> Order {
            var order = self
            change(&order)
            return order
        }
    }

    /// What is known of a customer's payment: where the money is when an order comes to nothing.
    public enum Payment: String, Codable, Hashable, Sendable, Comparable, CaseIterable {
        /// Nobody was ever told how to pay.
        case none
        /// The customer knew how to pay, and may have done so.
        case possible
        /// Borderless Payments has seen it.
        case seen

        /// Whether less is known.
        public static func < (lhs: Payment, rhs: Payment) -> Bool {
            (allCases.firstIndex(of: lhs) ?? 0) < (allCases.firstIndex(of: rhs) ?? 0)
        }
    }

    /// How a customer pays.
    public enum Instructions: Codable, Hashable, Sendable {
        /// By a transfer that carries the reference.
        case transfer(account: BankAccount, dueBy: Timestamp?)
        /// On a page of the bank, for about ten minutes.
        case page(url: String, until: Timestamp)

        /// Until when.
        public var end: Timestamp? {
            switch self {
            case .transfer(_, let dueBy): dueBy
            case .page(_, let until): until
            }
        }

        func isOther(than old: Instructions?) -> Bool {
            switch (self, old) {
            case (.page(let url, _), .page(let known, _)?): url != known
            case (_, let old): self != old
            }
        }
    }

    /// Where a transfer goes.
    public struct BankAccount: Codable, Hashable, Sendable {
        /// The account.
        public let iban: String
        /// Its bank.
        public let bic: String?
        /// Whose account it is.
        public let beneficiary: String?
        /// The bank's name.
        public let bank: String?
        /// What the customer has to write on the transfer.
        public let reference: String
        /// How much.
        public let amount: FiatAmount?
        /// Of which currency.
        public let currency: String?

        /// An account.
        public init(
            iban: String, bic: String?, beneficiary: String?, bank: String?, reference: String, amount: FiatAmount?,
            currency: String? = nil
        ) {
            self.iban = iban
            self.bic = bic
            self.beneficiary = beneficiary
            self.bank = bank
            self.reference = reference
            self.amount = amount
            self.currency = currency
        }
    }

    /// What Borderless Payments says of an order.
    public struct Report: Codable, Hashable, Sendable {
        /// The order.
        public let id: String
        /// How far it is.
        public let status: Status
        /// What arrives.
        public let crypto: FiatAmount?
        /// Why it came to nothing: a word of an open list.
        public let reason: String?
        /// How it is paid.
        public let instructions: Instructions?
        /// Whether the customer's word of having paid was taken.
        public let isDeclared: Bool
        /// What was ordered, as the order itself says; nil where that was not looked at.
        public let echo: Echo?

        /// A report.
        public init(
            id: String, status: Status, crypto: FiatAmount? = nil, reason: String? = nil,
            instructions: Instructions? = nil, isDeclared: Bool = false, echo: Echo? = nil
        ) {
            self.id = id
            self.status = status
            self.crypto = crypto
            self.reason = reason
            self.instructions = instructions
            self.isDeclared = isDeclared
            self.echo = echo
        }
    }

    /// What we find wrong with an order, beside what the provider says of it.
    public struct Finding: Codable, Hashable, Sendable {
        /// For a person.
        public let words: String
        /// How the order is over, by the provider's last word; nil: it isn't.
        public let end: Status?

        /// A finding.
        public init(words: String, end: Status? = nil) {
            self.words = words
            self.end = end
        }
    }

    /// How far an order is (Borderless Payments documentation, “Reference tables”).
    public enum Status: Codable, Hashable, Sendable {
        case pending
        case reconciling
        case awaitingPayment
        case verifyingPayment
        case processing
        case completed
        case failed
        case canceled
        case expired
        case refunded
        /// A word that nobody knows.
        case other(word: String)

        /// How far along, where that can be said: an order goes forward only, and a read that lags behind is no news.
        var rank: Int? {
            switch self {
            case .pending, .reconciling: 0
            case .awaitingPayment: 1
            case .verifyingPayment: 2
            case .processing: 3
            case .completed, .failed, .canceled, .expired, .refunded: 4
            case .other: nil
            }
        }

        /// Whether crypto is still to come, or has come: whatever the order says of itself then has to be true.
        var mayDeliver: Bool {
            switch self {
            case .pending, .reconciling, .awaitingPayment, .verifyingPayment, .processing, .completed, .other: true
            case .failed, .canceled, .expired, .refunded: false
            }
        }

        /// The provider's word.
        public var word: String {
            switch self {
            case .pending: "PENDING"
            case .reconciling: "PENDING_RECONCILIATION"
            case .awaitingPayment: "AWAITING_PAYMENT"
            case .verifyingPayment: "PAYMENT_VERIFYING"
            case .processing: "PROCESSING"
            case .completed: "COMPLETED"
            case .failed: "FAILED"
            case .canceled: "CANCELLED"
            case .expired: "EXPIRED"
            case .refunded: "REFUNDED"
            case .other(let word): word
            }
        }

        /// Whether it is said of orders whose payment was seen.
        var showsPayment: Bool {
            switch self {
            case .verifyingPayment, .processing, .completed, .refunded: true
            case .pending, .reconciling, .awaitingPayment, .failed, .canceled, .expired, .other: false
            }
        }
    }
}
