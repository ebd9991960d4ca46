import Domain
import Time
public import WorkflowCore

extension Onramp {
    /// One row for each event, in the order of a purchase's life; where a state has no use for it, `stray` says why.
    public static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch event {
        case .userRead(let user): return follow(user, from: state)
        case .sessionOpened(let url):
            if case .startingKYC(var applicant) = state {
                applicant.refreshes = nil
                let session = Session(url: url, status: "INIT", isNew: true)
                return .move(to: .verifying(applicant: applicant, session: session))
            }
        case .checkRefreshed:
            if case .refreshingCheck(let applicant, let session) = state {
                return .move(to: .verifying(applicant: applicant, session: session))
            }
        case .registrationAsked:
            if case .registering(let applicant) = state {
                return .move(to: .awaitingRegistration(applicant: applicant))
            }
        case .purposeGiven(let purposes): return give(purposes, in: state)
        case .purposeDeclared:
            // The venue has what it waited for, and is asked at once.
            if case .declaringPurpose(let applicant) = state { return .move(to: .registering(applicant: applicant)) }
        case .quoted(let quote):
            // A price at which more is to be paid than was asked for is none that anybody could say yes to.
            if case .quoting(let purchase, let buyer, let asking, let rounds) = state, !quote.isDearer(than: purchase) {
                return .move(to: decide(on: quote, purchase, buyer, asking, rounds))
            }
        case .accepted(let price): return accept(price, in: state)
        case .reported(let report): return follow(report, from: state)
        case .noOrderFound: return findNothing(in: state)
        case .paymentSent: return declarePayment(in: state)
        case .paymentConfirmed:
            if case .confirming(let order) = state { return .move(to: .awaitingPayment(order: order.declared())) }
        case .acknowledged: return acknowledge(in: state)
        case .timedOut: return timeOut(in: state)
        case .cancelRequested: return cancel(in: state)
        case .refused(let why): return turnedDown(why, in: state)
        }
        return stray(in: state)
    }

    /// What comes to a state that has no use for it: too late for what is over, unexpected anywhere else.
    static func stray(in state: State) -> Transition<Self> {
        switch state {
        case .completed, .refunded, .failed, .rejected, .expired, .canceled: .ignore
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking, .ordering,
            .searching, .reconciling, .preparing, .reconfirming, .awaitingPayment, .confirming, .lapsed,
            .verifyingPayment, .processing, .holding:
            .unexpected
        }
    }

    // MARK: The price

    /// A good price is taken where the app said so; otherwise the app is asked, for a day at most.
    private static func decide(
        on quote: Quote, _ purchase: Purchase, _ buyer: Buyer, _ asking: Asking?, _ rounds: Int?
    ) -> State {
        if purchase.accept == .auto, quote.isEnough(for: purchase) {
            return .checking(purchase: purchase, buyer: buyer, quote: quote, asking: asking, rounds: rounds)
        }
        if asking?.isTooLong(at: quote.receivedAt) == true {
            return .expired(refusal: Refusal(.expired, "for a day no price was agreed to and ordered at"), order: nil)
        }
        let asking = asking ?? Asking(since: quote.receivedAt)
        return .awaitingAcceptance(purchase: purchase, buyer: buyer, quote: quote, asking: asking, rounds: rounds)
    }

    /// The price that the app is asked about.
    static func asked(in state: State) -> FiatAmount? {
        if case .awaitingAcceptance(_, _, let quote, _, _) = state { return quote.crypto }
        if case .reconfirming(let order) = state { return order.crypto ?? order.quoted }
        return nil
    }

    /// The app says yes to a price: to the quote's, or to that of an order which gives less than was agreed; where it
    /// says which it has seen, to no worse one.
    private static func accept(_ price: Acceptance, in state: State) -> Transition<Self> {
        if let why = asked(in: state).flatMap({ price.objection(to: $0) }) { return .refuse(why) }
        return switch state {
        case .awaitingAcceptance(let purchase, let buyer, let quote, let asking, let rounds):
            .move(
                to: .checking(
                    purchase: purchase, buyer: buyer, quote: quote.agreeing(to: price.least), asking: asking,
                    rounds: rounds))
        case .reconfirming(let order): .move(to: .awaitingPayment(order: order.agreeing(to: price.least).shown()))
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting:
            .refuse("there is no price to accept yet")
        case .checking, .ordering, .searching, .reconciling, .preparing, .awaitingPayment, .confirming, .lapsed,
            .verifyingPayment, .processing, .holding, .completed, .refunded, .failed, .rejected, .expired, .canceled:
            .ignore
        }
    }

    // MARK: What is asked for and runs out

    private static func timeOut(in state: State) -> Transition<Self> {
        switch state {
        case .verifying(var applicant, let session):
            applicant.refreshes = (applicant.refreshes ?? 0) + 1
            return .move(to: .refreshingCheck(applicant: applicant, session: session))
        case .refreshingCheck(let applicant, let session):
            return .move(to: .verifying(applicant: applicant, session: session))
        case .awaitingRegistration(var applicant):
            applicant.reminders += 1
            return .move(to: .registering(applicant: applicant))
        case .awaitingPurpose:
            return .move(
                to: .expired(
                    refusal: Refusal(.expired, "nobody said in two weeks what the crypto is for"), order: nil))
        case .awaitingAcceptance(let purchase, let buyer, _, let asking, let rounds):
            return .move(to: .quoting(purchase: purchase, buyer: buyer, asking: asking, rounds: rounds))
        case .checking(let purchase, let buyer, _, let asking, let rounds):
            return .move(to: .quoting(purchase: purchase, buyer: buyer, asking: asking, rounds: (rounds ?? 0) + 1))
        // The price has aged before an order was certainly placed: first make sure that there is none.
        case .ordering(let purchase, let buyer, let quote, let asking, let rounds):
            return .move(
                to: .searching(
                    purchase: purchase, buyer: buyer, quote: quote, looks: 0, refusal: nil, asking: asking,
                    rounds: (rounds ?? 0) + 1))
        case .awaitingPayment(let order): return .move(to: .lapsed(order: order))
        // The customer's word is a courtesy: the order goes on without it, until a read shows that it still waits.
        case .confirming(let order): return .move(to: .awaitingPayment(order: order.confirmedInVain()))
        case .creatingUser, .findingUser, .startingKYC, .registering, .declaringPurpose, .quoting, .searching,
            .reconciling, .preparing, .reconfirming, .lapsed, .verifyingPayment, .processing, .holding, .completed,
            .refunded, .failed, .rejected, .expired, .canceled:
            return stray(in: state)
        }
    }

    /// Possible until an order is placed: Borderless Payments has no call that takes one back.
    private static func cancel(in state: State) -> Transition<Self> {
        switch state {
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking:
            .move(to: .canceled(refusal: Refusal(.canceled, "the app asked for it"), order: nil))
        // Our key was used for something else, and no order of ours is there: whoever looks may give it up.
        case .searching(_, _, _, let looks, let refusal?, _, _) where refusal.needsPerson && isLastLook(looks):
            .move(to: .canceled(refusal: Refusal(.canceled, "the app asked for it"), order: nil))
        case .ordering, .searching: .refuse("the order is being placed; ask again in a moment")
        case .reconciling, .preparing, .reconfirming, .awaitingPayment, .confirming, .lapsed:
            .refuse("Borderless Payments takes no order back; one that is not paid expires by itself")
        case .verifyingPayment, .processing, .holding:
            .refuse("the order has been placed, and Borderless Payments takes none back")
        case .completed, .refunded, .failed, .rejected, .expired, .canceled: .ignore
        }
    }

    // MARK: Refusals

    /// Borderless Payments said no. What concerns our account, or is our own mistake, waits for a person: no order is
    /// given up for it.
    private static func turnedDown(_ why: Refusal, in state: State) -> Transition<Self> {
        // Whatever is said against the order, an earlier copy of it may have been taken, or be on its way: a look at
        // the customer's orders decides. Where our key was used for something else, a person looks before another.
        if case .ordering(let purchase, let buyer, let quote, let asking, let rounds) = state,
            !why.needsPerson || why.code == .duplicate
        {
            return .move(
                to: .searching(
                    purchase: purchase, buyer: buyer, quote: quote, looks: 0, refusal: why, asking: asking,
                    rounds: rounds))
        }
        if why.needsPerson { return stray(in: state) }
        switch state {
        case .creatingUser(let purchase):
            return .move(
                to: why.code == .conflict
                    ? .findingUser(purchase: purchase) : .failed(refusal: why, order: nil))
        case .findingUser, .quoting, .checking: return .move(to: .failed(refusal: why, order: nil))
        case .startingKYC(var applicant):
            guard why.code == .conflict else { return .move(to: .failed(refusal: why, order: nil)) }
            // A session that is open, or over: the next reads show which. What they say of the one before is not its.
            applicant.refreshes = nil
            let session = Session(url: nil, status: "INIT", isNew: true)
            return .move(to: .verifying(applicant: applicant, session: session))
        case .registering(let applicant):
            return .move(
                to: why.code == .purposeRequired ? explain(applicant) : .awaitingRegistration(applicant: applicant))
        case .declaringPurpose(let applicant):
            return .move(to: .awaitingPurpose(applicant: applicant))
        // A courtesy: what is known without it is read on.
        case .refreshingCheck(let applicant, let session):
            return .move(to: .verifying(applicant: applicant, session: session))
        // Over, or nothing that is confirmed: the order itself shows which.
        case .confirming(let order): return .move(to: .awaitingPayment(order: order.unconfirmed()))
        case .verifying, .awaitingRegistration, .awaitingPurpose, .awaitingAcceptance, .ordering, .searching,
            .reconciling, .preparing, .reconfirming, .awaitingPayment, .lapsed, .verifyingPayment, .processing,
            .holding, .completed, .refunded, .failed, .rejected, .expired, .canceled:
            return stray(in: state)
        }
    }
}
