internal import SandboxCore
public import Time

/// A payout's next move; void if it has moved since.
struct PayoutTimer: Sendable {
    let payout: Int
    let moves: Int
}

/// How payouts move by themselves: approval, queue, network, delivery, and sometimes back.
extension PontisSimulator {
    /// Runs every timer due at or before this instant, in order, each at its own instant.
    public mutating func runTimers(to now: Timestamp) {
        while let (instant, timer) = timers.takeNext(dueAt: now) {
            guard payouts[timer.payout].moves == timer.moves else { continue }
            move(timer.payout, at: instant)
        }
    }

    /// Waits for the next move, from now on.
    mutating func startTimer(_ index: Int, at now: Timestamp) {
        payouts[index].moves += 1
        guard let delay = delay(of: payouts[index]) else { return }
        timers.add(PayoutTimer(payout: index, moves: payouts[index].moves), at: now + delay)
    }

    /// How long a payout stays where it is; nil: for ever.
    private func delay(of payout: Payout) -> Duration? {
        if payout.script.stuckAt == payout.status { return nil }
        switch payout.status {
        case .pendingApproval: return payout.script.delay ?? options.delays.approval
        case .pending: return options.face == .sandbox ? options.delays.sandbox : options.delays.queueing
        case .processing: return options.delays.processing
        case .completed: return payout.script.reversalAfter
        case .failed, .rejected, .canceled, .reversed: return nil
        }
    }

    private mutating func move(_ index: Int, at now: Timestamp) {
        let script = payouts[index].script
        switch payouts[index].status {
        case .pendingApproval where script.end == .rejected: finish(index, .rejected, script.reason, at: now)
        case .pendingApproval: enter(index, .pending, at: now)
        case .pending where script.end == .canceled: finish(index, .canceled, script.reason, at: now)
        case .pending where script.end == .rejected: finish(index, .rejected, script.reason, at: now)
        case .pending where options.face == .sandbox: finish(index, script.end, script.reason, at: now)
        case .pending: enter(index, .processing, at: now)
        case .processing: finish(index, script.end, script.reason, at: now)
        case .completed: finish(index, .reversed, "Returned by the recipient's bank", at: now)
        case .failed, .rejected, .canceled, .reversed: break
        }
    }

    private mutating func enter(_ index: Int, _ status: PayoutStatus, at now: Timestamp) {
        payouts[index].status = status
        startTimer(index, at: now)
    }

    private mutating func finish(_ index: Int, _ status: PayoutStatus, _ reason: String?, at now: Timestamp) {
        payouts[index].message = status == .completed ? nil : reason
        enter(index, status, at: now)
        let payout = payouts[index]
        let kind: Ledger.Kind =
            switch status {
            case .completed: .disbursed
            case .reversed: .returned
            default: .failed
            }
        ledger.record(kind, of: payout.id, key: payout.key, at: now, detail: payout.message ?? status.rawValue)
        callBack(index, at: now)
    }
}
