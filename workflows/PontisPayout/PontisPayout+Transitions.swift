import Domain
import Time
public import WorkflowCore

extension PontisPayout {
    /// One row for each arrow; what PontisGlobe reports has a table of its own, since it can jump over any status.
    public static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (_, .reported(let report)): follow(report, from: state)
        case (_, .accepted): accept(in: state)
        case (_, .cancelRequested): cancel(in: state)

        case (.sending(let order, let tries), .refused(let why)): turnedDown(order, tries, why)
        case (.reconfirming, .timedOut): .move(to: .expired)
        case (.postponed(let order, let tries, let why), .timedOut):
            .move(
                to: tries.postponements < Tries.mostPostponements
                    ? .sending(order: order, tries: tries) : .failed(refusal: why, payout: nil))

        case (.reversed, _), (.failed, _), (.rejected, _), (.canceled, _), (.expired, _), (.completed, _): .ignore
        case (.sending, .timedOut), (.reconfirming, .refused), (.postponed, .refused), (.awaitingApproval, _),
            (.queued, _), (.processing, _), (.holding, _):
            .unexpected
        }
    }

    /// A definite no: nothing was ordered, and only a new attempt, under a new key, could change that.
    private static func turnedDown(_ order: Order, _ tries: Tries, _ why: Refusal) -> Transition<Self> {
        switch why.code {
        case .rateMoved where tries.rateMoves >= Tries.mostRateMoves: .move(to: .failed(refusal: why, payout: nil))
        case .rateMoved where order.accept == .auto:
            .move(to: .postponed(order: order, tries: tries.afterRateMove, refusal: why))
        case .rateMoved: .move(to: .reconfirming(order: order, tries: tries.afterRateMove))
        case .dailyLimit, .monthlyLimit, .insufficientFunds:
            .move(to: .postponed(order: order, tries: tries.afterPostponement, refusal: why))
        case .screening: .move(to: .rejected(refusal: why, payout: nil))
        case .invalid, .notFound, .payoutLimit, .quoteNotFound, .quoteUsed, .quoteExpired, .quoteSignature:
            .move(to: .failed(refusal: why, payout: nil))
        // About our account (unauthorized, forbidden, a frozen wallet), or a word that is not documented and may mean
        // that the order is under way: a person looks, and the same key is sent again.
        case _: .unexpected
        }
    }

    /// The app says yes to whatever rate there is now.
    private static func accept(in state: State) -> Transition<Self> {
        switch state {
        case .reconfirming(let order, let tries): .move(to: .sending(order: order, tries: tries))
        case .sending, .postponed: .refuse("there is no new rate to accept")
        case .awaitingApproval, .queued, .processing, .holding, .completed, .reversed, .failed, .rejected, .canceled,
            .expired:
            .ignore
        }
    }

    /// Possible as long as nothing was ordered: PontisGlobe has no call that takes a payout back.
    private static func cancel(in state: State) -> Transition<Self> {
        switch state {
        case .reconfirming, .postponed: .move(to: .canceled(payout: nil))
        case .sending: .refuse("the payout is being ordered; whether that can be undone is for PontisGlobe to say")
        case .awaitingApproval, .queued, .processing, .holding:
            .refuse("PontisGlobe has the payout, and cancels it on its dashboard only")
        case .completed, .reversed, .failed, .rejected, .canceled, .expired: .ignore
        }
    }

    /// Where PontisGlobe says that the payout is.
    private static func follow(_ report: Report, from state: State) -> Transition<Self> {
        switch state {
        case .sending(let order, _):
            .move(to: place(Payout(id: report.id, order: order), report.status))
        case .holding(let payout, _) where payout.isDelivered == true: undo(payout, report.status, in: state)
        case .awaitingApproval(let payout), .queued(let payout), .processing(let payout), .holding(let payout, _):
            change(state, to: place(payout, report.status))
        case .completed(let payout): undo(payout, report.status, in: state)
        case .reversed, .failed, .rejected, .canceled, .expired: .ignore
        case .reconfirming, .postponed: .unexpected
        }
    }

    private static func change(_ state: State, to next: State) -> Transition<Self> {
        next == state ? .ignore : .move(to: next)
    }

    /// Whatever contradicts a delivery that was reported undoes it, so that somebody reconciles it; a word that nobody
    /// knows lies on a desk until it is known, and what a reading says that lags behind is no news.
    private static func undo(_ payout: Payout, _ status: Status, in state: State) -> Transition<Self> {
        switch status {
        case .reversed(let why): .move(to: .reversed(payout: payout, refusal: why))
        case .failed(let why): .move(to: contradicted(payout, "failed", why.message))
        case .rejected(let why): .move(to: contradicted(payout, "rejected", why.message))
        case .canceled: .move(to: contradicted(payout, "canceled", nil))
        case .other(let word): change(state, to: .holding(payout: payout.delivered(), status: word))
        case .completed: change(state, to: .completed(payout: payout))
        case .pendingApproval, .pending, .processing: .ignore
        }
    }

    private static func contradicted(_ payout: Payout, _ word: String, _ why: String?) -> State {
        let message = "PontisGlobe called it completed, and says now that it is \(word)" + (why.map { ": \($0)" } ?? "")
        return .reversed(payout: payout, refusal: Refusal(.provider, message))
    }

    private static func place(_ payout: Payout, _ status: Status) -> State {
        switch status {
        case .pendingApproval: .awaitingApproval(payout: payout)
        case .pending: .queued(payout: payout)
        case .processing: .processing(payout: payout)
        case .completed: .completed(payout: payout)
        case .failed(let why): .failed(refusal: why, payout: payout)
        case .rejected(let why): .rejected(refusal: why, payout: payout)
        case .canceled: .canceled(payout: payout)
        case .reversed(let why): .reversed(payout: payout, refusal: why)
        case .other(let word): .holding(payout: payout, status: word)
        }
    }
}
