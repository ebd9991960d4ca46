import Domain
import WorkflowCore

/// What Borderless.xyz says of a withdrawal, and what the app says.
extension BorderlessWithdrawal {
    /// Where the withdrawal is now.
    static func follow(_ report: Report, from state: State) -> Transition<Self> {
        switch state {
        case .tidying(let withdrawal):
            // It is read to learn whether the orphan was called off, after an answer was lost.
            withdrawal.orphans.isEmpty || (report.id == withdrawal.orphans.first && !report.stage.isCancellable)
                ? .move(to: .preparing(withdrawal: withdrawal.tidied)) : .ignore
        case .preparing(let withdrawal): prepare(withdrawal.with(report), report, state)
        case .awaitingFunds(let withdrawal): lookAfter(withdrawal, report, state)
        case .canceling(let withdrawal, let reason):
            report.stage.isDecided
                ? .move(to: place(withdrawal.with(report), report, takenBackFor: reason)) : .ignore
        case .retracting(let withdrawal, let reason): retract(withdrawal, reason, report, state)
        case .settling(let withdrawal): settled(place(withdrawal.with(report), report), instead: state)
        case .completed(let withdrawal): reopen(withdrawal, report)
        case .failed(_, .atProvider, let withdrawal?): comeBack(withdrawal, report)
        case .failed(_, .inWallet, let withdrawal?), .failed(_, .inFlight, let withdrawal?),
            .expired(let withdrawal?), .canceled(let withdrawal?):
            late(withdrawal.with(report), report)
        case .refunding, .refunded, .reversed, .failed(_, _, nil), .expired(nil), .canceled(nil): .ignore
        case .checkingRefund, .quoting, .awaitingAcceptance, .creating, .searching: .unexpected
        }
    }

    /// What nobody could call off when it was asked for is called off as soon as it has come to where that is possible;
    /// unless the app has sent the crypto meanwhile.
    private static func retract(
        _ before: Withdrawal, _ reason: Refusal, _ report: Report, _ state: State
    ) -> Transition<Self> {
        let withdrawal = before.with(report)
        if report.stage.isDecided { return .move(to: place(withdrawal, report, takenBackFor: reason)) }
        // The same status is no news: a call that was taken may show late, and one that was refused stays so.
        if report.stage.isCancellable, report.stage != before.stage, !before.isFunded {
            return .move(to: .canceling(withdrawal: withdrawal, reason: reason))
        }
        return settled(.retracting(withdrawal: withdrawal, reason: reason), instead: state)
    }

    /// A move that changes nothing is none.
    private static func settled(_ next: State, instead state: State) -> Transition<Self> {
        next == state ? .ignore : .move(to: next)
    }

    private static func prepare(_ withdrawal: Withdrawal, _ report: Report, _ state: State) -> Transition<Self> {
        if !withdrawal.orphans.isEmpty, report.stage.isCancellable {
            return .move(to: .tidying(withdrawal: withdrawal))
        }
        switch report.stage {
        case .submitted, .verifying, .preparing, .orchestrating, .unknown:
            return settled(.preparing(withdrawal: withdrawal), instead: state)
        case .pending:
            guard let instructions = withdrawal.instructions else {
                return settled(.preparing(withdrawal: withdrawal), instead: state)
            }
            if let fault = instructions.fault(for: withdrawal.order) {
                return .move(to: .canceling(withdrawal: withdrawal, reason: fault))
            }
            return .move(to: .awaitingFunds(withdrawal: withdrawal))
        case .processing, .completed, .failed, .cancelled, .refunded: return .move(to: place(withdrawal, report))
        }
    }

    /// The app may be sending just now: another address, asset or amount is never shown in place of the first.
    private static func lookAfter(_ before: Withdrawal, _ report: Report, _ state: State) -> Transition<Self> {
        let withdrawal = before.with(report)
        switch report.stage {
        case .submitted, .verifying, .preparing, .orchestrating, .pending, .unknown:
            if withdrawal.instructions?.address != before.instructions?.address {
                let why = "Borderless.xyz first named one address, and then another"
                return .move(to: .canceling(withdrawal: before, reason: Refusal(.mismatch, why)))
            }
            if let fault = withdrawal.instructions?.fault(for: withdrawal.order) {
                return .move(to: .canceling(withdrawal: before, reason: fault))
            }
            return settled(.awaitingFunds(withdrawal: withdrawal), instead: state)
        case .processing, .completed, .failed, .cancelled, .refunded: return .move(to: place(withdrawal, report))
        }
    }

    /// Where a withdrawal belongs that can no longer be called off, or is over: where the crypto is decides.
    private static func place(
        _ withdrawal: Withdrawal, _ report: Report, takenBackFor reason: Refusal? = nil
    ) -> State {
        switch report.stage {
        case .submitted, .verifying, .preparing, .orchestrating, .pending, .processing, .unknown:
            return .settling(withdrawal: withdrawal)
        case .completed: return .completed(withdrawal: withdrawal)
        case .refunded:
            let why = report.cause ?? "Borderless.xyz returned the crypto"
            return .refunding(withdrawal: withdrawal, funds: .atProvider, cause: Refusal(.returned, why))
        case .failed:
            let why = Refusal(.provider, report.cause ?? "Borderless.xyz gave no reason")
            return over(withdrawal, why) { .failed(refusal: why, funds: .inWallet, withdrawal: withdrawal) }
        case .cancelled:
            let why = reason ?? Refusal(.canceled, "it was called off at Borderless.xyz")
            return over(withdrawal, Refusal(.canceled, why.message)) {
                switch why.code {
                case .expired: .expired(withdrawal: withdrawal)
                case .canceled: .canceled(withdrawal: withdrawal)
                case _: .failed(refusal: why, funds: .inWallet, withdrawal: withdrawal)
                }
            }
        }
    }

    /// Before funding it is just over; after it, or in between, a refund is due.
    private static func over(_ withdrawal: Withdrawal, _ cause: Refusal, unfunded: () -> State) -> State {
        withdrawal.funds == .inWallet
            ? unfunded() : .refunding(withdrawal: withdrawal, funds: withdrawal.funds, cause: cause)
    }

    /// A bank sent the money back, days later.
    private static func reopen(_ withdrawal: Withdrawal, _ report: Report) -> Transition<Self> {
        switch report.stage {
        case .refunded, .failed:
            .move(
                to: .refunding(
                    withdrawal: withdrawal.with(report), funds: .atProvider,
                    cause: Refusal(.returned, report.cause ?? "it was returned after it had been delivered")))
        case .submitted, .verifying, .preparing, .orchestrating, .pending, .processing, .completed, .cancelled,
            .unknown:
            .ignore
        }
    }

    /// Crypto that was on its way has arrived at what was over.
    private static func late(_ withdrawal: Withdrawal, _ report: Report) -> Transition<Self> {
        let cause = Refusal(.canceled, "the crypto arrived after the withdrawal was over")
        return report.stage == .refunded || !report.hashes.isEmpty || report.refundIsDue == true
            ? .move(to: .refunding(withdrawal: withdrawal, funds: .atProvider, cause: cause)) : .ignore
    }

    /// Where the crypto is was known when the refund was given up: only that it came back all the same is news.
    private static func comeBack(_ before: Withdrawal, _ report: Report) -> Transition<Self> {
        let cause = Refusal(.returned, "Borderless.xyz returned the crypto after its refund had been given up")
        return report.stage == .refunded && before.stage != .refunded
            ? .move(to: .refunding(withdrawal: before.with(report), funds: .atProvider, cause: cause)) : .ignore
    }

    /// The app says yes to the price; where it says which it has seen, to no worse one.
    static func accept(_ price: Acceptance, in state: State) -> Transition<Self> {
        switch state {
        case .awaitingAcceptance(let order, let quote, let asking):
            price.objection(to: quote.net).map { .refuse($0) }
                ?? .move(to: .creating(order: order, quote: quote, asking: asking))
        case .checkingRefund, .quoting: .refuse("there is no price to accept yet")
        case .creating, .searching, .tidying, .preparing, .awaitingFunds, .canceling, .retracting, .settling,
            .refunding,
            .completed,
            .refunded, .reversed, .failed, .expired, .canceled:
            .ignore
        }
    }

    /// The app says that the crypto is on its way; also late, to what has been called off meanwhile.
    static func fund(in state: State, _ hash: String?) -> Transition<Self> {
        switch state {
        case .awaitingFunds(let withdrawal): .move(to: .settling(withdrawal: withdrawal.funded(by: hash)))
        case .settling(let withdrawal):
            withdrawal.isFunded ? .ignore : .move(to: .settling(withdrawal: withdrawal.funded(by: hash)))
        case .canceling(let withdrawal, let reason):
            .move(to: .canceling(withdrawal: withdrawal.funded(by: hash), reason: reason))
        case .retracting(let withdrawal, let reason):
            .move(to: .retracting(withdrawal: withdrawal.funded(by: hash), reason: reason))
        case .failed(let why, .inWallet, let withdrawal?): .move(to: inFlight(withdrawal, hash, why))
        case .expired(let withdrawal?), .canceled(let withdrawal?):
            .move(
                to: inFlight(withdrawal, hash, Refusal(.canceled, "it was called off while the crypto was on its way")))
        case .checkingRefund, .quoting, .awaitingAcceptance, .creating, .searching, .tidying, .preparing:
            .refuse("there are no instructions yet: nothing can have been sent")
        case .failed(_, _, nil), .expired(nil), .canceled(nil):
            .refuse("there never was a withdrawal: nothing can have been sent to it")
        case .failed(_, .inFlight, _?), .failed(_, .atProvider, _?), .refunding, .completed, .refunded, .reversed:
            .ignore
        }
    }

    private static func inFlight(_ withdrawal: Withdrawal, _ hash: String?, _ cause: Refusal) -> State {
        .refunding(withdrawal: withdrawal.funded(by: hash), funds: .inFlight, cause: Refusal(.canceled, cause.message))
    }

    /// The app or an operator wants it stopped: where Borderless.xyz lets it be called off, and nothing was sent.
    static func cancel(in state: State) -> Transition<Self> {
        let asked = Refusal(.canceled, "the app asked for it")
        return switch state {
        case .checkingRefund, .quoting, .awaitingAcceptance: .move(to: .canceled(withdrawal: nil))
        case .creating, .searching, .tidying: .refuse("the withdrawal is being opened; ask again in a moment")
        case .preparing(let withdrawal) where withdrawal.stage.isCancellable,
            .awaitingFunds(let withdrawal) where withdrawal.stage.isCancellable:
            .move(to: .canceling(withdrawal: withdrawal, reason: asked))
        case .preparing, .awaitingFunds:
            .refuse("Borderless.xyz lets nobody call it off in this status; ask again later")
        case .retracting(let withdrawal, let reason): .move(to: .canceling(withdrawal: withdrawal, reason: reason))
        case .canceling: .refuse("the withdrawal is being called off already")
        case .settling: .refuse("the crypto has been sent: the withdrawal can no longer be stopped")
        case .refunding: .refuse("the withdrawal has failed, and is being refunded")
        case .completed, .refunded, .reversed, .failed, .expired, .canceled: .ignore
        }
    }
}
