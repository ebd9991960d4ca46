public import SandboxCore
internal import Time

/// How orders move by themselves: found out about, paid, verified, delivered, or not paid in time.
extension PartnerSimulator {
    /// An order comes to a status.
    mutating func enter(_ index: Int, _ status: OrderStatus, reason: String? = nil, at now: Timestamp) {
        orders[index].status = status
        orders[index].updatedAt = now
        orders[index].reason = status.isFinal && status != .completed ? reason ?? "provider_error" : nil
        if status == .awaitingPayment, !orders[index].hasInstructions {
            orders[index].hasInstructions = true
            orders[index].payableAt = now
            orders[index].dueBy = now + options.paymentTerm
        }
        note(index, at: now)
        if status != .pending { emit(status, of: index, at: now) }
        startOrderTimer(index, at: now)
    }

    /// What really happened goes into the ledger.
    private mutating func note(_ index: Int, at now: Timestamp) {
        let order = orders[index]
        switch order.status {
        case .paymentVerifying:
            ledger.record(.paid, of: order.id, key: order.key, at: now, amount: "\(Amounts.euros(order.cents)) EUR")
        case .completed:
            orders[index].crypto = order.crypto * (10_000 - options.refinement) / 10_000
            ledger.record(
                .transfer, of: order.id, key: order.key, at: now,
                amount: "\(Amounts.coins(orders[index].crypto)) USDC", detail: order.wallet)
        case .refunded: ledger.record(.refunded, of: order.id, key: order.key, at: now, detail: order.reason)
        case .failed, .cancelled, .expired:
            ledger.record(.failed, of: order.id, key: order.key, at: now, detail: order.reason)
        case .processing where order.script.payment == .twice:
            // It stays with the provider: the API has nothing that tells of it.
            ledger.record(
                .paidAgain, of: order.id, key: order.key, at: now, amount: "\(Amounts.euros(order.cents)) EUR")
        case .pending, .pendingReconciliation, .awaitingPayment, .processing: break
        }
    }

    /// Waits for the next move, from now on.
    mutating func startOrderTimer(_ index: Int, at now: Timestamp) {
        orders[index].moves += 1
        guard let due = nextMove(of: orders[index], at: now) else { return }
        timers.add(PartnerTimer(subject: .order(index), moves: orders[index].moves), at: max(due, now))
    }

    /// When an order moves on; nil: never.
    private func nextMove(of order: OrderRecord, at now: Timestamp) -> Timestamp? {
        if order.script.endsAt == order.status {
            return now + (order.script.endsAfter ?? (order.status.isFinal ? .days(1) : .zero))
        }
        if order.script.stuckAt == order.status { return nil }
        switch order.status {
        case .pending: return now + options.delays.instructions
        case .pendingReconciliation: return now + (order.script.delay ?? options.delays.reconciliation)
        case .awaitingPayment: return min(paymentDue(order) ?? end(of: order), end(of: order))
        case .paymentVerifying: return now + options.delays.verification
        case .processing: return now + (order.script.delay ?? options.delays.processing)
        // Whoever pays too late gets it back.
        case .expired: return paymentDue(order)
        case .completed, .failed, .cancelled, .refunded: return nil
        }
    }

    /// When the customer's payment arrives; nil: never, or nobody knows whose it is.
    private func paymentDue(_ order: OrderRecord) -> Timestamp? {
        guard order.script.payment != .never, order.script.payment != .wrongReference else { return nil }
        let usual = order.isOnPage ? options.delays.page : options.delays.transfer
        guard let payableAt = order.payableAt, let delay = order.script.paysAfter ?? usual else { return nil }
        return payableAt + delay
    }

    /// When an order that is not paid ends: a page's is over sooner, and then the order is given some time.
    private func end(of order: OrderRecord) -> Timestamp {
        order.isOnPage ? order.createdAt + options.pageLifetime + .minutes(20) : order.dueBy + options.grace
    }

    mutating func moveOrder(_ index: Int, at now: Timestamp) {
        let order = orders[index]
        let script = order.script
        if script.endsAt == order.status { return enter(index, script.end, reason: script.reason, at: now) }
        switch order.status {
        case .pending: enter(index, .awaitingPayment, at: now)
        case .pendingReconciliation:
            orders[index].script.delay = nil
            enter(index, script.reconciliation ?? .awaitingPayment, reason: script.reason, at: now)
        case .awaitingPayment:
            if let paid = paymentDue(order), paid <= now {
                enter(index, .paymentVerifying, at: now)
            } else {
                enter(index, .expired, reason: "payment_timeout", at: now)
            }
        case .paymentVerifying:
            if let reason = script.payment.reason {
                enter(index, .refunded, reason: reason, at: now)
            } else {
                enter(index, .processing, at: now)
            }
        case .processing: enter(index, script.endsAt == nil ? script.end : .completed, reason: script.reason, at: now)
        case .expired:
            ledger.record(.paid, of: order.id, key: order.key, at: now, amount: "\(Amounts.euros(order.cents)) EUR")
            enter(index, .refunded, reason: "payment_timeout", at: now)
        case .completed, .failed, .cancelled, .refunded: break
        }
    }

    mutating func emit(_ status: OrderStatus, of index: Int, at now: Timestamp) {
        guard let type = status.event else { return }
        let order = orders[index]
        emit(type, resource: "order", order.id, order.mode, data: order.summary, at: now)
    }
}

extension Ledger.Kind {
    /// A customer's euros arrived.
    public static let paid: Self = "paid"
    /// They arrived once more for the same order.
    public static let paidAgain: Self = "paid_again"
}
