public import Domain
public import Time
public import WorkflowCore

/// The few values that this flow stores. DollarPe's wire types may change; these have to decode for ever.
extension DollarPePayout {
    /// What an app asks for: the input of a job.
    public struct Order: Codable, Hashable, Sendable {
        /// The configured DollarPe account; `main` unless said otherwise.
        public var account: Identifier?
        /// The customer, as DollarPe knows it.
        public let customer: PathIdentifier
        /// The customer's bank account, as DollarPe knows it.
        public let bank: PathIdentifier
        /// What is paid.
        public let asset: Coin
        /// How much of it.
        public let amount: CoinAmount
        /// The exchange's own order.
        public let exchangeOrder: Identifier
        /// The transfer that carries the crypto, where it is known already.
        public var exchangeTransfer: Identifier?
        /// When DollarPe is told of that transfer.
        public let link: LinkTiming
        /// Who says yes to the price.
        public let accept: Consent
        /// The least amount in rupees that is taken without asking.
        public var minFiatAmount: FiatAmount?
        /// What to do when the customer's limit is used up.
        public let onLimit: LimitChoice
        /// What DollarPe wants to know about the customer's session: personal, and so never shown.
        public var risk: Sensitive<Risk>?

        private enum CodingKeys: String, CodingKey {
            case account
            case customer = "customer_id"
            case bank = "bank_id"
            case asset
            case amount = "sending_amount"
            case exchangeOrder = "exchange_order_id"
            case exchangeTransfer = "exchange_transfer_id"
            case link
            case accept
            case minFiatAmount = "min_fiat_amount"
            case onLimit = "on_limit"
            case risk = "risk_parameters"
        }

        /// An order.
        public init(
            account: Identifier? = nil, customer: PathIdentifier, bank: PathIdentifier, asset: Coin, amount: CoinAmount,
            exchangeOrder: Identifier, exchangeTransfer: Identifier? = nil, link: LinkTiming, accept: Consent,
            minFiatAmount: FiatAmount? = nil, onLimit: LimitChoice, risk: Sensitive<Risk>? = nil
        ) {
            self.account = account
            self.customer = customer
            self.bank = bank
            self.asset = asset
            self.amount = amount
            self.exchangeOrder = exchangeOrder
            self.exchangeTransfer = exchangeTransfer
            self.link = link
            self.accept = accept
            self.minFiatAmount = minFiatAmount
            self.onLimit = onLimit
            self.risk = risk
        }
    }

    /// A stablecoin that DollarPe pays out.
    public enum Coin: String, CaseIterable, TextValue {
        case usdt
        case usdc

        /// Tether.
        public static var sample: Coin { .usdt }
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

    /// When DollarPe is told which transfer carried the crypto: its documents name both.
    public enum LinkTiming: String, CaseIterable, TextValue {
        /// Once the payout has arrived.
        case afterSuccess = "after_success"
        /// As soon as it is ordered.
        case afterInitiate = "after_initiate"

        /// Once the payout has arrived.
        public static var sample: LinkTiming { .afterSuccess }
    }

    /// What to do when the customer's limit is used up.
    public enum LimitChoice: String, CaseIterable, TextValue {
        /// Wait until it starts anew, or until DollarPe has approved the due diligence.
        case wait
        /// Give up.
        case fail

        /// Wait.
        public static var sample: LimitChoice { .wait }
    }

    /// What DollarPe wants to know about the customer's session.
    public struct Risk: Codable, Hashable, Sendable {
        /// The customer's device.
        public var deviceID: Identifier?
        /// The customer's address on the internet.
        public var ipAddress: Identifier?
        /// Whether the police has asked about the customer.
        public var isReportedByPolice: Bool?
        /// Whether somebody has reported the customer.
        public var isReportedAsSuspicious: Bool?

        private enum CodingKeys: String, CodingKey {
            case deviceID = "device_id"
            case ipAddress = "ip_address"
            case isReportedByPolice = "law_enforcement_agency_report"
            case isReportedAsSuspicious = "suspicious_activity_report"
        }

        /// What is known.
        public init() {}

        /// Whether it holds the parameter that DollarPe calls by this name.
        func has(_ name: String) -> Bool {
            switch CodingKeys(rawValue: name) {
            case .deviceID: deviceID != nil
            case .ipAddress: ipAddress != nil
            case .isReportedByPolice: isReportedByPolice != nil
            case .isReportedAsSuspicious: isReportedAsSuspicious != nil
            case nil: false
            }
        }
    }

    /// What DollarPe pays out just now.
    public struct Rules: Codable, Hashable, Sendable {
        /// The coins.
        public let coins: [CoinRule]
        /// The risk parameters without which a quotation is refused, by DollarPe's names.
        public let requiredRisk: [String]

        /// Rules.
        public init(coins: [CoinRule], requiredRisk: [String]) {
            self.coins = coins
            self.requiredRisk = requiredRisk
        }
    }

    /// Least and most of a coin; nil where it isn't said.
    public struct CoinRule: Codable, Hashable, Sendable {
        /// The coin.
        public let coin: Coin
        /// The least.
        public let least: CoinAmount?
        /// The most.
        public let most: CoinAmount?

        /// A rule.
        public init(coin: Coin, least: CoinAmount?, most: CoinAmount?) {
            self.coin = coin
            self.least = least
            self.most = most
        }
    }

    /// Rupees for one coin.
    public struct Rate: Codable, Hashable, Sendable {
        /// The price.
        public let price: FiatAmount

        /// A rate.
        public init(price: FiatAmount) { self.price = price }
    }

    /// What an amount is in rupees, roughly.
    public struct Estimate: Codable, Hashable, Sendable, CustomStringConvertible {
        /// In rupees.
        public let fiat: FiatAmount

        /// An amount at a rate, rounded up to whole rupees: a limit must not be missed for a fraction.
        public init(_ amount: CoinAmount, at rate: Rate) {
            fiat = amount.value.roundedUpProduct(with: rate.price) ?? rate.price
        }

        /// The rupees.
        public var description: String { "\(fiat) INR" }
    }

    /// How much a customer may still be paid.
    public struct Limits: Codable, Hashable, Sendable {
        /// What is left for now, in rupees.
        public let available: Available
        /// When all of it is there again.
        public let resetAt: Timestamp?
        /// Whether enhanced due diligence would be needed for more.
        public let needsDiligence: Bool
        /// The most that there is for one payout, however long one waits; nil where it isn't said.
        public let ceiling: Available?

        /// Limits.
        public init(available: Available, resetAt: Timestamp?, needsDiligence: Bool, ceiling: Available? = nil) {
            self.available = available
            self.resetAt = resetAt
            self.needsDiligence = needsDiligence
            self.ceiling = ceiling
        }

        /// Whether there is enough for now.
        func covers(_ estimate: Estimate) -> Bool { available.covers(estimate) && reaches(estimate) }

        /// Whether there can ever be enough, once the limit starts anew.
        func reaches(_ estimate: Estimate) -> Bool { ceiling?.covers(estimate) ?? true }
    }

    /// What is left of a limit.
    public struct Available: Codable, Hashable, Sendable, CustomStringConvertible {
        /// In rupees.
        public let fiat: FiatAmount

        /// This much.
        public init(_ fiat: FiatAmount) { self.fiat = fiat }

        /// Whether it is enough.
        func covers(_ estimate: Estimate) -> Bool { fiat >= estimate.fiat }

        /// The rupees.
        public var description: String { "\(fiat) INR" }
    }

    /// A locked rate: for one payout, until it expires.
    public struct Quote: Codable, Hashable, Sendable {
        /// DollarPe's id of the quotation.
        public let id: String
        /// What arrives, in rupees.
        public let receiving: FiatAmount
        /// The rate.
        public let rate: FiatAmount
        /// When it ends.
        public let expiresAt: Timestamp

        /// A quotation.
        public init(id: String, receiving: FiatAmount, rate: FiatAmount, expiresAt: Timestamp) {
            self.id = id
            self.receiving = receiving
            self.rate = rate
            self.expiresAt = expiresAt
        }
    }

    /// A payout that DollarPe has taken, and what has become known of it since.
    public struct Payout: Codable, Hashable, Sendable {
        /// DollarPe's id.
        public let id: String
        /// What was ordered.
        public let order: Order
        /// At what price.
        public let quote: Quote
        /// The transfer that carried the crypto, as we know it.
        public private(set) var transfer: Identifier?
        /// The transfer that DollarPe shows.
        public private(set) var linked: String?
        /// The bank's reference.
        public private(set) var utr: String?
        /// Whether DollarPe has said that it arrived.
        public private(set) var hasArrived: Bool
        /// When it is linked: what was ordered, unless DollarPe wants it later.
        public private(set) var link: LinkTiming
        /// What arrives, where DollarPe shows another amount than the quotation's.
        public private(set) var receiving: FiatAmount?
        /// Whether a link was taken before, and nothing was seen of it for a day.
        public private(set) var isLinkForgotten: Bool?

        /// A payout.
        public init(id: String, order: Order, quote: Quote) {
            self.id = id
            self.order = order
            self.quote = quote
            transfer = order.exchangeTransfer
            hasArrived = false
            link = order.link
        }

        /// The same with what has become known; what was known before is never forgotten.
        func with(_ report: Report) -> Payout {
            var payout = self
            payout.linked = report.transfer ?? linked
            payout.utr = report.utr ?? utr
            payout.hasArrived = hasArrived || report.status == .success
            if let shown = report.receiving, shown != receiving ?? quote.receiving { payout.receiving = shown }
            return payout
        }

        /// The same, with a link that has to be made once more.
        var linkingAgain: Payout {
            var payout = self
            payout.isLinkForgotten = true
            return payout
        }

        /// The same, to be linked once it has arrived.
        var linkingLater: Payout {
            var payout = self
            payout.link = .afterSuccess
            return payout
        }

        /// The same with a transfer.
        func naming(_ transfer: Identifier) -> Payout {
            var payout = self
            payout.transfer = transfer
            return payout
        }
    }

    /// What DollarPe says about a payout.
    public struct Report: Codable, Hashable, Sendable {
        /// How far it is.
        public let status: Status
        /// The bank's reference.
        public let utr: String?
        /// The transfer that is linked to it.
        public let transfer: String?
        /// What arrives, in rupees.
        public let receiving: FiatAmount?

        /// A report.
        public init(status: Status, utr: String? = nil, transfer: String? = nil, receiving: FiatAmount? = nil) {
            self.status = status
            self.utr = utr
            self.transfer = transfer
            self.receiving = receiving
        }
    }

    /// How far a payout is (DollarPe documentation, “Status reference”).
    public enum Status: Codable, Hashable, Sendable {
        case processing
        case success
        case failed
        case refunded
        /// In review, canceled, on hold, or a word that nobody knows.
        case other(word: String)

        /// DollarPe's word for a payout that was called off.
        static let canceledWord = "CANCELLED"
        /// Called off, by somebody at DollarPe: it has no call for that.
        static let canceled = Self.other(word: canceledWord)
    }
}

extension Asking {
    /// As many quotes, and counted from a later one: somebody said yes to the one before, or nobody could.
    func anew(at quote: DollarPePayout.Quote) -> Asking { Asking(since: quote.expiresAt, quotes: quotes) }

    /// Whether so many quotes have come to nothing in fewer minutes: an app that takes its time ages none so fast.
    func isTooFast(at quote: DollarPePayout.Quote) -> Bool {
        quotes >= Self.mostQuotes && quote.expiresAt - since < .minutes(quotes)
    }
}

extension Asking? {
    /// Whether so many quotes came to nothing that a person should look.
    var isInVain: Bool { self.map { $0.quotes >= Asking.mostQuotes } ?? false }
}
