import Domain
import Time
public import WorkflowCore

extension BorderlessWithdrawal {
    /// One row for each arrow, by event: most events belong to one state, and what can come at any time (reports, and
    /// what the app says) has a table of its own.
    public static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch event {
        case .assessed(let capabilities): assess(capabilities, in: state)
        case .quoted(let quote): decide(on: quote, in: state)
        case .accepted(let price): accept(price, in: state)
        case .opened(let report): open(report, in: state)
        case .found(let reports): adopt(reports, in: state)
        case .reported(let report): follow(report, from: state)
        case .retracted: retract(in: state)
        case .funded(let hash): fund(in: state, hash)
        case .refundEnded(let refund): close(state, refund)
        case .timedOut: timeOut(in: state)
        case .cancelRequested: cancel(in: state)
        case .refused(let why): refuse(why, in: state)
        }
    }

    /// Nobody thought of it; over is over.
    static func stray(in state: State) -> Transition<Self> {
        plan(for: state).outcome == nil ? .unexpected : .ignore
    }

    /// Which partner will carry it out is chosen later: each has to take the destination.
    private static func assess(_ capabilities: [Capability], in state: State) -> Transition<Self> {
        guard case .checkingRefund(let order) = state else { return stray(in: state) }
        guard let why = fault(of: order, given: capabilities) else {
            return .move(to: .quoting(order: order, asking: nil))
        }
        return .move(to: .failed(refusal: why, funds: .inWallet, withdrawal: nil))
    }

    private static func fault(of order: Order, given capabilities: [Capability]) -> Refusal? {
        if capabilities.isEmpty {
            let why = "no partner that is enabled serves \(order.country)/\(order.fiatCurrency)"
            return Refusal(.noCorridor, why)
        }
        guard let target = order.refundTarget else { return nil }
        let type = capabilities.filter { !$0.acceptedTypes.contains(target.type) }.map(\.partner)
        if !type.isEmpty {
            let why = "\(type.joined(separator: ", ")) takes no refund destination of type \(target.type); leave it out"
            return Refusal(.refundDestination, "\(why), and the organisation's default counts")
        }
        let asset = capabilities.filter { !$0.assets.contains(order.asset.text) }.map(\.partner)
        if !asset.isEmpty {
            let why = "\(asset.joined(separator: ", ")) refunds no \(order.asset): leave refund_destination out"
            return Refusal(.refundDestination, why)
        }
        return nil
    }

    /// A good price is taken where the app said so; otherwise the app is asked, for a day at most.
    private static func decide(on quote: Quote, in state: State) -> Transition<Self> {
        guard case .quoting(let order, let before) = state else { return stray(in: state) }
        let asking = Asking(since: before?.since ?? quote.expiresAt, quotes: (before?.quotes ?? 0) + 1)
        if order.accept == .auto, quote.isEnough(for: order) {
            if asking.quotes <= Asking.mostQuotes {
                return .move(to: .creating(order: order, quote: quote, asking: asking))
            }
            let why = "\(Asking.mostQuotes) quotes have run out before they could be used: is the clock right?"
            return .move(to: .failed(refusal: Refusal(.expired, why), funds: .inWallet, withdrawal: nil))
        }
        if asking.isTooLong(at: quote.expiresAt) { return .move(to: .expired(withdrawal: nil)) }
        return .move(to: .awaitingAcceptance(order: order, quote: quote, asking: asking))
    }

    private static func open(_ report: Report, in state: State) -> Transition<Self> {
        guard case .creating(let order, _, _) = state else { return stray(in: state) }
        return .move(to: .preparing(withdrawal: Withdrawal(id: report.id, order: order, stage: report.stage)))
    }

    /// The look-up has found what was opened under our reference, or nothing: then what is left of ours is never
    /// funded, and so does no harm.
    private static func adopt(_ reports: [Report], in state: State) -> Transition<Self> {
        switch state {
        case .creating(let order, _, _): return ours(among: reports, order).map { .move(to: $0) } ?? .ignore
        case .searching(let order, let asking):
            return .move(to: ours(among: reports, order) ?? .quoting(order: order, asking: asking))
        case .checkingRefund, .quoting, .awaitingAcceptance, .tidying, .preparing, .awaitingFunds, .canceling,
            .retracting, .settling, .refunding, .completed, .refunded, .reversed, .failed, .expired, .canceled:
            return stray(in: state)
        }
    }

    /// The newest goes on, and what earlier attempts have left is called off. What was called off or has failed, as one
    /// does that nobody paid in time, is not taken up again.
    private static func ours(among reports: [Report], _ order: Order) -> State? {
        let open = reports.filter(\.isOpen)
        guard let newest = open.last else { return nil }
        let orphans = open.dropLast().filter(\.stage.isCancellable).map(\.id)
        let withdrawal = Withdrawal(id: newest.id, order: order, stage: newest.stage, orphans: orphans)
        return orphans.isEmpty ? .preparing(withdrawal: withdrawal) : .tidying(withdrawal: withdrawal)
    }

    /// A call that takes something back was taken.
    private static func retract(in state: State) -> Transition<Self> {
        switch state {
        case .tidying(let withdrawal): .move(to: .preparing(withdrawal: withdrawal.tidied))
        case .canceling(let withdrawal, let reason): .move(to: .retracting(withdrawal: withdrawal, reason: reason))
        case .checkingRefund, .quoting, .awaitingAcceptance, .creating, .preparing, .awaitingFunds, .retracting,
            .settling, .refunding, .completed, .refunded, .reversed, .failed, .expired, .canceled, .searching:
            stray(in: state)
        }
    }

    private static func timeOut(in state: State) -> Transition<Self> {
        switch state {
        case .awaitingAcceptance(let order, _, let asking), .creating(let order, _, let asking):
            .move(to: .quoting(order: order, asking: asking))
        case .awaitingFunds(let withdrawal):
            .move(to: .canceling(withdrawal: withdrawal, reason: Refusal(.expired, "nobody sent the crypto in time")))
        case .checkingRefund, .quoting, .tidying, .preparing, .canceling, .retracting, .settling, .refunding,
            .completed, .refunded, .reversed, .failed, .expired, .canceled, .searching:
            stray(in: state)
        }
    }

    /// A definite no of Borderless.xyz.
    private static func refuse(_ why: Refusal, in state: State) -> Transition<Self> {
        if why.concernsAccount { return stray(in: state) }
        return switch state {
        // Without a destination of its own it doesn't depend on what partners can do.
        case .checkingRefund(let order) where order.refundTarget == nil: .move(to: .quoting(order: order, asking: nil))
        case .checkingRefund, .quoting: .move(to: .failed(refusal: why, funds: .inWallet, withdrawal: nil))
        case .creating(let order, _, let asking) where why.code == .used:
            .move(to: .searching(order: order, asking: asking))
        case .creating(let order, _, let asking) where why.code == .expired,
            .searching(let order, let asking):
            .move(to: .quoting(order: order, asking: asking))
        case .creating: .move(to: .failed(refusal: why, funds: .inWallet, withdrawal: nil))
        // An orphan that can't be called off is never funded, and so does no harm.
        case .tidying(let withdrawal): .move(to: .preparing(withdrawal: withdrawal.tidied))
        case .canceling(let withdrawal, let reason): .move(to: .retracting(withdrawal: withdrawal, reason: reason))
        case .awaitingAcceptance, .preparing, .awaitingFunds, .retracting, .settling, .refunding, .completed, .refunded,
            .reversed, .failed, .expired, .canceled:
            stray(in: state)
        }
    }

    /// The refund's job is over.
    private static func close(_ state: State, _ refund: RefundEnding) -> Transition<Self> {
        guard case .refunding(let withdrawal, let funds, let cause) = state else { return stray(in: state) }
        if refund.isRefunded {
            return .move(
                to: withdrawal.isDelivered
                    ? .reversed(withdrawal: withdrawal, refund: refund)
                    : .refunded(withdrawal: withdrawal, refund: refund))
        }
        if refund.isDelivered { return .move(to: .completed(withdrawal: withdrawal)) }
        let why = "\(cause.message); no refund: \(refund.reason ?? "the refund ended without one")"
        return .move(to: .failed(refusal: Refusal(cause.code, why), funds: funds, withdrawal: withdrawal))
    }
}

extension Refusal.Code {
    /// A quote was used before.
    static let used: Self = "used"
    /// A refund can't go where the order wants it.
    static let refundDestination: Self = "refund_destination"
    /// Something returned what had been delivered.
    static let returned: Self = "returned"
}
