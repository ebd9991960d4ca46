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
            if case .quoting(let order, let asking, let tried) = state {
                return .move(to: decide(on: quote, order, asking, tried))
            }
            if case .requoting(let order, let why, let asking, let tried) = state {
                // While DollarPe gave no rate nobody was asked: the day in which somebody may say yes begins now.
                let before = why.code == .expired ? asking : asking?.anew(at: quote)
                return .move(to: decide(on: quote, order, before, tried))
            }
        case .initiated(let id):
            if case .initiating(let order, let quote, _) = state { return .move(to: opened(id, order, quote)) }
            if case .finding(let order, let quote) = state { return .move(to: opened(id, order, quote)) }
            if case .rulingOut(let order, let quote, _) = state { return .move(to: opened(id, order, quote)) }
        case .notOrdered:
            if case .rulingOut(_, _, let why) = state { return .move(to: end(for: why)) }
        case .linked:
            if case .linking(let payout, let transfer) = state {
                return .move(to: .provingLink(payout: payout, transfer: transfer))
            }
        case .timedOut: return timeOut(in: state)
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
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled, .expired: .ignore
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting, .awaitingAcceptance, .initiating, .finding, .rulingOut, .monitoring, .holding, .callingOff,
            .awaitingTransfer, .linking, .provingLink, .awaitingRefund:
            .unexpected
        }
    }

    private static func timeOut(in state: State) -> Transition<Self> {
        switch state {
        case .awaitingAcceptance(let order, let quote, let asking, let tried):
            // After so many in so short a time a pause comes first: a clock may be wrong, and each quote be old when it
            // comes.
            asking?.isTooFast(at: quote) == true
                ? .move(to: .requoting(order: order, refusal: unused, asking: asking, tried: tried))
                : .move(to: .quoting(order: order, asking: asking, tried: tried))
        case .initiating(let order, let quote, let asking):
            .move(to: .requoting(order: order, refusal: unused, asking: asking?.anew(at: quote), tried: quote))
        case .awaitingRefund(let payout): .move(to: outstanding(payout))
        // DollarPe has answered the link, and for a day no read has shown it.
        case .provingLink(let payout, let transfer):
            .move(to: .linking(payout: payout.linkingAgain, transfer: transfer))
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting, .finding, .rulingOut, .monitoring, .holding, .callingOff, .awaitingTransfer, .linking,
            .completed, .refunded, .reversed, .failed, .rejected, .canceled, .expired:
            stray(in: state)
        }
    }

    private static let unused = Refusal(.expired, "the quotation ran out before it was used")

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
        let next = wait(order, estimate, for: limits)
        guard order.onLimit == .fail, case .awaitingLimit = next else { return next }
        // Where enough is left for the day, it is more than there is for one payout.
        let most = limits.available.covers(estimate) ? limits.ceiling ?? limits.available : limits.available
        return failed(
            .limit,
            "the customer may still be paid \(most), and this is about \(estimate)"
                + (limits.needsDiligence ? "; DollarPe asks for enhanced due diligence" : ""))
    }

    /// Until there is enough: the limit starts anew, or due diligence raises it. Where neither helps it is over.
    private static func wait(_ order: Order, _ estimate: Estimate, for limits: Limits) -> State {
        if limits.covers(estimate) { return .quoting(order: order) }
        if let ceiling = limits.ceiling, !limits.reaches(estimate), !limits.needsDiligence {
            return failed(.limit, "the customer is never paid more than \(ceiling), and this is about \(estimate)")
        }
        return .awaitingLimit(order: order, estimate: estimate, limits: limits)
    }

    /// A good price is taken where the app said so; otherwise the app is asked, as long as the price holds, and for a
    /// day at most.
    private static func decide(on quote: Quote, _ order: Order, _ before: Asking?, _ tried: Quote?) -> State {
        let asking = Asking(since: before?.since ?? quote.expiresAt, quotes: (before?.quotes ?? 0) + 1)
        let isEnough = order.minFiatAmount.map { quote.receiving >= $0 } ?? true
        if order.accept == .auto, isEnough { return .initiating(order: order, quote: quote, asking: asking) }
        if asking.isTooLong(at: quote.expiresAt) {
            let why = Refusal(.expired, "nobody has taken a price for a day")
            return .rulingOut(order: order, quote: tried ?? quote, refusal: why)
        }
        return .awaitingAcceptance(order: order, quote: quote, asking: asking, tried: tried)
    }

    /// The app says yes to the price; where it says which it has seen, to no worse one.
    private static func accept(_ price: Acceptance, in state: State) -> Transition<Self> {
        switch state {
        case .awaitingAcceptance(let order, let quote, let asking, _):
            price.objection(to: quote.receiving).map { .refuse($0) }
                ?? .move(to: .initiating(order: order, quote: quote, asking: asking))
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting:
            .refuse("there is no price to accept yet")
        case .initiating, .finding, .rulingOut, .monitoring, .holding, .callingOff, .awaitingTransfer, .linking,
            .provingLink, .awaitingRefund, .completed, .refunded, .reversed, .failed, .rejected, .canceled, .expired:
            .ignore
        }
    }

    /// Possible as long as nothing was ordered, which is read first where it was tried: DollarPe has no call that takes
    /// a payout back. What somebody there has canceled may be given up here.
    private static func cancel(in state: State) -> Transition<Self> {
        switch state {
        case .quoting(let order, _, let tried?), .requoting(let order, _, _, let tried?),
            .awaitingAcceptance(let order, _, _, let tried?):
            .move(
                to: .rulingOut(order: order, quote: tried, refusal: Refusal(.canceled, "the app asked for it")))
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting, .awaitingAcceptance:
            .move(to: .canceled(payout: nil))
        case .initiating, .finding, .rulingOut:
            .refuse("the payout is being ordered, and DollarPe takes none back")
        case .holding(let payout, Status.canceledWord): .move(to: .callingOff(payout: payout))
        case .monitoring, .holding, .awaitingTransfer, .linking, .provingLink, .awaitingRefund:
            .refuse("the payout has been ordered, and DollarPe takes none back")
        case .callingOff, .completed, .refunded, .reversed, .failed, .rejected, .canceled, .expired: .ignore
        }
    }

    /// DollarPe said no: where that may pass, it is asked again.
    private static func turnedDown(_ why: Refusal, in state: State) -> Transition<Self> {
        switch state {
        case .quoting(let order, let asking, let tried): turnedDown(why, order, asking, tried)
        case .requoting(let order, _, let asking, let tried):
            settled(turnedDown(why, order, asking, tried), instead: state)
        case .initiating(let order, let quote, let asking): turnedDown(why, order, quote, asking)
        case .rulingOut(let order, let quote, _):
            why.code == .duplicate ? .move(to: .finding(order: order, quote: quote)) : .unexpected
        // Somebody else's payout has the order, so that none of ours can have.
        case .finding: why.code == .duplicate ? .move(to: .failed(refusal: why, payout: nil)) : .unexpected
        // A link before the arrival is not for everybody to make, as it seems: then it is made after it.
        case .linking(let payout, _):
            why.concernsAccount || payout.hasArrived ? .unexpected : .move(to: .monitoring(payout: payout.linkingLater))
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit:
            why.concernsAccount ? .unexpected : .move(to: .failed(refusal: why, payout: nil))
        case .awaitingAcceptance, .monitoring, .holding, .callingOff, .awaitingTransfer, .provingLink, .awaitingRefund:
            .unexpected
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled, .expired: .ignore
        }
    }

    /// The same answer again is no news.
    private static func settled(_ transition: Transition<Self>, instead state: State) -> Transition<Self> {
        transition == .move(to: state) ? .ignore : transition
    }

    /// What may pass: checks of customer and bank account, limits, due diligence. They are not read again, since
    /// DollarPe's reads and its refusals may differ, and the two would go round in circles.
    private static func turnedDown(
        _ why: Refusal, _ order: Order, _ asking: Asking?, _ tried: Quote?
    ) -> Transition<Self> {
        switch why.code {
        case .limit where order.onLimit == .fail, .diligence where order.onLimit == .fail:
            .move(to: end(for: why, order, tried))
        case .unverifiedCustomer, .unverifiedBank, .limit, .diligence:
            .move(to: .requoting(order: order, refusal: why, asking: asking, tried: tried))
        case _ where why.concernsAccount: .unexpected
        case _: .move(to: end(for: why, order, tried))
        }
    }

    /// An end with nothing ordered; where an order was tried, that is read first.
    private static func end(for why: Refusal, _ order: Order, _ tried: Quote?) -> State {
        if let tried { return .rulingOut(order: order, quote: tried, refusal: why) }
        return why.code == .laundering ? .rejected(refusal: why) : .failed(refusal: why, payout: nil)
    }

    /// The order itself was refused. DollarPe's texts are no proof that it was not taken before.
    private static func turnedDown(
        _ why: Refusal, _ order: Order, _ quote: Quote, _ asking: Asking?
    ) -> Transition<Self> {
        switch why.code {
        // Client reference, quotation or order are in use: by our own order, whose answer was lost.
        case .duplicate: .move(to: .finding(order: order, quote: quote))
        case .expired, .notFound:
            .move(to: .requoting(order: order, refusal: why, asking: asking?.anew(at: quote), tried: quote))
        case _: turnedDown(why, order, asking, quote)
        }
    }

    /// How it ends when nothing was ordered, and why.
    private static func end(for why: Refusal) -> State {
        switch why.code {
        case .laundering: .rejected(refusal: why)
        case .expired: .expired
        case .canceled: .canceled(payout: nil)
        case _: .failed(refusal: why, payout: nil)
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
            .requoting, .awaitingAcceptance:
            .refuse("there is no payout yet that a transfer could carry")
        case .initiating, .finding, .rulingOut:
            .refuse("the payout is being ordered: name its transfer once it has an id")
        case .awaitingRefund: .refuse("the payout has failed: nothing is linked to it")
        case .callingOff: .refuse("the payout is canceled: nothing is linked to it")
        case .completed, .refunded, .reversed, .failed, .rejected, .canceled, .expired: .ignore
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
            case .refunded, .success: .move(to: place(payout.with(report), report))
            case .processing, .failed, .other: .ignore
            }
        case .callingOff(let payout):
            .move(
                to: report.status == .canceled
                    ? .canceled(payout: payout.with(report)) : place(payout.with(report), report))
        // What contradicts an end leads away from it; what lags behind, or a word that nobody knows, does not.
        case .completed(let payout):
            switch report.status {
            case .refunded: .move(to: .reversed(payout: payout.with(report)))
            case .failed, .canceled: .move(to: place(payout.with(report), report))
            case .processing, .success, .other: .ignore
            }
        case .failed(_, .some(let payout)), .canceled(.some(let payout)):
            switch report.status {
            case .refunded, .success: .move(to: place(payout.with(report), report))
            case .processing, .failed, .other: .ignore
            }
        // The lookup of a link that is asked about a payout that isn't there: nobody can have made this arrow.
        case .configuring, .verifyingCustomer, .verifyingBank, .rating, .checkingLimits, .awaitingLimit, .quoting,
            .requoting, .awaitingAcceptance, .initiating, .finding, .rulingOut:
            .unexpected
        case .refunded, .reversed, .failed(_, nil), .rejected, .canceled(nil), .expired: .ignore
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
        // Nothing is linked to what is held or canceled: it is looked at first.
        case (.other, nil): return .move(to: place(payout, report))
        case (.success, nil):
            // What is known by now is kept; to a link that is being looked up it is no answer.
            guard case .provingLink = state else { return .ignore }
            return change(state, to: .provingLink(payout: payout, transfer: transfer))
        case (.processing, nil): return .ignore
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
        case .refunded: payout.hasArrived ? .reversed(payout: payout) : .refunded(payout: payout)
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
