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
            if case .awaitingLimit(let order, let estimate, _) = state {
                return change(state, to: wait(order, estimate, for: limits))
            }
        case .quoted(let quote):
            if case .quoting(let order) = state { return .move(to: decide(on: quote, order: order)) }
            if case .requoting(let order, _) = state { return .move(to: decide(on: quote, order: order)) }
        case .initiated(let id):
            if case .initiating(let order, let quote) = state { return .move(to: opened(id, order, quote)) }
            if case .finding(let order, let quote) = state { return .move(to: opened(id, order, quote)) }
        case .linked:
            if case .linking(let payout, let transfer) = state {
                return .move(to: .provingLink(payout: payout, transfer: transfer))
            }
        case .timedOut:
            if case .awaitingAcceptance(let order, _) = state { return .move(to: .quoting(order: order)) }
            if case .initiating(let order, _) = state {
                let why = Refusal(.expired, "the quotation ran out before it was used")
                return .move(to: .requoting(order: order, refusal: why))
            }
            if case .awaitingRefund(let payout) = state { return .move(to: outstanding(payout)) }
            // DollarPe has answered the link, and for a day no read has shown it.
            if case .provingLink(let payout, let transfer) = state {
                return .move(to: .linking(payout: payout, transfer: transfer))
            }
        case .reported(let report): return follow(report, from: state)
        case .refused(let why): return turnedDown(why, in: state)
        case .transferNamed(let id): return name(id, in: state)
        case .cancelRequested: return cancel(in: state)
        case .accepted(let price): return accept(price, in: state)
        }
        return stray(in: state)
    }

    /// What comes to a state that has no use for it: too late for what is over, unexpected anywhere else.
    private static func stray(in state: State) -> Transition<Self> {
        switch state {
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled: .ignore
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting, .awaitingAcceptance, .initiating, .finding, .monitoring, .holding, .awaitingTransfer, .linking,
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
        if order.onLimit == .wait || limits.available.covers(estimate) { return wait(order, estimate, for: limits) }
        return failed(
            .limit,
            "the customer may still be paid \(limits.available), and this is about \(estimate)"
                + (limits.needsDiligence ? "; DollarPe asks for enhanced due diligence" : ""))
    }

    /// Until there is enough: the limit starts anew, or due diligence raises it.
    private static func wait(_ order: Order, _ estimate: Estimate, for limits: Limits) -> State {
        limits.available.covers(estimate)
            ? .quoting(order: order) : .awaitingLimit(order: order, estimate: estimate, limits: limits)
    }

    /// A good price is taken where the app said so; otherwise the app is asked, as long as the price holds.
    private static func decide(on quote: Quote, order: Order) -> State {
        let isEnough = order.minFiatAmount.map { quote.receiving >= $0 } ?? true
        return order.accept == .auto && isEnough
            ? .initiating(order: order, quote: quote) : .awaitingAcceptance(order: order, quote: quote)
    }

    /// The app says yes to the price; where it says which it has seen, to no worse one.
    private static func accept(_ price: Acceptance, in state: State) -> Transition<Self> {
        switch state {
        case .awaitingAcceptance(let order, let quote):
            price.objection(to: quote.receiving).map { .refuse($0) }
                ?? .move(to: .initiating(order: order, quote: quote))
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting:
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
            .requoting, .awaitingAcceptance:
            .move(to: .canceled)
        case .initiating, .finding, .monitoring, .holding, .awaitingTransfer, .linking, .provingLink, .awaitingRefund:
            .refuse("the payout has been ordered, and DollarPe takes none back")
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled: .ignore
        }
    }

    /// DollarPe said no: where that may pass, it is asked again.
    private static func turnedDown(_ why: Refusal, in state: State) -> Transition<Self> {
        switch state {
        case .quoting(let order): turnedDown(why, order)
        case .requoting(let order, _):
            turnedDown(why, order) == .move(to: state) ? .ignore : turnedDown(why, order)
        case .initiating(let order, let quote):
            switch why.code {
            // Client reference, quotation or order are in use: by our own order, whose answer was lost.
            case .duplicate: .move(to: .finding(order: order, quote: quote))
            case .expired, .notFound: .move(to: .requoting(order: order, refusal: why))
            case _: turnedDown(why, order)
            }
        // A link before the arrival is not for everybody to make, as it seems: then it is made after it.
        case .linking(let payout, _):
            why.concernsAccount || payout.hasArrived ? .unexpected : .move(to: .monitoring(payout: payout.linkingLater))
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit:
            why.concernsAccount ? .unexpected : .move(to: .failed(refusal: why, payout: nil))
        case .awaitingAcceptance, .finding, .monitoring, .holding, .awaitingTransfer, .provingLink, .awaitingRefund:
            .unexpected
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled: .ignore
        }
    }

    /// What may pass: checks of customer and bank account, limits, due diligence. They are not read again, since
    /// DollarPe's reads and its refusals may differ, and the two would go round in circles.
    private static func turnedDown(_ why: Refusal, _ order: Order) -> Transition<Self> {
        switch why.code {
        case .laundering: .move(to: .rejected(refusal: why))
        case .limit where order.onLimit == .fail, .diligence where order.onLimit == .fail:
            .move(to: .failed(refusal: why, payout: nil))
        case .unverifiedCustomer, .unverifiedBank, .limit, .diligence:
            .move(to: .requoting(order: order, refusal: why))
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
            .requoting, .awaitingAcceptance, .initiating, .finding:
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
        case .monitoring(let payout), .holding(let payout, _):
            change(state, to: place(payout.with(report), report))
        // What has arrived is under way no more, whatever a reading that lags behind says.
        case .awaitingTransfer(let payout):
            report.status == .processing ? .ignore : change(state, to: place(payout.with(report), report))
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
        case .failed(_, .some(let payout)):
            report.status == .refunded ? .move(to: .refunded(payout: payout.with(report))) : .ignore
        // The lookup of a link that is asked about a payout that isn't there: nobody can have made this arrow.
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting, .awaitingAcceptance, .initiating, .finding:
            .unexpected
        case .refunded, .reversed, .failed(_, nil), .rejected, .canceled: .ignore
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
        guard payout.link == .afterInitiate, payout.linked == nil, let transfer = payout.transfer else {
            return .monitoring(payout: payout)
        }
        return .linking(payout: payout, transfer: transfer)
    }

    /// Arrived: done only when DollarPe knows the transfer.
    private static func settle(_ payout: Payout) -> State {
        switch (payout.linked, payout.transfer) {
        case (nil, nil): .awaitingTransfer(payout: payout)
        case (nil, let transfer?): .linking(payout: payout, transfer: transfer)
        // Somebody has linked another one: the next read says so to a person.
        case (let linked?, let transfer?) where linked != transfer.text:
            .provingLink(payout: payout, transfer: transfer)
        case (.some, _): .completed(payout: payout)
        }
    }
}
