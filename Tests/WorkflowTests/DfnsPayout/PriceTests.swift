import DfnsPayout
import Domain
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("How a payout's price is accepted")
struct DfnsPayoutPrice {
    @Test("A price below the limit is not taken by itself: the app is asked")
    func belowTheLimit() throws {
        let minimum = try FiatAmount(text: "990.00")
        var payout = Simulation(of: DfnsPayout.self, input: Fixture.order(minimum: minimum))
        payout.receive(.quoted(quote: Fixture.quote(try FiatAmount(text: "985.50"))))
        #expect(caseName(of: payout.state) == "awaitingAcceptance")
        payout.receive(signal: Signal(name: "accept"))
        #expect(payout.state == .creating(order: Fixture.order(minimum: minimum)))
    }

    @Test("A price at the limit is taken")
    func atTheLimit() throws {
        let minimum = try FiatAmount(text: "985.5")
        var payout = Simulation(of: DfnsPayout.self, input: Fixture.order(minimum: minimum))
        payout.receive(.quoted(quote: Fixture.quote(try FiatAmount(text: "985.50"))))
        #expect(payout.state == .creating(order: Fixture.order(minimum: minimum)))
    }

    @Test("Of several offers the lowest counts")
    func lowest() throws {
        let minimum = try FiatAmount(text: "985")
        let offers = try ["990", "980"].map {
            DfnsPayout.Offer(net: Money(try FiatAmount(text: $0), .sample), fees: nil)
        }
        var payout = Simulation(of: DfnsPayout.self, input: Fixture.order(minimum: minimum))
        payout.receive(.quoted(quote: DfnsPayout.Quote(timestamp: Fixture.noon, offers: offers)))
        #expect(caseName(of: payout.state) == "awaitingAcceptance")
    }

    @Test("No offer means no way to this country and currency")
    func noOffer() {
        var payout = Simulation(of: DfnsPayout.self, input: Fixture.order())
        payout.receive(.quoted(quote: DfnsPayout.Quote(timestamp: Fixture.noon, offers: [])))
        guard case .failed(let why, .inWallet, nil) = payout.state else {
            Issue.record("it rests in \(payout.state)")
            return
        }
        #expect(why.code == .noCorridor)
    }

    @Test("An aged price is asked for anew, and the app again; after a day the payout expires")
    func aged() {
        var payout = Simulation(of: DfnsPayout.self, input: Fixture.order(accept: .ask))
        payout.receive(.quoted(quote: Fixture.quote(.sample)))
        payout.passDeadline()
        #expect(payout.activity == .requestQuote(order: Fixture.order(accept: .ask)))
        payout.receive(.quoted(quote: Fixture.quote(.sample, at: Fixture.noon + .minutes(10))))
        #expect(caseName(of: payout.state) == "awaitingAcceptance")
        payout.passDeadline()
        payout.receive(.quoted(quote: Fixture.quote(.sample, at: Fixture.noon + .hours(24))))
        #expect(payout.outcome == .expired)
    }

    @Test("A yes to a price that has been replaced by a worse one is refused, and says what it is now")
    func yesToASeenPrice() throws {
        var payout = Simulation(of: DfnsPayout.self, input: Fixture.order(accept: .ask))
        payout.receive(.quoted(quote: Fixture.quote(try FiatAmount(text: "985"))))
        payout.passDeadline()
        payout.receive(.quoted(quote: Fixture.quote(try FiatAmount(text: "900"))))
        #expect(
            payout.receive(signal: Signal(name: "accept", payload: ["fiat_amount": "985"]))
                == .refuse("the price is now 900, and the yes was to 985"))
        payout.receive(signal: Signal(name: "accept", payload: ["fiat_amount": "900"]))
        #expect(payout.state == .creating(order: Fixture.order(accept: .ask)))
    }

    @Test("A yes to the price is none to the transfer, however often it is said, and the other way round")
    func consents() {
        let order = Fixture.order(accept: .ask, confirm: .ask)
        var payout = Simulation(of: DfnsPayout.self, input: order)
        payout.receive(.quoted(quote: Fixture.quote(.sample)))
        #expect(payout.receive(signal: Signal(name: "confirm")) == .refuse("there is no transfer to confirm yet"))
        payout.receive(signal: Signal(name: "accept"))
        #expect(payout.state == .creating(order: order))
        #expect(payout.receive(signal: Signal(name: "accept")) == .ignore)
        payout.receive(.opened(id: "pyt-1", by: .us))
        payout.receive(.instructed(transfer: Fixture.transfer))
        let late = payout.receive(signal: Signal(name: "accept"))
        #expect(late == .refuse("the price is settled; the transfer wants a “confirm”"))
        #expect(caseName(of: payout.state) == "awaitingConfirmation")
        payout.receive(signal: Signal(name: "confirm"))
        #expect(caseName(of: payout.state) == "verifying")
    }

    @Test("Nobody confirms: the payout is taken back before Dfns's 24 hours are over, and counts as expired")
    func nobodyConfirms() {
        let asked = Fixture.payout(Fixture.order(confirm: .ask))
        var payout = Fixture.simulation(in: .awaitingInstructions(payout: asked))
        payout.receive(.instructed(transfer: Fixture.transfer))
        #expect(payout.plan.deadline?.limit == .after(.hours(23) + .minutes(30)))
        payout.passDeadline()
        payout.receive(.retracted)
        payout.receive(.ended(ending: .canceled, progress: DfnsPayout.Progress()))
        #expect(payout.state == .expired(payout: asked))
    }
}
