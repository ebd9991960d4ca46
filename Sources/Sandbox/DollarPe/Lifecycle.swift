internal import SandboxCore
public import Time

/// What happens by itself: payouts move along their scripts, checks are decided.
extension DollarPeSimulator {
    /// Runs every timer due at or before this instant, in order, each at its own instant.
    public mutating func runTimers(to now: Timestamp) {
        while let (instant, timer) = timers.takeNext(dueAt: now) {
            switch timer {
            case .payout(let index, let moves):
                guard payouts[index].moves == moves, !payouts[index].script.steps.isEmpty else { continue }
                enter(index, payouts[index].script.steps.removeFirst().status, at: instant)
            case .customer(let id, let status, let changes):
                if self.changes[id] ?? 0 == changes { set(status, ofCustomer: id, at: instant) }
            case .bank(let id, let status, let changes):
                if self.changes[id] ?? 0 == changes { set(status, ofBank: id) }
            case .diligence(let id):
                guard let account = customers[id]?.account else { continue }
                diligence[id] = .verified
                tell(.init(account: account, type: "EDD", id: id, event: "VERIFIED", happened: instant), at: instant)
            }
        }
    }

    /// Waits for the next step, from now on.
    mutating func startTimer(_ index: Int, at now: Timestamp) {
        payouts[index].moves += 1
        guard let step = payouts[index].script.steps.first else { return }
        timers.add(.payout(index, moves: payouts[index].moves), at: now + step.after)
    }

    /// Takes a payout to a status, and tells of it: of all but the beginning.
    mutating func enter(_ index: Int, _ status: PayoutStatus, at now: Timestamp) {
        let before = payouts[index].status
        payouts[index].status = status
        payouts[index].updated = now
        if status == .success {
            payouts[index].utr = "RATN" + identifiers.text(9, from: Array("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8))
        }
        startTimer(index, at: now)
        let payout = payouts[index]
        if let kind = Self.effect(of: status, after: before) {
            ledger.record(kind, of: payout.id, key: payout.key, at: now, detail: status.rawValue)
        }
        tell(about: index, at: now)
    }

    private static func effect(of status: PayoutStatus, after before: PayoutStatus) -> Ledger.Kind? {
        switch status {
        case .success: .disbursed
        case .failed: .failed
        case .refunded: before == .success ? .returned : .refunded
        case .canceled: .canceled
        default: nil
        }
    }
}
