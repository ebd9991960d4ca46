import DollarPePayout
import Domain
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// A payout that has arrived is not done before DollarPe shows which transfer carried the crypto.
@Suite("The obligation to name the transfer")
struct DollarPePayoutLink {
    private typealias Fixture = DollarPeFixture
    private let other = Identifier("t-2") ?? .sample

    private func signal(_ id: String) -> Signal { Signal(name: "transfer", payload: ["id": .string(id)]) }

    @Test("After the arrival, with the id from the input")
    func afterSuccessFromInput() {
        var payout = Fixture.monitored(Fixture.order(transfer: Fixture.transfer))
        #expect(caseName(of: payout.state) == "monitoring")
        payout.receive(Fixture.report(.success))
        #expect(payout.activity == .link(order: .sample, transfer: Fixture.transfer, payout: "p-1"))
    }

    @Test("After the order, where that was asked for; then the payout is followed to its arrival")
    func afterInitiate() {
        let order = Fixture.order(link: .afterInitiate, transfer: Fixture.transfer)
        var payout = Fixture.simulation(in: .initiating(order: order, quote: Fixture.quote))
        payout.receive(.initiated(id: "p-1"))
        #expect(payout.activity == .link(order: .sample, transfer: Fixture.transfer, payout: "p-1"))
        payout.receive(.linked)
        payout.receive(Fixture.report(.processing, transfer: Fixture.transfer.text))
        #expect(caseName(of: payout.state) == "monitoring")
        payout.receive(Fixture.report(.success, transfer: Fixture.transfer.text))
        #expect(payout.outcome == .completed)
    }

    @Test("With the id from the signal: while it is under way, held, or has arrived")
    func bySignal() {
        var early = Fixture.monitored(Fixture.order(link: .afterInitiate))
        early.receive(signal: signal("id-1"))
        #expect(caseName(of: early.state) == "linking")
        var patient = Fixture.monitored()
        patient.receive(signal: signal("id-1"))
        #expect(caseName(of: patient.state) == "monitoring")
        patient.receive(Fixture.report(.success))
        #expect(caseName(of: patient.state) == "linking")
        var held = Fixture.simulation(in: .holding(payout: Fixture.payout(), status: "IN_REVIEW"))
        held.receive(signal: signal("id-1"))
        held.receive(Fixture.report(.success))
        #expect(caseName(of: held.state) == "linking")
        var late = Fixture.monitored()
        late.receive(Fixture.report(.success))
        #expect(caseName(of: late.state) == "awaitingTransfer")
        late.receive(signal: signal("id-1"))
        #expect(late.activity == .link(order: .sample, transfer: Fixture.transfer, payout: "p-1"))
    }

    @Test("Discharged only when a read shows it: DollarPe's “yes” to the link is not enough")
    func onlyAReadDischarges() {
        let linking = DollarPePayout.State.linking(payout: Fixture.payout(), transfer: Fixture.transfer)
        var payout = Fixture.simulation(in: linking)
        payout.receive(.linked)
        #expect(payout.outcome == nil)
        #expect(payout.activity == .readPayout(id: "p-1"))
        payout.receive(Fixture.report(.success))
        #expect(caseName(of: payout.state) == "provingLink")
        #expect(payout.plan.overdue?.desk == "settlement")
        payout.receive(Fixture.report(.success, transfer: Fixture.transfer.text))
        #expect(payout.outcome == .completed)
    }

    @Test("A link that DollarPe forgot is made once more after a day, and never because somebody repeats its name")
    func forgottenLink() {
        let order = Fixture.order(transfer: Fixture.transfer)
        var payout = Fixture.simulation(
            in: .provingLink(payout: Fixture.payout(order), transfer: Fixture.transfer))
        #expect(payout.receive(signal: signal("id-1")) == .ignore)
        #expect(payout.plan.deadline?.limit == .after(.hours(24)))
        payout.passDeadline()
        #expect(payout.activity == .link(order: .sample, transfer: Fixture.transfer, payout: "p-1"))
    }

    @Test("News of a payout whose link is not proven is kept: its arrival with the bank's reference, and what holds it")
    func newsWhileUnproven() {
        let order = Fixture.order(link: .afterInitiate, transfer: Fixture.transfer)
        let proving = DollarPePayout.State.provingLink(payout: Fixture.payout(order), transfer: Fixture.transfer)
        var arriving = Fixture.simulation(in: proving)
        arriving.receive(Fixture.report(.success, utr: "RATN1"))
        #expect(caseName(of: arriving.state) == "provingLink")
        #expect(DollarPePayout.output(of: arriving.state)["utr"] == "RATN1")
        #expect(arriving.receive(Fixture.report(.success, utr: "RATN1")) == .ignore)
        arriving.receive(Fixture.report(.refunded))
        #expect(arriving.outcome == .reversed)
        let linking = DollarPePayout.State.linking(payout: Fixture.payout(order), transfer: Fixture.transfer)
        for word in ["IN_REVIEW", "CANCELLED", "SOMETHING_NEW"] {
            for state in [proving, linking] {
                var held = Fixture.simulation(in: state)
                held.receive(Fixture.report(.other(word: word)))
                #expect(held.state == .holding(payout: Fixture.payout(order), status: word))
                // Nothing is linked to it while it is held, for however long that is.
                #expect(held.plan.deadline == nil)
                held.receive(Fixture.report(.processing))
                #expect(held.activity == .link(order: .sample, transfer: Fixture.transfer, payout: "p-1"))
            }
        }
    }

    @Test("A link whose answer was lost is looked up before it is repeated")
    func linkUnknown() {
        let link = DollarPePayout.Activity.link(order: .sample, transfer: Fixture.transfer, payout: "p-1")
        #expect(link.effect == .unguarded(lookup: .readPayout(id: "p-1"), settle: .minutes(1)))
        var payout = Fixture.simulation(in: .linking(payout: Fixture.payout(), transfer: Fixture.transfer))
        #expect(payout.receive(Fixture.report(.success)) == .ignore)
        payout.receive(Fixture.report(.success, transfer: Fixture.transfer.text))
        #expect(payout.outcome == .completed)
    }

    @Test("DollarPe shows another transfer than ours: a person judges, and nothing is overwritten")
    func linkedToAnother() {
        var proving = Fixture.simulation(in: .provingLink(payout: Fixture.payout(), transfer: Fixture.transfer))
        #expect(proving.receive(Fixture.report(.success, transfer: "another")) == .unexpected)
        var arriving = Fixture.monitored(Fixture.order(transfer: Fixture.transfer))
        arriving.receive(Fixture.report(.success, transfer: "another"))
        #expect(caseName(of: arriving.state) == "provingLink")
        #expect(arriving.receive(Fixture.report(.success, transfer: "another")) == .unexpected)
        #expect(arriving.isParked)
    }

    @Test("A link that is refused after the arrival is left to a person")
    func linkRefused() {
        var payout = Fixture.monitored(Fixture.order(transfer: Fixture.transfer))
        payout.receive(Fixture.report(.success))
        #expect(payout.receive(refusal: ProviderRefusal(code: "invalid", message: "already linked")) == .unexpected)
    }

    @Test("A link that is refused before the arrival is made after it")
    func linkTooEarly() {
        var payout = Fixture.monitored(Fixture.order(link: .afterInitiate))
        payout.receive(signal: signal("id-1"))
        payout.receive(refusal: ProviderRefusal(code: "invalid", message: "Payout is not successful yet"))
        #expect(caseName(of: payout.state) == "monitoring")
        #expect(payout.receive(Fixture.report(.processing)) == .ignore)
        payout.receive(Fixture.report(.success))
        #expect(payout.activity == .link(order: .sample, transfer: Fixture.transfer, payout: "p-1"))
    }

    @Test("Arrived, and nobody ever names the transfer: on settlement's desk after a day, never done by itself")
    func neverNamed() {
        var payout = Fixture.monitored()
        payout.receive(Fixture.report(.success))
        #expect(payout.plan.deadline == nil)
        #expect(payout.plan.overdue?.after == .hours(24))
        #expect(payout.plan.overdue?.desk == "settlement")
        #expect(payout.receive(Fixture.report(.success)) == .ignore)
        // Somebody links it by hand.
        payout.receive(Fixture.report(.success, transfer: "by-hand"))
        #expect(payout.outcome == .completed)
    }

    @Test("What failed or was refunded is not linked")
    func nothingToLink() {
        var payout = Fixture.monitored(Fixture.order(transfer: Fixture.transfer))
        payout.receive(Fixture.report(.failed))
        #expect(payout.receive(signal: signal("id-1")) == .refuse("the payout has failed: nothing is linked to it"))
        payout.receive(Fixture.report(.refunded))
        #expect(payout.outcome == .refunded)
        var racing = Fixture.simulation(in: .provingLink(payout: Fixture.payout(), transfer: Fixture.transfer))
        racing.receive(Fixture.report(.failed))
        #expect(caseName(of: racing.state) == "awaitingRefund")
    }

    @Test("A second transfer never replaces the first, and none is named before there is a payout")
    func otherTransfer() {
        var payout = Fixture.monitored(Fixture.order(transfer: Fixture.transfer))
        #expect(payout.receive(.transferNamed(id: other)) == .refuse("its transfer is id-1 already"))
        #expect(payout.receive(.transferNamed(id: Fixture.transfer)) == .ignore)
        var early = Fixture.simulation(in: .quoting(order: Fixture.order()))
        #expect(
            early.receive(signal: signal("id-1")) == .refuse("there is no payout yet that a transfer could carry"))
    }

    @Test("A signal whose id is none is nothing that the flow knows", arguments: ["", "a b", "ä"])
    func badSignal(id: String) {
        #expect(DollarPePayout.event(for: signal(id)) == nil)
    }
}
