internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Ordering and reading payouts (PontisGlobe documentation, “Send payout request” and “Get payout status”).
extension PontisSimulator {
    /// Orders a payout, or shows the one that this key has ordered.
    mutating func send(_ payload: JSONReader, _ account: Int, at now: Timestamp) throws(PontisError) -> HTTPResponse {
        let order = try checking { () throws(InvalidField) in try Order(payload) }
        if let index = payoutsByKey[Key(account: account, text: order.key)] {
            // Another order under the same key answers with the first one (assumed).
            let payout = payouts[index]
            return ok(
                options.replayStatus,
                answer(payout, showing: options.replay == .firstStatus ? payout.first : payout.status))
        }
        try checkBusiness(order, account, at: now)
        let script = script(cents: order.cents, key: order.key)
        let needsApproval =
            options.face == .production && (script.needsApproval || order.cents > options.approvalAbove)
        let status = needsApproval ? PayoutStatus.pendingApproval : .pending
        let payout = Payout(
            id: makeID(cents: order.cents), account: account, key: order.key, fingerprint: order.fingerprint,
            cents: order.cents, currency: order.sourceCurrency, first: status, status: status, script: script)
        payouts.append(payout)
        payoutsByID[payout.id] = payouts.count - 1
        payoutsByKey[Key(account: account, text: order.key)] = payouts.count - 1
        ledger.record(
            .created, of: payout.id, key: payout.key, at: now, amount: "\(order.amount) \(order.sourceCurrency)")
        startTimer(payouts.count - 1, at: now)
        return ok(201, answer(payout, showing: status))
    }

    /// Reads a payout of the account.
    func read(_ payload: JSONReader, _ account: Int) throws(PontisError) -> HTTPResponse {
        let id = try checking { () throws(InvalidField) in try payload.string("transaction_id") }
        guard id.hasPrefix("sb_") || id.split(separator: "-").count == 5 else {
            throw PontisError(400, "validation_error", "transaction_id must be a UUID or a sandbox id.")
        }
        guard let index = payoutsByID[id], payouts[index].account == account else { throw .notFound }
        let payout = payouts[index]
        let shown = payout.status == .processing ? payout.script.disguise : nil
        return ok(
            200,
            .fields([
                "transaction_id": .string(payout.id), "status": .string(shown ?? payout.status.rawValue),
                "status_message": payout.message.map { .string($0) } ?? .null,
            ]))
    }

    private func answer(_ payout: Payout, showing status: PayoutStatus) -> JSON {
        .fields(["transaction_id": .string(payout.id), "status": .string(status.rawValue)])
    }

    /// What an order is refused for although it is well formed.
    private mutating func checkBusiness(_ order: Order, _ account: Int, at now: Timestamp) throws(PontisError) {
        if !nextRefusals.isEmpty { throw nextRefusals.removeFirst() }
        guard options.face == .production else { return }
        let isFirst = refusedOnce.insert("\(account) \(order.fingerprint)").inserted
        if let refusal = MagicCents.refusal(for: order.cents, isFirst: isFirst) { throw refusal }
        if let most = options.mostPerPayout, order.cents > most {
            throw PontisError(422, "per_payout_limit_exceeded", "The payout is above the limit for one payout.")
        }
        if let balance = options.balance, order.cents > balance {
            throw PontisError(422, "insufficient_funds", "The balance is too low.")
        }
        let day = now.seconds / 86_400
        let spent = spentToday[account].flatMap { $0.day == day ? $0.cents : nil } ?? 0
        if let most = options.mostPerDay, spent + order.cents > most {
            throw PontisError(422, "daily_limit_exceeded", "The daily limit is exceeded.")
        }
        let month = String(now.description.prefix(7))
        let spentBefore = spentThisMonth[account].flatMap { $0.month == month ? $0.cents : nil } ?? 0
        if let most = options.mostPerMonth, spentBefore + order.cents > most {
            throw PontisError(422, "monthly_limit_exceeded", "The monthly limit is exceeded.")
        }
        spentToday[account] = (day, spent + order.cents)
        spentThisMonth[account] = (month, spentBefore + order.cents)
        options.balance = options.balance.map { $0 - order.cents }
    }

    /// `sb_` + 12 hexadecimal digits + cents + 6 letters + 8 digits in the sandbox, a UUID in production.
    private mutating func makeID(cents: Int) -> String {
        let hexadecimal = Array("0123456789abcdef".utf8)
        let base36 = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
        func digits(_ count: Int) -> String { identifiers.text(count, from: hexadecimal) }
        guard options.face == .sandbox else {
            return "\(digits(8))-\(digits(4))-4\(digits(3))-8\(digits(3))-\(digits(12))"
        }
        let shown = cents % 100 < 10 ? "0\(cents % 100)" : "\(cents % 100)"
        return "sb_\(digits(12))_\(shown)_\(identifiers.text(6, from: base36))_\(digits(8))"
    }
}

/// An order, checked for its form.
private struct Order {
    let key: String
    let amount: String
    let cents: Int
    let sourceCurrency: String
    /// Tells two orders apart.
    let fingerprint: String

    init(_ payload: JSONReader) throws(InvalidField) {
        try payload.refuseOthers(than: [
            "idempotency_key", "country_code", "currency_code", "payment_method", "payment_network", "source_amount",
            "source_currency", "recipient_details", "purpose_of_payment", "source_of_funds",
        ])
        key = try payload.string("idempotency_key", length: 36...36)
        let parts = key.split(separator: "-").map(\.utf8.count)
        guard parts == [8, 4, 4, 4, 12], key.dropFirst(14).first == "4" else {
            throw InvalidField("idempotency_key", "must be a UUID of version 4")
        }
        let country = try payload.string("country_code", length: 2...2)
        let currency = try payload.string("currency_code", length: 3...3)
        let method = try payload.string("payment_method", length: 1...64)
        amount = try payload.string("source_amount", length: 1...20)
        cents = try Self.cents(amount)
        sourceCurrency = try payload.optionalString("source_currency") ?? "USDT"
        let recipient = try payload.object("recipient_details")
        let name = try recipient.string("name", length: 1...140)
        let account = try recipient.optionalString("account_number") ?? ""
        fingerprint = [country, currency, method, amount, sourceCurrency, name, account].joined(separator: "|")
    }

    private static func cents(_ amount: String) throws(InvalidField) -> Int {
        let parts = amount.split(separator: ".", omittingEmptySubsequences: false)
        let decimals = parts.count == 2 ? String(parts[1]) : "00"
        guard parts.count <= 2, 1...2 ~= decimals.utf8.count, let whole = parts.first.flatMap({ Int($0) }),
            let rest = Int(decimals.utf8.count == 1 ? decimals + "0" : decimals), whole >= 0, rest >= 0,
            whole < 1_000_000_000_000, whole * 100 + rest > 0
        else { throw InvalidField("source_amount", "must be more than 0, in digits with at most two decimals") }
        return whole * 100 + rest
    }
}
