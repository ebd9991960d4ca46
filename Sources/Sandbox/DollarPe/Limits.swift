internal import HTTPTypes
internal import SandboxCore
internal import Time

/// What is paid out at all, at what price, and how much of it to whom (DollarPe documentation, “Configuration”,
/// “Fetch rate” and “Limits”).
extension DollarPeSimulator {
    private static let coins = ["usdt", "usdc"]

    /// The limits of coins, in the shape that the options ask for.
    func configuration() -> JSON {
        let range = JSON.fields([
            "min": .number(Amounts.text(options.least, unit: Amounts.coin)),
            "max": .number(Amounts.text(options.most, unit: Amounts.coin)),
        ])
        func coins(_ value: JSON) -> JSON { .object(Self.coins.map { .init($0, value) }) }
        let assets = JSON.array(Self.coins.map(JSON.string))
        let risk = options.requiredRisk.isEmpty ? nil : JSON.array(options.requiredRisk.map(JSON.string))
        switch options.configuration {
        case .guide:
            return .fields([
                "supported_fiats": .array([.string("inr")]), "supported_assets": assets,
                "coin_limits": coins(range), "required_risk_parameters": risk,
            ])
        case .reference:
            return .fields([
                "coin_limits": .fields(["inr": coins(.fields(["bank_transfer": range, "upi": range]))]),
                "required_risk_parameters": risk,
            ])
        case .current:
            return .fields([
                "inr": .fields([
                    "supported_assets": assets, "coin_limits": coins(.fields(["imps": range, "upi": range])),
                    "required_risk_parameters": risk,
                ])
            ])
        }
    }

    /// Asset and fiat come in the query, or in a body of either verb: the documents show all three.
    func rate(_ request: HTTPRequest) throws(DollarPeError) -> JSON {
        let query = QueryItems(request.query)
        let body = JSON(parsing: request.body)
        guard let asset = query["asset"] ?? body?["asset"]?.string else {
            throw DollarPeError(400, "REQ_FIELD_MISSING", field: "asset", "This field is required.")
        }
        try check(asset: asset, fiat: query["fiat"] ?? body?["fiat"]?.string)
        return .fields([
            "asset": .string(asset.uppercased()), "fiat": .string("INR"),
            "rate": amount(options.rate, unit: Amounts.rupee),
        ])
    }

    func check(asset: String, fiat: String?) throws(DollarPeError) {
        guard Self.coins.contains(asset.lowercased()) else {
            throw DollarPeError(field: "asset", "\(asset) is not supported")
        }
        guard fiat?.lowercased() == "inr" else {
            throw DollarPeError(field: "fiat", "\(fiat ?? "") is not supported")
        }
    }

    /// How much of a customer's day is left, in paise; days are those of UTC.
    func available(to customer: DollarPeWorld.Customer, at now: Timestamp) -> Int {
        let day = now.seconds / 86_400
        let spent = (payoutsByCustomer[customer.id] ?? []).filter { index in
            payouts[index].created.seconds / 86_400 == day && payouts[index].status.keepsOrder
        }.reduce(0) { $0 + quotations[payouts[$1].quotation].gross }
        return max(0, limit(of: customer) - spent)
    }

    private func limit(of customer: DollarPeWorld.Customer) -> Int {
        diligence[customer.id] == .verified ? customer.verifiedLimit : customer.dailyLimit
    }

    func limits(of customer: DollarPeWorld.Customer, at now: Timestamp) -> JSON {
        let left = amount(available(to: customer, at: now), unit: Amounts.rupee)
        let all = amount(limit(of: customer), unit: Amounts.rupee)
        let reset = Timestamp(seconds: (now.seconds / 86_400 + 1) * 86_400)
        let wantsDiligence = diligence[customer.id] != .verified && customer.verifiedLimit > customer.dailyLimit
        // The first guides name the reset otherwise, and write it as a number.
        let isFirst = options.era == .may2025
        return .fields([
            "daily_limit": all, "available_limit": left,
            "payment_method_limits": .fields([
                "per_transaction_limit": .fields(["UPI": .number("100000"), "IMPS": .number("500000")]),
                "total_available_limit": .fields(["UPI": left, "IMPS": left]),
            ]),
            "full_limit_reset_timestamp": isFirst ? nil : .string(reset.description),
            "limit_reset_timestamp": isFirst ? .int(reset.seconds) : nil,
            "is_edd_required": .bool(wantsDiligence), "is_limit_increase_available": .bool(wantsDiligence),
        ])
    }

    /// Takes what due diligence asks for; it is approved after a while.
    mutating func saveEDD(_ body: JSONReader, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        let customer = try customer(try text("customer_id", in: body), account)
        guard customer.status == .verified else { throw .unverifiedCustomer }
        guard diligence[customer.id] != .verified, customer.verifiedLimit > customer.dailyLimit else {
            throw DollarPeError(field: "customer_id", "EDD not required")
        }
        guard body.value("declaration") == .bool(true) else {
            throw DollarPeError(400, "REQ_FIELD_MISSING", field: "declaration", "must be true")
        }
        diligence[customer.id] = .processing
        timers.add(.diligence(customer.id), at: now + options.delays.verification)
        return .fields(["id": .string(makeID()), "status": .string("PROCESSING")])
    }
}
