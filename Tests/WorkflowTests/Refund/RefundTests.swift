import Domain
import JSONSchema
import LockstepTesting
import Refund
import Testing
import Time
import WorkflowCore

/// How money comes back, and each way in which that is known to go wrong, as a script.
@Suite("What a refund at Borderless.xyz survives")
struct RefundTests {
    typealias Fixture = RefundFixture

    @Test("The straight way: failed, capabilities, under way by itself, refunded, and nobody knows how much came back")
    func straight() {
        var refund = Fixture.failed()
        #expect(caseName(of: refund.state) == "underWay")
        refund.receive(Fixture.report(.failed, plan: Fixture.plan(.inProgress)))
        refund.receive(Fixture.report(.refunded, plan: Fixture.plan(.succeeded)))
        #expect(refund.outcome == .refunded)
        let output = Refund.output(of: refund.state)
        #expect(output["refunded_amount"] == .null)
        #expect(output["note"] == "Borderless.xyz doesn't tell how much came back: unknown until it was observed")
        #expect(output["funds"] == "returned")
    }

    @Test("A plan that is never shown: the transaction's status alone tells that the refund is done")
    func withoutPlan() {
        var refund = Simulation(of: Refund.self, input: Fixture.order())
        refund.receive(Fixture.report(.failed))
        refund.receive(Fixture.capabilities())
        #expect(caseName(of: refund.state) == "checkingDefault")
        refund.receive(.defaultRead(standing: .fresh, networks: ["POLYGON"]))
        #expect(caseName(of: refund.state) == "underWay")
        #expect(refund.receive(Fixture.report(.failed)) == .ignore)
        refund.receive(Fixture.report(.refunded))
        #expect(refund.outcome == .refunded)
        #expect(Refund.output(of: refund.state)["funds"] == "unknown", "in a wallet, or on a balance at the partner")
    }

    @Test("Failed for now may be Refunded at once, and either is taken")
    func refundedAtOnce() {
        var refund = Simulation(of: Refund.self, input: Fixture.order())
        #expect(refund.receive(Fixture.report(.underWay)) == .ignore)
        refund.receive(Fixture.report(.refunded))
        #expect(refund.outcome == .refunded)
    }

    @Test("Digit 9: failed with a plan that stays eligible, though refunds go by themselves: overdue, then dispatched")
    func eligibleForEver() {
        var refund = Fixture.failed()
        #expect(refund.receive(Fixture.report(.failed, plan: Fixture.plan(.eligible))) == .ignore)
        #expect(refund.plan.overdue?.desk == "payments operations")
        #expect(refund.plan.overdue?.after == .days(2), "the partner's estimate, and a day")
        refund.receive(signal: Signal(name: "dispatch"))
        #expect(caseName(of: refund.state) == "dispatching")
    }

    @Test("A refund that is ours to dispatch is dispatched as soon as the plan allows it")
    func dispatched() {
        var refund = Fixture.failed(Fixture.order(.dispatch))
        #expect(refund.activity == .dispatch(id: "id-1", target: nil))
        refund.receive(.dispatched(plan: Fixture.plan(.inProgress)))
        #expect(caseName(of: refund.state) == "underWay")
        refund.receive(Fixture.report(.refunded))
        #expect(refund.outcome == .refunded)
    }

    @Test("The answer to a dispatch may say Eligible or Created, and is never taken for the end of it")
    func answersEligible() {
        for status in [Refund.PlanStatus.created, .eligible, .inProgress] {
            var refund = Fixture.failed(Fixture.order(.dispatch))
            refund.receive(.dispatched(plan: Fixture.plan(status)))
            #expect(caseName(of: refund.state) == "underWay")
            #expect(
                refund.receive(signal: Signal(name: "dispatch"))
                    == .refuse("the refund is under way; a second one would be a mistake"))
        }
    }

    @Test("A plan that is still eligible when the dispatch can't be on its way any more may be sent off again")
    func dispatchedInVain() {
        let second = Transition<Refund>.refuse("the refund is under way; a second one would be a mistake")
        var refund = Fixture.failed(Fixture.order(.dispatch))
        refund.receive(.dispatched(plan: Fixture.plan(.eligible), at: Fixture.noon))
        refund.receive(Fixture.report(.failed, at: Fixture.noon + .minutes(10)))
        #expect(refund.receive(signal: Signal(name: "dispatch")) == second, "no reading has shown it")
        refund.receive(Fixture.report(.failed, plan: Fixture.plan(.eligible), at: Fixture.noon + .minutes(1)))
        #expect(refund.receive(signal: Signal(name: "dispatch")) == second, "it may still have its effect")
        refund.receive(Fixture.report(.failed, plan: Fixture.plan(.eligible), at: Fixture.noon + .minutes(3)))
        refund.receive(signal: Signal(name: "dispatch"))
        #expect(caseName(of: refund.state) == "dispatching")
    }

    @Test("Where a refund may be under way nobody sends off a second one, wherever the job is")
    func secondDispatch() throws {
        let second = Transition<Refund>.refuse("the refund is under way; a second one would be a mistake")
        var unreadable = Fixture.failed(Fixture.order(.dispatch))
        unreadable.receive(.dispatched(plan: Fixture.plan(.inProgress), at: Fixture.noon))
        unreadable.receive(.refused(refusal: Refusal(.notFound, "Not Found")))
        #expect(caseName(of: unreadable.state) == "atDesk")
        #expect(unreadable.receive(signal: Signal(name: "dispatch")) == second)
        let claim = Refund.Claim(order: Fixture.order(.ask))
            .with(Refund.Report(stage: .failed, plan: Fixture.plan(.inProgress)))
        var waiting = Simulation(of: Refund.self, in: .awaitingDispatch(refund: claim))
        #expect(waiting.receive(signal: Signal(name: "dispatch")) == second)
        var approving = Simulation(of: Refund.self, in: .approving(refund: claim, target: .sample, askedBy: nil))
        #expect(
            approving.receive(signal: Signal(name: "approve", payload: ["address": .string(ChainAddress.sample.text)]))
                == second)
        var stuck = Fixture.failed(Fixture.order(.dispatch))
        stuck.receive(.dispatched(plan: Fixture.plan(.blocked), at: Fixture.noon))
        #expect(caseName(of: stuck.state) == "atDesk")
        stuck.receive(signal: Signal(name: "dispatch"))
        #expect(caseName(of: stuck.state) == "dispatching", "its dispatch came to nothing")
    }

    @Test("A refund that goes off already needs no default, and asks nobody for a word")
    func offBeforeTheDefault() {
        for layer in [Refund.Layer.organisationDefault, nil] {
            let refund = Fixture.failed(plan: Fixture.plan(.inProgress, layer: layer))
            #expect(caseName(of: refund.state) == "underWay")
        }
    }

    @Test("A dispatch whose outcome is unknown is looked up before it is repeated")
    func dispatchTimesOut() {
        let dispatch = Refund.Activity.dispatch(id: "id-1", target: nil)
        #expect(dispatch.effect == .unguarded(lookup: .readTransaction(id: "id-1"), settle: .minutes(3)))
        var refund = Fixture.failed(Fixture.order(.dispatch))
        #expect(refund.receive(Fixture.report(.failed, plan: Fixture.plan(.eligible))) == .ignore)
        refund.receive(Fixture.report(.failed, plan: Fixture.plan(.inProgress)))
        #expect(caseName(of: refund.state) == "underWay")
    }

    @Test("Dispatched twice, by an operator and by itself: the refusal is no fault where the refund is under way")
    func dispatchedTwice() {
        for reading in [
            Fixture.report(.failed, plan: Fixture.plan(.inProgress)), Fixture.report(.refunded),
        ] {
            var refund = Fixture.failed(Fixture.order(.dispatch))
            refund.receive(refusal: ProviderRefusal(code: "conflict", message: "not eligible"))
            #expect(caseName(of: refund.state) == "doubting")
            refund.receive(reading)
            #expect(["underWay", "refunded"].contains(caseName(of: refund.state)))
        }
    }

    @Test("A dispatch that was turned down while nothing shows a refund under way lies on a desk, with what to do")
    func turnedDown() {
        var refund = Fixture.failed(Fixture.order(.dispatch), plan: nil)
        refund.receive(.refused(refusal: Refusal("conflict", "not eligible")))
        refund.receive(Fixture.report(.failed))
        #expect(
            Fixture.sentence(refund.state)
                == "the dispatch was turned down (not eligible), and no plan is shown that is under way: look at "
                + "Borderless.xyz's dashboard, then signal “dispatch”, “observed” or “give_up”")
        #expect(refund.plan.overdue?.after == .zero)
        refund.receive(Fixture.report(.refunded))
        #expect(refund.outcome == .refunded, "it is read on")
    }

    @Test("One that waits for somebody's word is dispatched by the signal")
    func asked() {
        var refund = Fixture.failed(Fixture.order(.ask))
        #expect(caseName(of: refund.state) == "awaitingDispatch")
        #expect(Refund.output(of: refund.state)["asks"] == "dispatch")
        refund.receive(signal: Signal(name: "dispatch"))
        #expect(caseName(of: refund.state) == "dispatching")
    }

    @Test("Another destination can't be undone: a second person has to repeat the very address")
    func fourEyes() throws {
        var refund = Fixture.failed(Fixture.order(.ask))
        refund.receive(
            signal: Signal(name: "dispatch", payload: ["type": "Address", "address": .string(Fixture.elsewhere)]))
        #expect(caseName(of: refund.state) == "approving")
        #expect(Refund.output(of: refund.state)["new_destination"] == .string(Fixture.elsewhere))
        let wrong = refund.receive(signal: Signal(name: "approve", payload: ["address": "0xbb"]))
        #expect(
            wrong == .refuse("the address is not the one that was asked for: repeat it exactly, or ask anew"))
        refund.receive(signal: Signal(name: "approve", payload: ["address": .string(Fixture.elsewhere)]))
        let target = RefundTarget.address(try ChainAddress(text: Fixture.elsewhere))
        #expect(refund.activity == .dispatch(id: "id-1", target: target))
    }

    @Test("An address of another network, or a type that the partner doesn't take, is refused before it is sent")
    func wrongDestination() {
        var refund = Fixture.failed(Fixture.order(.ask))
        let solana = refund.receive(
            signal: Signal(
                name: "dispatch",
                payload: ["type": "Address", "address": "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"]))
        #expect(
            solana
                == .refuse(
                    "the refund is in USDC_POLYGON: “4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T” is not an EVM "
                        + "address: write 0x and 40 hexadecimal digits"))
        let source = refund.receive(signal: Signal(name: "dispatch", payload: ["type": "Source"]))
        #expect(source == .refuse("Bridge takes Address only: Source is not possible"))
        #expect(Refund.event(for: Signal(name: "dispatch", payload: ["type": "Wallet"])) == nil)
        #expect(Refund.event(for: Signal(name: "dispatch", payload: ["type": "Address"])) == nil)
    }

    @Test("A destination in the order that the partner doesn't take lies on a desk, and nothing is sent")
    func orderedDestination() {
        let redirected = Fixture.failed(Fixture.order(.dispatch, to: .source))
        #expect(Fixture.sentence(redirected.state) == "Bridge takes Address only: Source is not possible")
        let possible = Fixture.failed(Fixture.order(.dispatch, to: .sample))
        #expect(caseName(of: possible.state) == "approving")
    }

    @Test("What the order names is above all that is stored: a bare dispatch sends nothing elsewhere")
    func orderedDestinationStays() throws {
        var asked = Fixture.failed(Fixture.order(.ask, to: .sample))
        #expect(Refund.output(of: asked.state)["new_destination"] == .string(ChainAddress.sample.text))
        asked.receive(signal: Signal(name: "dispatch"))
        #expect(caseName(of: asked.state) == "approving")
        #expect(
            asked.receive(signal: Signal(name: "dispatch"))
                == .refuse("another destination was asked for: approve it, or name a destination"))
        asked.receive(signal: Signal(name: "approve", payload: ["address": .string(ChainAddress.sample.text)]))
        #expect(asked.activity == .dispatch(id: "id-1", target: .sample))
        var rejected = Fixture.failed(Fixture.order(.dispatch, to: .sample), types: ["Source"])
        #expect(caseName(of: rejected.state) == "atDesk")
        #expect(
            rejected.receive(signal: Signal(name: "dispatch"))
                == .refuse("Bridge takes Source only: Address is not possible"))
        #expect(caseName(of: rejected.state) == "atDesk")
        var turnedDown = Fixture.failed(Fixture.order(.dispatch, to: .sample))
        turnedDown.receive(signal: Signal(name: "approve", payload: ["address": .string(ChainAddress.sample.text)]))
        turnedDown.receive(refusal: ProviderRefusal(code: "invalid", message: "not this address"))
        turnedDown.receive(Fixture.report(.failed, plan: Fixture.plan(.eligible)))
        turnedDown.receive(signal: Signal(name: "dispatch"))
        #expect(caseName(of: turnedDown.state) == "approving", "a second yes, as before")
    }

    @Test("An automatic refund takes no destination: Borderless.xyz would send it elsewhere")
    func automaticDestination() {
        let refund = Simulation(of: Refund.self, input: Fixture.order(.automatic, to: .sample))
        #expect(refund.outcome == .failed)
        #expect(Refund.output(of: refund.state)["reason"]?.string?.hasPrefix("refund_destination: ") == true)
    }

    @Test("Who has asked for another destination can't be who approves it")
    func sameEyes() {
        let address = JSONValue.string(Fixture.elsewhere)
        var refund = Fixture.failed(Fixture.order(.ask))
        refund.receive(
            signal: Signal(name: "dispatch", payload: ["type": "Address", "address": address], actor: "erin"))
        #expect(Refund.output(of: refund.state)["asked_by"] == "erin")
        refund.receive(Fixture.report(.failed, plan: Fixture.plan(.eligible, layer: .originalSender)))
        #expect(
            refund.receive(signal: Signal(name: "approve", payload: ["address": address], actor: "erin"))
                == .refuse("erin has asked for this destination: somebody else has to approve it"))
        refund.receive(signal: Signal(name: "approve", payload: ["address": address], actor: "frank"))
        #expect(caseName(of: refund.state) == "dispatching")
    }

    @Test("Of several partners the strictest counts, unless it is known which one it is")
    func strictest() {
        var refund = Simulation(of: Refund.self, input: Fixture.order(.dispatch, to: .sample))
        refund.receive(Fixture.report(.failed))
        refund.receive(
            .assessed(capabilities: [
                .init(partner: "Other", acceptedTypes: [], longestSeconds: nil),
                .init(partner: "Bridge", acceptedTypes: ["Address"], longestSeconds: 60),
            ]))
        #expect(caseName(of: refund.state) == "approving")
        var unknown = Simulation(of: Refund.self, input: Fixture.order(.dispatch, to: .sample))
        unknown.receive(.reported(report: .init(stage: .failed, country: .sample, fiat: .sample)))
        unknown.receive(
            .assessed(capabilities: [
                .init(partner: "Other", acceptedTypes: [], longestSeconds: nil),
                .init(partner: "Bridge", acceptedTypes: ["Address"], longestSeconds: 60),
            ]))
        #expect(caseName(of: unknown.state) == "atDesk")
    }

    @Test("No partner that is enabled serves the corridor: a person has to ask where the money is")
    func noPartner() {
        var refund = Simulation(of: Refund.self, input: Fixture.order())
        refund.receive(Fixture.report(.failed))
        refund.receive(.assessed(capabilities: []))
        #expect(
            Fixture.sentence(refund.state)
                == "no partner that is enabled serves US/USD, so that nobody may refund it: ask Borderless.xyz's "
                + "support where the money is")
    }

    @Test("Automatic, but the organisation's default is stale: nobody waits for what is paused")
    func staleDefault() {
        var refund = Fixture.failed(plan: Fixture.plan(.eligible, layer: .organisationDefault))
        #expect(refund.activity == .readDefault)
        refund.receive(.defaultRead(standing: .rejected, networks: ["POLYGON"]))
        #expect(
            Fixture.sentence(refund.state)?.hasPrefix(
                "nobody has confirmed the organisation's default destination for 90 days") == true)
        refund.receive(signal: Signal(name: "dispatch"))
        #expect(caseName(of: refund.state) == "dispatching")
        for standing in [Refund.Standing.fresh, .stale, .missing] {
            var other = Fixture.failed(plan: Fixture.plan(.eligible, layer: .organisationDefault))
            other.receive(.defaultRead(standing: standing, networks: ["POLYGON"]))
            #expect(caseName(of: other.state) == "underWay")
        }
    }

    @Test("A default that has no address where the money is to go lies on a desk: nobody would send it")
    func defaultOnOtherNetworks() {
        var refund = Fixture.failed(plan: Fixture.plan(.eligible, layer: .organisationDefault))
        refund.receive(.defaultRead(standing: .fresh, networks: ["BASE", "ETHEREUM"]))
        #expect(
            Fixture.sentence(refund.state)
                == "the organisation's default destination has no address on POLYGON, where the money is to go: add "
                + "one on Borderless.xyz's dashboard, or signal “dispatch” with a destination")
    }

    @Test("A default by which no refund goes by itself: it waits for a word, and not for what never comes")
    func defaultByHand() {
        var refund = Fixture.failed(plan: Fixture.plan(.eligible, layer: .organisationDefault))
        refund.receive(.defaultRead(standing: .manual, networks: ["POLYGON"]))
        #expect(caseName(of: refund.state) == "awaitingDispatch")
        #expect(
            refund.receive(Fixture.report(.failed, plan: Fixture.plan(.eligible, layer: .organisationDefault)))
                == .ignore)
        refund.receive(signal: Signal(name: "dispatch"))
        #expect(refund.activity == .dispatch(id: "id-1", target: nil))
    }

    @Test("A layer other than the default needs no look at it")
    func layers() {
        for layer in Refund.Layer.allCases {
            let refund = Fixture.failed(plan: Fixture.plan(.eligible, layer: layer))
            #expect(caseName(of: refund.state) == (layer == .organisationDefault ? "checkingDefault" : "underWay"))
            #expect(Refund.output(of: refund.state)["destination_layer"] == .string(layer.rawValue))
        }
    }
}
