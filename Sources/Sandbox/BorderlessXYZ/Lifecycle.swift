internal import SandboxCore
public import Time

/// A next move; void if the transaction, or its plan, has moved since.
struct Timer: Sendable {
    enum Kind: Sendable { case transaction, plan, credit, expiry }

    let kind: Kind
    let transaction: Int
    let moves: Int
}

/// How withdrawals move by themselves: instructions, crypto, bank, and sometimes back.
extension BorderlessXYZSimulator {
    /// Runs every timer due at or before this instant, in order, each at its own instant.
    public mutating func runTimers(to now: Timestamp) {
        while let (instant, timer) = timers.takeNext(dueAt: now) {
            let transaction = transactions[timer.transaction]
            let moves = timer.kind == .plan ? transaction.planMoves : transaction.moves
            guard moves == timer.moves else { continue }
            switch timer.kind {
            case .transaction: move(timer.transaction, at: instant)
            case .plan: movePlan(timer.transaction, at: instant)
            case .credit: credit(timer.transaction, hash: nil, at: instant)
            case .expiry: finish(timer.transaction, .failed, "The crypto did not arrive in time", at: instant)
            }
        }
    }

    /// Waits for the next move, from now on.
    mutating func startTimer(_ index: Int, at now: Timestamp) {
        transactions[index].moves += 1
        let transaction = transactions[index]
        if transaction.script.stuckAt == transaction.status { return }
        func add(_ kind: Timer.Kind, _ delay: Duration) {
            timers.add(Timer(kind: kind, transaction: index, moves: transaction.moves), at: now + delay)
        }
        switch transaction.status {
        case .submitted, .verifying, .preparing, .orchestrating: add(.transaction, options.delays.step)
        case .pending:
            if case .automatic(let delay) = options.funding { add(.credit, delay) }
            add(.expiry, options.pendingLifetime)
        case .processing: add(.transaction, options.delays.processing)
        case .completed: if let delay = transaction.script.returnAfter { add(.transaction, delay) }
        case .failed: if comesBackByItself(index) { add(.transaction, options.delays.step) }
        case .cancelled, .refunded: break
        }
    }

    private mutating func move(_ index: Int, at now: Timestamp) {
        let script = transactions[index].script
        switch transactions[index].status {
        case .submitted: enter(index, .verifying, at: now)
        case .verifying: enter(index, options.showsPreparing ? .preparing : .orchestrating, at: now)
        case .preparing: enter(index, .orchestrating, at: now)
        case .orchestrating: enter(index, .pending, at: now)
        case .processing where script.end == .refunded && !options.showsFailedBeforeRefunded: refund(index, at: now)
        case .processing where script.end == .refunded: finish(index, .failed, script.reason, at: now)
        case .processing: finish(index, script.end, script.reason, at: now)
        case .completed:
            ledger.record(
                .returned, of: transactions[index].id, key: transactions[index].name, at: now,
                detail: "the recipient's bank sent it back")
            refund(index, at: now)
        case .failed: refund(index, at: now)
        case .pending, .cancelled, .refunded: break
        }
    }

    /// Digit 8 with a `Failed` on the way.
    private func comesBackByItself(_ index: Int) -> Bool {
        transactions[index].script.end == .refunded && transactions[index].isFunded
    }

    mutating func enter(_ index: Int, _ status: TransactionStatus, at now: Timestamp) {
        transactions[index].status = status
        transactions[index].updated = now
        tell("Transaction_Updated", of: index, at: now)
        startTimer(index, at: now)
    }

    /// The crypto arrives: in time, or at what is over already.
    mutating func credit(_ index: Int, hash: String?, at now: Timestamp) {
        let hash = hash ?? "0x" + identifiers.text(64, from: Array("0123456789abcdef".utf8))
        transactions[index].hashes.append(hash)
        let transaction = transactions[index]
        ledger.record(
            .transfer, of: transaction.id, key: transaction.name, at: now,
            amount: "\(transaction.order.amount) \(transaction.order.asset)", detail: hash)
        switch transaction.status {
        case .submitted, .verifying, .preparing, .orchestrating, .pending: enter(index, .processing, at: now)
        case .failed, .cancelled:
            transactions[index].updated = now
            tell("Transaction_Updated", of: index, at: now)
            // What arrives late is not sent back by itself: somebody has to dispatch it.
            becomeEligible(index, byItself: transaction.script.refundsItself ?? false, at: now)
        case .processing, .completed, .refunded: break
        }
    }

    /// The end, good or bad; with money there, a bad one makes a refund due.
    mutating func finish(_ index: Int, _ status: TransactionStatus, _ reason: String?, at now: Timestamp) {
        transactions[index].failureReason = status == .failed ? reason ?? "Rejected by the recipient's bank" : nil
        settlePlan(index, for: status, at: now)
        enter(index, status, at: now)
        let transaction = transactions[index]
        switch status {
        case .completed:
            ledger.record(
                .disbursed, of: transaction.id, key: transaction.name, at: now,
                amount: transaction.order.net.map { "\($0) \(transaction.order.fiat ?? "")" })
        case .failed:
            ledger.record(
                .failed, of: transaction.id, key: transaction.name, at: now, detail: transaction.failureReason)
        case .submitted, .verifying, .preparing, .orchestrating, .pending, .processing, .cancelled, .refunded: break
        }
    }

    /// Somebody calls it off, by the API or on the dashboard.
    mutating func callOff(_ index: Int, at now: Timestamp) {
        ledger.record(.canceled, of: transactions[index].id, key: transactions[index].name, at: now)
        settlePlan(index, for: .cancelled, at: now)
        enter(index, .cancelled, at: now)
    }
}
