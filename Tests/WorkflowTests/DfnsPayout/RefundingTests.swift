import DfnsPayout
import Domain
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// What follows a payout that failed after its money had left.
@Suite("When a payout through Dfns failed after its money had left")
struct DfnsPayoutRefunding {
    private static let cause = Refusal(.provider, "the bank account is closed")
    private static let sent = Fixture.payout().with(Fixture.onChain)

    private var refunding: Simulation<DfnsPayout> {
        Fixture.simulation(in: .refunding(payout: Self.sent, cause: Self.cause))
    }

    private func ending(_ outcome: Outcome, _ output: JSONValue = [:]) -> ChildEnding {
        ChildEnding(
            job: JobID(high: 0x0199_d0f4_0000_7000, low: 0x8000_0000_0000_0001), outcome: outcome, output: output)
    }

    @Test("A job of refund follows it, by Borderless's id, and knows that money has left")
    func child() throws {
        guard case .run(let child, _) = refunding.plan.step else {
            Issue.record("it runs no child")
            return
        }
        #expect(child.workflow == "refund")
        let order = try #require(child.input as? RefundOrder)
        #expect(order.transactionID.text == "bl-1")
        #expect(order.trigger == .automatic)
        #expect(order.hasMoneyLeft == true)
        #expect(order.account == nil, "the account of Borderless.xyz called main, unless the order names another")
    }

    @Test("Borderless.xyz's own webhooks find the payout too, by the id that both know")
    func webhooks() {
        #expect(
            DfnsPayout.references(of: refunding.state).contains(Reference(provider: "borderless_xyz", value: "bl-1")))
        #expect(DfnsPayout.references(of: refunding.state).contains(Reference(provider: "dfns", value: "bl-1")))
    }

    @Test("Refunded: the payout ends so, and says that nobody knows how much came back")
    func refunded() {
        var payout = refunding
        payout.receive(ending: ending(.refunded, ["refunded_amount": .null, "funds": "returned"]))
        #expect(payout.outcome == .refunded)
        let output = DfnsPayout.output(of: payout.state)
        #expect(output["refund_job"] == "0199d0f4-0000-7000-8000-000000000001")
        #expect(output["refunded_amount"] == .null)
        #expect(output["note"] == "Borderless.xyz doesn't tell how much came back: unknown until it was observed")
    }

    @Test("No refund: failed with the money sent, and why there is none")
    func noRefund() {
        var payout = refunding
        payout.receive(ending: ending(.failed, ["reason": "written off"]))
        let why = Refusal(.provider, "the bank account is closed; no refund: written off")
        #expect(payout.state == .failed(refusal: why, funds: .sent, payout: Self.sent))
    }

    @Test("Borderless.xyz says that it was carried out: the two contradict each other, and a person is told")
    func contradiction() {
        var payout = refunding
        payout.receive(ending: ending(.canceled, ["code": "delivered"]))
        guard case .failed(let why, .sent, _) = payout.state else {
            Issue.record("it rests in \(payout.state)")
            return
        }
        #expect(
            why.message
                == "Dfns says that it failed (the bank account is closed), and Borderless.xyz that it was carried out: "
                + "compare both")
    }

    @Test("While it is refunded nothing else moves it")
    func others() {
        var payout = refunding
        #expect(
            payout.receive(signal: Signal(name: "cancel")) == .refuse("the payout has failed, and is being refunded"))
        #expect(payout.receive(.ended(ending: .failed(why: Self.cause), progress: Fixture.onChain)) == .ignore)
        #expect(payout.plan.overdue?.after == .days(10))
    }
}
