public import Domain
import HTTPTypes
public import ProviderCore
public import Time

/// Quotes and orders (Borderless Payments documentation, “Quotes” and “Orders”).
extension PartnerClient {
    /// What is asked for a price.
    public struct QuoteRequest: Hashable, Sendable {
        /// How much is paid, in digits as they are to be sent.
        public let fiatAmount: String
        /// Of which currency, such as `EUR`.
        public let fiatCurrency: String
        /// Such as `USDC`.
        public let crypto: String
        /// Such as `polygon` or `stellar`.
        public let network: String
        /// The country in two capital letters.
        public let country: String
        /// Such as `sepa_bank_transfer`.
        public let instrument: String
        /// The user; with an approved one the quote is good for an order for about ten minutes.
        public let user: String

        /// A request of all its parts.
        public init(
            fiatAmount: String, fiatCurrency: String, crypto: String, network: String, country: String,
            instrument: String, user: String
        ) {
            self.fiatAmount = fiatAmount
            self.fiatCurrency = fiatCurrency
            self.crypto = crypto
            self.network = network
            self.country = country
            self.instrument = instrument
            self.user = user
        }
    }

    /// A price. It names no end, and an order doesn't take it: what counts is what the order says.
    public struct Quote: Hashable, Sendable {
        /// Its id.
        public let id: String
        /// What arrives.
        public let cryptoAmount: FiatAmount
        /// All fees, in the currency that is paid; already taken off what arrives.
        public let fees: FiatAmount?
        /// What is paid in all.
        public let total: FiatAmount?
    }

    /// What is ordered.
    public struct NewOrder: Hashable, Sendable {
        /// Who buys.
        public let user: String
        /// Where the crypto goes.
        public let wallet: String
        /// Which customer of an exchange it is for, on Stellar.
        public let memo: String?
        /// How much is paid, in digits as they are to be sent.
        public let fiatAmount: String
        /// Of which currency, such as `EUR`.
        public let fiatCurrency: String
        /// Such as `USDC`.
        public let crypto: String
        /// Such as `polygon` or `stellar`.
        public let network: String
        /// Such as `sepa_bank_transfer`.
        public let instrument: String
        /// Our own name of the order, by which it is found.
        public let reference: String

        /// An order of all its parts.
        public init(
            user: String, wallet: String, memo: String?, fiatAmount: String, fiatCurrency: String, crypto: String,
            network: String, instrument: String, reference: String
        ) {
            self.user = user
            self.wallet = wallet
            self.memo = memo
            self.fiatAmount = fiatAmount
            self.fiatCurrency = fiatCurrency
            self.crypto = crypto
            self.network = network
            self.instrument = instrument
            self.reference = reference
        }
    }

    /// An order as Borderless Payments reports it.
    public struct Order: Hashable, Sendable {
        /// Its id.
        public let id: String
        /// Our own name of it.
        public let reference: String?
        /// How far it is.
        public let status: Reported<OrderStatus>
        /// What arrives; it may change until it has arrived.
        public let cryptoAmount: FiatAmount?
        /// Why it came to nothing: a word of an open list.
        public internal(set) var reasonCode: String?
        /// How the user pays.
        public let instructions: PaymentInstructions?
        /// When the user's word of having paid was taken; nil: it wasn't.
        public let declaredAt: Timestamp?
        /// The mode that it belongs to, where that is said.
        public let mode: String?
        /// When it changed last, where that is said.
        public let updatedAt: Timestamp?
        /// What it is about, in its own words.
        public let echo: OrderEcho

        /// Whether it has come to nothing.
        var isUnhappy: Bool {
            switch status {
            case .known(.failed), .known(.cancelled), .known(.expired), .known(.refunded): true
            case .known, .unknown: false
            }
        }
    }

    /// What an order says that it is about; nil where it doesn't.
    public struct OrderEcho: Hashable, Sendable {
        /// Who buys.
        public let user: String?
        /// Where the crypto goes.
        public let wallet: String?
        /// Which customer of an exchange it is for; empty where it says that it names none.
        public let memo: String?
        /// Such as `polygon`.
        public let network: String?
        /// Such as `USDC`.
        public let crypto: String?
        /// What is paid.
        public let fiatAmount: FiatAmount?
        /// Such as `EUR`.
        public let fiatCurrency: String?
        /// Such as `sepa_bank_transfer`.
        public let instrument: String?
    }

    /// How far an order is.
    public enum OrderStatus: String, Hashable, Sendable, CaseIterable {
        /// Taken.
        case pending = "PENDING"
        /// Nobody knows yet whether the venue took it: no second order until it is known.
        case pendingReconciliation = "PENDING_RECONCILIATION"
        /// The user has to pay.
        case awaitingPayment = "AWAITING_PAYMENT"
        /// The payment is looked at.
        case paymentVerifying = "PAYMENT_VERIFYING"
        /// The crypto is on its way.
        case processing = "PROCESSING"
        /// The crypto has arrived.
        case completed = "COMPLETED"
        /// It came to nothing.
        case failed = "FAILED"
        /// It was called off.
        case cancelled = "CANCELLED"
        /// The user did not pay in time.
        case expired = "EXPIRED"
        /// The payment was sent back.
        case refunded = "REFUNDED"
    }

    /// How a user pays: an account and a reference, or a page of the user's bank.
    public struct PaymentInstructions: Hashable, Sendable {
        /// The account to pay to.
        public let iban: String?
        /// Its bank.
        public let bic: String?
        /// Whose account it is.
        public let beneficiary: String?
        /// The bank's name.
        public let bank: String?
        /// What the user has to write on the transfer.
        public let reference: String?
        /// How much.
        public let amount: FiatAmount?
        /// Of which currency, such as `EUR`.
        public let currency: String?
        /// Until when.
        public let dueBy: Timestamp?
        /// The bank's page, good for about ten minutes; only for Open Banking.
        public let redirectURL: String?
    }

    /// Asks for a price (`GET /quotes`).
    public func quote(_ request: QuoteRequest) async -> ProviderOutcome<Quote> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await read(
                "/quotes",
                query: [
                    ("fiat_currency", request.fiatCurrency), ("fiat_amount", request.fiatAmount),
                    ("crypto_currency", request.crypto), ("crypto_network", request.network),
                    ("country", request.country), ("payment_instrument", request.instrument),
                    ("user_id", request.user),
                ])
        }
    }

    /// Orders (`POST /orders`); within 24 hours the same key is the same order.
    ///
    /// 202 means that the venue's answer is not known: the order is there, and no other may be made.
    public func createOrder(_ order: NewOrder, key: String) async -> ProviderOutcome<Order> {
        await ProviderOutcome { () async throws(CallFailure) in
            let made: Order = try await write(.post, "/orders", WireOrder(order), key: key)
            try checkWritten(mode: made.mode, of: "order \(made.id)")
            return made
        }
    }

    /// Reads an order.
    public func order(_ id: String) async -> ProviderOutcome<Order> {
        await ProviderOutcome { () async throws(CallFailure) in
            await explained(try fits(try await read("/orders/\(try Self.segment(id))")))
        }
    }

    /// A user's order under our own name, if there is one; all of the user's are looked through, page by page, since
    /// what a search by text covers is not documented.
    public func order(reference: String, of user: String) async -> ProviderOutcome<Order?> {
        await ProviderOutcome { () async throws(CallFailure) in
            var offset = 0
            while true {
                let page: Page<Order> = try await read(
                    "/orders", query: [("user_id", user), ("limit", "100"), ("offset", "\(offset)")])
                if let order = page.items.first(where: { $0.reference == reference }) {
                    return await explained(try fits(order))
                }
                // That there is none counts only where all were seen: another one might be made for it.
                guard let total = page.total else {
                    let words = "Borderless Payments lists orders, and does not say how many there are"
                    throw .notApplied(retryAfter: nil, message: words)
                }
                offset += page.items.count
                guard !page.items.isEmpty, offset < total else { return nil }
            }
        }
    }

    /// Passes on that the user says to have paid (`POST /orders/{id}/confirm-payment`); for bank transfers only, and
    /// idempotent.
    public func confirmPayment(of order: String, key: String) async -> ProviderOutcome<Done> {
        await ProviderOutcome { () async throws(CallFailure) in
            _ = try await send(
                .post, "/orders/\(try Self.segment(order))/confirm-payment", [], key: key, leg: .write)
            return Done()
        }
    }

    private func fits(_ order: Order) throws(CallFailure) -> Order {
        try checkMode(order.mode, of: "order \(order.id)")
        return order
    }

    /// The order with the reason why it came to nothing, which is told in webhooks only (Borderless Payments
    /// documentation, “Orders”): what was posted can be read again. Where that fails, there is no reason.
    private func explained(_ order: Order) async -> Order {
        guard order.isUnhappy, order.reasonCode == nil,
            let page: Page<WireDelivery> = try? await read(
                "/webhook-deliveries", query: [("resource_id", order.id), ("limit", "100")])
        else { return order }
        let told = page.items.filter { $0.resourceID == order.id && $0.reason != nil }
        var order = order
        let never = Timestamp(seconds: 0)
        order.reasonCode = told.max { ($0.createdAt ?? never) < ($1.createdAt ?? never) }?.reason
        return order
    }
}

extension PartnerClient.PaymentInstructions: Decodable {
    private enum Key: String, CodingKey {
        case iban, bic, beneficiary_name, bank_name, reference, amount, currency, due_by, redirect_url
    }

    /// Reads instructions; what one way of paying doesn't have is null.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        iban = container.tolerant(.iban)
        bic = container.tolerant(.bic)
        beneficiary = container.tolerant(.beneficiary_name)
        bank = container.tolerant(.bank_name)
        reference = container.tolerant(.reference)
        amount = container.tolerant(.amount)
        currency = container.tolerant(.currency)
        dueBy = container.tolerant(.due_by)
        redirectURL = container.tolerant(.redirect_url)
    }
}

extension PartnerClient.Quote: Decodable {
    private struct Fees: Decodable { let total: FiatAmount? }
    private enum Key: String, CodingKey { case quote_id, crypto_amount, fees, total_fiat_amount }

    /// Reads a quote; what arrives is taken as it is quoted, and never worked out anew.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .quote_id)
        cryptoAmount = try container.decode(FiatAmount.self, forKey: .crypto_amount)
        let fees: Fees? = container.tolerant(.fees)
        self.fees = fees?.total
        total = container.tolerant(.total_fiat_amount)
    }
}

extension PartnerClient.Order: Decodable {
    private enum Key: String, CodingKey {
        case id, partner_order_ref, status, crypto_amount, reason_code, payment_instructions, mode
        case partner_payment_confirmed_at, updated_at
    }

    /// Reads an order.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .id)
        reference = container.tolerant(.partner_order_ref)
        status = try container.decode(Reported<PartnerClient.OrderStatus>.self, forKey: .status)
        cryptoAmount = container.tolerant(.crypto_amount)
        reasonCode = container.tolerant(.reason_code)
        instructions = container.tolerant(.payment_instructions)
        declaredAt = container.tolerant(.partner_payment_confirmed_at)
        mode = container.tolerant(.mode)
        updatedAt = container.tolerant(.updated_at)
        echo = try PartnerClient.OrderEcho(from: decoder)
    }
}

extension PartnerClient.OrderEcho: Decodable {
    private enum Key: String, CodingKey {
        case user_id, wallet_address, wallet_address_memo, crypto_network, crypto_currency, fiat_amount, fiat_currency
        case payment_instrument
    }

    /// Reads what an order repeats.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        user = container.tolerant(.user_id)
        wallet = container.tolerant(.wallet_address)
        // Null is a word too: whoever is paid at an exchange without a memo is not paid.
        let memo: String? = container.tolerant(.wallet_address_memo)
        self.memo = memo ?? (container.contains(.wallet_address_memo) ? "" : nil)
        network = container.tolerant(.crypto_network)
        crypto = container.tolerant(.crypto_currency)
        fiatAmount = container.tolerant(.fiat_amount)
        fiatCurrency = container.tolerant(.fiat_currency)
        instrument = container.tolerant(.payment_instrument)
    }
}

/// Something that was posted to our webhook: its `payload` is what the webhook said of the order.
private struct WireDelivery: Decodable {
    private struct Payload: Decodable {
        let reason_code: String?
    }
    private enum Key: String, CodingKey { case resource_id, payload, created_at }

    let resourceID: String?
    let reason: String?
    let createdAt: Timestamp?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        resourceID = container.tolerant(.resource_id)
        let payload: Payload? = container.tolerant(.payload)
        reason = payload?.reason_code
        createdAt = container.tolerant(.created_at)
    }
}

private struct WireOrder: Encodable {
    let user_id: String
    let wallet_address: String
    let wallet_address_memo: String?
    let fiat_amount: String
    let fiat_currency: String
    let crypto_currency: String
    let crypto_network: String
    let payment_instrument: String
    let partner_order_ref: String

    init(_ order: PartnerClient.NewOrder) {
        user_id = order.user
        wallet_address = order.wallet
        wallet_address_memo = order.memo
        fiat_amount = order.fiatAmount
        fiat_currency = order.fiatCurrency
        crypto_currency = order.crypto
        crypto_network = order.network
        payment_instrument = order.instrument
        partner_order_ref = order.reference
    }
}
