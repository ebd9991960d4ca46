import Domain
import JSONSchema
import LockstepTesting
import Refund
import Testing
import WorkflowCore

/// Every status and every path of a refund plan, and what people do about those that are stuck.
@Suite("Each status and path of a refund plan")
struct RefundPlanTests {
    typealias Fixture = RefundFixture

    @Test(
        "has its place",
        arguments: [
            (Refund.PlanStatus.created, "underWay"), (.eligible, "underWay"), (.inProgress, "underWay"),
            (.succeeded, "refunded"), (.failed, "atDesk"), (.blocked, "atDesk"), (.manualRequired, "atDesk"),
            (.unsupported, "atDesk"), (.notNeeded, "atDesk"), (.cancelled, "atDesk"),
        ])
    func statuses(status: Refund.PlanStatus, state: String) {
        let refund = Fixture.failed(plan: Fixture.plan(status))
        #expect(caseName(of: refund.state) == state)
        if state == "atDesk" { #expect(refund.plan.overdue?.after == .zero, "on a desk at once") }
    }

    @Test("that stands for nothing to refund is believed where nobody knows that money has left")
    func nothingMoved() {
        for status in [Refund.PlanStatus.notNeeded, .cancelled] {
            let refund = Fixture.failed(Fixture.order(hasMoneyLeft: nil), plan: Fixture.plan(status))
            #expect(refund.outcome == .canceled)
            #expect(Refund.output(of: refund.state)["code"] == "nothing_moved")
        }
        let sure = Fixture.failed(plan: Fixture.plan(.notNeeded))
        #expect(
            Fixture.sentence(sure.state)
                == "Borderless.xyz says “not_needed”, as if nothing had moved; but money has left: write to its "
                + "support, naming the transfer on chain")
    }

    @Test(
        "that is a path has its place too",
        arguments: [
            (Refund.Path.inlineProvider, "underWay"), (.providerBalance, "underWay"), (.sourceReturn, "underWay"),
            (.providerObserved, "underWay"), (.manualRequired, "atDesk"), (.unsupported, "atDesk"),
            (.notNeeded, "atDesk"),
        ])
    func paths(path: Refund.Path, state: String) {
        let refund = Fixture.failed(plan: Fixture.plan(.eligible, path: path))
        #expect(caseName(of: refund.state) == state)
    }

    @Test("that wants a person says what to do")
    func sentences() {
        func sentence(_ plan: Refund.RefundPlan) -> String? { Fixture.sentence(Fixture.failed(plan: plan).state) }
        #expect(
            sentence(Fixture.plan(.failed, reason: "no such wallet"))
                == "Borderless.xyz says that the refund failed (no such wallet), and takes no second dispatch: write "
                + "to its support; then signal “observed” with what came back, or “give_up”")
        #expect(
            sentence(Fixture.plan(.blocked, layer: .organisationDefault, reason: "stale"))
                == "the refund is blocked (stale); it goes to the organisation's default: is that set, right, and "
                + "confirmed within 90 days?; remove the cause on Borderless.xyz's dashboard, then signal “dispatch”")
        #expect(
            sentence(Fixture.plan(.manualRequired))
                == "Bridge refunds by hand only: ask Borderless.xyz's support for it; then signal “observed” with what "
                + "came back")
        #expect(
            sentence(Fixture.plan(.unsupported))
                == "Bridge can't refund this transaction: write to Borderless.xyz's support about where the money is; "
                + "then signal “observed” with what came back, or “give_up”")
    }

    @Test("may change while it lies on a desk, by whoever mends it, and the refund goes on")
    func mended() {
        var refund = Fixture.failed(plan: Fixture.plan(.blocked))
        #expect(refund.receive(Fixture.report(.failed, plan: Fixture.plan(.blocked))) == .ignore)
        refund.receive(Fixture.report(.failed, plan: Fixture.plan(.inProgress)))
        #expect(caseName(of: refund.state) == "underWay")
        refund.receive(Fixture.report(.failed, plan: Fixture.plan(.failed)))
        #expect(caseName(of: refund.state) == "atDesk")
        refund.receive(Fixture.report(.refunded))
        #expect(refund.outcome == .refunded)
    }

    @Test("is closed by a person: with what was seen to come back, or without")
    func closed() {
        var seen = Fixture.failed(plan: Fixture.plan(.manualRequired))
        seen.receive(
            signal: Signal(
                name: "observed", payload: ["amount": "97.5", "asset": "USDC_POLYGON", "transaction_hash": "0xab"]))
        #expect(seen.outcome == .refunded)
        let output = Refund.output(of: seen.state)
        #expect(output["refunded_amount"] == "97.5")
        #expect(output["discrepancy"] == "less than the 100 that had left")
        var lost = Fixture.failed(plan: Fixture.plan(.unsupported))
        lost.receive(signal: Signal(name: "give_up", payload: ["reason": "written off"]))
        #expect(lost.outcome == .failed)
        #expect(Refund.output(of: lost.state)["reason"] == "written off")
    }

    @Test("Done is not seen: where the app asked for it, the refund waits until somebody has seen the money")
    func observed() {
        var refund = Fixture.failed(Fixture.order(observe: .ask), plan: Fixture.plan(.succeeded))
        #expect(caseName(of: refund.state) == "observing")
        #expect(refund.plan.overdue?.desk == "treasury")
        #expect(Refund.output(of: refund.state)["refunded_amount"] == .null)
        #expect(Refund.event(for: Signal(name: "observed", payload: ["amount": "lots"])) == nil)
        refund.receive(
            signal: Signal(name: "observed", payload: ["amount": "100", "asset": "USDC_ETHEREUM"]))
        #expect(Refund.output(of: refund.state)["discrepancy"] == "another asset: USDC_POLYGON had left")
    }

    @Test("Nobody had waited for it: what was seen later is recorded all the same, and compared with what had left")
    func observedLate() {
        // As for a payout through Dfns: the order doesn't know how much had left, and the transaction does.
        var order = Fixture.order()
        order.sentAmount = nil
        order.sentAsset = nil
        var refund = Simulation(of: Refund.self, input: order)
        refund.receive(
            .reported(
                report: Refund.Report(stage: .refunded, asset: .sample, amount: FiatAmount("1000"), partner: "Bridge")))
        #expect(refund.outcome == .refunded)
        refund.receive(signal: Signal(name: "observed", payload: ["amount": "997.5", "asset": "USDC_POLYGON"]))
        let output = Refund.output(of: refund.state)
        #expect(refund.outcome == .refunded)
        #expect(output["refunded_amount"] == "997.5")
        #expect(output["discrepancy"] == "less than the 1000 that had left")
        #expect(output["funds"] == "returned")
        #expect(
            refund.receive(signal: Signal(name: "observed", payload: ["amount": "1", "asset": "USDC_POLYGON"]))
                == .refuse("the job is over: book it in the ledger"))
    }

    @Test("A refund onto the balance at the partner is a claim there, and said to be one")
    func providerBalance() {
        let refund = Fixture.failed(plan: Fixture.plan(.succeeded, path: .providerBalance))
        #expect(Refund.output(of: refund.state)["funds"] == "provider_balance")
    }

    @Test("A transaction that was carried out needs no refund; one that is not there has none")
    func delivered() {
        var delivered = Simulation(of: Refund.self, input: Fixture.order())
        delivered.receive(Fixture.report(.completed))
        #expect(delivered.outcome == .canceled)
        #expect(Refund.output(of: delivered.state)["code"] == "delivered")
        var unknown = Simulation(of: Refund.self, input: Fixture.order(hasMoneyLeft: nil))
        unknown.receive(refusal: ProviderRefusal(code: "not_found", message: "no such transaction"))
        #expect(unknown.outcome == .failed)
    }

    @Test("Carried out, with a plan that says that money goes back all the same: the refund is followed")
    func deliveredAndReturned() {
        for (status, state) in [
            (Refund.PlanStatus.created, "notNeeded"), (.notNeeded, "notNeeded"), (.unsupported, "notNeeded"),
            (.inProgress, "underWay"), (.eligible, "underWay"), (.blocked, "atDesk"),
        ] {
            var refund = Simulation(of: Refund.self, input: Fixture.order())
            refund.receive(Fixture.report(.completed, plan: Fixture.plan(status)))
            if caseName(of: refund.state) == "assessing" { refund.receive(Fixture.capabilities()) }
            #expect(caseName(of: refund.state) == state, "\(status)")
        }
    }

    @Test("Money has left, and its transaction can't be read: that lies on a desk, and is read on")
    func unreadableTransaction() {
        var refund = Simulation(of: Refund.self, input: Fixture.order(hasMoneyLeft: true))
        refund.receive(refusal: ProviderRefusal(code: "not_found", message: "Not Found"))
        #expect(Fixture.sentence(refund.state)?.hasPrefix("the transaction can't be read (Not Found)") == true)
        #expect(refund.receive(.refused(refusal: Refusal(.notFound, "Not Found"))) == .ignore)
        refund.receive(Fixture.report(.refunded))
        #expect(refund.outcome == .refunded)
    }

    @Test("A plan that said that nothing had moved, and is eligible once the money has arrived: the desk is told so")
    func becomesEligible() {
        var refund = Fixture.failed(Fixture.order(.ask), plan: Fixture.plan(.cancelled))
        #expect(Fixture.sentence(refund.state)?.hasPrefix("Borderless.xyz says “cancelled”") == true)
        refund.receive(Fixture.report(.cancelled, plan: Fixture.plan(.eligible)))
        #expect(
            Fixture.sentence(refund.state)
                == "the refund may be sent off now: signal “dispatch”, unless it is to go by itself, which this job sees"
        )
        #expect(refund.receive(Fixture.report(.cancelled, plan: Fixture.plan(.eligible))) == .ignore)
    }

    @Test("Credentials that were replaced say nothing about the refund: parked, mended, and it goes on")
    func rotatedSecret() {
        var refund = Fixture.failed(Fixture.order(.dispatch))
        refund.receive(refusal: ProviderRefusal(code: "unauthorized", message: "the credentials are wrong"))
        #expect(refund.isParked)
        refund.receive(.dispatched(plan: Fixture.plan(.inProgress)))
        #expect(caseName(of: refund.state) == "underWay")
    }

    @Test("Corridor or default that can't be read don't keep a refund from its way")
    func unreadable() {
        var refund = Simulation(of: Refund.self, input: Fixture.order())
        refund.receive(Fixture.report(.failed))
        refund.receive(refusal: ProviderRefusal(code: "not_found", message: "no such corridor"))
        #expect(caseName(of: refund.state) == "underWay")
        var other = Fixture.failed(plan: Fixture.plan(.eligible, layer: .organisationDefault))
        other.receive(refusal: ProviderRefusal(code: "not_found", message: "no default"))
        #expect(caseName(of: other.state) == "underWay")
    }

    @Test("A webhook finds the job by its transaction, in every state")
    func references() {
        for state in Refund.samples.states {
            #expect(Refund.references(of: state) == [Reference(provider: "borderless_xyz", value: "id-1")])
        }
    }
}
