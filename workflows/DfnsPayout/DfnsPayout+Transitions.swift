import Domain
import Time
public import WorkflowCore

extension DfnsPayout {
    /// One row for each arrow, in the order of a payout's life; then what is known already, and what nobody expects.
    ///
    /// What can come at any time has a table of its own: requests, progress, and ends.
    public static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (_, .accepted(let price)): accept(price, in: state)
        case (_, .approved): approve(in: state)
        case (_, .cancelRequested): cancel(in: state)
        case (_, .progressed(let progress)): advance(state, by: progress)
        case (_, .ended(let ending, let progress)): end(state, by: ending, progress)
        case (_, .traced(let funds)): trace(state, funds)
        case (_, .refundEnded(let refund)): close(state, refund)

        case (.quoting(let order, let asking), .quoted(let quote)):
            .move(to: decide(on: quote, order: order, asking: asking))
        case (.awaitingAcceptance(let order, _, let asking), .timedOut):
            .move(to: .quoting(order: order, asking: asking))
        case (.creating(let order), .opened(let id, let requester)):
            .move(to: open(Payout(id: id, order: order), by: requester))
        case (.quoting, .refused(let why)) where !why.concernsAccount,
            (.creating, .refused(let why)) where !why.concernsAccount:
            .move(to: .failed(refusal: why, funds: .inWallet, payout: nil))

        case (.awaitingInstructions(let payout), .instructed(let transfer)):
            .move(to: instruct(payout, transfer))
        case (.awaitingConfirmation(let payout, let transfer), .instructed(let now)) where now != transfer,
            (.verifying(let payout, let transfer), .instructed(let now)) where now != transfer:
            .move(to: .canceling(payout: payout, reason: changed(transfer, now)))
        case (.awaitingConfirmation(let payout, _), .timedOut):
            .move(to: .canceling(payout: payout, reason: Refusal(.expired, "nobody confirmed it in time")))
        case (.verifying(let payout, let transfer), .instructed):
            .move(to: .confirming(payout: payout, transfer: transfer))
        case (.confirming(let payout, _), .confirmed):
            .move(to: .settling(payout: payout))
        case (.confirming(let payout, _), .refused(let why)) where why.code == .forbidden:
            .move(to: .stranded(payout: payout, refusal: why))
        case (.confirming(let payout, _), .refused(let why)) where !why.concernsAccount:
            .move(to: .doubting(payout: payout, refusal: why))
        case (.doubting(let payout, let why), .instructed):
            .move(to: .canceling(payout: payout, reason: why))
        case (.canceling(let payout, let reason), .retracted), (.canceling(let payout, let reason), .refused):
            .move(to: .retracting(payout: payout, reason: reason))

        // Facts that are known already
        case (.awaitingConfirmation, .instructed), (.confirming, .instructed), (.stranded, .instructed),
            (.canceling, .instructed), (.retracting, .instructed), (.settling, .instructed), (.settling, .confirmed):
            .ignore
        case (.completed, _), (.refunded, _), (.failed, _), (.rejected, _), (.expired, _), (.canceled, _):
            .ignore

        case (.quoting, _), (.awaitingAcceptance, _), (.creating, _), (.awaitingInstructions, _),
            (.awaitingConfirmation, _), (.verifying, _), (.confirming, _), (.doubting, _), (.stranded, _),
            (.canceling, _), (.retracting, _), (.settling, _), (.tracing, _), (.refunding, _):
            .unexpected
        }
    }

    /// The app says yes to the price, and to nothing else: said once more, it must not pass for a yes to the transfer.
    private static func accept(_ price: Acceptance, in state: State) -> Transition<Self> {
        switch state {
        case .awaitingAcceptance(let order, let quote, _):
            quote.worst(in: order.fiatCurrency).flatMap { price.objection(to: $0.net.amount) }.map { .refuse($0) }
                ?? .move(to: .creating(order: order))
        case .quoting: .refuse("there is no price to accept yet")
        case .awaitingConfirmation: .refuse("the price is settled; the transfer wants a “confirm”")
        case .canceling, .retracting: .refuse("the payout is being taken back")
        case .creating, .awaitingInstructions, .verifying, .confirming, .doubting, .stranded, .settling, .tracing,
            .refunding:
            .ignore
        case .completed, .refunded, .failed, .rejected, .expired, .canceled: .ignore
        }
    }

    /// The app or an operator says yes to the transfer.
    private static func approve(in state: State) -> Transition<Self> {
        switch state {
        case .awaitingConfirmation(let payout, let transfer): .move(to: .verifying(payout: payout, transfer: transfer))
        case .quoting, .awaitingAcceptance, .creating, .awaitingInstructions:
            .refuse("there is no transfer to confirm yet")
        case .canceling, .retracting: .refuse("the payout is being taken back")
        case .stranded: .refuse("the payout belongs to another identity at Dfns; only that one can confirm it")
        case .verifying, .confirming, .doubting, .settling, .tracing, .refunding: .ignore
        case .completed, .refunded, .failed, .rejected, .expired, .canceled: .ignore
        }
    }

    /// The app or an operator wants the payout stopped: possible until it has been confirmed.
    private static func cancel(in state: State) -> Transition<Self> {
        switch state {
        case .quoting, .awaitingAcceptance: .move(to: .canceled(payout: nil))
        case .awaitingInstructions(let payout), .awaitingConfirmation(let payout, _), .verifying(let payout, _):
            .move(to: .canceling(payout: payout, reason: Refusal(.canceled, "the app asked for it")))
        case .creating: .refuse("the payout is being opened; ask again in a moment")
        case .canceling, .retracting: .refuse("the payout is being taken back already")
        case .stranded: .refuse("the payout belongs to another identity at Dfns; only that one can cancel it")
        case .confirming, .doubting, .settling, .tracing:
            .refuse("the payout has been confirmed: its transfer can no longer be stopped")
        case .refunding: .refuse("the payout has failed, and is being refunded")
        case .completed, .refunded, .failed, .rejected, .expired, .canceled: .ignore
        }
    }

    /// Dfns shows it on its way, so somebody's confirmation was taken: ours, or another one that won a race.
    private static func advance(_ state: State, by progress: Progress) -> Transition<Self> {
        switch state {
        case .awaitingInstructions(let payout), .awaitingConfirmation(let payout, _), .verifying(let payout, _),
            .confirming(let payout, _), .doubting(let payout, _), .stranded(let payout, _),
            .canceling(let payout, _), .retracting(let payout, _):
            .move(to: .settling(payout: payout.with(progress)))
        case .settling(let payout):
            payout.with(progress) == payout ? .ignore : .move(to: .settling(payout: payout.with(progress)))
        case .refunding, .completed, .refunded, .failed, .rejected, .expired, .canceled: .ignore
        case .quoting, .awaitingAcceptance, .creating, .tracing: .unexpected
        }
    }

    /// Dfns says that it is over.
    private static func end(_ state: State, by ending: Ending, _ progress: Progress) -> Transition<Self> {
        switch state {
        case .awaitingInstructions(let payout), .awaitingConfirmation(let payout, _), .verifying(let payout, _),
            .confirming(let payout, _), .doubting(let payout, _), .stranded(let payout, _), .settling(let payout):
            .move(to: end(payout.with(progress), by: ending))
        case .canceling(let payout, let reason), .retracting(let payout, let reason):
            .move(to: end(payout.with(progress), by: ending, takenBackFor: reason))
        case .refunding, .completed, .refunded, .failed, .rejected, .expired, .canceled: .ignore
        case .quoting, .awaitingAcceptance, .creating, .tracing: .unexpected
        }
    }

    /// A good price is taken where the app said so; otherwise the app is asked, for a day at most.
    private static func decide(on quote: Quote, order: Order, asking: Asking?) -> State {
        guard let offer = quote.worst(in: order.fiatCurrency) else {
            let why = "Dfns has no offer in \(order.fiatCurrency) for \(order.country)"
            return .failed(refusal: Refusal(.noCorridor, why), funds: .inWallet, payout: nil)
        }
        if order.accept == .auto, offer.isEnough(for: order) { return .creating(order: order) }
        let asking = asking ?? Asking(since: quote.timestamp)
        if asking.isTooLong(at: quote.timestamp) { return .expired(payout: nil) }
        return .awaitingAcceptance(order: order, quote: quote, asking: asking)
    }

    /// Only who opened a payout may confirm or cancel it.
    private static func open(_ payout: Payout, by requester: Requester) -> State {
        switch requester {
        case .us: .awaitingInstructions(payout: payout)
        case .another(let user):
            .stranded(
                payout: payout, refusal: Refusal(.forbidden, "\(user) opened it, and only \(user) may confirm it"))
        }
    }

    private static func instruct(_ payout: Payout, _ transfer: Transfer) -> State {
        guard transfer.asset == payout.order.asset, transfer.isWellFormed else {
            let why = "Dfns asks for \(transfer), which is not what was ordered"
            return .canceling(payout: payout, reason: Refusal(.mismatch, why))
        }
        return switch payout.order.confirm {
        case .auto: .verifying(payout: payout, transfer: transfer)
        case .ask: .awaitingConfirmation(payout: payout, transfer: transfer)
        }
    }

    private static func changed(_ before: Transfer, _ after: Transfer) -> Refusal {
        Refusal(.mismatch, "Dfns first asked for \(before), then for \(after)")
    }

    /// Where the money is decides: without a transfer it is in the wallet; where there is one, it is read, since even
    /// one that has a hash may have been reverted on chain.
    private static func end(_ payout: Payout, by ending: Ending, takenBackFor reason: Refusal? = nil) -> State {
        switch ending {
        case .completed: .completed(payout: payout)
        case .rejected(let why): .rejected(refusal: why, payout: payout)
        case .canceled:
            switch reason?.code {
            case .expired?: .expired(payout: payout)
            case .canceled?, nil: .canceled(payout: payout)
            case .some: .failed(refusal: reason ?? Refusal(.canceled, "taken back"), funds: .inWallet, payout: payout)
            }
        case .failed, .expired:
            if payout.transferID != nil {
                .tracing(payout: payout, ending: ending)
            } else {
                end(payout, by: ending, funds: payout.transactionHash == nil ? .inWallet : .sent)
            }
        }
    }

    private static func end(_ payout: Payout, by ending: Ending, funds: Funds) -> State {
        switch (ending, funds) {
        case (.expired, .inWallet): .expired(payout: payout)
        case (.expired, .sent): refund(payout, Refusal(.expired, "it expired after its transfer had left"))
        case (.failed(let why), .sent): refund(payout, why)
        case (.failed(let why), .inWallet): .failed(refusal: why, funds: .inWallet, payout: payout)
        case (.rejected(let why), _): .rejected(refusal: why, payout: payout)
        case (.completed, _): .completed(payout: payout)
        case (.canceled, _): .canceled(payout: payout)
        }
    }

    /// The money has left: Borderless's id of the payout is the key to its refund. Without it only people can ask.
    private static func refund(_ payout: Payout, _ cause: Refusal) -> State {
        if payout.refundOrder != nil { return .refunding(payout: payout, cause: cause) }
        let why = "\(cause.message); the money has left, and Dfns names no payout at Borderless that a refund could be "
        return .failed(
            refusal: Refusal(cause.code, why + "asked for by: ask Dfns's support"), funds: .sent, payout: payout)
    }

    /// The transfer's own status says where the crypto is.
    private static func trace(_ state: State, _ funds: Funds) -> Transition<Self> {
        guard case .tracing(let payout, let ending) = state else { return stray(in: state) }
        return .move(to: end(payout, by: ending, funds: funds))
    }

    /// The refund's job is over.
    private static func close(_ state: State, _ refund: RefundEnding) -> Transition<Self> {
        guard case .refunding(let payout, let cause) = state else { return stray(in: state) }
        if refund.isRefunded { return .move(to: .refunded(payout: payout, refund: refund)) }
        // Dfns says that it failed and Borderless that it was carried out: a person compares.
        let why =
            refund.isDelivered
            ? "Dfns says that it failed (\(cause.message)), and Borderless.xyz that it was carried out: compare both"
            : "\(cause.message); no refund: \(refund.reason ?? "the refund ended without one")"
        return .move(to: .failed(refusal: Refusal(cause.code, why), funds: .sent, payout: payout))
    }

    /// Nobody thought of it; over is over.
    private static func stray(in state: State) -> Transition<Self> {
        DfnsPayout.plan(for: state).outcome == nil ? .unexpected : .ignore
    }
}
