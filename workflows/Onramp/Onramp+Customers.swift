import Domain
import WorkflowCore

/// The way of a customer: known, checked, taken by the venue.
extension Onramp {
    /// How many sessions a customer gets before the purchase expires.
    static let mostSessions = 3

    /// Where Borderless Payments says that a user is.
    static func follow(_ user: User, from state: State) -> Transition<Self> {
        switch state {
        case .creatingUser(let purchase), .findingUser(let purchase):
            return .move(to: place(user, Applicant(purchase: purchase, user: user.id)))
        case .verifying(let applicant, let session):
            return verify(user, applicant, session, in: state)
        case .awaitingRegistration(let applicant), .awaitingPurpose(let applicant):
            // Approved is never taken back: a read that says otherwise lags behind.
            let isOver = user.isVetoed || user.isDisabled || user.mayOrder
            return isOver ? .move(to: place(user, applicant)) : .ignore
        case .checking(let purchase, _, let quote, let asking, let rounds):
            guard user.mayOrder, let country = user.country else {
                return .move(to: place(user, Applicant(purchase: purchase, user: user.id)))
            }
            let buyer = Buyer(id: user.id, country: country)
            return .move(
                to: .ordering(purchase: purchase, buyer: buyer, quote: quote, asking: asking, rounds: rounds))
        case .startingKYC, .refreshingCheck, .registering, .declaringPurpose, .quoting,
            .awaitingAcceptance, .ordering, .searching, .reconciling, .preparing, .reconfirming, .awaitingPayment,
            .confirming, .lapsed, .verifyingPayment, .processing, .holding, .completed, .refunded, .failed, .rejected,
            .expired, .canceled:
            return stray(in: state)
        }
    }

    /// How long a session that no read has shown is the customer's to open; each hour ends with a refresh.
    private static let hoursToAct = 24

    /// How far the customer is with a session.
    private static func verify(
        _ user: User, _ applicant: Applicant, _ session: Session, in state: State
    ) -> Transition<Self> {
        if !user.isDisabled, !user.isVetoed {
            switch user.check {
            // It is open until the customer is done with it: no reason to open another.
            case .open(let word):
                let session = Session(url: session.url, status: word)
                return change(state, to: .verifying(applicant: applicant, session: session))
            // How a check begins anew after one that ran out is not documented: it may be called expired until the
            // customer acts, and that is the last session's word, not this one's. After a day it is this one's, too: it
            // may have been opened, and have run out, between two reads.
            case .expired where session.isNew == true && (applicant.refreshes ?? 0) < hoursToAct: return .ignore
            case .underReview, .approved, .rejected, .expired: break
            }
        }
        return change(state, to: place(user, applicant))
    }

    /// What a user still lacks.
    private static func place(_ user: User, _ applicant: Applicant) -> State {
        if user.isDisabled {
            return .failed(refusal: Refusal(.userDisabled, "the user is disabled at Borderless Payments"), order: nil)
        }
        if user.isVetoed {
            return .rejected(
                refusal: Refusal(.vetoed, "the venue turned the customer down: its support has to be asked"))
        }
        switch user.check {
        case .approved:
            guard user.isRegistered, let country = user.country else {
                return .awaitingRegistration(applicant: applicant)
            }
            return .quoting(
                purchase: applicant.purchase, buyer: Buyer(id: user.id, country: country), asking: nil)
        case .underReview(let word): return .verifying(applicant: applicant, session: Session(url: nil, status: word))
        case .rejected:
            return .rejected(refusal: Refusal(.checkFailed, "the customer did not pass the identity check"))
        case .open, .expired:
            guard applicant.sessions < mostSessions else {
                return .expired(
                    refusal: Refusal(.expired, "the customer let \(mostSessions) identity checks run out"), order: nil)
            }
            var applicant = applicant
            applicant.sessions += 1
            return .startingKYC(applicant: applicant)
        }
    }

    /// What the crypto is for: what the input says, once, and then what the app says.
    static func explain(_ applicant: Applicant) -> State {
        guard applicant.purposes.isEmpty, let purposes = applicant.purchase.purposes, !purposes.isEmpty else {
            return .awaitingPurpose(applicant: applicant)
        }
        var applicant = applicant
        applicant.purposes = purposes
        return .declaringPurpose(applicant: applicant)
    }

    /// The app says what the crypto is for.
    static func give(_ purposes: [Purpose], in state: State) -> Transition<Self> {
        switch state {
        case .awaitingPurpose(var applicant), .awaitingRegistration(var applicant):
            applicant.purposes = purposes
            return .move(to: .declaringPurpose(applicant: applicant))
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck:
            return .refuse("the customer has to be approved first")
        case .registering, .declaringPurpose: return .refuse("the venue is being asked; say it again in a moment")
        case .quoting, .awaitingAcceptance, .checking, .ordering, .searching, .reconciling, .preparing, .reconfirming,
            .awaitingPayment, .confirming, .lapsed, .verifyingPayment, .processing, .holding, .completed, .refunded,
            .failed, .rejected, .expired, .canceled:
            return .ignore
        }
    }

    static func change(_ state: State, to next: State) -> Transition<Self> {
        next == state ? .ignore : .move(to: next)
    }
}

extension Onramp.User {
    /// Whether orders are taken for this user (Borderless Payments documentation, “Users” and “Orders”).
    var mayOrder: Bool { check == .approved && isRegistered && !isVetoed && !isDisabled && country != nil }
}
