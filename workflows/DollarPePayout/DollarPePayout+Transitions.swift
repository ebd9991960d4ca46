import Domain
import Time
public import WorkflowCore

extension DollarPePayout {
    /// One row for each event, in the order of a payout's life; where a state has no use for it, `stray` says why.
    public static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch event {
        case .configured(let rules):
            if case .configuring(let order) = state { return .move(to: check(order, by: rules)) }
        case .verified:
            if case .verifyingCustomer(let order) = state { return .move(to: .verifyingBank(order: order)) }
            if case .verifyingBank(let order) = state { return .move(to: .rating(order: order)) }
        case .verificationFailed(let why):
            if case .verifyingCustomer = state { return .move(to: failed(.unverifiedCustomer, why)) }
            if case .verifyingBank = state { return .move(to: failed(.unverifiedBank, why)) }
        case .rated(let rate):
            if case .rating(let order) = state {
                return .move(to: .checkingLimits(order: order, estimate: Estimate(order.amount, at: rate)))
            }
        case .limited(let limits):
            if case .checkingLimits(let order, let estimate) = state {
                return .move(to: check(order, estimate, against: limits))
            }
            if case .awaitingLimit(let order, let estimate) = state {
                return limits.available.covers(estimate) ? .move(to: .quoting(order: order)) : .ignore
            }
        case .quoted(let quote):
            if case .quoting(let order) = state { return .move(to: decide(on: quote, order: order)) }
        case .initiated(let id):
            if case .initiating(let order, let quote) = state { return .move(to: opened(id, order, quote)) }
            if case .finding(let order, let quote) = state { return .move(to: opened(id, order, quote)) }
        case .linked:
            if case .linking(let payout, let transfer) = state {
                return .move(to: .provingLink(payout: payout, transfer: transfer))
            }
        case .timedOut:
            if case .awaitingAcceptance(let order, _) = state { return .move(to: .quoting(order: order)) }
            if case .initiating(let order, _) = state { return .move(to: .quoting(order: order)) }
            if case .awaitingRefund(let payout) = state { return .move(to: outstanding(payout)) }
        case .reported(let report): return follow(report, from: state)
        case .refused(let why): return turnedDown(why, in: state)
        case .transferNamed(let id): return name(id, in: state)
        case .cancelRequested: return cancel(in: state)
        case .accepted: return accept(in: state)
        }
        return stray(in: state)
    }

    /// What comes to a state that has no use for it: too late for what is over, unexpected anywhere else.
    private static func stray(in state: State) -> Transition<Self> {
        switch state {
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled: .ignore
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .awaitingAcceptance, .initiating, .finding, .monitoring, .holding, .awaitingTransfer, .linking,
            .provingLink, .awaitingRefund:
            .unexpected
        }
    }

    private static func failed(_ code: Refusal.Code, _ why: String) -> State {
        .failed(refusal: Refusal(code, why), payout: nil)
    }

    private static func opened(_ id: String, _ order: Order, _ quote: Quote) -> State {
        goOn(Payout(id: id, order: order, quote: quote))
    }

    private static func outstanding(_ payout: Payout) -> State {
        .failed(
            refusal: Refusal(.provider, "it did not arrive, and the money has not come back"), payout: payout)
    }

    // MARK: Before the order

    private static func check(_ order: Order, by rules: Rules) -> State {
        guard let rule = rules.coins.first(where: { $0.coin == order.asset }) else {
            return failed(.invalid, "DollarPe pays out no \(order.asset) just now")
        }
        if let least = rule.least, order.amount < least {
            return failed(.invalid, "DollarPe pays out at least \(least)")
        }
        if let most = rule.most, most < order.amount { return failed(.invalid, "DollarPe pays out at most \(most)") }
        let missing = rules.requiredRisk.filter { order.risk?.exposed.has($0) != true }
        guard missing.isEmpty else {
            return failed(.invalid, "DollarPe asks for risk_parameters: \(missing.joined(separator: ", "))")
        }
        return .verifyingCustomer(order: order)
    }

    private static func check(_ order: Order, _ estimate: Estimate, against limits: Limits) -> State {
        if limits.available.covers(estimate) { return .quoting(order: order) }
        let why =
            "the customer may still be paid \(limits.available), and this is about \(estimate)"
            + (limits.needsDiligence ? "; DollarPe asks for enhanced due diligence" : "")
        switch order.onLimit {
        case .fail: return failed(.limit, why)
        case .wait: return .awaitingLimit(order: order, estimate: estimate)
        }
    }

    /// A good price is taken where the app said so; otherwise the app is asked, as long as the price holds.
    private static func decide(on quote: Quote, order: Order) -> State {
        let isEnough = order.minFiatAmount.map { quote.receiving >= $0 } ?? true
        return order.accept == .auto && isEnough
            ? .initiating(order: order, quote: quote) : .awaitingAcceptance(order: order, quote: quote)
    }

    private static func accept(in state: State) -> Transition<Self> {
        switch state {
        case .awaitingAcceptance(let order, let quote): .move(to: .initiating(order: order, quote: quote))
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting:
            .refuse("there is no price to accept yet")
        case .initiating, .finding, .monitoring, .holding, .awaitingTransfer, .linking, .provingLink, .awaitingRefund,
            .completed, .refunded, .reversed, .failed, .rejected, .canceled:
            .ignore
        }
    }

    /// Possible as long as nothing was ordered: DollarPe has no call that takes a payout back.
    private static func cancel(in state: State) -> Transition<Self> {
        switch state {
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .awaitingAcceptance:
            .move(to: .canceled)
        case .initiating, .finding, .monitoring, .holding, .awaitingTransfer, .linking, .provingLink, .awaitingRefund:
            .refuse("the payout has been ordered, and DollarPe takes none back")
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled: .ignore
        }
    }

    /// DollarPe said no: where that says what is missing, back to where it is looked after.
    private static func turnedDown(_ why: Refusal, in state: State) -> Transition<Self> {
        switch state {
        case .quoting(let order): turnedDown(why, order)
        case .initiating(let order, let quote):
            switch why.code {
            // Client reference, quotation or order are in use: by our own order, whose answer was lost.
            case .duplicate: .move(to: .finding(order: order, quote: quote))
            case .expired, .notFound: .move(to: .quoting(order: order))
            case _: turnedDown(why, order)
            }
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit:
            why.concernsAccount ? .unexpected : .move(to: .failed(refusal: why, payout: nil))
        case .awaitingAcceptance, .finding, .monitoring, .holding, .awaitingTransfer, .linking, .provingLink,
            .awaitingRefund:
            .unexpected
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled: .ignore
        }
    }

    private static func turnedDown(_ why: Refusal, _ order: Order) -> Transition<Self> {
        switch why.code {
        case .unverifiedCustomer: .move(to: .verifyingCustomer(order: order))
        case .unverifiedBank: .move(to: .verifyingBank(order: order))
        case .limit, .diligence: .move(to: .rating(order: order))
        case .laundering: .move(to: .rejected(refusal: why))
        case _ where why.concernsAccount: .unexpected
        case _: .move(to: .failed(refusal: why, payout: nil))
        }
    }

    // MARK: After the order

    /// The app names the transfer that carried the crypto.
    private static func name(_ id: Identifier, in state: State) -> Transition<Self> {
        switch state {
        case .monitoring(let payout):
            payout.transfer == nil ? .move(to: goOn(payout.naming(id))) : again(id, payout)
        case .holding(let payout, let status):
            payout.transfer == nil ? .move(to: .holding(payout: payout.naming(id), status: status)) : again(id, payout)
        case .awaitingTransfer(let payout): .move(to: .linking(payout: payout.naming(id), transfer: id))
        case .linking(let payout, _), .provingLink(let payout, _): again(id, payout)
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .awaitingAcceptance, .initiating, .finding:
            .refuse("there is no payout yet that a transfer could carry")
        case .awaitingRefund: .refuse("the payout has failed: nothing is linked to it")
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled: .ignore
        }
    }

    private static func again(_ id: Identifier, _ payout: Payout) -> Transition<Self> {
        payout.transfer == id ? .ignore : .refuse("its transfer is \(payout.transfer?.text ?? "another one") already")
    }

    /// Where DollarPe says that the payout is.
    private static func follow(_ report: Report, from state: State) -> Transition<Self> {
        switch state {
        case .monitoring(let payout), .holding(let payout, _), .awaitingTransfer(let payout):
            change(state, to: place(payout.with(report), report))
        // DollarPe shows a transfer at last: it is proven, or it is another one, for a person to judge.
        case .linking(let payout, let transfer), .provingLink(let payout, let transfer):
            follow(report, payout, linking: transfer, from: state)
        case .awaitingRefund(let payout):
            switch report.status {
            case .refunded: .move(to: .refunded(payout: payout.with(report)))
            case .success: .move(to: place(payout.with(report), report))
            case .processing, .failed, .other: .ignore
            }
        case .completed(let payout):
            report.status == .refunded ? .move(to: .reversed(payout: payout.with(report))) : .ignore
        // The lookup of a link that is asked about a payout that isn't there: nobody can have made this arrow.
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .awaitingAcceptance, .initiating, .finding:
            .unexpected
        case .refunded, .reversed, .failed, .rejected, .canceled: .ignore
        }
    }

    private static func follow(
        _ report: Report, _ payout: Payout, linking transfer: Identifier, from state: State
    ) -> Transition<Self> {
        let payout = payout.with(report)
        switch (report.status, payout.linked) {
        case (.failed, _), (.refunded, _): return .move(to: place(payout, report))
        case (_, transfer.text?): return .move(to: place(payout, report))
        case (_, .some): return .unexpected
        case (_, nil): return .ignore
        }
    }

    private static func change(_ state: State, to next: State) -> Transition<Self> {
        next == state ? .ignore : .move(to: next)
    }

    private static func place(_ payout: Payout, _ report: Report) -> State {
        switch report.status {
        case .processing: goOn(payout)
        case .success: settle(payout)
        case .failed: .awaitingRefund(payout: payout)
        case .refunded: .refunded(payout: payout)
        case .other(let word): .holding(payout: payout, status: word)
        }
    }

    /// Under way: linked at once where that was asked for.
    private static func goOn(_ payout: Payout) -> State {
        guard payout.order.link == .afterInitiate, payout.linked == nil, let transfer = payout.transfer else {
            return .monitoring(payout: payout)
        }
        return .linking(payout: payout, transfer: transfer)
    }

    /// Arrived: done only when DollarPe knows the transfer.
    private static func settle(_ payout: Payout) -> State {
        if payout.linked != nil { return .completed(payout: payout) }
        return payout.transfer.map { .linking(payout: payout, transfer: $0) } ?? .awaitingTransfer(payout: payout)
    }
}
