public import SandboxCore
public import Time

/// What can be made to happen, by the name under which the control plane knows it.
public enum DollarPeOutcome: String, CaseIterable, Sendable, Hashable {
    case succeed, fail, refund, stuck, reverse, cancel, review, hold, alias, aml, refuse, rate, customer, bank
    case refundOnly = "refund_only"
    case loseLink = "lose_link"
    case expireQuotation = "expire_quotation"

    /// One line for the help text.
    var explanation: String {
        switch self {
        case .succeed: "SUCCESS after “seconds”"
        case .fail: "FAILED after “seconds”, and no money back"
        case .refund: "FAILED after “seconds”, then REFUNDED"
        case .refundOnly: "REFUNDED after “seconds”, without FAILED before it"
        case .stuck: "PROCESSING for ever"
        case .reverse: "SUCCESS, and REFUNDED “seconds” (172800) after it"
        case .cancel: "CANCELLED after “seconds”"
        case .review: "IN_REVIEW after “seconds”, then SUCCESS"
        case .hold: "the status “value” (ON_HOLD) after “seconds”, then SUCCESS"
        case .alias: "show and tell COMPLETED instead of SUCCESS, in the webhook's older form"
        case .loseLink: "answer the next link with 200 and forget it"
        case .aml: "refuse the next quotation: AML error"
        case .refuse: "refuse the next “operation” (quote, initiate or link) with the text “value”"
        case .rate: "from now on a coin costs “value” paise (8250)"
        case .expireQuotation: "let the next quotation end at once, whatever its expiry_time says"
        case .customer: "the customer “customerId” is “value” (FAILED) from now on"
        case .bank: "the bank account “bankId” is “value” (FAILED) from now on"
        }
    }

    /// Whether it is about a payout.
    var concernsPayout: Bool {
        switch self {
        case .succeed, .fail, .refund, .refundOnly, .stuck, .reverse, .cancel, .review, .hold, .alias, .loseLink: true
        case .aml, .refuse, .rate, .expireQuotation, .customer, .bank: false
        }
    }
}

/// What the hundredths of a sending amount make happen. They are this simulator's own: DollarPe documents none.
enum MagicHundredths {
    static let all: [(hundredths: Int, outcome: DollarPeOutcome, meaning: String)] = [
        (1, .fail, "FAILED"),
        (2, .refund, "FAILED, then REFUNDED"),
        (3, .stuck, "PROCESSING for ever"),
        (4, .reverse, "SUCCESS, and REFUNDED two days later"),
        (5, .cancel, "CANCELLED"),
        (6, .review, "IN_REVIEW, then SUCCESS"),
        (7, .aml, "the quotation is refused: AML error"),
        (8, .refundOnly, "REFUNDED without FAILED"),
        (9, .alias, "COMPLETED instead of SUCCESS"),
        (10, .hold, "ON_HOLD, then SUCCESS"),
    ]

    static func outcome(of sending: Int) -> DollarPeOutcome? {
        let rest = sending % Amounts.coin
        return rest % 10_000 == 0 ? all.first { $0.hundredths == rest / 10_000 }?.outcome : nil
    }
}

/// Which payouts an outcome is for.
enum PayoutSelector: Sendable, Hashable {
    case payout(id: String)
    case reference(String)
    case exchangeOrder(String)
    case all
}

/// One outcome with its details.
struct ScriptedOutcome: Sendable {
    let outcome: DollarPeOutcome
    let delay: Duration?
    let value: String?
}

extension DollarPeSimulator {
    /// What happens to a payout of which nothing is said.
    var usualScript: PayoutScript {
        PayoutScript(steps: options.delays.payout.map { [.init(after: $0, status: .success)] } ?? [])
    }

    /// Lets an outcome change what is to happen.
    func apply(_ scripted: ScriptedOutcome, to script: inout PayoutScript) {
        let delays = options.delays
        let first = scripted.delay ?? delays.payout ?? delays.scripted
        func steps(_ words: PayoutStatus..., then later: PayoutScript.Step...) -> [PayoutScript.Step] {
            words.map { PayoutScript.Step(after: first, status: $0) } + later
        }
        switch scripted.outcome {
        case .succeed: script = PayoutScript(steps: steps(.success))
        case .fail: script.steps = steps(.failed)
        case .refund: script.steps = steps(.failed, then: .init(after: delays.refund, status: .refunded))
        case .refundOnly: script.steps = steps(.refunded)
        case .stuck: script.steps = []
        case .reverse:
            let usual = delays.payout ?? delays.scripted
            script.steps = [
                .init(after: usual, status: .success),
                .init(after: scripted.delay ?? delays.reversal, status: .refunded),
            ]
        case .cancel: script.steps = steps(.canceled)
        case .review: script.steps = steps(.inReview, then: .init(after: delays.review, status: .success))
        case .hold:
            let word = PayoutStatus(rawValue: scripted.value ?? "ON_HOLD")
            script.steps = steps(word, then: .init(after: delays.review, status: .success))
        case .alias:
            script.usesAlias = true
            if script.steps.isEmpty { script.steps = steps(.success) }
        case .loseLink: script.losesLink = true
        case .aml, .refuse, .rate, .expireQuotation, .customer, .bank: break
        }
    }

    /// What is to happen to a new payout: what its amount says, then the rules, the closest last.
    func script(of quotation: Quotation, reference: String?, exchangeOrder: String) -> PayoutScript {
        var script = usualScript
        if let outcome = MagicHundredths.outcome(of: quotation.sending) {
            apply(ScriptedOutcome(outcome: outcome, delay: nil, value: nil), to: &script)
        }
        let selectors =
            [.all, .exchangeOrder(exchangeOrder)] + (reference.map { [PayoutSelector.reference($0)] } ?? [])
        for outcome in selectors.flatMap({ rules[$0] ?? [] }) { apply(outcome, to: &script) }
        return script
    }

    /// Scripts what a body of the control plane asks for.
    public mutating func script(_ body: JSONReader, at now: Timestamp) throws(InvalidField) -> JSON {
        try body.refuseOthers(than: [
            "outcome", "payoutId", "clientReferenceId", "exchangeOrderId", "all", "seconds", "value", "operation",
            "customerId", "bankId",
        ])
        guard let outcome: DollarPeOutcome = try body.optionalChoice("outcome") else {
            throw InvalidField("outcome", "is required; GET /__sandbox/help lists them")
        }
        let value = try body.optionalString("value")
        guard outcome.concernsPayout else {
            try scriptOther(outcome, value, body, at: now)
            return .fields(["outcome": .string(outcome.rawValue)])
        }
        let selector = try readSelector(body)
        let scripted = ScriptedOutcome(outcome: outcome, delay: try body.optionalSeconds("seconds"), value: value)
        if outcome == .succeed { rules[selector] = [] }
        rules[selector, default: []].append(scripted)
        let chosen = indices(of: selector).filter { !payouts[$0].status.isSettled || outcome == .loseLink }
        for index in chosen {
            apply(scripted, to: &payouts[index].script)
            startTimer(index, at: now)
        }
        return .fields(["outcome": .string(outcome.rawValue), "payouts": .int(chosen.count)])
    }

    /// What is not about one payout.
    private mutating func scriptOther(
        _ outcome: DollarPeOutcome, _ value: String?, _ body: JSONReader, at now: Timestamp
    ) throws(InvalidField) {
        switch outcome {
        case .aml: nextRefusals[.quote, default: []].append("AML error: contact support")
        case .refuse:
            guard let operation: DollarPeOperation = try body.optionalChoice("operation"),
                [.quote, .initiate, .link].contains(operation)
            else { throw InvalidField("operation", "must be quote, initiate or link") }
            nextRefusals[operation, default: []].append(value ?? "Refused")
        case .rate:
            guard let paise = Int(value ?? "8250"), 1...1_000_000 ~= paise else {
                throw InvalidField("value", "must be a whole number of paise")
            }
            options.rate = paise
        case .expireQuotation: nextQuotationEndsAtOnce = true
        case .customer:
            let id = try body.string("customerId")
            guard customers[id] != nil else { throw InvalidField("customerId", "is no customer's id: “\(id)”") }
            set(try Self.verification(value), ofCustomer: id, at: now)
        case .bank:
            let id = try body.string("bankId")
            guard banks[id] != nil else { throw InvalidField("bankId", "is no bank account's id: “\(id)”") }
            set(try Self.verification(value), ofBank: id)
        case .succeed, .fail, .refund, .refundOnly, .stuck, .reverse, .cancel, .review, .hold, .alias, .loseLink: break
        }
    }

    private static func verification(_ value: String?) throws(InvalidField) -> DollarPeWorld.Verification {
        guard let status = DollarPeWorld.Verification(rawValue: value ?? "FAILED") else {
            throw InvalidField("value", "must be UNVERIFIED, PROCESSING, VERIFIED or FAILED")
        }
        return status
    }

    private func readSelector(_ body: JSONReader) throws(InvalidField) -> PayoutSelector {
        var found: [PayoutSelector] = []
        if let id = try body.optionalString("payoutId") {
            guard payoutsByID[id] != nil else { throw InvalidField("payoutId", "is no payout's id: “\(id)”") }
            found.append(.payout(id: id))
        }
        if let reference = try body.optionalString("clientReferenceId") { found.append(.reference(reference)) }
        if let order = try body.optionalString("exchangeOrderId") { found.append(.exchangeOrder(order)) }
        if let all = body.value("all") {
            guard all == .bool(true) else { throw InvalidField("all", "can only be true") }
            found.append(.all)
        }
        guard found.count == 1 else {
            throw InvalidField(
                "body", "must name exactly one of payoutId, clientReferenceId, exchangeOrderId and all")
        }
        return found[0]
    }

    private func indices(of selector: PayoutSelector) -> [Int] {
        switch selector {
        case .payout(let id): payoutsByID[id].map { [$0] } ?? []
        case .reference(let reference): payouts.indices.filter { payouts[$0].reference == reference }
        case .exchangeOrder(let order): payoutsByOrder[order] ?? []
        case .all: Array(payouts.indices)
        }
    }

    /// Magic amounts and outcomes, for the help text.
    public static var help: [HelpSection] {
        [
            HelpSection(
                "Magic hundredths of sending_amount (this simulator's own, none of DollarPe's)",
                MagicHundredths.all.map {
                    ($0.hundredths < 10 ? ".0\($0.hundredths)" : ".\($0.hundredths)", $0.meaning)
                }),
            HelpSection(
                "Outcomes: POST /__sandbox/outcome {\"outcome\": …, \"payoutId\" or \"clientReferenceId\" or "
                    + "\"exchangeOrderId\" or \"all\": true, \"seconds\"?, \"value\"?}",
                DollarPeOutcome.allCases.map { ($0.rawValue, $0.explanation) }),
            HelpSection(
                "DollarPe's own means",
                [
                    ("PATCH …/payout/mock-payout-status", "move a payout that is PROCESSING"),
                    ("PATCH …/kyc/mock-kyc-status", "decide the check of a customer"),
                    ("POST …/bank/mock-bank-verification", "decide the check of a bank account; posts no webhook"),
                ]),
        ]
    }
}
