internal import SandboxCore
internal import Time

/// Ordering, reading and linking payouts (DollarPe documentation, “Initiate”, “Get payout” and “Update transfer id”).
extension DollarPeSimulator {
    mutating func initiate(_ body: JSONReader, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        let (quotationID, customerID) = (try text("quotation_id", in: body), try text("customer_id", in: body))
        let order = try text("exchange_order_id", in: body)
        let reference = try checking { () throws(InvalidField) in
            try body.optionalString("client_reference_id", length: 1...200)
        }
        guard let index = quotationsByID[quotationID], quotations[index].account == account else {
            throw DollarPeError(field: "quotation_id", "Quotation is not found")
        }
        try checkRepetition(of: index, order: order, reference: reference)
        let quotation = quotations[index]
        guard quotation.customer == customerID else {
            throw DollarPeError(field: "customer_id", "Customer ID does not match with the quotation")
        }
        guard now < quotation.ends else { throw DollarPeError(field: "quotation_id", "Quotation has expired") }
        // What was good when it was quoted need not be any more (assumed to be checked again).
        let customer = try customer(customerID, account)
        try checkGates(customer, quotation.bank)
        try checkLimit(quotation, customer, at: now)
        try refuseIfScripted(.initiate)
        let payout = store(index, order: order, reference: reference, at: now)
        return json(ofPayout: payout, whole: false)
    }

    private mutating func store(_ quotation: Int, order: String, reference: String?, at now: Timestamp) -> Int {
        let quoted = quotations[quotation]
        let index = payouts.count
        payouts.append(
            Payout(
                id: makeID(), quotation: quotation, reference: reference, exchangeOrder: order, created: now,
                script: script(of: quoted, reference: reference, exchangeOrder: order), updated: now))
        quotations[quotation].payout = index
        payoutsByID[payouts[index].id] = index
        if let reference { payoutsByReference[reference] = index }
        payoutsByOrder[order, default: []].append(index)
        payoutsByCustomer[quoted.customer, default: []].append(index)
        let amount = "\(Amounts.text(quoted.sending, unit: Amounts.coin)) \(quoted.asset)"
        ledger.record(.created, of: payouts[index].id, key: payouts[index].key, at: now, amount: amount, detail: order)
        startTimer(index, at: now)
        return index
    }

    /// Reference, quotation and exchange order each stand for one payout; which is looked at first is a choice.
    private func checkRepetition(of quotation: Int, order: String, reference: String?) throws(DollarPeError) {
        let checks: [(DollarPeOptions.DuplicateReading, isRepeated: Bool, field: String, text: String)] = [
            (
                .clientReference, reference.map { payoutsByReference[$0] != nil } ?? false, "client_reference_id",
                "Client Reference ID already exists"
            ),
            (
                .quotation, quotations[quotation].payout != nil, "quotation_id",
                "Quotation is already linked to another payout"
            ),
            (
                .exchangeOrder, (payoutsByOrder[order] ?? []).contains { payouts[$0].status.keepsOrder },
                "exchange_order_id",
                "Exchange Order ID already linked to a payout that is either processing or successful"
            ),
        ]
        let repeated = checks.filter(\.isRepeated)
        guard let first = repeated.first(where: { $0.0 == options.duplicate }) ?? repeated.first else { return }
        throw DollarPeError(field: first.field, first.text)
    }

    func read(_ id: String, _ account: Int) throws(DollarPeError) -> JSON {
        guard let index = payoutsByID[id], quotations[payouts[index].quotation].account == account else {
            throw DollarPeError(field: "payout_id", "Payout ID is invalid")
        }
        return json(ofPayout: index, whole: true)
    }

    /// A payout as `initiate` answers it, or, whole, as reads show it: there amounts are texts in every era.
    func json(ofPayout index: Int, whole: Bool) -> JSON {
        let payout = payouts[index]
        let quotation = quotations[payout.quotation]
        let isAlias = payout.script.usesAlias && payout.status == .success
        var members = members(of: quotation).filter { !["id", "expiry_time", "created_at"].contains($0.name) }
        if whole {
            let typo = options.era == .december2025 ? "receiveing_amount" : "receiving_amount"
            members = members.map { member in
                guard case .number(let text) = member.value else { return member }
                return .init(member.name == "receiving_amount" ? typo : member.name, .string(text))
            }
        }
        members += [
            .init("id", .string(payout.id)), .init("quotation_id", .string(quotation.id)),
            .init("client_reference_id", .string(payout.reference ?? "")),
            .init("exchange_order_id", .string(payout.exchangeOrder)),
            .init("created_at", .string(payout.created.milliseconds)),
            .init("status", .string(isAlias ? "COMPLETED" : payout.status.rawValue)),
        ]
        guard whole else { return .object(members) }
        let none: JSON = options.era == .may2025 ? .string("") : .null
        return .object(
            members + [
                .init("exchange_transfer_id", .string(payout.transfer ?? "")),
                .init("failure_reason", payout.status == .failed ? .string("Payout failed") : none),
                .init("utr", payout.utr.map { .string($0) } ?? .null),
                .init("updated_at", .string(payout.updated.milliseconds)),
            ])
    }

    /// The account's payouts, newest first, a hundred a page.
    func history(_ query: QueryItems, _ account: Int) throws(DollarPeError) -> JSON {
        let (start, end) = (query["start_date"], query["end_date"])
        guard (start == nil) == (end == nil) else {
            throw DollarPeError(field: "date_range", "start_date and end_date must be used together")
        }
        let page = max(1, Int(query["page"] ?? "1") ?? 1)
        let all = query["customer_id"].map { payoutsByCustomer[$0] ?? [] } ?? Array(payouts.indices)
        let found = all.reversed().filter { index in
            let payout = payouts[index]
            let day = String(payout.created.description.prefix(10))
            return quotations[payout.quotation].account == account && (start ?? day) <= day && day <= (end ?? day)
                && (query["payout_status"] ?? payout.status.rawValue) == payout.status.rawValue
        }
        let shown = found.dropFirst((page - 1) * 100).prefix(100)
        let next = found.count > page * 100 ? JSON.string("/pos/api/v1/payout/history?page=\(page + 1)") : .null
        let previous = page > 1 ? JSON.string("/pos/api/v1/payout/history?page=\(page - 1)") : .null
        return .fields([
            "count": .int(found.count), "next": next, "previous": previous,
            "results": .array(shown.map { json(ofPayout: $0, whole: true) }),
        ])
    }

    /// Links a transfer. The same pair again is harmless, and another transfer never replaces the first (assumed).
    mutating func link(_ body: JSONReader, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        let order = try text("exchange_order_id", in: body)
        let transfer = try text("exchange_transfer_id", in: body)
        guard let index = payoutsByOrder[order]?.last, quotations[payouts[index].quotation].account == account else {
            throw DollarPeError(field: "exchange_order_id", "Exchange order id not found")
        }
        try refuseIfScripted(.link)
        guard options.link == .afterInitiate || payouts[index].status == .success else {
            throw DollarPeError(field: "exchange_order_id", "Payout is not successful yet")
        }
        guard payouts[index].transfer == nil || payouts[index].transfer == transfer else {
            throw DollarPeError(field: "exchange_transfer_id", "Exchange transfer id is already linked")
        }
        if payouts[index].script.losesLink {
            payouts[index].script.losesLink = false
        } else if payouts[index].transfer == nil {
            payouts[index].transfer = transfer
            payouts[index].updated = now
            ledger.record(.linked, of: payouts[index].id, key: payouts[index].key, at: now, detail: transfer)
        }
        return .fields(["exchange_order_id": .string(order), "exchange_transfer_id": .string(transfer)])
    }

    /// Moves a payout that is under way; for any other it has no effect, and says the same (assumed).
    mutating func mockPayout(_ body: JSONReader, _ account: Int, at now: Timestamp) throws(DollarPeError) -> JSON {
        let id = try text("payout_id", in: body)
        let status = try text("payout_status", in: body)
        guard let index = payoutsByID[id], quotations[payouts[index].quotation].account == account else {
            throw DollarPeError(field: "payout_id", "Payout ID is invalid")
        }
        guard ["PROCESSING", "SUCCESS", "FAILED", "REFUNDED", "CANCELLED", "IN_REVIEW"].contains(status) else {
            throw DollarPeError(field: "payout_status", "\"\(status)\" is not a valid choice.")
        }
        if payouts[index].status == .processing, status != "PROCESSING" {
            payouts[index].script.steps = []
            enter(index, PayoutStatus(rawValue: status), at: now)
        }
        return .fields(["payout_id": .string(id), "payout_status": .string(status)])
    }
}

extension Ledger.Kind {
    /// A transfer was linked to a payout.
    static let linked: Self = "linked"
}
