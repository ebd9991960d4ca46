public import SandboxCore
public import Time

/// What can be made to happen to withdrawals, by the name under which the control plane knows it.
public enum BorderlessXYZOutcome: String, CaseIterable, Sendable, Hashable {
    /// Nothing special: forget what was scripted.
    case succeed
    /// The bank turns it down.
    case fail
    /// It comes back at once.
    case refund
    /// Never leaves a status.
    case stuck
    /// The crypto arrives now.
    case fund
    /// Called off on the dashboard.
    case cancel
    /// The crypto did not arrive in time.
    case expire
    /// Completed, and sent back by the bank later.
    case `return`
    /// What a refund that is sent off comes to.
    case refundStatus = "refund_status"
    /// Less, or more, comes back than had left.
    case refundAmount = "refund_amount"
    /// The refund is sent off by itself, or waits.
    case autoRefund = "auto_refund"
    /// Shows a status that is not documented.
    case unknownStatus = "unknown_status"
    /// No webhook is posted.
    case noWebhook = "no_webhook"

    /// One line for the help text.
    var explanation: String {
        switch self {
        case .succeed: "forget what was scripted"
        case .fail: "fail with the “reason” once the crypto is there"
        case .refund: "refund it in place of paying it out"
        case .stuck: "never leave the status “at” (Processing)"
        case .fund: "the crypto arrives now, with the hash “value”; also at what is over"
        case .cancel: "called off on the dashboard"
        case .expire: "fail at once: the crypto did not arrive in time"
        case .return: "completed, and refunded “seconds” (259200) later: a bank's return"
        case .refundStatus: "a refund that is sent off becomes “value”: Succeeded, Failed, Blocked, ManualRequired, …"
        case .refundAmount: "“value” comes back in place of the amount that had left"
        case .autoRefund: "a failure is refunded by itself (“value” yes), or waits for a dispatch (no)"
        case .unknownStatus: "show “value” (OnHold) in place of Processing"
        case .noWebhook: "post no webhook"
        }
    }
}

/// Which withdrawals an outcome is for.
enum Selector: Sendable, Hashable {
    case transaction(String)
    case reference(String)
    case all
}

/// One outcome with its details.
struct ScriptedOutcome: Sendable {
    let outcome: BorderlessXYZOutcome
    let at: TransactionStatus?
    let delay: Duration?
    let reason: String?
    let value: String?

    func apply(to script: inout TransactionScript) {
        switch outcome {
        case .succeed: script = TransactionScript()
        case .fail: (script.end, script.reason) = (.failed, reason ?? "Rejected by the recipient's bank")
        case .refund: (script.end, script.reason) = (.refunded, reason)
        case .stuck: script.stuckAt = at ?? .processing
        case .return: (script.end, script.returnAfter) = (.completed, delay ?? .days(3))
        case .refundStatus:
            script.refund = value.flatMap(RefundStatus.init(rawValue:)) ?? .succeeded
            script.refundReason = reason
        case .refundAmount: script.refundAmount = value
        case .autoRefund: script.refundsItself = value != "no"
        case .unknownStatus: script.disguise = value ?? "OnHold"
        case .noWebhook: script.webhooks = 0
        case .fund, .cancel, .expire: break
        }
    }
}

extension BorderlessXYZSimulator {
    /// Scripts what a body of the control plane asks for.
    public mutating func script(_ body: JSONReader, at now: Timestamp) throws(InvalidField) -> JSON {
        try body.refuseOthers(than: [
            "outcome", "transactionId", "reference", "all", "at", "seconds", "reason", "value",
        ])
        guard let outcome: BorderlessXYZOutcome = try body.optionalChoice("outcome") else {
            throw InvalidField("outcome", "is required; GET /__sandbox/help lists them")
        }
        let selector = try readSelector(body)
        let scripted = ScriptedOutcome(
            outcome: outcome, at: try body.optionalChoice("at"), delay: try body.optionalSeconds("seconds"),
            reason: try body.optionalString("reason"), value: try body.optionalString("value"))
        if outcome == .refundStatus, RefundStatus(rawValue: scripted.value ?? "") == nil {
            let known = RefundStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw InvalidField("value", "must be one of \(known)")
        }
        let chosen = indices(of: selector)
        switch outcome {
        case .fund: for index in chosen { credit(index, hash: scripted.value, at: now) }
        case .cancel: for index in chosen where transactions[index].status.isCancellable { callOff(index, at: now) }
        case .expire:
            for index in chosen where transactions[index].status == .pending {
                finish(index, .failed, "The crypto did not arrive in time", at: now)
            }
        case .succeed, .fail, .refund, .stuck, .return, .refundStatus, .refundAmount, .autoRefund, .unknownStatus,
            .noWebhook:
            if outcome == .succeed { rules[selector] = [] }
            rules[selector, default: []].append(scripted)
            for index in chosen { apply(scripted, to: index, at: now) }
        }
        return .fields(["outcome": .string(outcome.rawValue), "transactions": .int(chosen.count)])
    }

    private mutating func apply(_ scripted: ScriptedOutcome, to index: Int, at now: Timestamp) {
        scripted.apply(to: &transactions[index].script)
        switch scripted.outcome {
        // These change what the next move is, or when.
        case .succeed, .stuck, .return: startTimer(index, at: now)
        case .fail, .refund, .refundStatus, .refundAmount, .autoRefund, .unknownStatus, .noWebhook, .fund, .cancel,
            .expire:
            break
        }
    }

    /// What is to happen to a new withdrawal: what its digit says, then the rules, the closest last.
    func script(for order: WithdrawalOrder) -> TransactionScript {
        var script = TransactionScript()
        switch order.digit {
        case "9": (script.end, script.reason) = (.failed, "Simulated failure")
        case "8": script.end = .refunded
        default: break
        }
        let selectors = [Selector.all] + (order.reference.map { [.reference($0)] } ?? [])
        for outcome in selectors.flatMap({ rules[$0] ?? [] }) { outcome.apply(to: &script) }
        return script
    }

    private func readSelector(_ body: JSONReader) throws(InvalidField) -> Selector {
        var found: [Selector] = []
        if let id = try body.optionalString("transactionId") {
            guard transactionsByID[id] != nil else {
                throw InvalidField("transactionId", "is no transaction's id: “\(id)”")
            }
            found.append(.transaction(id))
        }
        if let reference = try body.optionalString("reference") { found.append(.reference(reference)) }
        if let all = body.value("all") {
            guard all == .bool(true) else { throw InvalidField("all", "can only be true") }
            found.append(.all)
        }
        guard found.count == 1 else {
            throw InvalidField("body", "must name exactly one of transactionId, reference and all")
        }
        return found[0]
    }

    private func indices(of selector: Selector) -> [Int] {
        switch selector {
        case .transaction(let id): transactionsByID[id].map { [$0] } ?? []
        case .reference(let name): transactions.indices.filter { transactions[$0].order.reference == name }
        case .all: Array(transactions.indices)
        }
    }

    /// Magic digits and outcomes, for the help text.
    public static var help: [HelpSection] {
        [
            HelpSection(
                "Magic digits: the last one before the point of the amount (Borderless.xyz documentation, "
                    + "“Sandbox testing”)",
                [
                    ("9", "Failed once the crypto is there, with a refund plan that waits: Eligible"),
                    ("8", "Refunded"),
                    ("0…7", "Completed"),
                ]),
            HelpSection(
                "Outcomes: POST /__sandbox/outcome {\"outcome\": …, \"transactionId\" or \"reference\" or \"all\": "
                    + "true, \"at\"?, \"seconds\"?, \"reason\"?, \"value\"?}",
                BorderlessXYZOutcome.allCases.map { ($0.rawValue, $0.explanation) }),
        ]
    }
}
