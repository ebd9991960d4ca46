public import SandboxCore
public import Time

/// Which payouts an outcome is for.
public enum PayoutSelector: Sendable, Hashable {
    /// The one with this id; it must be there.
    case payout(id: String)
    /// The one with this `externalId`, there or still to come.
    case externalID(String)
    /// Those from this wallet, there or still to come.
    case wallet(id: String)
    /// All, there or still to come.
    case all
}

/// One outcome with its details.
struct ScriptedOutcome: Sendable {
    let outcome: PayoutOutcome
    let at: ExecutionStatus?
    let delay: Duration?
    let text: String?

    func apply(to script: inout PayoutScript) { script.add(outcome, at: at, after: delay, text: text) }
}

/// The outcomes that are scripted for payouts to come.
struct OutcomeRules: Sendable {
    private var rules: [PayoutSelector: [ScriptedOutcome]] = [:]

    mutating func add(_ outcome: ScriptedOutcome, for selector: PayoutSelector) {
        if outcome.outcome == .succeed { rules[selector] = [] }
        rules[selector, default: []].append(outcome)
    }

    /// What is to happen to a new payout: what its amount says, then the rules, the closest last.
    func script(amount: String, externalID: String?, walletID: String) -> PayoutScript {
        var script = MagicAmount.script(for: amount)
        guard !rules.isEmpty else { return script }
        let selectors = [.all, .wallet(id: walletID)] + (externalID.map { [PayoutSelector.externalID($0)] } ?? [])
        for outcome in selectors.flatMap({ rules[$0] ?? [] }) { outcome.apply(to: &script) }
        return script
    }
}

extension DfnsSimulator {
    /// Scripts an outcome for payouts that are there and, unless an id is given, for those to come.
    ///
    /// What is already under way at a payout's execution status starts anew with what the script now says.
    public mutating func script(
        _ outcome: PayoutOutcome, for selector: PayoutSelector, at status: ExecutionStatus? = nil,
        after delay: Duration? = nil, text: String? = nil, now: Timestamp
    ) {
        let scripted = ScriptedOutcome(outcome: outcome, at: status, delay: delay, text: text)
        rules.add(scripted, for: selector)
        for index in indices(of: selector) where !payouts[index].stage.isFinal {
            scripted.apply(to: &payouts[index].script)
            payouts[index].rendered = nil
            startTimers(index, at: now)
        }
    }

    private func indices(of selector: PayoutSelector) -> [Int] {
        switch selector {
        case .payout(let id): payoutsByID[id].map { [$0] } ?? []
        case .externalID(let text): payouts.indices.filter { payouts[$0].externalID == text }
        case .wallet(let id): payouts.indices.filter { payouts[$0].order.walletID == id }
        case .all: Array(payouts.indices)
        }
    }

    /// Scripts what a body of the control plane asks for.
    public mutating func script(_ body: JSONReader, at now: Timestamp) throws(InvalidField) -> JSON {
        try body.refuseOthers(than: [
            "outcome", "payoutId", "externalId", "walletId", "all", "at", "seconds", "reason", "value",
        ])
        guard let outcome: PayoutOutcome = try body.optionalChoice("outcome") else {
            throw InvalidField("outcome", "is required; GET /__sandbox/help lists them")
        }
        let selector = try readSelector(body)
        let status: ExecutionStatus? = try body.optionalChoice("at")
        try Self.check(status, for: outcome)
        let (reason, value) = (try body.optionalString("reason"), try body.optionalString("value"))
        let delay = try body.optionalSeconds("seconds")
        script(outcome, for: selector, at: status, after: delay, text: reason ?? value, now: now)
        return .fields(["outcome": .string(outcome.rawValue), "payouts": .int(indices(of: selector).count)])
    }

    private func readSelector(_ body: JSONReader) throws(InvalidField) -> PayoutSelector {
        var found: [PayoutSelector] = []
        if let id = try body.optionalString("payoutId") {
            guard payoutsByID[id] != nil else { throw InvalidField("payoutId", "is no payout's id: “\(id)”") }
            found.append(.payout(id: id))
        }
        if let text = try body.optionalString("externalId") { found.append(.externalID(text)) }
        if let id = try body.optionalString("walletId") {
            guard wallets[id] != nil else { throw InvalidField("walletId", "is no wallet's id: “\(id)”") }
            found.append(.wallet(id: id))
        }
        if let all = body.value("all") {
            guard all == .bool(true) else { throw InvalidField("all", "can only be true") }
            found.append(.all)
        }
        guard found.count == 1 else {
            throw InvalidField("body", "must name exactly one of payoutId, externalId, walletId and all")
        }
        return found[0]
    }

    private static func check(_ status: ExecutionStatus?, for outcome: PayoutOutcome) throws(InvalidField) {
        guard let status else { return }
        let isTaken: Bool
        switch outcome {
        case .fail, .stuck, .unknownExecutionStatus: isTaken = !status.isFinal
        case .expire: isTaken = status == .awaitingConfirmation || status == .submittingTransfer
        default: isTaken = false
        }
        guard isTaken else {
            throw InvalidField("at", "can't be \(status.rawValue) for the outcome \(outcome.rawValue)")
        }
    }
}

extension DfnsSimulator {
    /// Magic amounts, outcomes and what the options are, for the help text.
    public static var help: [HelpSection] {
        [
            HelpSection(
                "Magic amounts: the last two digits of asset.amount, in minimum units",
                MagicAmount.all.map { ("…\($0.digits)", "\($0.meaning) (\($0.outcome.rawValue))") }),
            HelpSection(
                "Outcomes: POST /__sandbox/outcome {\"outcome\": …, \"payoutId\" or \"externalId\" or \"walletId\" or "
                    + "\"all\": true, \"at\"?, \"seconds\"?, \"reason\"?, \"value\"?}",
                PayoutOutcome.allCases.map { ($0.rawValue, $0.explanation) }),
            HelpSection(
                "Currencies that are paid out (others: no quotes)", [(Rates.supported.joined(separator: " "), "")]),
        ]
    }

    /// All payouts, transfers, approvals, webhooks and what is to be posted.
    public var state: JSON {
        .fields([
            "payouts": .array(payouts.indices.map(payoutJSON)),
            "transfers": .array(transfers.map(\.json)),
            "approvals": .array(approvals.indices.map(approvalJSON)),
            "deposits": .array(deposits.map(\.json)),
            "webhooks": .array(webhooks.filter { !$0.isDeleted }.map { $0.json(withSecret: false) }),
            "wallets": .array(
                wallets.values.sorted { $0.id < $1.id }.map { wallet in
                    .fields([
                        "id": .string(wallet.id), "network": .string(wallet.network),
                        "address": .string(wallet.address),
                    ])
                }),
            "nextTimer": .text(timers.nextDue?.description), "nextWebhook": .text(outbox.nextDue?.description),
        ])
    }
}
