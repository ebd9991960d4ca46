public import SandboxCore
public import Time

/// What can be made to happen, by the name under which the control plane knows it.
public enum PartnerOutcome: String, CaseIterable, Sendable, Hashable {
    // Users
    case approve, reject, veto, forget
    case expireSession = "expire_session"
    case askPurpose = "ask_purpose"
    case miss
    case register
    case disable
    // Orders
    case succeed, pay, fail, cancel, expire, refund, hold, stuck, reprice, reconcile
    case unknownStatus = "unknown_status"
    case newPage = "new_page"
    // The provider as a whole
    case price, refuse
    case revokeKey = "revoke_key"
    case live
    case disableWebhook = "disable_webhook"
    case strangeWebhook = "strange_webhook"

    /// One line for the help text.
    var explanation: String {
        switch self {
        case .approve: "user: forget what was scripted: submitted, approved and registered after the usual delays"
        case .reject: "user: the check ends with REJECTED"
        case .veto: "user: approved, and then turned down by the venue"
        case .forget: "user: approved, and registered only when onboard-upstream asks for it"
        case .expireSession: "user: nobody goes through the session; one that is open expires now"
        case .askPurpose: "user: approved, and registered only after purpose-of-usage and onboard-upstream"
        case .miss: "user: how the check ends is missed, and shows only once kyc/refresh has asked for it"
        case .register: "user: registered now"
        case .disable: "user: disabled now"
        case .succeed: "order: forget what was scripted; what is stuck goes on"
        case .pay:
            "order: pay “how” (exact, under, over, wrong_reference, third_party, twice, never), “seconds” (0) from now"
        case .fail: "order: FAILED with the “reason” (provider_error), once it is paid or in the status “at”"
        case .cancel: "order: CANCELLED now with the “reason” (user_cancelled)"
        case .expire: "order: EXPIRED now with the “reason” (payment_timeout)"
        case .refund:
            "order: REFUNDED with the “reason” (compliance_rejected), once it is paid, or “seconds” after it came to "
                + "the status “at”: at once, or a day (86400) after an end"
        case .hold: "order: stay in PROCESSING for “seconds” (86400)"
        case .stuck: "order: never leave the status “at” (PROCESSING)"
        case .reprice: "order: give only “value” hundredths of a percent of what was quoted"
        case .reconcile:
            "order: created with 202, and after “seconds” (240) in the status “at” (AWAITING_PAYMENT) with the “reason”"
        case .unknownStatus: "order: show “value” (ON_HOLD) instead of PROCESSING"
        case .newPage: "order: show another page of the bank"
        case .price: "quotes: “value” millionths of USDC for a euro, from now on"
        case .refuse: "the next “operation” is refused with the “code”, once"
        case .revokeKey: "all API keys are revoked; with “value” a new one is made"
        case .live: "LIVE is enabled, or with “value” off not any more"
        case .disableWebhook: "nothing is posted until the address is set again"
        case .strangeWebhook: "post an event of the type “value” (order.something_new) with members that nobody knows"
        }
    }

    var isOfUsers: Bool {
        [.approve, .reject, .veto, .forget, .expireSession, .askPurpose, .miss, .register, .disable].contains(self)
    }

    var isOfOrders: Bool {
        [
            .succeed, .pay, .fail, .cancel, .expire, .refund, .hold, .stuck, .reprice, .reconcile, .unknownStatus,
            .newPage,
        ].contains(self)
    }
}

/// Whom an outcome is for: an id, a reference or an address; nil: all, and whatever comes later.
struct ScriptedRule: Sendable {
    let outcome: ScriptedOutcome
    let name: String?
}

/// One refusal to come.
struct ScriptedRefusal: Sendable {
    let operation: PartnerOperation
    let failure: PartnerFailure
}

/// One outcome with its details.
struct ScriptedOutcome: Sendable {
    let outcome: PartnerOutcome
    let at: OrderStatus?
    let delay: Duration?
    let way: PaymentWay?
    let reason: String?
    let value: String?

    func apply(to script: inout UserScript) {
        switch outcome {
        case .approve: script = UserScript()
        case .reject: script.decision = .rejected
        case .veto: script.venue = .vetoes
        case .forget: script.venue = .forgets
        case .expireSession: script.submits = false
        case .askPurpose: script.venue = .asksPurpose
        case .miss: script.isMissed = true
        case _: break
        }
    }

    func apply(to script: inout OrderScript) {
        switch outcome {
        case .succeed: script = OrderScript()
        case .pay: (script.payment, script.paysAfter) = (way ?? .exact, delay)
        case .fail:
            (script.end, script.endsAt, script.endsAfter) = (.failed, at, nil)
            script.reason = reason ?? "provider_error"
        case .refund:
            (script.end, script.endsAt, script.endsAfter) = (.refunded, at, delay)
            script.reason = reason ?? "compliance_rejected"
        case .hold: script.delay = delay ?? .hours(24)
        case .stuck: script.stuckAt = at ?? .processing
        case .reprice: script.share = value.flatMap { Int($0) } ?? 9_000
        case .reconcile:
            (script.reconciliation, script.delay, script.reason) = (at ?? .awaitingPayment, delay, reason)
        case .unknownStatus: script.disguise = value ?? "ON_HOLD"
        case _: break
        }
    }
}

extension PartnerSimulator {
    /// The codes with which an operation can be refused, and their HTTP status.
    static let codes = [
        "mode_required": 400, "authentication_failed": 401, "forbidden": 403,
        "live_mode_not_enabled_for_partner": 403, "not_found": 404, "conflict": 409, "validation_error": 422,
        "idempotency_key_reuse_mismatch": 422, "upstream_error": 502,
    ]

    /// Scripts what a body of the control plane asks for.
    public mutating func script(_ body: JSONReader, at now: Timestamp) throws(InvalidField) -> JSON {
        try body.refuseOthers(than: [
            "outcome", "name", "all", "at", "seconds", "how", "reason", "value", "operation", "code",
        ])
        guard let outcome: PartnerOutcome = try body.optionalChoice("outcome") else {
            throw InvalidField("outcome", "is required; GET /__sandbox/help lists them")
        }
        let scripted = ScriptedOutcome(
            outcome: outcome, at: try body.optionalChoice("at"), delay: try body.optionalSeconds("seconds"),
            way: try body.optionalChoice("how"), reason: try body.optionalString("reason"),
            value: try body.optionalString("value"))
        guard outcome.isOfUsers || outcome.isOfOrders else {
            return try change(scripted, body, at: now)
        }
        if let at = scripted.at, outcome == .fail && at.isFinal || outcome == .refund && at == .refunded {
            throw InvalidField("at", "must be a status that an order can leave")
        }
        let name = try body.optionalString("name")
        guard (name != nil) != (body.value("all") == .bool(true)) else {
            throw InvalidField("body", "must have either “name” (an id, a reference or an address) or “all”: true")
        }
        if outcome == .succeed || outcome == .approve { rules.removeAll { $0.name == name || name == nil } }
        rules.append(ScriptedRule(outcome: scripted, name: name))
        let changed = outcome.isOfUsers ? changeUsers(scripted, name, at: now) : changeOrders(scripted, name, at: now)
        return .fields(["outcome": .string(outcome.rawValue), "changed": .int(changed)])
    }

    private mutating func changeUsers(_ scripted: ScriptedOutcome, _ name: String?, at now: Timestamp) -> Int {
        let chosen = users.indices.filter { name == nil || [users[$0].id, users[$0].email].contains(name ?? "") }
        for index in chosen {
            scripted.apply(to: &users[index].script)
            switch (scripted.outcome, users[index].kyc) {
            case (.expireSession, .initiated): enter(index, .expired, at: now)
            case (.register, .approved): users[index].registeredAt = users[index].registeredAt ?? now
            case (.veto, .approved): veto(index, at: now)
            case (.disable, _): users[index].disabledAt = now
            case _: startUserTimer(index, at: now)
            }
        }
        return chosen.count
    }

    private mutating func changeOrders(_ scripted: ScriptedOutcome, _ name: String?, at now: Timestamp) -> Int {
        let chosen = orders.indices.filter { index in
            let order = orders[index]
            let isOver = order.status.isFinal && !(scripted.outcome == .refund && scripted.at == order.status)
            return !isOver
                && (name == nil || [order.id, order.reference, order.user].contains(name))
        }
        for index in chosen {
            scripted.apply(to: &orders[index].script)
            switch scripted.outcome {
            case .cancel: enter(index, .cancelled, reason: scripted.reason ?? "user_cancelled", at: now)
            case .expire:
                orders[index].script.payment = .never
                enter(index, .expired, reason: scripted.reason ?? "payment_timeout", at: now)
            case .newPage: (orders[index].pageNumber, orders[index].updatedAt) = (orders[index].pageNumber + 1, now)
            case .reprice: orders[index].crypto = orders[index].crypto * (orders[index].script.share ?? 10_000) / 10_000
            case .pay:
                // From now on, and not from when it could first be paid.
                let waited = now - (orders[index].payableAt ?? now)
                orders[index].script.paysAfter = waited + (scripted.delay ?? .zero)
                startOrderTimer(index, at: now)
            case _: startOrderTimer(index, at: now)
            }
        }
        return chosen.count
    }

    private mutating func change(
        _ scripted: ScriptedOutcome, _ body: JSONReader, at now: Timestamp
    ) throws(InvalidField) -> JSON {
        switch scripted.outcome {
        case .price:
            guard let price = scripted.value.flatMap({ Int($0) }), 1...100_000_000 ~= price else {
                throw InvalidField("value", "must be millionths of USDC for a euro, such as 1080000")
            }
            options.price = price
        case .refuse:
            guard let operation: PartnerOperation = try body.optionalChoice("operation") else {
                throw InvalidField("operation", "is required")
            }
            let code = try body.optionalString("code") ?? "conflict"
            guard let status = Self.codes[code] ?? (code == options.purposeCode ? 409 : nil) else {
                throw InvalidField("code", "must be one of \(Self.codes.keys.sorted().joined(separator: ", "))")
            }
            refusals.append(ScriptedRefusal(operation: operation, failure: PartnerFailure(status, code, "Scripted")))
        case .revokeKey: keys = scripted.value.map { [PartnerWorld.Key($0)] } ?? []
        case .live: isLiveEnabled = scripted.value != "off"
        case .disableWebhook: for mode in PartnerMode.allCases { webhooks[mode]?.isEnabled = false }
        case .strangeWebhook:
            let data = JSON.fields(["id": .string("thing-1"), "news": .fields(["a": .array([.int(1)])])])
            emit(scripted.value ?? "order.something_new", resource: "thing", "thing-1", .test, data: data, at: now)
        case _: break
        }
        return .fields(["outcome": .string(scripted.outcome.rawValue)])
    }

    /// Refuses the operation if that was scripted, once.
    mutating func refuse(_ operation: PartnerOperation) throws(PartnerFailure) {
        guard let index = refusals.firstIndex(where: { $0.operation == operation }) else { return }
        throw refusals.remove(at: index).failure
    }

    /// What is to happen to a new user.
    func userScript(email: String) -> UserScript {
        var script = UserScript()
        for rule in rules where rule.outcome.outcome.isOfUsers && (rule.name ?? email) == email {
            rule.outcome.apply(to: &script)
        }
        return script
    }

    /// What is to happen to a new order.
    func orderScript(reference: String?, user: String) -> OrderScript {
        var script = OrderScript()
        for rule in rules
        where rule.outcome.outcome.isOfOrders && (rule.name == nil || rule.name == reference || rule.name == user) {
            rule.outcome.apply(to: &script)
        }
        return script
    }

    /// Outcomes and codes, for the help text.
    public static var help: [HelpSection] {
        [
            HelpSection(
                "Outcomes: POST /__sandbox/outcome {\"outcome\": …, \"name\": an id, reference or address, or \"all\": "
                    + "true, \"at\"?, \"seconds\"?, \"how\"?, \"reason\"?, \"value\"?}",
                PartnerOutcome.allCases.filter { $0.isOfUsers || $0.isOfOrders }.map { ($0.rawValue, $0.explanation) }),
            HelpSection(
                "Outcomes for all: POST /__sandbox/outcome {\"outcome\": …, \"value\"?, \"operation\"?, \"code\"?}",
                PartnerOutcome.allCases.filter { !$0.isOfUsers && !$0.isOfOrders }.map { ($0.rawValue, $0.explanation) }
            ),
            HelpSection(
                "Codes of refusals", codes.sorted { $0.key < $1.key }.map { ($0.key, "HTTP \($0.value)") }),
        ]
    }
}
