import Domain
import LockstepTesting
import Refund
import Testing
import Time
import WorkflowCore

/// The values that the scripts of `refund` speak of.
enum RefundFixture {
    static func order(
        _ trigger: RefundTrigger = .automatic, to target: RefundTarget? = nil, observe: RefundObservation = .skip,
        hasMoneyLeft: Bool? = true
    ) -> RefundOrder {
        RefundOrder(
            transactionID: .sample, trigger: trigger, target: target, observe: observe, hasMoneyLeft: hasMoneyLeft,
            sentAmount: FiatAmount("100"), sentAsset: .sample)
    }

    static let noon = Timestamp(seconds: 1_772_366_400)

    static func report(
        _ stage: Refund.Stage, plan: Refund.RefundPlan? = nil, at instant: Timestamp? = nil
    ) -> Refund.Event {
        .reported(
            report: Refund.Report(
                stage: stage, cause: "account closed", country: .sample, fiat: .sample, asset: .sample,
                partner: "Bridge", plan: plan, readAt: instant))
    }

    static func plan(
        _ status: Refund.PlanStatus, path: Refund.Path? = .sourceReturn, layer: Refund.Layer? = .perTransaction,
        reason: String? = nil
    ) -> Refund.RefundPlan {
        Refund.RefundPlan(status: status, path: path, layer: layer, reason: reason)
    }

    /// Whether the partner takes addresses.
    static func capabilities(_ types: [String] = ["Address"]) -> Refund.Event {
        .assessed(capabilities: [Refund.Capability(partner: "Bridge", acceptedTypes: types, longestSeconds: 86_400)])
    }

    /// A refund of a transaction that has just been seen to have failed, with what the partner can do.
    static func failed(
        _ order: RefundOrder = order(), plan: Refund.RefundPlan? = plan(.eligible), types: [String] = ["Address"]
    ) -> Simulation<Refund> {
        var refund = Simulation(of: Refund.self, input: order)
        refund.receive(report(.failed, plan: plan))
        if caseName(of: refund.state) == "assessing" { refund.receive(capabilities(types)) }
        return refund
    }

    static let elsewhere = "0x00000000000000000000000000000000000000bb"

    /// The sentence on the desk; nil where it isn't there.
    static func sentence(_ state: Refund.State) -> String? {
        guard case .atDesk(_, let reason) = state else { return nil }
        return reason.message
    }
}
