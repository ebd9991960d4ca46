public import SandboxCore
public import Time

/// What can be made to happen to payouts, by the name under which the control plane knows it.
public enum PontisOutcome: String, CaseIterable, Sendable, Hashable {
    /// Nothing special: forget what was scripted.
    case succeed
    /// Accepted, and not delivered.
    case fail
    /// A person has to approve it, and does.
    case approve
    /// A person has to approve it, and rejects it.
    case reject
    /// Canceled on the dashboard before it was processed.
    case cancel
    /// Never leaves a status.
    case stuck
    /// Delivered, and returned later.
    case reverse
    /// Shows a status that is not documented.
    case unknownStatus = "unknown_status"
    /// No callback is posted.
    case noCallback = "no_callback"
    /// Each callback is posted twice.
    case doubleCallback = "double_callback"
    /// The next order is refused with a code, once.
    case refuse

    /// One line for the help text.
    var explanation: String {
        switch self {
        case .succeed: "forget what was scripted"
        case .fail: "accept it, and fail later with the “reason”"
        case .approve: "pending_approval for “seconds” (10800), then as usual"
        case .reject: "pending_approval for “seconds” (10800), then rejected with the “reason”"
        case .cancel: "canceled before it is processed"
        case .stuck: "never leave the status “at” (pending)"
        case .reverse: "completed, and reversed “seconds” (259200) later"
        case .unknownStatus: "show “value” (on_hold) instead of processing"
        case .noCallback: "post no callback"
        case .doubleCallback: "post each callback twice"
        case .refuse: "refuse the next order with the “code” (rate_moved), once"
        }
    }
}

/// What the cents of an amount make happen. The first five are PontisGlobe's own (PontisGlobe documentation,
/// “Sandbox”); the others are this simulator's, and work on its production face only.
enum MagicCents {
    static let all: [(cents: Int, meaning: String, isDocumented: Bool)] = [
        (0, "completed", true),
        (1, "failed: Insufficient funds", true),
        (2, "failed: Recipient not found", true),
        (3, "pending for ever", true),
        (4, "failed: Network error", true),
        (5, "pending_approval for three hours, then completed", false),
        (6, "pending_approval for three hours, then rejected", false),
        (7, "canceled before it is processed", false),
        (8, "completed, and reversed three days later", false),
        (9, "the first order is refused: rate_moved", false),
        (10, "the first order is refused: daily_limit_exceeded", false),
        (11, "refused: screening_failed", false),
        (12, "the first order is refused: insufficient_funds", false),
    ]

    static func script(for cents: Int, face: PontisOptions.Face) -> PayoutScript {
        var script = PayoutScript()
        switch (cents % 100, face) {
        case (1, _): (script.end, script.reason) = (.failed, "Insufficient funds")
        case (2, _): (script.end, script.reason) = (.failed, "Recipient not found")
        case (3, _): script.stuckAt = .pending
        case (4, _): (script.end, script.reason) = (.failed, "Network error")
        case (5, .production): script.needsApproval = true
        case (6, .production):
            (script.needsApproval, script.end, script.reason) = (true, .rejected, "Not approved")
        case (7, .production): (script.end, script.reason) = (.canceled, "Canceled on the dashboard")
        case (8, .production): script.reversalAfter = .days(3)
        default: break
        }
        return script
    }

    /// The code with which an order is refused; `isFirst` says whether none of this amount was refused before.
    static func refusal(for cents: Int, isFirst: Bool) -> PontisError? {
        switch cents % 100 {
        case 9 where isFirst: PontisError(422, "rate_moved", "The rate has moved by more than 0.5 %.")
        case 10 where isFirst: PontisError(422, "daily_limit_exceeded", "The daily limit is exceeded.")
        case 11: PontisError(422, "screening_failed", "The recipient did not pass the screening.")
        case 12 where isFirst: PontisError(422, "insufficient_funds", "The balance is too low.")
        default: nil
        }
    }
}

/// Which payouts an outcome is for.
enum PayoutSelector: Sendable, Hashable {
    case payout(id: String)
    case key(String)
    case all
}

/// One outcome with its details.
struct ScriptedOutcome: Sendable {
    let outcome: PontisOutcome
    let at: PayoutStatus?
    let delay: Duration?
    let text: String?

    func apply(to script: inout PayoutScript) {
        switch outcome {
        case .succeed: script = PayoutScript()
        case .fail: (script.end, script.reason) = (.failed, text ?? "Recipient account is closed")
        case .approve: (script.needsApproval, script.delay) = (true, delay)
        case .reject:
            (script.needsApproval, script.delay) = (true, delay)
            (script.end, script.reason) = (.rejected, text ?? "Not approved")
        case .cancel: (script.end, script.reason) = (.canceled, text ?? "Canceled on the dashboard")
        case .stuck: script.stuckAt = at ?? .pending
        case .reverse: (script.end, script.reversalAfter) = (.completed, delay ?? .days(3))
        case .unknownStatus: script.disguise = text ?? "on_hold"
        case .noCallback: script.callbacks = 0
        case .doubleCallback: script.callbacks = 2
        case .refuse: break
        }
    }
}

extension PontisSimulator {
    /// Scripts what a body of the control plane asks for.
    public mutating func script(_ body: JSONReader, at now: Timestamp) throws(InvalidField) -> JSON {
        try body.refuseOthers(than: [
            "outcome", "transactionId", "idempotencyKey", "all", "at", "seconds", "reason", "value", "code",
        ])
        guard let outcome: PontisOutcome = try body.optionalChoice("outcome") else {
            throw InvalidField("outcome", "is required; GET /__sandbox/help lists them")
        }
        if outcome == .refuse {
            let code = try body.optionalString("code") ?? "rate_moved"
            guard let status = Self.refusals[code] else {
                let known = Self.refusals.keys.sorted().joined(separator: ", ")
                throw InvalidField("code", "must be one of \(known), not “\(code)”")
            }
            nextRefusals.append(PontisError(status, code, "Scripted."))
            return .fields(["outcome": .string(outcome.rawValue), "code": .string(code)])
        }
        let selector = try readSelector(body)
        let (reason, value) = (try body.optionalString("reason"), try body.optionalString("value"))
        let scripted = ScriptedOutcome(
            outcome: outcome, at: try body.optionalChoice("at"), delay: try body.optionalSeconds("seconds"),
            text: reason ?? value)
        if outcome == .succeed { rules[selector] = [] }
        rules[selector, default: []].append(scripted)
        let chosen = indices(of: selector).filter { !payouts[$0].status.isFinal }
        for index in chosen {
            scripted.apply(to: &payouts[index].script)
            startTimer(index, at: now)
        }
        return .fields(["outcome": .string(outcome.rawValue), "payouts": .int(chosen.count)])
    }

    /// What is to happen to a new payout: what its cents say, then the rules, the closest last.
    func script(cents: Int, key: String) -> PayoutScript {
        var script = MagicCents.script(for: cents, face: options.face)
        for outcome in [PayoutSelector.all, .key(key)].flatMap({ rules[$0] ?? [] }) { outcome.apply(to: &script) }
        return script
    }

    private func readSelector(_ body: JSONReader) throws(InvalidField) -> PayoutSelector {
        var found: [PayoutSelector] = []
        if let id = try body.optionalString("transactionId") {
            guard payoutsByID[id] != nil else { throw InvalidField("transactionId", "is no payout's id: “\(id)”") }
            found.append(.payout(id: id))
        }
        if let key = try body.optionalString("idempotencyKey") { found.append(.key(key)) }
        if let all = body.value("all") {
            guard all == .bool(true) else { throw InvalidField("all", "can only be true") }
            found.append(.all)
        }
        guard found.count == 1 else {
            throw InvalidField("body", "must name exactly one of transactionId, idempotencyKey and all")
        }
        return found[0]
    }

    private func indices(of selector: PayoutSelector) -> [Int] {
        switch selector {
        case .payout(let id): payoutsByID[id].map { [$0] } ?? []
        case .key(let key): payouts.indices.filter { payouts[$0].key == key }
        case .all: Array(payouts.indices)
        }
    }

    /// The codes with which an order can be refused, and their HTTP status (PontisGlobe documentation, “Errors”).
    static let refusals = [
        "rate_moved": 422, "insufficient_funds": 422, "per_payout_limit_exceeded": 422, "daily_limit_exceeded": 422,
        "monthly_limit_exceeded": 422, "screening_failed": 422, "wallet_frozen": 409, "forbidden": 403,
        "account_suspended": 403, "ip_not_allowed": 403, "validation_error": 400,
    ]

    /// Magic cents, outcomes and codes, for the help text.
    public static var help: [HelpSection] {
        [
            HelpSection(
                "Magic cents of source_amount (from .05 on: this simulator's own, on its production face)",
                MagicCents.all.map { ($0.cents < 10 ? ".0\($0.cents)" : ".\($0.cents)", $0.meaning) }),
            HelpSection(
                "Outcomes: POST /__sandbox/outcome {\"outcome\": …, \"transactionId\" or \"idempotencyKey\" or "
                    + "\"all\": true, \"at\"?, \"seconds\"?, \"reason\"?, \"value\"?, \"code\"?}",
                PontisOutcome.allCases.map { ($0.rawValue, $0.explanation) }),
            HelpSection(
                "Codes of refusals", refusals.sorted { $0.key < $1.key }.map { ($0.key, "HTTP \($0.value)") }),
        ]
    }
}
