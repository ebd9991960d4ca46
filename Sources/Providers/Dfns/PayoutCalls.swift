public import Domain
import HTTPTypes
public import ProviderCore
public import Time

extension DfnsClient {
    /// What is to be paid out, from where and to whom.
    public struct PayoutOrder: Hashable, Sendable {
        /// The wallet that pays, such as `wa-…`.
        public let walletID: String
        /// What is paid out.
        public let asset: Asset
        /// The currency that arrives.
        public let fiatCurrency: CurrencyCode
        /// The country where it arrives.
        public let country: CountryCode
        /// The customer's account at Borderless.
        public let borderlessAccountID: String
        /// The destination: payment instructions that Borderless knows.
        public let paymentInstructionsID: String
        /// What the payment is for.
        public let paymentPurpose: PaymentPurpose

        /// An order of all its parts.
        public init(
            walletID: String, asset: Asset, fiatCurrency: CurrencyCode, country: CountryCode,
            borderlessAccountID: String, paymentInstructionsID: String, paymentPurpose: PaymentPurpose
        ) {
            self.walletID = walletID
            self.asset = asset
            self.fiatCurrency = fiatCurrency
            self.country = country
            self.borderlessAccountID = borderlessAccountID
            self.paymentInstructionsID = paymentInstructionsID
            self.paymentPurpose = paymentPurpose
        }
    }

    /// What a recipient would get right now.
    ///
    /// It locks no rate, and `createPayout` doesn't take it.
    public struct Quote: Hashable, Sendable {
        /// When it was made.
        public let timestamp: Timestamp?
        /// The offers; none means that there is no corridor for this currency and country.
        public let offers: [Offer]
    }

    /// One offer of a quote.
    public struct Offer: Hashable, Sendable {
        /// The provider's id of it, seldom there.
        public let quoteID: String?
        /// What arrives, after fees.
        public let net: Money
        /// What is kept, in the same currency; nil where it isn't said.
        public let fees: FiatAmount?
    }

    /// Dfns took an action.
    ///
    /// What became of the payout only a read can tell: the answer is `{}`.
    public struct Accepted: Hashable, Sendable {
        /// The only value.
        public init() {}
    }

    /// A part of a list.
    public struct Page<Item: Decodable & Hashable & Sendable>: Hashable, Sendable, Decodable {
        /// The entries.
        public let items: [Item]
        /// With which the next part is asked for; nil at the end.
        public let nextPageToken: String?
    }

    /// Asks what the recipient would get (`POST /payouts/quote`; not signed, changes nothing).
    ///
    /// The wallet only tells Dfns the network. Amounts come as JSON numbers and are read by their digits.
    public func quote(
        walletID: String, asset: Asset, fiatCurrency: CurrencyCode, country: CountryCode
    ) async -> ProviderOutcome<Quote> {
        await ProviderOutcome { () async throws(CallFailure) in
            let body = QuoteBody(walletId: walletID, asset: asset, fiatCurrency: fiatCurrency, country: country)
            return try await read(.post, "/payouts/quote", body: try ProviderAPI.body(body))
        }
    }

    /// Opens a payout (`POST /payouts`; signed).
    ///
    /// Dfns deduplicates by `externalID`: repeat it with the same one until it is known what happened, and never with
    /// another one while the first may still be alive.
    ///
    /// Where the id already stands for a payout, Dfns's guide has it come back, and Dfns's general rule is a 409 that
    /// names it. Both end the same here: it is the answer if it is what this order asks for, else a refusal with code
    /// `duplicate` that names it. An id stays bound for ever, so that the answer may be a payout that has ended.
    public func createPayout(_ order: PayoutOrder, externalID: String) async -> ProviderOutcome<Payout> {
        await ProviderOutcome { () async throws(CallFailure) in
            let body = try ProviderAPI.body(CreateBody(order, externalID: externalID))
            let payout: Payout
            do throws(CallFailure) {
                payout = try await write(.post, "/payouts", body: body)
            } catch {
                payout = try await duplicate(named: error)
            }
            let differences = payout.differences(from: order, externalID: externalID)
            guard differences.isEmpty else {
                let message =
                    "external id \(externalID) already belongs to payout \(payout.id), which differs: "
                    + differences.joined(separator: "; ")
                throw .refused(CallRefusal(Refusal(.duplicate, message), duplicateOf: payout.id))
            }
            return payout
        }
    }

    /// Reads the payout that a refusal names as the owner of our id; any other failure stays what it is.
    private func duplicate(named failure: CallFailure) async throws(CallFailure) -> Payout {
        guard case .refused(let refusal) = failure, let id = refusal.duplicateOf else { throw failure }
        do throws(CallFailure) {
            return try await read(.get, "/payouts/\(try Self.segment(id))")
        } catch .refused {
            throw failure
        }
    }

    /// Reads a payout (`GET /payouts/{id}`).
    public func payout(_ id: String) async -> ProviderOutcome<Payout> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await read(.get, "/payouts/\(try Self.segment(id))")
        }
    }

    /// Lists payouts (`GET /payouts`), newest or oldest first as Dfns likes; `limit` is entries for each part.
    ///
    /// Dfns's SDKs differ in how they write several statuses; this sends one status at most, which all of them write
    /// alike.
    public func payouts(
        walletID: String? = nil, status: Status? = nil, limit: Int? = nil, after pageToken: String? = nil
    ) async -> ProviderOutcome<Page<Payout>> {
        let query = Self.query([
            ("limit", limit.map(String.init)), ("paginationToken", pageToken), ("walletId", walletID),
            ("status", status?.rawValue),
        ])
        return await ProviderOutcome { () async throws(CallFailure) in try await read(.get, "/payouts" + query) }
    }

    /// Confirms a payout by echoing what goes where (`POST /payouts/{id}/action`; signed): from here on money may move.
    ///
    /// There is no key: after `.unknown`, read the payout before confirming again. Dfns checks that `address` is the
    /// payout's deposit address and the amount its own, and that who confirms is who created it.
    public func confirm(
        payoutID: String, walletID: String, asset: Asset, to address: String
    ) async -> ProviderOutcome<Accepted> {
        await ProviderOutcome { () async throws(CallFailure) in
            do throws(InvalidValue) {
                try asset.check(address: address)
            } catch {
                throw .refused(CallRefusal(Refusal(.invalid, "the deposit address is wrong: \(error)")))
            }
            let body = ConfirmBody(walletId: walletID, transfer: EchoedTransfer(asset: asset, to: address))
            return try await act(
                .post, "/payouts/\(try Self.segment(payoutID))/action", body: try ProviderAPI.body(body))
        }
    }

    /// Takes back a payout that is not confirmed (`POST /payouts/{id}/action`; signed).
    ///
    /// There is no key: after `.unknown`, read the payout before canceling again.
    public func cancel(payoutID: String) async -> ProviderOutcome<Accepted> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await act(
                .post, "/payouts/\(try Self.segment(payoutID))/action", body: try ProviderAPI.body(["action": "Cancel"])
            )
        }
    }

    /// A query of the parameters that have a value, empty where none has.
    static func query(_ parameters: [(name: String, value: String?)]) -> String {
        let given = parameters.compactMap { parameter in
            parameter.value.map { "\(parameter.name)=\(PercentEncoding.query($0))" }
        }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }
}

extension DfnsClient.Payout {
    /// Each thing in which this payout is not what the order asks for, in words; what Dfns leaves out doesn't count.
    public func differences(from order: DfnsClient.PayoutOrder, externalID: String) -> [String] {
        var found: [String] = []
        func compare(_ name: String, _ reported: String?, _ ordered: String) {
            if let reported, reported != ordered { found.append("\(name) is \(reported) and not \(ordered)") }
        }
        compare("externalId", self.externalID, externalID)
        compare("walletId", walletID, order.walletID)
        if asset.known != order.asset {
            let reported = asset.known.map { "\($0.amount) of \($0.kind) \($0.token)" } ?? asset.kind
            found.append(
                "asset is \(reported) and not \(order.asset.amount) of \(order.asset.kind) \(order.asset.token)")
        }
        compare("fiatCurrency", fiatCurrency, order.fiatCurrency.text)
        compare("provider", "\(provider)", DfnsClient.Provider.borderless.rawValue)
        compare("country", data.country, order.country.text)
        compare("borderlessAccountId", data.borderlessAccountID, order.borderlessAccountID)
        compare("paymentInstructionsId", data.paymentInstructionsID, order.paymentInstructionsID)
        compare("paymentPurpose", data.paymentPurpose, order.paymentPurpose.text)
        return found
    }
}

private struct QuoteBody: Encodable {
    let walletId: String
    let asset: Asset
    let fiatCurrency: CurrencyCode
    let country: CountryCode
    let provider = DfnsClient.Provider.borderless.rawValue
}

private struct CreateBody: Encodable {
    let walletId: String
    let asset: Asset
    let fiatCurrency: CurrencyCode
    let country: CountryCode
    let provider = DfnsClient.Provider.borderless.rawValue
    let borderlessAccountId: String
    let paymentInstructionsId: String
    let paymentPurpose: PaymentPurpose
    let externalId: String

    init(_ order: DfnsClient.PayoutOrder, externalID: String) {
        walletId = order.walletID
        asset = order.asset
        fiatCurrency = order.fiatCurrency
        country = order.country
        borderlessAccountId = order.borderlessAccountID
        paymentInstructionsId = order.paymentInstructionsID
        paymentPurpose = order.paymentPurpose
        externalId = externalID
    }
}

private struct ConfirmBody: Encodable {
    let action = "Confirm"
    let walletId: String
    let transfer: EchoedTransfer
}

/// The asset's members and `to`, in one object.
private struct EchoedTransfer: Encodable {
    let asset: Asset
    let to: String

    private enum CodingKeys: String, CodingKey { case to }

    func encode(to encoder: any Encoder) throws {
        try asset.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(to, forKey: .to)
    }
}

extension DfnsClient.Quote: Decodable {
    private enum CodingKeys: String, CodingKey {
        case timestamp
        case offers = "quotes"
    }

    /// Reads Dfns's JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        timestamp = container.tolerant(.timestamp)
        offers = try container.decode([DfnsClient.Offer].self, forKey: .offers)
    }
}

extension DfnsClient.Offer: Decodable {
    private enum Key: String, CodingKey { case quoteId, offer }
    private enum OfferKey: String, CodingKey { case fiatCurrency, amount, fees }

    /// Reads Dfns's JSON; numbers become decimals by their digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        quoteID = container.tolerant(.quoteId)
        let offer = try container.nestedContainer(keyedBy: OfferKey.self, forKey: .offer)
        net = Money(
            try offer.decode(FiatAmount.self, forKey: .amount),
            try offer.decode(CurrencyCode.self, forKey: .fiatCurrency))
        fees = offer.tolerant(.fees)
    }
}
