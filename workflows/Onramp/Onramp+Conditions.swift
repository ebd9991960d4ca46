import Domain
import WorkflowCore

extension Onramp {
    /// What decides about prices, orders and sessions, by the functions by which it is decided.
    public static func conditions(on event: Event, in state: State) -> [(name: String, holds: Bool)] {
        if case .quoted(let quote) = event, case .quoting(let purchase, _, let asking, _) = state {
            return [
                ("isDearer", quote.isDearer(than: purchase)), ("isEnough", quote.isEnough(for: purchase)),
                ("waitedADay", asking?.isTooLong(at: quote.receivedAt) == true),
            ]
        }
        if case .accepted(let price) = event, let asked = asked(in: state) {
            return [("isWorse", price.objection(to: asked) != nil)]
        }
        if [.noOrderFound, .cancelRequested].contains(event),
            case .searching(_, _, _, let looks, let refusal, _, _) = state
        {
            return [("isLastLook", isLastLook(looks)), ("needsPerson", refusal?.needsPerson == true)]
        }
        if case .acknowledged = event, case .holding(_, _, let finding) = state {
            return [
                ("isFound", finding != nil), ("isOver", finding?.end != nil), ("isFailed", finding?.end == .failed),
            ]
        }
        if case .paymentSent = event, case .preparing(_, let isShown) = state { return [("isShown", isShown == true)] }
        if case .reported(let report) = event, let order = known(state) {
            return conditions(of: order, report, in: state)
        }
        return []
    }

    /// What decides about a report on an order as it was known before.
    private static func conditions(
        of order: Order, _ report: Report, in state: State
    ) -> [(name: String, holds: Bool)] {
        let next = order.with(report)
        let delivered = ("isDelivered", order.isDelivered == true)
        guard report.status.mayDeliver else { return [delivered] }
        let ordered = ("isAsOrdered", report.differences(from: next).isEmpty)
        guard report.status == .awaitingPayment else { return [ordered, delivered] }
        let agreed = [ordered, ("isAsAgreed", next.isAsAgreed), ("isToBeConfirmed", next.isToBeConfirmed)]
        guard case .awaitingPayment = state else { return agreed }
        return agreed + [("isEndKnown", order.endsLike(next))]
    }

    /// The order of a state, also where it is only just being placed.
    private static func known(_ state: State) -> Order? {
        switch state {
        case .ordering(let purchase, let buyer, let quote, _, _),
            .searching(let purchase, let buyer, let quote, _, _, _, _):
            Order(id: "", purchase: purchase, buyer: buyer, quoted: quote.crypto, agreed: quote.agreed)
        case .creatingUser, .findingUser, .startingKYC, .verifying, .refreshingCheck, .awaitingRegistration,
            .registering, .awaitingPurpose, .declaringPurpose, .quoting, .awaitingAcceptance, .checking, .reconciling,
            .preparing, .reconfirming, .awaitingPayment, .confirming, .lapsed, .verifyingPayment, .processing,
            .holding, .completed, .refunded, .failed, .rejected, .expired, .canceled:
            order(of: state)
        }
    }
}
