import BorderlessWithdrawal
import Domain
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// The values that the scripts of `borderless_withdrawal` speak of.
enum WithdrawalFixture {
    static let noon = Timestamp(seconds: 1_772_366_400)

    static func order(
        _ accept: BorderlessWithdrawal.Consent = .auto, minimum: FiatAmount? = nil, to target: RefundTarget? = nil,
        autoRefund: Bool? = nil
    ) -> BorderlessWithdrawal.Order {
        var order = BorderlessWithdrawal.Order(
            borderlessAccountID: .sample, asset: .sample, amount: .sample, fiatCurrency: .sample, country: .sample,
            paymentInstructionsID: .sample, paymentPurpose: .sample, accept: accept)
        order.minFiatAmount = minimum
        order.refundTarget = target
        order.autoRefund = autoRefund
        return order
    }

    static func quote(_ net: String = "98.99", after interval: Duration = .minutes(5)) -> BorderlessWithdrawal.Quote {
        BorderlessWithdrawal.Quote(id: "q-1", net: FiatAmount(net) ?? .sample, expiresAt: noon + interval)
    }

    static let instructions = BorderlessWithdrawal.Instructions(
        address: "0x00000000000000000000000000000000000000d0", asset: "USDC_POLYGON", amount: "100")

    static func report(
        _ stage: BorderlessWithdrawal.Stage, id: Identifier = .sample, hashes: [String] = [], cause: String? = nil,
        instructions: BorderlessWithdrawal.Instructions? = nil, refundIsDue: Bool? = nil
    ) -> BorderlessWithdrawal.Event {
        .reported(
            report: BorderlessWithdrawal.Report(
                id: id, stage: stage, instructions: instructions, hashes: hashes, cause: cause, refundIsDue: refundIsDue
            ))
    }

    /// One whose corridor is served, and that asks for a price.
    static func quoting(_ order: BorderlessWithdrawal.Order = order()) -> Simulation<BorderlessWithdrawal> {
        var withdrawal = Simulation(of: BorderlessWithdrawal.self, input: order)
        withdrawal.receive(.assessed(capabilities: [.init(partner: "Bridge", acceptedTypes: [], assets: [])]))
        return withdrawal
    }

    /// One that waits for the app's crypto.
    static func awaiting(_ order: BorderlessWithdrawal.Order = order()) -> Simulation<BorderlessWithdrawal> {
        var withdrawal = Simulation(
            of: BorderlessWithdrawal.self,
            in: .preparing(
                withdrawal: BorderlessWithdrawal.Withdrawal(id: .sample, order: order, stage: .submitted)))
        withdrawal.receive(report(.pending, instructions: instructions))
        return withdrawal
    }

    /// One whose crypto the app has sent.
    static func funded(_ order: BorderlessWithdrawal.Order = order()) -> Simulation<BorderlessWithdrawal> {
        var withdrawal = awaiting(order)
        withdrawal.receive(signal: Signal(name: "funded", payload: ["transaction_hash": "0xab"]))
        return withdrawal
    }

    /// Where the money is, as the job says.
    static func funds(_ state: BorderlessWithdrawal.State) -> String? {
        BorderlessWithdrawal.output(of: state)["funds"]?.string
    }

    /// What the child is asked that the present state runs.
    static func refund(_ withdrawal: Simulation<BorderlessWithdrawal>) -> RefundOrder? {
        guard case .run(let child, _) = withdrawal.plan.step, child.workflow == "refund" else { return nil }
        return child.input as? RefundOrder
    }
}
