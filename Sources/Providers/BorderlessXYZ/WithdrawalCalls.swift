public import Domain

import HTTPTypes
public import ProviderCore
public import Time

extension BorderlessXYZClient {
    /// What a price is asked for (Borderless.xyz documentation, “Create executable withdrawal quote”).
    public struct QuoteRequest: Hashable, Sendable {
        /// The account at Borderless.xyz.
        public let accountID: String
        /// The recipient's bank account, as Borderless.xyz knows it.
        public let paymentInstructionID: String
        /// What is withdrawn, such as `USDC_POLYGON`.
        public let asset: String
        /// How much of it, in units of the asset.
        public let amount: String
        /// What arrives.
        public let fiat: CurrencyCode
        /// Where it arrives.
        public let country: CountryCode
        /// What the developer takes, in units of the asset.
        public let developerFee: String?
        /// Who is on the other side, as Borderless.xyz knows them.
        public let counterPartyIdentityID: String?

        /// A request of all its parts.
        public init(
            accountID: String, paymentInstructionID: String, asset: String, amount: String, fiat: CurrencyCode,
            country: CountryCode, developerFee: String? = nil, counterPartyIdentityID: String? = nil
        ) {
            self.accountID = accountID
            self.paymentInstructionID = paymentInstructionID
            self.asset = asset
            self.amount = amount
            self.fiat = fiat
            self.country = country
            self.developerFee = developerFee
            self.counterPartyIdentityID = counterPartyIdentityID
        }
    }

    /// A price that can be taken until `expiresAt`, once (that it is for one withdrawal is assumed).
    public struct Quote: Hashable, Sendable {
        /// Its id.
        public let id: String
        /// What leaves.
        public let from: FiatAmount
        /// What arrives.
        public let to: FiatAmount
        /// The rate, as it was said.
        public let rate: String?
        /// All fees, as they were said.
        public let fee: String?
        /// Until when it is good.
        public let expiresAt: Timestamp
    }

    /// What is to be withdrawn, at a quote's price (Borderless.xyz documentation, “Create a new withdrawal
    /// transaction”).
    public struct WithdrawalOrder: Hashable, Sendable {
        /// What the price was asked for.
        public let request: QuoteRequest
        /// The quote; nil for the price of the moment.
        public let quoteID: String?
        /// What the payment is for.
        public let purpose: PaymentPurpose
        /// The same in words.
        public let purposeDescription: String?
        /// Our own name of the withdrawal, by which it is found again.
        public let reference: String
        /// Where a refund goes; the organisation's default where nil.
        public let refundDestination: RefundDestination?

        /// An order of all its parts.
        public init(
            request: QuoteRequest, quoteID: String?, purpose: PaymentPurpose, purposeDescription: String?,
            reference: String, refundDestination: RefundDestination?
        ) {
            self.request = request
            self.quoteID = quoteID
            self.purpose = purpose
            self.purposeDescription = purposeDescription
            self.reference = reference
            self.refundDestination = refundDestination
        }
    }

    /// Asks for a price; nothing moves, so that silence is harmless.
    public func quote(_ request: QuoteRequest, key: String) async -> ProviderOutcome<Quote> {
        await ProviderOutcome { () async throws(CallFailure) in
            let quote: Quote = try await write(
                .post, "/withdrawals/quotes", try ProviderAPI.body(WireQuoteRequest(request)), key: key,
                leg: .preparation)
            guard quote.from == FiatAmount(request.amount) else {
                let message = "asked for a price of \(request.amount), Borderless.xyz gave one of \(quote.from)"
                throw .refused(CallRefusal(Refusal(.mismatch, message)))
            }
            return quote
        }
    }

    /// Opens a withdrawal: nothing moves before the payer sends the crypto.
    ///
    /// - Parameter key: a UUID of version 4, which Borderless.xyz may ignore: after `.unknown`, look before repeating.
    public func createWithdrawal(_ order: WithdrawalOrder, key: String) async -> ProviderOutcome<Transaction> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(.post, "/withdrawals", try ProviderAPI.body(WireWithdrawal(order)), key: key)
        }
    }

    /// Reads a transaction.
    public func transaction(_ id: String) async -> ProviderOutcome<Transaction> {
        await ProviderOutcome { () async throws(CallFailure) in
            let transaction: Transaction = try await read("/transactions/\(try Self.segment(id))")
            guard transaction.id == id else {
                throw .notApplied(
                    retryAfter: nil, message: "Borderless.xyz was asked about \(id), and told of \(transaction.id)")
            }
            return transaction
        }
    }

    /// How many pages a search reads before it gives up.
    static let mostPages = 50

    /// An account's withdrawals that show our reference, and may have been opened for this request since then; oldest
    /// first.
    ///
    /// Apps use a reference twice: so none of account, bank account, asset, amount and time may say that it is
    /// another's. Whether a reference is shown again is not documented; what shows none can't be told from another
    /// job's, however well it fits. In which order Borderless.xyz lists them is not documented either: the search ends
    /// before the list does only where a page runs backwards in time and has come to what is older than `since`.
    public func withdrawals(
        for request: QuoteRequest, reference: String, since: Timestamp
    ) async -> ProviderOutcome<[Transaction]> {
        await ProviderOutcome { () async throws(CallFailure) in
            var found: [Transaction] = []
            var last: String?
            for _ in 0..<Self.mostPages {
                var query = [("accountId", request.accountID), ("type", "Withdrawal"), ("limit", "100")]
                if let last { query.append(("startingAfter", last)) }
                let page: Page<Transaction> = try await read("/transactions", query: query)
                found += page.items.filter { $0.reference == reference && $0.mayBeFor(request, since: since) }
                guard page.hasMore, let end = page.items.last, end.id != last, !page.isOlder(than: since) else {
                    return found.sorted { ($0.createdAt ?? since, $0.id) < ($1.createdAt ?? since, $1.id) }
                }
                last = end.id
            }
            let pages = "\(Self.mostPages) pages of withdrawals of \(request.accountID)"
            let message = "\(pages) don't reach back to \(since)"
            throw .notApplied(retryAfter: nil, message: message)
        }
    }

    /// Calls a transaction off: possible in Submitted, Verifying, Preparing and Pending (Borderless.xyz documentation,
    /// “Sandbox testing”). That it was called off, a read shows.
    public func cancel(_ id: String, key: String) async -> ProviderOutcome<Transaction> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(.post, "/transactions/\(try Self.segment(id))/cancel", [], key: key)
        }
    }
}

extension BorderlessXYZClient.Transaction {
    /// Whether nothing that it shows says that it is another request's: nearly every member may be null.
    fileprivate func mayBeFor(_ request: BorderlessXYZClient.QuoteRequest, since: Timestamp) -> Bool {
        func fits(_ shown: String?, _ wanted: String) -> Bool { shown.map { $0 == wanted } ?? true }
        return createdAt.map { $0 >= since } ?? true
            && amount.map { FiatAmount($0) == FiatAmount(request.amount) } ?? true
            && fits(asset, request.asset) && fits(paymentInstructionID, request.paymentInstructionID)
            && fits(accountID, request.accountID)
    }
}

/// A part of a list: `{"hasMore":…,"data":[…]}`, or a bare array.
struct Page<Item: Decodable>: Decodable {
    let items: [Item]
    let hasMore: Bool

    init(from decoder: any Decoder) throws {
        if let items = try? [Item](from: decoder) {
            self.items = items
            hasMore = false
            return
        }
        let root = try decoder.container(keyedBy: Key.self)
        items = try root.decode([Item].self, forKey: .data)
        hasMore = root.tolerant(.hasMore) ?? false
    }

    private enum Key: String, CodingKey { case data, hasMore }
}

extension Page<BorderlessXYZClient.Transaction> {
    /// Whether the list runs backwards in time, and its rest is older than this.
    func isOlder(than instant: Timestamp) -> Bool {
        let times = items.compactMap(\.createdAt)
        guard times.count == items.count, let first = times.first, let last = times.last, first > last else {
            return false
        }
        return last < instant
    }
}

private struct WireQuoteRequest: Encodable {
    let amount: String
    let accountId: String
    let paymentInstructionId: String
    let asset: String
    let fiat: String
    let country: String
    let developerFee: String?
    let counterPartyIdentityId: String?

    init(_ request: BorderlessXYZClient.QuoteRequest) {
        amount = request.amount
        accountId = request.accountID
        paymentInstructionId = request.paymentInstructionID
        asset = request.asset
        fiat = request.fiat.text
        country = request.country.text
        developerFee = request.developerFee
        counterPartyIdentityId = request.counterPartyIdentityID
    }
}

/// Either the quote, or fiat and country.
private struct WireWithdrawal: Encodable {
    let amount: String
    let accountId: String
    let asset: String
    let fiat: String?
    let country: String?
    let paymentInstructionId: String
    let paymentPurpose: String
    let purposeDescription: String?
    let reference: String
    let developerFee: String?
    let counterPartyIdentityId: String?
    let refundDestination: BorderlessXYZClient.RefundDestination?
    let quoteId: String?

    init(_ order: BorderlessXYZClient.WithdrawalOrder) {
        let request = order.request
        amount = request.amount
        accountId = request.accountID
        asset = request.asset
        fiat = order.quoteID == nil ? request.fiat.text : nil
        country = order.quoteID == nil ? request.country.text : nil
        paymentInstructionId = request.paymentInstructionID
        paymentPurpose = order.purpose.rawValue
        purposeDescription = order.purposeDescription
        reference = order.reference
        developerFee = request.developerFee
        counterPartyIdentityId = request.counterPartyIdentityID
        refundDestination = order.refundDestination
        quoteId = order.quoteID
    }
}

extension BorderlessXYZClient.Quote: Decodable {
    /// Reads a quote; without id, amounts and expiry it can't be taken.
    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: Key.self)
        id = try root.decode(String.self, forKey: .quoteId)
        from = try root.decode(FiatAmount.self, forKey: .fromAmount)
        to = try root.decode(FiatAmount.self, forKey: .toAmount)
        rate = (root.tolerant(.exchangeRate) as LooseText?)?.text
        fee = (root.tolerant(.totalFee) as LooseText?)?.text
        expiresAt = try root.decode(Timestamp.self, forKey: .expiresAt)
    }

    private enum Key: String, CodingKey { case quoteId, fromAmount, toAmount, exchangeRate, totalFee, expiresAt }
}
