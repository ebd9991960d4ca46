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
            (.queued, _), (.processing, _):
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
        // About our account, and not about this payout: a person mends it, and the same key is sent again.
        case .unauthorized, .forbidden, .walletFrozen: .unexpected
        case _: .move(to: .failed(refusal: why, payout: nil))
        }
    }

    /// The app says yes to whatever rate there is now.
    private static func accept(in state: State) -> Transition<Self> {
        switch state {
        case .reconfirming(let order, let tries): .move(to: .sending(order: order, tries: tries))
        case .sending, .postponed: .refuse("there is no new rate to accept")
        case .awaitingApproval, .queued, .processing, .completed, .reversed, .failed, .rejected, .canceled, .expired:
            .ignore
        }
    }

    /// Possible as long as nothing was ordered: PontisGlobe has no call that takes a payout back.
    private static func cancel(in state: State) -> Transition<Self> {
        switch state {
        case .reconfirming, .postponed: .move(to: .canceled(payout: nil))
        case .sending: .refuse("the payout is being ordered; whether that can be undone is for PontisGlobe to say")
        case .awaitingApproval, .queued, .processing:
            .refuse("PontisGlobe has the payout, and cancels it on its dashboard only")
        case .completed, .reversed, .failed, .rejected, .canceled, .expired: .ignore
        }
    }

    /// Where PontisGlobe says that the payout is.
    private static func follow(_ report: Report, from state: State) -> Transition<Self> {
        switch state {
        case .sending(let order, _):
            .move(to: place(Payout(id: report.id, order: order), report.status))
        case .awaitingApproval(let payout), .queued(let payout), .processing(let payout):
            place(payout, report.status) == state ? .ignore : .move(to: place(payout, report.status))
        case .completed(let payout):
            if case .reversed(let why) = report.status {
                .move(to: .reversed(payout: payout, refusal: why))
            } else {
                .ignore
            }
        case .reversed, .failed, .rejected, .canceled, .expired: .ignore
        case .reconfirming, .postponed: .unexpected
        }
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
        }
    }
}
