import DollarPePayout
import Domain
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// Each way in which a payout through DollarPe is known to fail, as a script; what needs the engine, the client or the
/// provider to show itself is tested in their suites, as `workflows/README.md` lists.
@Suite("What a payout through DollarPe survives")
struct DollarPePayoutFailureModes {
    private typealias Fixture = DollarPeFixture

    @Test("The straight way: configuration, checks, limits, quotation, order, arrival, link")
    func straight() throws {
        let order = Fixture.order(transfer: Fixture.transfer)
        var payout = Simulation(of: DollarPePayout.self, input: order)
        payout.receive(.configured(rules: try Fixture.rules()))
        payout.receive(.verified)
        payout.receive(.verified)
        payout.receive(.rated(rate: .init(price: try FiatAmount(text: "82.5"))))
        payout.receive(.limited(limits: try Fixture.limits("100000")))
        payout.receive(.quoted(quote: Fixture.quote))
        payout.receive(.initiated(id: "p-1"))
        #expect(payout.state == .monitoring(payout: Fixture.payout(order)))
        payout.receive(Fixture.report(.success, utr: "RATN1"))
        #expect(payout.activity == .link(order: .sample, transfer: Fixture.transfer, payout: "p-1"))
        payout.receive(.linked)
        #expect(payout.outcome == nil)
        payout.receive(Fixture.report(.success, utr: "RATN1", transfer: Fixture.transfer.text))
        #expect(payout.outcome == .completed)
        #expect(DollarPePayout.output(of: payout.state)["utr"] == "RATN1")
        #expect(
            payout.path == [
                "configuring", "verifyingCustomer", "verifyingBank", "rating", "checkingLimits", "quoting",
                "initiating", "monitoring", "linking", "provingLink", "completed",
            ])
    }

    @Test("A quote that expires while the app decides is replaced, and the app is asked about the new one")
    func quoteExpiresWhileShown() {
        let order = Fixture.order(accept: .ask)
        var payout = Fixture.simulation(in: .awaitingAcceptance(order: order, quote: Fixture.quote))
        #expect(payout.plan.deadline?.limit == .at(Fixture.noon + .seconds(285)))
        payout.passDeadline()
        #expect(payout.activity == .requestQuotation(order: order))
        payout.receive(.quoted(quote: Fixture.quote("q-2", at: Fixture.noon + .minutes(5))))
        #expect(caseName(of: payout.state) == "awaitingAcceptance")
        #expect(DollarPePayout.output(of: payout.state)["fiat_amount"] == "985", "as “accept” calls it")
        #expect(DollarPePayout.event(for: Signal(name: "accept", payload: ["receiving_amount": "985"])) == nil)
        #expect(payout.outcome == nil)
    }

    @Test("A quote that expires before it is used is never used, and its acceptance holds for no other")
    func quoteExpiresBeforeInitiate() {
        let order = Fixture.order(accept: .ask)
        for event in [
            DollarPePayout.Event.timedOut, .refused(refusal: Refusal(.expired, "Quotation has expired")),
            .refused(refusal: Refusal(.notFound, "Quotation is not found")),
        ] {
            var payout = Fixture.simulation(in: .awaitingAcceptance(order: order, quote: Fixture.quote))
            #expect(
                payout.receive(signal: Signal(name: "accept", payload: ["fiat_amount": "99999999"]))
                    == .refuse("the price is now \(Fixture.quote.receiving), and the yes was to 99999999"))
            payout.receive(signal: Signal(name: "accept"))
            #expect(payout.plan.deadline?.limit == .at(Fixture.noon + .seconds(285)))
            payout.receive(event)
            #expect(payout.activity == .requestQuotation(order: order))
            payout.receive(.quoted(quote: Fixture.quote("q-2")))
            #expect(
                payout.state
                    == .awaitingAcceptance(
                        order: order, quote: Fixture.quote("q-2"), asking: Asking(since: Fixture.quote.expiresAt),
                        tried: Fixture.quote))
        }
    }

    @Test("An order whose outcome is unknown is looked up before it is repeated")
    func initiateUnknown() {
        let initiate = DollarPePayout.Activity.initiate(order: Fixture.order(), quote: Fixture.quote)
        let lookup = DollarPePayout.Activity.lookUpOrder(order: Fixture.order(), quote: Fixture.quote)
        #expect(initiate.effect == .unguarded(lookup: lookup, settle: .minutes(1)))
        var payout = Fixture.simulation(in: .initiating(order: Fixture.order(), quote: Fixture.quote))
        payout.receive(.initiated(id: "p-1"))
        #expect(payout.state == .monitoring(payout: Fixture.payout()))
    }

    @Test("“Already linked” means that it was ordered: the payout is found, and no second one ordered")
    func alreadyCreated() {
        var payout = Fixture.simulation(in: .initiating(order: Fixture.order(), quote: Fixture.quote))
        payout.receive(refusal: ProviderRefusal(code: "duplicate", message: "Client Reference ID already exists"))
        #expect(payout.activity == .findPayout(order: Fixture.order(), quote: Fixture.quote))
        // It may not show at once; nobody gives up, and somebody is told.
        #expect(payout.plan.deadline == nil)
        #expect(payout.plan.overdue?.after == .minutes(15))
        payout.receive(.initiated(id: "p-1"))
        #expect(payout.state == .monitoring(payout: Fixture.payout()))
    }

    @Test("Over 24 hours is overdue, and never failed")
    func stuckProcessing() {
        var payout = Fixture.monitored()
        #expect(payout.plan.deadline == nil)
        #expect(payout.plan.overdue?.after == .hours(24))
        #expect(payout.plan.overdue?.desk == "payments operations")
        #expect(payout.receive(Fixture.report(.processing)) == .ignore)
        payout.receive(Fixture.report(.success, transfer: "t"))
        #expect(payout.outcome == .completed)
    }

    @Test("Between two polls of a payout lies at least a minute")
    func pollingPause() {
        var polls = 0
        for state in DollarPePayout.samples.states {
            let plan = DollarPePayout.plan(for: state)
            if case .poll(.readPayout, let cadence) = plan.step {
                polls += 1
                #expect(cadence.every >= .seconds(60), "\(caseName(of: state))")
            }
            #expect(plan.watch.map { $0.every >= .seconds(60) } != false)
        }
        #expect(polls >= 5)
    }

    @Test("Failed, then refunded: the money is back")
    func failedThenRefunded() {
        var payout = Fixture.monitored()
        payout.receive(Fixture.report(.failed))
        #expect(caseName(of: payout.state) == "awaitingRefund")
        #expect(payout.receive(Fixture.report(.failed)) == .ignore)
        payout.receive(Fixture.report(.refunded))
        #expect(payout.outcome == .refunded)
    }

    @Test("Failed without a refund: outstanding, said so, and still looked for; a late refund is not lost")
    func failedWithoutRefund() {
        var payout = Fixture.monitored()
        payout.receive(Fixture.report(.failed))
        #expect(payout.plan.deadline?.limit == .after(.days(7)))
        payout.passDeadline()
        #expect(payout.outcome == .failed)
        #expect(
            DollarPePayout.output(of: payout.state)["reason"]
                == "it did not arrive, and the money has not come back")
        #expect(payout.plan.watch?.activity == .readPayout(id: "p-1"))
        payout.receive(Fixture.report(.refunded))
        #expect(payout.outcome == .refunded)
    }

    @Test("Refunded without failed, or before it")
    func refundedFirst() {
        var payout = Fixture.monitored()
        payout.receive(Fixture.report(.refunded))
        #expect(payout.outcome == .refunded)
        #expect(payout.receive(Fixture.report(.failed)) == .ignore)
    }

    @Test("Arrived, and refunded days later: the ending is reopened")
    func lateReversal() {
        var payout = Fixture.simulation(in: .completed(payout: Fixture.payout()))
        #expect(payout.plan.watch?.activity == .readPayout(id: "p-1"))
        #expect(payout.plan.watch?.every == .days(1))
        #expect(payout.plan.watch?.period == .days(7))
        #expect(payout.receive(Fixture.report(.success)) == .ignore)
        payout.receive(Fixture.report(.refunded))
        #expect(payout.outcome == .reversed)
    }

    @Test("What has arrived or failed never goes back to under way, however late a reading is")
    func outOfOrder() {
        let states: [DollarPePayout.State] = [
            .awaitingTransfer(payout: Fixture.payout()), .awaitingRefund(payout: Fixture.payout()),
            .completed(payout: Fixture.payout()), .refunded(payout: Fixture.payout()),
            .reversed(payout: Fixture.payout()), .linking(payout: Fixture.payout(), transfer: Fixture.transfer),
            .provingLink(payout: Fixture.payout(), transfer: Fixture.transfer),
        ]
        for state in states {
            var payout = Fixture.simulation(in: state)
            #expect(payout.receive(Fixture.report(.processing)) == .ignore, "in \(caseName(of: state))")
        }
    }

    @Test(
        "In review, on hold, canceled or an unknown word: held on a desk at once, and followed to wherever it goes",
        arguments: ["IN_REVIEW", "ON_HOLD", "CANCELLED", "SOMETHING_NEW"])
    func unknownStatus(word: String) {
        var payout = Fixture.monitored(Fixture.order(transfer: Fixture.transfer))
        payout.receive(Fixture.report(.other(word: word)))
        #expect(payout.outcome == nil)
        #expect(payout.plan.overdue?.after == .zero)
        #expect(payout.plan.overdue?.desk == "payments operations")
        #expect(DollarPePayout.output(of: payout.state)["status"] == .string(word))
        #expect(payout.receive(Fixture.report(.other(word: word))) == .ignore)
        payout.receive(Fixture.report(.processing))
        #expect(caseName(of: payout.state) == "monitoring")
        payout.receive(Fixture.report(.other(word: word)))
        payout.receive(Fixture.report(.success))
        #expect(caseName(of: payout.state) == "linking")
    }

    @Test(
        "Customer, bank account, limit or due diligence in the way after the checks: asked again, on a desk, no payout",
        arguments: ["customer_unverified", "bank_unverified", "limit_exceeded", "edd_required"])
    func gatesCloseMidway(code: String) {
        for state in [
            DollarPePayout.State.quoting(order: Fixture.order()),
            .initiating(order: Fixture.order(), quote: Fixture.quote),
        ] {
            var payout = Fixture.simulation(in: state)
            payout.receive(refusal: ProviderRefusal(code: code, message: "no"))
            #expect(payout.activity == .requestQuotation(order: Fixture.order()))
            #expect(payout.plan.overdue?.desk == "customer support")
            #expect(DollarPePayout.output(of: payout.state)["code"] == .string(code))
            // The same answer again is no news: the time after which it is overdue runs on.
            #expect(payout.receive(refusal: ProviderRefusal(code: code, message: "no")) == .ignore)
            payout.receive(.quoted(quote: Fixture.quote("q-2")))
            #expect(
                payout.state
                    == .initiating(
                        order: Fixture.order(), quote: Fixture.quote("q-2"),
                        asking: Asking(since: Fixture.quote.expiresAt)))
        }
    }

    @Test("A customer or bank account that fails its check ends the payout before anything is ordered")
    func checksFail() {
        var customer = Fixture.simulation(in: .verifyingCustomer(order: Fixture.order()))
        customer.receive(.verificationFailed(reason: "KYC_FAILED"))
        #expect(DollarPePayout.output(of: customer.state)["code"] == "customer_unverified")
        var bank = Fixture.simulation(in: .verifyingBank(order: Fixture.order()))
        bank.receive(.verificationFailed(reason: "NAME_MISMATCH"))
        #expect(DollarPePayout.output(of: bank.state)["code"] == "bank_unverified")
        #expect([customer.outcome, bank.outcome] == [.failed, .failed])
    }

    @Test("A used-up limit is waited for, until it starts anew or due diligence raises it; or not, by choice")
    func limitUsedUp() throws {
        let estimate = DollarPePayout.Estimate(.sample, at: .init(price: try FiatAmount(text: "82.5")))
        #expect(estimate.fiat.text == "4208")
        let order = Fixture.order()
        var waiting = Fixture.simulation(in: .checkingLimits(order: order, estimate: estimate))
        waiting.receive(.limited(limits: try Fixture.limits("4207", edd: true)))
        let output = DollarPePayout.output(of: waiting.state)
        #expect(output["available"] == "4207")
        #expect(output["needed"] == "4208")
        #expect(output["edd_required"] == true)
        #expect(output["limit_resets_at"] == "2026-03-02T00:00:00.000000Z")
        #expect(waiting.receive(.limited(limits: try Fixture.limits("4207", edd: true))) == .ignore)
        waiting.receive(.limited(limits: try Fixture.limits("4208")))
        #expect(waiting.state == .quoting(order: order))
        let impatient = Fixture.order(onLimit: .fail)
        var failing = Fixture.simulation(in: .checkingLimits(order: impatient, estimate: estimate))
        failing.receive(.limited(limits: try Fixture.limits("4207", edd: true)))
        #expect(failing.outcome == .failed)
        var late = Fixture.simulation(in: .quoting(order: impatient))
        late.receive(refusal: ProviderRefusal(code: "limit_exceeded", message: "no"))
        #expect(late.outcome == .failed)
    }

    @Test("A signature that DollarPe refuses leaves every job to a person, with the money's place unchanged")
    func signatureDrift() {
        let refusal = ProviderRefusal(code: "unauthorized", message: "Invalid Signature")
        for state in DollarPePayout.samples.states {
            let plan = DollarPePayout.plan(for: state)
            if plan.outcome != nil { continue }
            guard Fixture.simulation(in: state).activity != nil else { continue }
            var payout = Fixture.simulation(in: state)
            #expect(payout.receive(refusal: refusal) == .unexpected, "in \(caseName(of: state))")
        }
    }

    @Test("Screened out: rejected, with no order and no second try")
    func laundering() {
        for state in [
            DollarPePayout.State.quoting(order: Fixture.order()),
            .requoting(order: Fixture.order(), refusal: Refusal(.expired, "")),
        ] {
            var payout = Fixture.simulation(in: state)
            payout.receive(refusal: ProviderRefusal(code: "aml", message: "AML error: contact support"))
            #expect(payout.outcome == .rejected)
        }
    }

    @Test("An amount or an asset that is not paid out, or a risk parameter that is missing, ends it before any order")
    func rules() throws {
        for (rules, words) in [
            (try Fixture.rules(least: "52"), "DollarPe pays out at least 52"),
            (try Fixture.rules(most: "50"), "DollarPe pays out at most 50"),
            (DollarPePayout.Rules(coins: [], requiredRisk: []), "DollarPe pays out no usdt just now"),
            (try Fixture.rules(risk: ["device_id"]), "DollarPe asks for risk_parameters: device_id"),
        ] {
            var payout = Simulation(of: DollarPePayout.self, input: Fixture.order())
            payout.receive(.configured(rules: rules))
            #expect(DollarPePayout.output(of: payout.state)["reason"] == .string(words))
            #expect(payout.outcome == .failed)
        }
    }

    @Test("It can be canceled until it is ordered, and not after: DollarPe takes none back")
    func cancel() {
        for state in DollarPePayout.samples.states where DollarPePayout.plan(for: state).outcome == nil {
            var payout = Fixture.simulation(in: state)
            let isOrdered = DollarPePayout.output(of: state)["payout_id"] != nil
            let answer = payout.receive(signal: Signal(name: "cancel"))
            switch state {
            case .initiating, .finding, .rulingOut, .callingOff: #expect(payout.outcome == nil)
            case .quoting(_, _, _?), .requoting(_, _, _, _?), .awaitingAcceptance(_, _, _, _?):
                #expect(caseName(of: payout.state) == "rulingOut", "it was tried before")
            case .holding(_, "CANCELLED"): #expect(caseName(of: payout.state) == "callingOff")
            case _ where isOrdered:
                #expect(answer == .refuse("the payout has been ordered, and DollarPe takes none back"))
            case _: #expect(payout.outcome == .canceled, "in \(caseName(of: state))")
            }
        }
    }

    @Test("A price below the limit of the input is asked about, also where prices are taken by themselves")
    func worsePrice() throws {
        let order = Fixture.order(minimum: try FiatAmount(text: "4000"))
        var payout = Fixture.simulation(in: .quoting(order: order))
        payout.receive(.quoted(quote: Fixture.quote(receiving: try FiatAmount(text: "3999.99"))))
        #expect(caseName(of: payout.state) == "awaitingAcceptance")
        var enough = Fixture.simulation(in: .quoting(order: order))
        enough.receive(.quoted(quote: Fixture.quote(receiving: try FiatAmount(text: "4000.00"))))
        #expect(caseName(of: enough.state) == "initiating")
    }
}
