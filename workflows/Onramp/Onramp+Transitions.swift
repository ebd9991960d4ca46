import Domain
import Time
public import WorkflowCore

extension Onramp {
    /// One row for each event, in the order of a purchase's life; where a state has no use for it, `stray` says why.
    public static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch event {
        case .userRead(let user): return follow(user, from: state)
        case .sessionOpened(let url):
            if case .startingKYC(let applicant) = state {
                return .move(to: .verifying(applicant: applicant, session: Session(url: url, status: "INIT")))
            }
        case .registrationAsked:
            if case .registering(let applicant) = state {
                return .move(to: .awaitingRegistration(applicant: applicant))
            }
        case .purposeGiven(let purposes): return give(purposes, in: state)
        case .purposeDeclared:
            if case .declaringPurpose(let applicant) = state {
                return .move(to: .awaitingRegistration(applicant: applicant))
            }
        case .quoted(let quote):
            if case .quoting(let purchase, let buyer, let asking) = state {
                return .move(to: decide(on: quote, purchase, buyer, asking))
            }
        case .accepted: return accept(in: state)
        case .reported(let report): return follow(report, from: state)
        case .noOrderFound: return findNothing(in: state)
        case .paymentSent: return declarePayment(in: state)
        case .paymentConfirmed:
            if case .confirming(let order) = state { return .move(to: .awaitingPayment(order: order)) }
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
        case .creatingUser, .findingUser, .startingKYC, .verifying, .awaitingRegistration, .registering,
            .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking, .ordering, .searching,
            .reconciling, .preparing, .reconfirming, .awaitingPayment, .confirming, .lapsed, .verifyingPayment,
            .processing, .holding:
            .unexpected
        }
    }

    // MARK: The price

    /// A good price is taken where the app said so; otherwise the app is asked, for a day at most.
    private static func decide(on quote: Quote, _ purchase: Purchase, _ buyer: Buyer, _ asking: Asking?) -> State {
        let isEnough = purchase.minCryptoAmount.map { quote.crypto >= $0.amount } ?? true
        if purchase.accept == .auto, isEnough { return .checking(purchase: purchase, buyer: buyer, quote: quote) }
        let asking = asking ?? Asking(since: quote.receivedAt)
        if quote.receivedAt - asking.since >= .hours(24) {
            return .expired(refusal: Refusal(.expired, "nobody said yes to a price for a day"), order: nil)
        }
        return .awaitingAcceptance(purchase: purchase, buyer: buyer, quote: quote, asking: asking)
    }

    /// The app says yes to a price: to the quote's, or to that of an order which gives less than was agreed.
    private static func accept(in state: State) -> Transition<Self> {
        switch state {
        case .awaitingAcceptance(let purchase, let buyer, let quote, _):
            .move(to: .checking(purchase: purchase, buyer: buyer, quote: quote))
        case .reconfirming(let order): .move(to: .awaitingPayment(order: order.agreeing().shown()))
        case .creatingUser, .findingUser, .startingKYC, .verifying, .awaitingRegistration, .registering,
            .awaitingPurpose, .declaringPurpose, .quoting:
            .refuse("there is no price to accept yet")
        case .checking, .ordering, .searching, .reconciling, .preparing, .awaitingPayment, .confirming, .lapsed,
            .verifyingPayment, .processing, .holding, .completed, .refunded, .failed, .rejected, .expired, .canceled:
            .ignore
        }
    }

    // MARK: What is asked for and runs out

    private static func timeOut(in state: State) -> Transition<Self> {
        switch state {
        case .awaitingRegistration(var applicant):
            applicant.reminders += 1
            return .move(to: .registering(applicant: applicant))
        case .awaitingPurpose:
            return .move(
                to: .expired(
                    refusal: Refusal(.expired, "nobody said in two weeks what the crypto is for"), order: nil))
        case .awaitingAcceptance(let purchase, let buyer, _, let asking):
            return .move(to: .quoting(purchase: purchase, buyer: buyer, asking: asking))
        case .checking(let purchase, let buyer, _):
            return .move(to: .quoting(purchase: purchase, buyer: buyer, asking: nil))
        // The price has aged before an order was certainly placed: first make sure that there is none.
        case .ordering(let purchase, let buyer, let quote):
            return .move(to: .searching(purchase: purchase, buyer: buyer, quote: quote, looks: 0, refusal: nil))
        case .awaitingPayment(let order): return .move(to: .lapsed(order: order))
        // The customer's word is a courtesy: the order goes on without it.
        case .confirming(let order): return .move(to: .awaitingPayment(order: order))
        case .creatingUser, .findingUser, .startingKYC, .verifying, .registering, .declaringPurpose, .quoting,
            .searching, .reconciling, .preparing, .reconfirming, .lapsed, .verifyingPayment, .processing, .holding,
            .completed, .refunded, .failed, .rejected, .expired, .canceled:
            return stray(in: state)
        }
    }

    /// Possible until an order is placed: Borderless Payments has no call that takes one back.
    private static func cancel(in state: State) -> Transition<Self> {
        switch state {
        case .creatingUser, .findingUser, .startingKYC, .verifying, .awaitingRegistration, .registering,
            .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking:
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
        if why.needsPerson { return stray(in: state) }
        switch state {
        case .creatingUser(let purchase):
            return .move(
                to: why.code == .conflict
                    ? .findingUser(purchase: purchase) : .failed(refusal: why, order: nil))
        case .findingUser, .quoting, .checking: return .move(to: .failed(refusal: why, order: nil))
        case .startingKYC(let applicant):
            // A session that is open, or over: the next reads show which.
            return .move(
                to: why.code == .conflict
                    ? .verifying(applicant: applicant, session: Session(url: nil, status: "INIT"))
                    : .failed(refusal: why, order: nil))
        case .registering(let applicant):
            return .move(
                to: why.code == .purposeRequired ? explain(applicant) : .awaitingRegistration(applicant: applicant))
        case .declaringPurpose(let applicant):
            return .move(to: .awaitingPurpose(applicant: applicant))
        // Another order of this customer's is open, or ours is on its way already.
        case .ordering(let purchase, let buyer, let quote):
            return .move(
                to: why.code == .conflict
                    ? .searching(purchase: purchase, buyer: buyer, quote: quote, looks: 0, refusal: why)
                    : .failed(refusal: why, order: nil))
        // Over, or nothing that is confirmed: the order itself shows which.
        case .confirming(let order): return .move(to: .awaitingPayment(order: order))
        case .verifying, .awaitingRegistration, .awaitingPurpose, .awaitingAcceptance, .searching, .reconciling,
            .preparing, .reconfirming, .awaitingPayment, .lapsed, .verifyingPayment, .processing, .holding, .completed,
            .refunded, .failed, .rejected, .expired, .canceled:
            return stray(in: state)
        }
    }
}
