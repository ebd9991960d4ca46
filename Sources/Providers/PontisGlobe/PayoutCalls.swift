public import Domain
import HTTPClient
public import ProviderCore

extension PontisClient {
    /// What is to be paid out, and to whom (PontisGlobe documentation, “Send payout request”).
    public struct PayoutOrder: Hashable, Sendable {
        /// The country where it arrives.
        public let country: CountryCode
        /// The currency that arrives.
        public let currency: CurrencyCode
        /// How it arrives, such as `bank_local` or `imps`; which there are depends on the country.
        public let method: String
        /// A routing override.
        public let network: String?
        /// What is paid, in `sourceCurrency`, with two decimals.
        public let sourceAmount: String
        /// Such as `USDT`; PontisGlobe's default where nil.
        public let sourceCurrency: String?
        /// The recipient: `name`, and what the method asks for, such as `account_number` and `ifsc`.
        public let recipient: [String: String]
        /// What the payment is for.
        public let purpose: String?
        /// Where the funds come from.
        public let sourceOfFunds: String?

        /// An order of all its parts.
        public init(
            country: CountryCode, currency: CurrencyCode, method: String, network: String?, sourceAmount: String,
            sourceCurrency: String?, recipient: [String: String], purpose: String?, sourceOfFunds: String?
        ) {
            self.country = country
            self.currency = currency
            self.method = method
            self.network = network
            self.sourceAmount = sourceAmount
            self.sourceCurrency = sourceCurrency
            self.recipient = recipient
            self.purpose = purpose
            self.sourceOfFunds = sourceOfFunds
        }
    }

    /// A payout as PontisGlobe reports it: no amount, rate, fee or bank reference is ever told.
    public struct Payout: Hashable, Sendable, Decodable {
        /// A UUID, or `sb_…` in the sandbox.
        public let id: String
        /// How far it is.
        public let status: Reported<PayoutStatus>
        /// Why, where it failed, was rejected, canceled or reversed.
        public let statusMessage: String?

        private enum CodingKeys: String, CodingKey {
            case id = "transaction_id"
            case status
            case statusMessage = "status_message"
        }
    }

    /// How far a payout is (PontisGlobe documentation, “Get payout status”).
    public enum PayoutStatus: String, Hashable, Sendable, CaseIterable {
        /// Above the limit up to which payouts are approved by themselves: a person at PontisGlobe decides.
        case pendingApproval = "pending_approval"
        /// Approved, or queued.
        case pending
        /// Handed to the payment network.
        case processing
        /// Delivered; it may still be reversed.
        case completed
        /// Not delivered.
        case failed
        /// Rejected before it was processed.
        case rejected
        /// Canceled before it was processed.
        case canceled
        /// Delivered once, and returned since.
        case reversed
    }

    /// Orders a payout (`sendPayoutRequest`); sent again with the same key, it is the same payout.
    ///
    /// - Parameter key: a UUID of version 4.
    public func send(_ order: PayoutOrder, key: String) async -> ProviderOutcome<Payout> {
        await ProviderOutcome { () async throws(CallFailure) in
            let payout: Payout = try await call(
                "/api/v1/payouts/sendPayoutRequest", WireOrder(order, key: key), leg: .write)
            try check(payout)
            return payout
        }
    }

    /// Reads a payout (`getPayoutStatus`).
    public func payout(_ id: String) async -> ProviderOutcome<Payout> {
        await ProviderOutcome { () async throws(CallFailure) in
            let payout: Payout = try await call(
                "/api/v1/payouts/getPayoutStatus", WireQuestion(transaction_id: id), leg: .read)
            guard payout.id == id else {
                throw .notApplied(
                    retryAfter: nil, message: "PontisGlobe was asked about \(id), and told of \(payout.id)")
            }
            return payout
        }
    }

    /// An id of the sandbox under a live account, or the other way round, means that we talk to the wrong system.
    ///
    /// It has been taken, so this is no “no”. A test account that is not at PontisGlobe's own sandbox talks to a
    /// simulator, which plays either.
    private func check(_ payout: Payout) throws(CallFailure) {
        let isOfSandbox = payout.id.hasPrefix("sb_")
        let message: String
        if isOfSandbox, account.mode == .live {
            message = "the live account \(account.name) was given \(payout.id), an id of PontisGlobe's sandbox"
        } else if !isOfSandbox, account.origin.description == PontisAccount.sandboxHost {
            message = "the test account \(account.name) was given \(payout.id), which is no id of PontisGlobe's sandbox"
        } else {
            return
        }
        throw .unknown(message: message)
    }
}

private struct WireOrder: Encodable {
    let idempotency_key: String
    let country_code: String
    let currency_code: String
    let payment_method: String
    let payment_network: String?
    let source_amount: String
    let source_currency: String?
    let recipient_details: [String: String]
    let purpose_of_payment: String?
    let source_of_funds: String?

    init(_ order: PontisClient.PayoutOrder, key: String) {
        idempotency_key = key
        country_code = order.country.text
        currency_code = order.currency.text
        payment_method = order.method
        payment_network = order.network
        source_amount = order.sourceAmount
        source_currency = order.sourceCurrency
        recipient_details = order.recipient
        purpose_of_payment = order.purpose
        source_of_funds = order.sourceOfFunds
    }
}

private struct WireQuestion: Encodable { let transaction_id: String }
