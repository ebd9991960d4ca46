public import SandboxCore
internal import Time

/// Refund plans: made with the transaction, due when it fails, sent off, and done or stuck (Borderless.xyz
/// documentation, “Refunds”; the moves between are mostly inferred from it).
extension BorderlessXYZSimulator {
    /// After this long without a confirmation, automatic refunds to the default pause (documentation, “Get refund
    /// default”).
    static let rejectAfter: Duration = .days(90)
    /// After this long, a warning is shown.
    static let warnAfter: Duration = .days(30)

    /// The partners that serve a corridor.
    func partners(country: String?, fiat: String?) -> [BorderlessXYZWorld.Partner] {
        let corridor = "\(country ?? "")/\(fiat ?? "")"
        return partners.filter { $0.corridor == nil || $0.corridor == corridor }
    }

    /// The plan of a new transaction, with the destination that the layers before the refund call make.
    func plan(
        for order: WithdrawalOrder, by partner: BorderlessXYZWorld.Partner, _ organisation: Int, at now: Timestamp
    ) -> RefundPlan {
        let standard = organisations[organisation].refundAddresses[order.network]
        let (source, destination): (String, RefundDestination?) =
            if let wanted = order.destination {
                ("PerTransaction", wanted)
            } else if partner.destinationModes.contains("provider_locked") {
                ("ProviderLocked", nil)
            } else if let standard {
                (
                    "OrganizationDefault",
                    RefundDestination(
                        type: "Address", address: standard,
                        refundsItself: refundsByDefault(organisations[organisation]))
                )
            } else {
                ("OriginalSender", RefundDestination(type: "Source", address: nil, refundsItself: true))
            }
        let path = path(to: destination, by: partner)
        return RefundPlan(
            status: path == .unsupported ? .unsupported : .created, path: path,
            dispatchMode: partner.dispatchModes.first ?? "None", source: source, destination: destination,
            refundsItself: destination?.refundsItself ?? true)
    }

    private func path(to destination: RefundDestination?, by partner: BorderlessXYZWorld.Partner) -> RefundPath {
        destination?.type == "ProviderBalance" ? .providerBalance : partner.paths.first ?? .unsupported
    }

    /// What an end means for the plan.
    mutating func settlePlan(_ index: Int, for status: TransactionStatus, at now: Timestamp) {
        guard transactions[index].plan.status == .created else { return }
        switch status {
        case .completed: transactions[index].plan.status = .notNeeded
        case .cancelled where !transactions[index].isFunded: transactions[index].plan.status = .cancelled
        case .failed where !transactions[index].isFunded: transactions[index].plan.status = .notNeeded
        case .failed, .cancelled:
            becomeEligible(index, byItself: refundsByItself(index), at: now)
        case .submitted, .verifying, .preparing, .orchestrating, .pending, .processing, .refunded: break
        }
    }

    /// Digit 9 ends in `Failed`, whatever `autoRefund` says; else it is as the destination and the scripts say.
    private func refundsByItself(_ index: Int) -> Bool {
        let transaction = transactions[index]
        if let scripted = transaction.script.refundsItself { return scripted }
        return transaction.plan.refundsItself && (transaction.order.digit != "9" || options.refundsFailures)
    }

    /// The refund is due; one by itself to a stale default is blocked.
    mutating func becomeEligible(_ index: Int, byItself: Bool, at now: Timestamp) {
        guard transactions[index].plan.path != .unsupported else { return }
        transactions[index].plan.status = .eligible
        transactions[index].planMoves += 1
        let plan = transactions[index].plan
        guard byItself, plan.refundsItself || transactions[index].script.refundsItself == true else { return }
        if plan.path == .manualRequired { return stop(index, .manualRequired, nil, at: now) }
        if plan.source == "OrganizationDefault", isRejected(transactions[index].organisation, at: now) {
            return stop(index, .blocked, Self.staleReason, at: now)
        }
        startPlanTimer(index, after: options.delays.dispatch, at: now)
    }

    static let staleReason = "The organization default was not confirmed for 90 days"

    private mutating func startPlanTimer(_ index: Int, after delay: Duration, at now: Timestamp) {
        transactions[index].planMoves += 1
        timers.add(
            Timer(kind: .plan, transaction: index, moves: transactions[index].planMoves), at: now + delay)
    }

    /// Eligible goes off by itself; what is under way comes to what the script says.
    mutating func movePlan(_ index: Int, at now: Timestamp) {
        let transaction = transactions[index]
        switch transaction.plan.status {
        case .eligible: sendOff(index, at: now)
        case .inProgress where transaction.script.refund == .succeeded: refund(index, at: now)
        case .inProgress: stop(index, transaction.script.refund, transaction.script.refundReason, at: now)
        case .created, .succeeded, .failed, .blocked, .manualRequired, .unsupported, .notNeeded, .cancelled: break
        }
    }

    /// A refund begins.
    mutating func sendOff(_ index: Int, at now: Timestamp) {
        transactions[index].plan.status = .inProgress
        ledger.record(.dispatched, of: transactions[index].id, key: transactions[index].name, at: now)
        startPlanTimer(index, after: options.delays.refund, at: now)
    }

    /// A refund gets stuck.
    mutating func stop(_ index: Int, _ status: RefundStatus, _ reason: String?, at now: Timestamp) {
        transactions[index].plan.status = status
        transactions[index].plan.reason = reason
        transactions[index].plan.failed = status == .failed ? now : nil
        transactions[index].planMoves += 1
        ledger.record(
            .refundStopped, of: transactions[index].id, key: transactions[index].name, at: now,
            detail: status.rawValue)
    }

    /// The money is back: at an address, with its sender, or on the balance at the partner.
    mutating func refund(_ index: Int, at now: Timestamp) {
        transactions[index].plan.status = .succeeded
        transactions[index].plan.completed = now
        transactions[index].planMoves += 1
        let transaction = transactions[index]
        let isBalance = transaction.plan.path == .providerBalance
        ledger.record(
            isBalance ? .keptAsBalance : .refunded, of: transaction.id, key: transaction.name, at: now,
            amount: "\(transaction.script.refundAmount ?? transaction.order.amount) \(transaction.order.asset)",
            detail: transaction.plan.destination?.address ?? transaction.plan.source)
        enter(index, .refunded, at: now)
    }

    /// Whether nobody has confirmed the default for 90 days.
    func isRejected(_ organisation: Int, at now: Timestamp) -> Bool {
        organisations[organisation].refundsVerifiedAt.map { now - $0 > Self.rejectAfter } ?? false
    }
}

extension Ledger.Kind {
    /// A refund was sent off.
    public static let dispatched: Ledger.Kind = "dispatched"
    /// A refund got stuck.
    public static let refundStopped: Ledger.Kind = "refund_stopped"
    /// A refund was left on the balance at the partner.
    public static let keptAsBalance: Ledger.Kind = "kept_as_balance"
}
