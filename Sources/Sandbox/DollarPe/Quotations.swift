internal import SandboxCore
internal import Time

/// Quotations: a rate for one payout, until it ends (DollarPe documentation, “Quotation”).
extension DollarPeSimulator {
    mutating func quote(_ body: JSONReader, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        let asset = try text("asset", in: body)
        try check(asset: asset, fiat: try text("fiat", in: body))
        let sending = try sending(try text("sending_amount", in: body))
        let customer = try customer(try text("customer_id", in: body), account)
        let bank = try text("bank_id", in: body)
        try checkGates(customer, bank)
        try checkAmount(sending)
        try checkRisk(body)
        try refuseIfScripted(.quote)
        if MagicHundredths.outcome(of: sending) == .aml {
            throw DollarPeError(field: "risk_parameters", "AML error: contact support")
        }
        let quotation = Quotation(
            id: makeID(), account: account, customer: customer.id, bank: bank, asset: asset.uppercased(),
            sending: sending, rate: options.rate, created: now, expiry: now + options.lifetime,
            ends: nextQuotationEndsAtOnce ? now : now + options.lifetime)
        try checkLimit(quotation, customer, at: now)
        nextQuotationEndsAtOnce = false
        quotations.append(quotation)
        quotationsByID[quotation.id] = quotations.count - 1
        return .object(members(of: quotation))
    }

    private func sending(_ text: String) throws(DollarPeError) -> Int {
        guard let sending = Amounts.coins(text), sending > 0 else {
            throw DollarPeError(field: "sending_amount", "A valid number is required.")
        }
        return sending
    }

    /// Customer and bank account have to be verified, and no UPI address is paid.
    func checkGates(_ customer: DollarPeWorld.Customer, _ bank: String) throws(DollarPeError) {
        guard customer.status == .verified else { throw .unverifiedCustomer }
        guard let bank = banks[bank], bank.customer == customer.id, bank.status == .verified else {
            throw .unverifiedBank
        }
        guard bank.vpa == nil else { throw DollarPeError(field: "bank_id", "UPI is not supported") }
    }

    private func checkAmount(_ sending: Int) throws(DollarPeError) {
        if sending < options.least {
            let least = Amounts.text(options.least, unit: Amounts.coin)
            throw DollarPeError(field: "sending_amount", "Entered amount is less than minimum amount \(least)")
        }
        if sending > options.most {
            let most = Amounts.text(options.most, unit: Amounts.coin)
            throw DollarPeError(field: "sending_amount", "Entered amount is more than maximum amount \(most)")
        }
    }

    private func checkRisk(_ body: JSONReader) throws(DollarPeError) {
        let given = body.value("risk_parameters")
        for name in options.requiredRisk where given?[name] == nil || given?[name] == .null {
            throw DollarPeError(400, "REQ_FIELD_MISSING", field: "risk_parameters.\(name)", "This field is required.")
        }
    }

    /// The texts are assumed: DollarPe's list of them is cut off before these.
    func checkLimit(
        _ quotation: Quotation, _ customer: DollarPeWorld.Customer, at now: Timestamp
    ) throws(DollarPeError) {
        guard quotation.gross > available(to: customer, at: now) else { return }
        let needsDiligence = diligence[customer.id] != .verified && customer.verifiedLimit > customer.dailyLimit
        throw DollarPeError(
            field: "sending_amount",
            needsDiligence ? "EDD is required for this amount" : "Entered amount exceeds the available limit")
    }

    /// What the control plane asked to refuse.
    mutating func refuseIfScripted(_ operation: DollarPeOperation) throws(DollarPeError) {
        guard let text = nextRefusals[operation]?.first else { return }
        nextRefusals[operation]?.removeFirst()
        throw DollarPeError(field: "detail", text)
    }

    func members(of quotation: Quotation) -> [JSON.Member] {
        let costs = Self.costs(of: quotation.gross)
        let net = quotation.gross - costs.fee - costs.gst - costs.tds
        return [
            .init("id", .string(quotation.id)), .init("customer_id", .string(quotation.customer)),
            .init("bank_id", .string(quotation.bank)), .init("asset", .string(quotation.asset)),
            .init("fiat", .string("INR")), .init("sending_amount", amount(quotation.sending, unit: Amounts.coin)),
            .init("rate", amount(quotation.rate, unit: Amounts.rupee)),
            .init("receiving_amount", amount(net, unit: Amounts.rupee)), .init("fees", fees(of: quotation.gross)),
            .init("created_at", .string(quotation.created.milliseconds)),
            .init("expiry_time", .string(quotation.expiry.milliseconds)),
        ]
    }

    func readQuotation(_ id: String, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        guard let index = quotationsByID[id], quotations[index].account == account else {
            throw DollarPeError(field: "quotation_id", "Quotation is not found")
        }
        let quotation = quotations[index]
        let payout = quotation.payout.map { payouts[$0] }
        let status =
            switch payout {
            case .some(let payout): options.linkedQuotation == .linked ? "LINKED" : payout.status.rawValue
            case nil: now < quotation.ends ? "UNLINKED" : "EXPIRED"
            }
        return .object(
            members(of: quotation) + [
                .init("order_id", payout.map { .string($0.id) } ?? .null), .init("status", .string(status)),
            ])
    }
}
