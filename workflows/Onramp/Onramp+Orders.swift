import Domain
import WorkflowCore

/// The way of an order: placed, paid, delivered.
extension Onramp {
    /// How often an order is looked for, a minute apart, before it counts as not placed.
    static let mostLooks = 3

    /// How often it is tried to pass on that a customer says to have paid, for half an hour each time.
    static let mostConfirmations = 5

    /// Where Borderless Payments says that an order is.
    static func follow(_ report: Report, from state: State) -> Transition<Self> {
        switch state {
        case .ordering(let purchase, let buyer, let quote, _, _),
            .searching(let purchase, let buyer, let quote, _, _, _, _):
            let order = Order(
                id: report.id, purchase: purchase, buyer: buyer, quoted: quote.crypto, agreed: quote.agreed)
            return .move(to: place(order.with(report), report))
        case .reconciling(let order), .preparing(let order, _): return go(on: order, by: report, from: state, past: 0)
        case .reconfirming(let order), .awaitingPayment(let order), .confirming(let order), .lapsed(let order):
            return go(on: order, by: report, from: state, past: 1)
        case .verifyingPayment(let order): return go(on: order, by: report, from: state, past: 2)
        case .processing(let order): return go(on: order, by: report, from: state, past: 3)
        case .holding(let order, _, _): return go(on: order, by: report, from: state, past: order.leastRank)
        case .completed(let order): return reopen(order.delivered(), by: report, from: state)
        case .failed(_, let order?), .expired(_, let order?), .canceled(_, let order?):
            return reopen(order, by: report, from: state)
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking, .refunded,
            .failed, .rejected, .expired, .canceled:
            return stray(in: state)
        }
    }

    /// Forward, never back: a read that lags behind is no news.
    private static func go(on order: Order, by report: Report, from state: State, past rank: Int) -> Transition<Self> {
        if let reported = report.status.rank, reported < rank { return .ignore }
        let next = order.with(report)
        if let held = held(next, report) { return change(state, to: held) }
        switch (state, report.status) {
        case (.awaitingPayment, .awaitingPayment):
            let place = pay(next, report)
            // A deadline is set where a state is entered: another one needs another state in between.
            guard case .awaitingPayment(let shown) = place, !order.endsLike(shown) else {
                return change(state, to: place)
            }
            return .move(to: .preparing(order: shown, isShown: true))
        case (.reconfirming, .awaitingPayment): return change(state, to: pay(next, report))
        // It still waits, as before; only another page to pay on is news, or that nobody was told of the payment yet.
        case (.lapsed, .awaitingPayment):
            let isNews = next.instructions != order.instructions || next.isToBeConfirmed
            return isNews ? .move(to: pay(next, report)) : .ignore
        // The lookup of a confirmation: it was taken, or the order shows nothing of it.
        case (.confirming, .awaitingPayment):
            return report.isDeclared ? .move(to: .awaitingPayment(order: next)) : .ignore
        case (_, _): return change(state, to: place(next, report))
        }
    }

    /// Over by the provider's last word: what contradicts that is news, and what only lags behind it is not.
    private static func reopen(_ order: Order, by report: Report, from state: State) -> Transition<Self> {
        let next = order.with(report)
        // Somebody has taken note of that before.
        if let finding = finding(in: next, report), finding.words == order.discrepancy { return .ignore }
        return switch (state, report.status) {
        case (_, .refunded), (_, .other): .move(to: place(next, report))
        case (.completed, .failed), (.completed, .canceled), (.completed, .expired): .move(to: place(next, report))
        case (.completed, _): .ignore
        case (_, .verifyingPayment), (_, .processing), (_, .completed): .move(to: place(next, report))
        case (_, _): .ignore
        }
    }

    /// What is wrong with an order: it is not the one ordered, or was called completed and is called otherwise now.
    private static func finding(in order: Order, _ report: Report) -> Finding? {
        let differences = report.status.mayDeliver ? report.differences(from: order) : []
        if !differences.isEmpty {
            return Finding(
                words: "the order is not what was ordered: \(differences.joined(separator: "; "))",
                end: report.status == .completed ? .completed : nil)
        }
        guard order.isDelivered == true else { return nil }
        let words = "Borderless Payments called the order COMPLETED, and says now “\(report.status.word)”"
        switch report.status {
        case .failed, .canceled, .expired: return Finding(words: words, end: report.status)
        case .other: return Finding(words: words, end: .completed)
        case .pending, .reconciling, .awaitingPayment, .verifyingPayment, .processing, .completed, .refunded: return nil
        }
    }

    private static func held(_ order: Order, _ report: Report) -> State? {
        finding(in: order, report).map { .holding(order: order, status: report.status.word, finding: $0) }
    }

    /// A person has dealt with what was found: the purchase ends as the provider says, and its end tells of it.
    static func acknowledge(in state: State) -> Transition<Self> {
        switch state {
        case .holding(let order, _, let finding?):
            guard let end = finding.end else { return .refuse("the order is not over yet: its end comes by itself") }
            return .move(to: standing(of: order.noting(finding.words), by: Report(id: order.id, status: end)))
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking, .ordering,
            .searching, .reconciling, .preparing, .reconfirming, .awaitingPayment, .confirming, .lapsed,
            .verifyingPayment, .processing, .holding:
            return .refuse("nothing was found wrong with an order")
        case .completed, .refunded, .failed, .rejected, .expired, .canceled: return .ignore
        }
    }

    private static func place(_ order: Order, _ report: Report) -> State {
        held(order, report) ?? standing(of: order, by: report)
    }

    private static func standing(of order: Order, by report: Report) -> State {
        switch report.status {
        case .pending: .preparing(order: order)
        case .reconciling: .reconciling(order: order)
        case .awaitingPayment: pay(order, report)
        case .verifyingPayment: .verifyingPayment(order: order)
        case .processing: .processing(order: order)
        case .completed: .completed(order: order)
        case .refunded: .refunded(order: order, reason: reason(report, "the payment was sent back"))
        case .failed: .failed(refusal: reason(report, "Borderless Payments gave no reason"), order: order)
        case .canceled: .canceled(refusal: reason(report, "Borderless Payments called it off"), order: order)
        case .expired: .expired(refusal: reason(report, "it was not paid in time"), order: order)
        case .other(let word): .holding(order: order, status: word)
        }
    }

    /// The provider's own word where it gives one: the list is open, and not published.
    private static func reason(_ report: Report, _ words: String) -> Refusal {
        Refusal(report.reason.map { Refusal.Code(rawValue: $0) } ?? .provider, words)
    }

    /// The customer is shown how to pay only for what was ordered and agreed to: what is sent to a wrong place is gone.
    private static func pay(_ order: Order, _ report: Report) -> State {
        if let held = held(order, report) { return held }
        guard order.instructions != nil else { return .preparing(order: order) }
        guard order.isAsAgreed else { return .reconfirming(order: order) }
        return order.isToBeConfirmed ? .confirming(order: order.shown()) : .awaitingPayment(order: order.shown())
    }

    /// No order of ours is there.
    static func findNothing(in state: State) -> Transition<Self> {
        switch state {
        // The lookup before a repetition: the engine asks again, and repeats then.
        case .ordering: return .ignore
        case .searching(let purchase, let buyer, let quote, let looks, let refusal, let asking, let rounds):
            guard isLastLook(looks) else {
                return .move(
                    to: .searching(
                        purchase: purchase, buyer: buyer, quote: quote, looks: looks + 1, refusal: refusal,
                        asking: asking, rounds: rounds))
            }
            guard let refusal else {
                return .move(to: .quoting(purchase: purchase, buyer: buyer, asking: asking, rounds: rounds))
            }
            return refusal.needsPerson ? .unexpected : .move(to: .failed(refusal: refusal, order: nil))
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking, .reconciling,
            .preparing, .reconfirming, .awaitingPayment, .confirming, .lapsed, .verifyingPayment, .processing,
            .holding, .completed, .refunded, .failed, .rejected, .expired, .canceled:
            return stray(in: state)
        }
    }

    /// Whether so many looks in vain were enough with one more.
    static func isLastLook(_ looks: Int) -> Bool { looks + 1 >= mostLooks }

    /// The customer says to have paid: passed on for transfers, and never for a bank's own page.
    static func declarePayment(in state: State) -> Transition<Self> {
        switch state {
        case .awaitingPayment(let order), .lapsed(let order), .preparing(let order, isShown: true?):
            switch order.purchase.instrument {
            case .openBanking: .refuse("a payment on the bank's page confirms itself")
            case .sepa: order.isDeclared ? .ignore : .move(to: .confirming(order: order.toBeConfirmed()))
            }
        // The customer was told before the order changed: passed on as soon as it is clear what the order gives.
        case .reconfirming(let order) where order.payment > .none && order.purchase.instrument == .sepa:
            order.isDeclared || order.isToBeConfirmed ? .ignore : .move(to: .reconfirming(order: order.toBeConfirmed()))
        case .holding(let order, let status, let finding)
        where order.payment == .possible && order.purchase.instrument == .sepa:
            order.isDeclared || order.isToBeConfirmed
                ? .ignore : .move(to: .holding(order: order.toBeConfirmed(), status: status, finding: finding))
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking, .ordering,
            .searching, .reconciling, .preparing, .reconfirming:
            .refuse("nobody has been told yet how to pay")
        case .confirming, .verifyingPayment, .processing, .holding, .completed, .refunded, .failed, .rejected,
            .expired, .canceled:
            .ignore
        }
    }
}
