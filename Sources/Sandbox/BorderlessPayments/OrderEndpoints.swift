internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Quotes and orders (Borderless Payments documentation, “Quotes” and “Orders”).
extension PartnerSimulator {
    static let networks = ["polygon", "stellar"]
    static let instruments = ["pm_open_banking", "sepa_bank_transfer"]

    mutating func performOnOrders(
        _ call: Call<PartnerOperation>, _ mode: PartnerMode, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        switch call.operation {
        case .quote: return try quote(call.request, mode, at: now)
        case .createOrder: return try createOrder(call.request, mode, at: now)
        case .listOrders: return try listOrders(call.request, mode)
        case .readOrder: return json(200, orders[try order(call.parameters, mode)].json)
        case .confirmPayment: return try confirmPayment(try order(call.parameters, mode), at: now)
        case _:
            return json(
                200,
                .fields([
                    "fiat_currencies": .array([.string("EUR")]), "crypto_currencies": .array([.string("USDC")]),
                    "crypto_networks": .array(Self.networks.map(JSON.string)),
                    "payment_instruments": .array(Self.instruments.map(JSON.string)),
                ]))
        }
    }

    /// An order of the mode: those of the other don't exist.
    private func order(_ parameters: [String], _ mode: PartnerMode) throws(PartnerFailure) -> Int {
        guard let id = parameters.first, let index = orders.firstIndex(where: { $0.id == id && $0.mode == mode }) else {
            throw .notFound
        }
        return index
    }

    // MARK: Quotes

    private mutating func quote(
        _ request: HTTPRequest, _ mode: PartnerMode, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        let query = QueryItems(request.query)
        let fields = try checking { () throws(InvalidField) in try QuoteFields(query, self) }
        let (cents, network, instrument) = (fields.cents, fields.network, fields.instrument)
        if let id = query["user_id"] { _ = try user([id], mode) }
        let made = makeQuote(
            user: query["user_id"], mode, cents: cents, network: network, instrument: instrument, at: now)
        let fee = fee(cents)
        return json(
            200,
            .fields([
                "quote_id": .string(made.id), "fiat_currency": .string("EUR"),
                "fiat_amount": .string(Amounts.euros(cents)), "crypto_currency": .string("USDC"),
                "crypto_network": .string(network), "crypto_amount": .string(Amounts.coins(made.crypto)),
                "conversion_price": .string(Amounts.coins(options.price)), "payment_instrument": .string(instrument),
                "fees": .fields([
                    "total": .string(Amounts.euros(fee)), "network": .string("0.05"),
                    "partner": .string(Amounts.euros(fee - 5)), "processing": .string("0.00"),
                ]), "total_fiat_amount": .string(Amounts.euros(cents)),
            ]))
    }

    /// Two percent, and at least five cents.
    private func fee(_ cents: Int) -> Int { max(5, cents / 50) }

    private mutating func makeQuote(
        user: String?, _ mode: PartnerMode, cents: Int, network: String, instrument: String, at now: Timestamp
    ) -> QuoteRecord {
        let quote = QuoteRecord(
            id: makeID(), user: user, mode: mode, cents: cents, network: network, instrument: instrument,
            crypto: (cents - fee(cents)) * options.price / 100, at: now)
        quotes.append(quote)
        return quote
    }

    /// The user's last quote for the same, while it is good; else a new one (what an order does is not documented).
    private mutating func quote(for fields: OrderFields, _ mode: PartnerMode, at now: Timestamp) -> QuoteRecord {
        let last = quotes.last { quote in
            quote.user == fields.user && quote.mode == mode && quote.cents == fields.cents
                && quote.network == fields.network && now - quote.at < options.quoteLifetime
        }
        return last
            ?? makeQuote(
                user: fields.user, mode, cents: fields.cents, network: fields.network,
                instrument: fields.instrument, at: now)
    }

    // MARK: Orders

    private mutating func createOrder(
        _ request: HTTPRequest, _ mode: PartnerMode, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        let fields = try checking { () throws(InvalidField) in try OrderFields(request, self) }
        guard users[try user([fields.user], mode)].mayOrder else { throw .conflict("User is not eligible for orders") }
        if options.oneOpenOrder,
            orders.contains(where: { $0.user == fields.user && $0.mode == mode && !$0.status.isFinal })
        {
            throw .conflict("Order exists")
        }
        let quote = quote(for: fields, mode, at: now)
        let script = orderScript(reference: fields.reference, user: fields.user)
        let first: OrderStatus =
            script.reconciliation != nil
            ? .pendingReconciliation : options.startsPending ? .pending : .awaitingPayment
        let order = OrderRecord(
            id: makeID(), mode: mode, user: fields.user, reference: fields.reference, cents: fields.cents,
            network: fields.network, wallet: fields.wallet, memo: fields.memo, instrument: fields.instrument,
            quote: quote.id, createdAt: now, crypto: quote.crypto * (script.share ?? 10_000) / 10_000, status: first,
            dueBy: now, updatedAt: now, script: script)
        orders.append(order)
        let index = orders.count - 1
        ledger.record(.created, of: order.id, key: order.key, at: now, amount: "\(Amounts.euros(order.cents)) EUR")
        emit(.pending, of: index, at: now)
        enter(index, first, at: now)
        return json(first == .pendingReconciliation ? 202 : 201, orders[index].json)
    }

    private func listOrders(_ request: HTTPRequest, _ mode: PartnerMode) throws(PartnerFailure) -> HTTPResponse {
        let query = QueryItems(request.query)
        let found = orders.filter { order in
            order.mode == mode && (query["user_id"] ?? order.user) == order.user
                && (query["status"] ?? order.status.rawValue) == order.status.rawValue
                && Self.matches(query["q"], [order.reference, order.id])
        }
        return json(200, try page(found.map(\.json), query))
    }

    /// The customer says to have paid: noted, and nothing else; twice is once.
    private mutating func confirmPayment(_ index: Int, at now: Timestamp) throws(PartnerFailure) -> HTTPResponse {
        let order = orders[index]
        guard !order.isOnPage else { throw .conflict("Open Banking orders are confirmed automatically") }
        guard !order.status.isFinal else { throw .conflict("Order is \(order.status.rawValue)") }
        let isNew = order.declaredAt == nil
        if isNew {
            orders[index].declaredAt = now
            ledger.record(.confirmed, of: order.id, key: order.key, at: now)
        }
        return json(
            200,
            .fields([
                "order_id": .string(order.id), "status": .string(order.status.rawValue),
                "confirmed_now": .bool(isNew),
                "partner_payment_confirmed_at": .orNull(orders[index].declaredAt?.offsetText),
                "provider_payment_confirmed_at": .orNull(orders[index].declaredAt?.offsetText),
            ]))
    }

    // MARK: Fields

    func cents(_ text: String?) throws(InvalidField) -> Int {
        guard let text, let cents = Amounts.cents(text), options.leastCents...options.mostCents ~= cents else {
            let (least, most) = (Amounts.euros(options.leastCents), Amounts.euros(options.mostCents))
            throw InvalidField("fiat_amount", "must be a decimal text from \(least) to \(most)")
        }
        return cents
    }

    static func check(_ fiat: String?, _ crypto: String?) throws(InvalidField) {
        guard fiat == "EUR" else { throw InvalidField("fiat_currency", "must be EUR") }
        guard crypto == "USDC" else { throw InvalidField("crypto_currency", "must be USDC") }
    }

    static func choice(_ text: String?, _ name: String, of list: [String]) throws(InvalidField) -> String {
        guard let text, list.contains(text) else {
            throw InvalidField(name, "must be one of \(list.joined(separator: ", "))")
        }
        return text
    }
}

/// What a price is asked for, checked for its form.
struct QuoteFields {
    let cents: Int
    let network: String
    let instrument: String

    init(_ query: QueryItems, _ simulator: PartnerSimulator) throws(InvalidField) {
        let required = ["fiat_currency", "fiat_amount", "crypto_currency", "crypto_network", "country"]
        for name in required where query[name] == nil { throw InvalidField(name, "is required") }
        let known = required + ["payment_instrument", "user_id"]
        if let other = query.items.first(where: { !known.contains($0.name) }) {
            throw InvalidField(other.name, "is not known")
        }
        try PartnerSimulator.check(query["fiat_currency"], query["crypto_currency"])
        guard query["country"]?.utf8.count == 2 else { throw InvalidField("country", "must be two letters") }
        cents = try simulator.cents(query["fiat_amount"])
        network = try PartnerSimulator.choice(
            query["crypto_network"], "crypto_network", of: PartnerSimulator.networks)
        instrument = try PartnerSimulator.choice(
            query["payment_instrument"] ?? "sepa_bank_transfer", "payment_instrument",
            of: PartnerSimulator.instruments)
    }
}

/// An order, checked for its form: what is not known is refused, a quote's id among it.
struct OrderFields {
    let user: String
    let wallet: String
    let memo: String?
    let cents: Int
    let network: String
    let instrument: String
    let reference: String?

    init(_ request: HTTPRequest, _ simulator: PartnerSimulator) throws(InvalidField) {
        let body = try JSONReader(body: request.body)
        try body.refuseOthers(than: [
            "user_id", "wallet_address", "wallet_address_memo", "fiat_amount", "fiat_currency", "crypto_currency",
            "crypto_network", "payment_instrument", "partner_order_ref",
        ])
        user = try body.string("user_id", length: 1...64)
        wallet = try body.string("wallet_address", length: 1...128)
        memo = try body.optionalString("wallet_address_memo", length: 1...64)
        cents = try simulator.cents(try body.string("fiat_amount"))
        try PartnerSimulator.check(
            try body.optionalString("fiat_currency") ?? "EUR", try body.string("crypto_currency"))
        network = try PartnerSimulator.choice(
            try body.string("crypto_network"), "crypto_network", of: PartnerSimulator.networks)
        instrument = try PartnerSimulator.choice(
            try body.optionalString("payment_instrument") ?? "sepa_bank_transfer", "payment_instrument",
            of: PartnerSimulator.instruments)
        reference = try body.optionalString("partner_order_ref", length: 1...128)
        let isRight =
            network == "polygon"
            ? wallet.hasPrefix("0x") && wallet.utf8.count == 42 : wallet.hasPrefix("G") && wallet.utf8.count == 56
        guard isRight else { throw InvalidField("wallet_address", "is not an address on \(network)") }
        guard memo == nil || network == "stellar" else {
            throw InvalidField("wallet_address_memo", "is for stellar only")
        }
    }
}
