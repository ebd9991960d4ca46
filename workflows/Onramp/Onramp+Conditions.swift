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
        if case .acknowledged = event, case .holding(_, _, let finding?) = state {
            return [("isOver", finding.end != nil)]
        }
        if case .reported(let report) = event, let order = known(state).map({ $0.with(report) }) {
            guard case .awaitingPayment(let shown) = state else { return conditions(of: order, report) }
            return conditions(of: order, report) + [("isEndKnown", shown.endsLike(order))]
        }
        return []
    }

    private static func conditions(of order: Order, _ report: Report) -> [(name: String, holds: Bool)] {
        let delivered = ("isDelivered", order.isDelivered == true)
        guard report.status.mayDeliver else { return [delivered] }
        let ordered = ("isAsOrdered", report.differences(from: order).isEmpty)
        guard report.status == .awaitingPayment else { return [ordered, delivered] }
        return [ordered, ("isAsAgreed", order.isAsAgreed), ("isToBeConfirmed", order.isToBeConfirmed)]
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
