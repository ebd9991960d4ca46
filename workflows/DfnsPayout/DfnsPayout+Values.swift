public import Domain
public import Time

/// The few values that this flow stores. Dfns's wire types may change; these have to decode for ever.
extension DfnsPayout {
    /// What an app asks for: the input of a job.
    public struct Order: Codable, Hashable, Sendable {
        /// The configured Dfns account; `main` unless said otherwise.
        public var account: Identifier?
        /// The wallet that pays.
        public let walletID: WalletID
        /// What is paid out, in minimum units.
        public let asset: Asset
        /// What the recipient gets.
        public let fiatCurrency: CurrencyCode
        /// Where the recipient's bank is.
        public let country: CountryCode
        /// The Borderless account that receives the crypto.
        public let borderlessAccountID: Identifier
        /// The recipient's bank account, as Borderless knows it.
        public let paymentInstructionsID: Identifier
        /// What the payment is for.
        public let paymentPurpose: PaymentPurpose
        /// The least net amount in `fiatCurrency` that is taken without asking.
        public var minFiatAmount: FiatAmount?
        /// Who says yes to the price.
        public let accept: Consent
        /// Who says yes to the transfer.
        public let confirm: Consent
        /// The configured account of Borderless.xyz that follows a refund; `main` unless said otherwise.
        public var refundAccount: Identifier?

        private enum CodingKeys: String, CodingKey {
            case account
            case walletID = "wallet_id"
            case asset
            case fiatCurrency = "fiat_currency"
            case country
            case borderlessAccountID = "borderless_account_id"
            case paymentInstructionsID = "payment_instructions_id"
            case paymentPurpose = "payment_purpose"
            case minFiatAmount = "min_fiat_amount"
            case accept
            case confirm
            case refundAccount = "refund_account"
        }

        /// An order.
        public init(
            account: Identifier? = nil, walletID: WalletID, asset: Asset, fiatCurrency: CurrencyCode,
            country: CountryCode, borderlessAccountID: Identifier, paymentInstructionsID: Identifier,
            paymentPurpose: PaymentPurpose, minFiatAmount: FiatAmount? = nil, accept: Consent, confirm: Consent
        ) {
            self.account = account
            self.walletID = walletID
            self.asset = asset
            self.fiatCurrency = fiatCurrency
            self.country = country
            self.borderlessAccountID = borderlessAccountID
            self.paymentInstructionsID = paymentInstructionsID
            self.paymentPurpose = paymentPurpose
            self.minFiatAmount = minFiatAmount
            self.accept = accept
            self.confirm = confirm
        }
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

    /// A wallet's id (Dfns documentation, “Create payout”).
    public struct WalletID: TextValue {
        /// Such as `wa-5pfuu-9euek-h0odgb6snva8ph3k`.
        public let text: String

        /// A wallet's id, or an error that says what one looks like.
        public init(text: String) throws(InvalidValue) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[0] == "wa", parts[1].utf8.count == 5, parts[2].utf8.count == 5,
                14...16 ~= parts[3].utf8.count,
                parts.joined().utf8.allSatisfy({ 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 })
            else {
                throw InvalidValue(
                    text, isNot: "a wallet's id",
                    expected: "write it as Dfns shows it, such as wa-5pfuu-9euek-h0odgb6snva8ph3k")
            }
            self.text = text
        }

        /// The form that Dfns documents.
        public static var pattern: String? { "^wa-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{14,16}$" }

        /// A wallet of the sandbox.
        public static var sample: WalletID { WalletID(checked: "wa-5pfuu-9euek-h0odgb6snva8ph3k") }

        private init(checked text: String) { self.text = text }
    }

    /// What an order gets, as Dfns tells it. Nothing is locked: the price may differ when the money arrives.
    public struct Quote: Codable, Hashable, Sendable {
        /// When Dfns said so.
        public let timestamp: Timestamp
        /// What it offers; none means that there is no way to this country and currency.
        public let offers: [Offer]

        /// A quote.
        public init(timestamp: Timestamp, offers: [Offer]) {
            self.timestamp = timestamp
            self.offers = offers
        }

        /// Of several offers the lowest counts: which one it will be is not said.
        func worst(in currency: CurrencyCode) -> Offer? {
            offers.filter { $0.net.currency == currency }.min { $0.net.amount < $1.net.amount }
        }
    }

    /// One price.
    public struct Offer: Codable, Hashable, Sendable {
        /// What the recipient gets, after fees.
        public let net: Money
        /// The fees, in the same currency.
        public let fees: FiatAmount?

        /// An offer.
        public init(net: Money, fees: FiatAmount?) {
            self.net = net
            self.fees = fees
        }

        /// Whether it gives the least that is taken without asking.
        func isEnough(for order: Order) -> Bool { order.minFiatAmount.map { net.amount >= $0 } ?? true }
    }

    /// A payout as Dfns opened it, and what has become known of it since.
    public struct Payout: Codable, Hashable, Sendable {
        /// Dfns's id.
        public let id: String
        /// What Dfns says was ordered.
        public let order: Order
        /// Borderless's id of it: the key to a refund there.
        public var borderlessPayoutID: String?
        /// The transfer from the wallet, once it was submitted.
        public var transferID: String?
        /// The transfer's transaction, once it is on chain.
        public var transactionHash: String?

        /// A payout.
        public init(id: String, order: Order) {
            self.id = id
            self.order = order
        }

        /// The same with what has become known; what was known before is never forgotten.
        public func with(_ progress: Progress) -> Payout {
            var payout = self
            payout.borderlessPayoutID = progress.borderlessPayoutID ?? borderlessPayoutID
            payout.transferID = progress.transferID ?? transferID
            payout.transactionHash = progress.transactionHash ?? transactionHash
            return payout
        }

        /// What the job is asked that follows the refund; nil while nobody knows the payout's id at Borderless.
        ///
        /// Dfns takes no destination of a refund: the organisation's default at Borderless.xyz governs it.
        var refundOrder: RefundOrder? {
            guard let id = borderlessPayoutID.flatMap({ Identifier($0) }) else { return nil }
            return RefundOrder(
                account: order.refundAccount, transactionID: id, trigger: .automatic, observe: .skip, hasMoneyLeft: true
            )
        }
    }

    /// Ids that appear while a payout goes on.
    public struct Progress: Codable, Hashable, Sendable {
        /// Borderless's id.
        public var borderlessPayoutID: String?
        /// The transfer's id.
        public var transferID: String?
        /// The transaction's hash.
        public var transactionHash: String?

        /// What is known; nil where it isn't yet.
        public init(borderlessPayoutID: String? = nil, transferID: String? = nil, transactionHash: String? = nil) {
            self.borderlessPayoutID = borderlessPayoutID
            self.transferID = transferID
            self.transactionHash = transactionHash
        }
    }

    /// What a confirmation echoes back: this much to this address.
    public struct Transfer: Codable, Hashable, Sendable, CustomStringConvertible {
        /// The provider's deposit address.
        public let address: String
        /// How much of what.
        public let asset: Asset

        /// A transfer.
        public init(address: String, asset: Asset) {
            self.address = address
            self.asset = asset
        }

        /// Whether the address is one on the asset's kind of network.
        var isWellFormed: Bool { (try? asset.check(address: address)) != nil }

        /// Such as `1000000000 of 0x3c49… to 0xDe…`.
        public var description: String { "\(asset.amount) of \(asset.token) to \(address)" }
    }

    /// Who opened a payout: nobody else may confirm or cancel it.
    public enum Requester: Codable, Hashable, Sendable {
        /// This account's own identity.
        case us
        /// Another one, by its id.
        case another(user: String)
    }

    /// How Dfns says that a payout ended.
    public enum Ending: Codable, Hashable, Sendable {
        /// The fiat money was disbursed.
        case completed
        /// It can't go on.
        case failed(why: Refusal)
        /// A policy on the wallet said no.
        case rejected(why: Refusal)
        /// 24 h without a confirmation, or 4 h without a transfer.
        case expired
        /// It was taken back.
        case canceled
    }

    /// Where the customer's crypto is after a payout failed.
    public enum Funds: String, Codable, Hashable, Sendable {
        /// It never left the wallet.
        case inWallet = "in_wallet"
        /// It has left, and no refund has brought it back.
        case sent
    }
}
