internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Prices, withdrawals, and bank accounts.
extension BorderlessXYZSimulator {
    /// Registers a recipient's bank account (Borderless.xyz documentation, “Payment instructions”).
    mutating func createInstruction(_ body: [UInt8], at now: Timestamp) throws(BorderlessXYZError) -> HTTPResponse {
        let (country, currency, name, method) = try checking { () throws(InvalidField) in
            let reader = try JSONReader(body: body)
            _ = try reader.object("details")
            return (
                try reader.string("country", length: 2...2), try reader.string("currency", length: 3...3),
                try reader.string("name", length: 1...140), try reader.string("paymentMethod", length: 1...40)
            )
        }
        let id = makeID()
        let number = JSON(parsing: body)?["details"]?["bankAccountNumber"]?.string
        let answer = JSON.fields([
            "id": .string(id), "country": .string(country), "currency": .string(currency), "name": .string(name),
            "paymentMethod": .string(method),
            "details": .fields(["bankAccountNumberLast4": .orNull(number.map { String($0.suffix(4)) })]),
            "deleted": .bool(false), "createdAt": .string(now.milliseconds),
        ])
        instructions[id] = answer
        return ok(201, answer)
    }

    func readInstruction(_ id: String) throws(BorderlessXYZError) -> HTTPResponse {
        guard let instruction = instructions[id] else { throw .notFound }
        return ok(200, instruction)
    }

    /// A price that can be taken once, until it runs out.
    mutating func quote(
        _ body: [UInt8], _ visitor: Visitor, at now: Timestamp
    ) throws(BorderlessXYZError) -> HTTPResponse {
        let wanted = try checking { () throws(InvalidField) in try WireQuote(JSONReader(body: body)) }
        guard Micros.limits.contains(wanted.amount.count) else {
            throw BorderlessXYZError(400, "amount must be from 1 to 1000000")
        }
        let id = makeID()
        let expires = now + options.quoteLifetime
        let quote = Quote(
            organisation: visitor.organisation, asset: wanted.asset, amount: wanted.amount.text,
            instructionID: wanted.instructionID, fiat: wanted.fiat, country: wanted.country,
            net: wanted.amount.lessOnePercent(and: wanted.fee), expires: expires)
        quotes[id] = quote
        return ok(
            201,
            .fields([
                "limits": .fields([
                    "transaction": .fields([
                        "fiat": .string(wanted.fiat), "minAmount": .string("1"), "maxAmount": .string("1000000"),
                    ])
                ]),
                "fromAmount": .string(wanted.amount.text), "toAmount": .string(quote.net),
                "exchangeRate": .string("1"), "totalFee": .string(wanted.amount.onePercent),
                "orchestrationFee": .string(wanted.amount.onePercent), "quoteId": .string(id),
                "expiresAt": .string(expires.milliseconds),
            ]))
    }

    /// Opens a withdrawal, at a quote's price or without one.
    mutating func create(
        _ body: [UInt8], _ visitor: Visitor, key: String?, at now: Timestamp
    ) throws(BorderlessXYZError) -> HTTPResponse {
        let wanted = try checking { () throws(InvalidField) in try WireWithdrawal(JSONReader(body: body)) }
        let net = try takeQuote(wanted, visitor, at: now)
        let quote = wanted.quoteID.flatMap { quotes[$0] }
        let order = WithdrawalOrder(
            accountID: wanted.accountID, instructionID: wanted.instructionID, asset: wanted.asset,
            amount: wanted.amount.text, fiat: quote?.fiat ?? wanted.fiat, country: quote?.country ?? wanted.country,
            net: net, reference: wanted.reference, destination: wanted.destination)
        let partner = partners(country: order.country, fiat: order.fiat).first
        guard let partner else { throw BorderlessXYZError(422, "No partner serves this corridor") }
        try check(order.destination, of: order, given: partner)
        let transaction = Transaction(
            id: makeID(), organisation: visitor.organisation, key: key, order: order, partner: partner.name,
            created: now, updated: now, plan: plan(for: order, by: partner, visitor.organisation, at: now),
            script: script(for: order))
        transactions.append(transaction)
        transactionsByID[transaction.id] = transactions.count - 1
        ledger.record(
            .created, of: transaction.id, key: transaction.name, at: now, amount: "\(order.amount) \(order.asset)")
        tell("Transaction_Created", of: transactions.count - 1, at: now)
        startTimer(transactions.count - 1, at: now)
        return ok(201, json(of: transaction, visitor))
    }

    /// Uses a quote up; nil where none was given.
    private mutating func takeQuote(
        _ wanted: WireWithdrawal, _ visitor: Visitor, at now: Timestamp
    ) throws(BorderlessXYZError) -> String? {
        guard let id = wanted.quoteID else { return nil }
        guard let quote = quotes[id], quote.organisation == visitor.organisation else {
            throw BorderlessXYZError(404, "Quote not found")
        }
        guard now < quote.expires else { throw BorderlessXYZError(400, "Quote has expired") }
        guard !quote.isUsed else { throw BorderlessXYZError(400, "Quote was already used") }
        guard quote.asset == wanted.asset, quote.amount == wanted.amount.text,
            quote.instructionID == wanted.instructionID
        else { throw BorderlessXYZError(400, "The withdrawal is not what the quote is for") }
        quotes[id]?.isUsed = true
        return quote.net
    }

    /// A page of an organisation's transactions.
    func list(_ query: QueryItems, _ visitor: Visitor) throws(BorderlessXYZError) -> HTTPResponse {
        guard let limit = Int(query["limit"] ?? "20"), 1...100 ~= limit else {
            throw BorderlessXYZError(400, "limit must be a number from 1 to 100")
        }
        var chosen = transactions.filter { transaction in
            transaction.organisation == visitor.organisation
                && (query["accountId"].map { $0 == transaction.order.accountID } ?? true)
                && (query["type"].map { $0 == "Withdrawal" } ?? true)
                && (query["status"].map { $0 == transaction.status.rawValue } ?? true)
        }
        if options.listsNewestFirst { chosen.reverse() }
        if let start = query["startingAfter"] {
            guard let index = chosen.firstIndex(where: { $0.id == start }) else { throw .notFound }
            chosen.removeFirst(index + 1)
        }
        return ok(
            200,
            .fields([
                "hasMore": .bool(chosen.count > limit),
                "data": .array(chosen.prefix(limit).map { json(of: $0, visitor) }),
            ]))
    }

    /// Takes an id in the form of Dfns's sandbox for a payout that was opened through Dfns and has failed there.
    mutating func adopt(_ id: String, _ visitor: Visitor, at now: Timestamp) {
        guard options.knowsOthers, id.hasPrefix("bpo-"), transactionsByID[id] == nil, let partner = partners.first
        else { return }
        let order = WithdrawalOrder(
            accountID: "dfns", instructionID: "dfns", asset: "USDC_POLYGON", amount: "1000.00", fiat: "USD",
            country: "US", net: nil, reference: nil, destination: nil)
        var transaction = Transaction(
            id: id, organisation: visitor.organisation, key: nil, order: order, partner: partner.name, created: now,
            updated: now, plan: plan(for: order, by: partner, visitor.organisation, at: now), script: script(for: order)
        )
        transaction.hashes = ["0x" + identifiers.text(64, from: Array("0123456789abcdef".utf8))]
        transactions.append(transaction)
        transactionsByID[id] = transactions.count - 1
        finish(transactions.count - 1, .failed, nil, at: now)
    }

    /// Where a transaction of the visitor's organisation is kept.
    func find(_ id: String, _ visitor: Visitor) throws(BorderlessXYZError) -> Int {
        guard let index = transactionsByID[id], transactions[index].organisation == visitor.organisation else {
            throw .notFound
        }
        return index
    }

    /// Calls a transaction off, where its status allows it.
    mutating func cancel(_ id: String, _ visitor: Visitor, at now: Timestamp) throws(BorderlessXYZError) -> HTTPResponse
    {
        let index = try find(id, visitor)
        guard transactions[index].status.isCancellable else {
            throw BorderlessXYZError(409, "A transaction in \(transactions[index].status.rawValue) can't be cancelled")
        }
        callOff(index, at: now)
        return ok(201, json(of: transactions[index], visitor))
    }
}

/// A request for a price, checked for its form.
private struct WireQuote {
    let amount: Micros
    let fee: Micros?
    let asset: String
    let instructionID: String
    let fiat: String
    let country: String

    init(_ body: JSONReader) throws(InvalidField) {
        try body.refuseOthers(than: [
            "amount", "accountId", "paymentInstructionId", "asset", "fiat", "country", "developerFee",
            "counterPartyIdentityId",
        ])
        amount = try Micros(body)
        fee = try body.value("developerFee") == nil ? nil : Micros(body, "developerFee")
        guard (fee?.count ?? 0) < amount.count / 2 else {
            throw InvalidField("developerFee", "must be less than half of the amount")
        }
        _ = try body.string("accountId", length: 1...64)
        asset = try body.string("asset", length: 2...42)
        instructionID = try body.string("paymentInstructionId", length: 1...64)
        fiat = try body.string("fiat", length: 3...3)
        country = try body.string("country", length: 2...2)
    }
}

/// A withdrawal, checked for its form: either the quote, or fiat and country.
private struct WireWithdrawal {
    let amount: Micros
    let accountID: String
    let asset: String
    let instructionID: String
    let fiat: String?
    let country: String?
    let reference: String?
    let quoteID: String?
    let destination: RefundDestination?

    init(_ body: JSONReader) throws(InvalidField) {
        try body.refuseOthers(than: [
            "amount", "accountId", "asset", "fiat", "country", "paymentInstructionId", "paymentPurpose",
            "purposeDescription", "reference", "developerFee", "counterPartyIdentityId", "documents",
            "refundDestination", "quoteId",
        ])
        amount = try Micros(body)
        accountID = try body.string("accountId", length: 1...64)
        asset = try body.string("asset", length: 2...42)
        instructionID = try body.string("paymentInstructionId", length: 1...64)
        _ = try body.string("paymentPurpose", length: 1...60)
        quoteID = try body.optionalString("quoteId")
        fiat = try body.optionalString("fiat", length: 3...3)
        country = try body.optionalString("country", length: 2...2)
        reference = try body.optionalString("reference", length: 1...140)
        guard quoteID != nil || (fiat != nil && country != nil) else {
            throw InvalidField("quoteId", "is required, or fiat and country in its place")
        }
        destination =
            body.value("refundDestination") == nil
            ? nil : try RefundDestination(body.object("refundDestination"))
    }
}

/// An amount with up to six decimals, counted in millionths: never a binary float.
private struct Micros {
    let text: String
    let count: Int

    /// What a quote may be for: from 1 to 1,000,000 of the asset.
    static let limits = 1_000_000...1_000_000_000_000

    init(_ body: JSONReader, _ name: String = "amount") throws(InvalidField) {
        text = try body.string(name, length: 1...24)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? String(parts[1]) : "0"
        guard parts.count <= 2, 1...6 ~= decimals.utf8.count, let whole = parts.first.flatMap({ Int($0) }),
            let rest = Int(decimals + String(repeating: "0", count: 6 - decimals.utf8.count)), rest >= 0,
            0..<1_000_000_000_000 ~= whole, whole * 1_000_000 + rest > 0
        else { throw InvalidField(name, "must be more than 0, as text with at most six decimals") }
        count = whole * 1_000_000 + rest
    }

    var onePercent: String { Self.cents(count / 100) }
    func lessOnePercent(and fee: Micros?) -> String { Self.cents(count - count / 100 - (fee?.count ?? 0)) }

    private static func cents(_ micros: Int) -> String {
        let cents = micros / 10_000
        return "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
}
