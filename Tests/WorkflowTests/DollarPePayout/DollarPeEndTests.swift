import DollarPePayout
import Domain
import Engine
import JSONSchema
import LockstepTesting
import Testing
import Time
import WorkflowCore

/// That a payout through DollarPe goes round in no circle unseen, and ends only where an end is true.
@Suite("How payouts through DollarPe end")
struct DollarPePayoutEnds {
    private typealias Fixture = DollarPeFixture

    private func asking(since instant: Timestamp = Fixture.noon, quotes: Int = 1) -> Asking {
        Asking(since: instant + .minutes(5), quotes: quotes)
    }

    // MARK: Circles

    /// A job of which all goes well until it asks for a price, which is good for so long.
    private func quoting(
        _ order: DollarPePayout.Order, for lifetime: Duration
    ) throws -> (harness: Harness, job: JobID) {
        let harness = try Harness(RegisteredWorkflow(DollarPePayout.self))
        typealias Event = DollarPePayout.Event
        harness.provider.answer("readConfiguration", .event(Event.configured(rules: try Fixture.rules())))
        harness.provider.answer("readCustomer", .event(Event.verified))
        harness.provider.answer("readBank", .event(Event.verified))
        harness.provider.answer("readRate", .event(Event.rated(rate: .init(price: .sample))))
        harness.provider.answer("readLimits", .event(Event.limited(limits: try Fixture.limits("100000"))))
        harness.provider.respond { invocation in
            guard invocation.activity.name == "requestQuotation" else { return nil }
            let quote = DollarPePayout.Quote(
                id: "q", receiving: .sample, rate: .sample, expiresAt: invocation.startedAt + lifetime)
            return .event(Event.quoted(quote: quote))
        }
        return (harness, try harness.enqueue(DollarPePayout.self, order))
    }

    private func isOverdue(_ job: JobID, in harness: Harness) -> Bool {
        harness.store[job]?.row.overdueAt.map { $0 <= harness.clock.now() } ?? false
    }

    @Test("An app that never answers is asked for a day; then it is certain that nothing was ordered, and it expires")
    func neverAnswered() throws {
        let (harness, job) = try quoting(Fixture.order(accept: .ask), for: .minutes(5))
        harness.provider.answer("ruleOut", .event(DollarPePayout.Event.notOrdered))
        harness.advance(by: .hours(4))
        #expect(harness.store[job]?.row.state == "awaitingAcceptance", "whoever takes their time is no alarm")
        #expect(!isOverdue(job, in: harness))
        harness.advance(by: .hours(19))
        #expect(harness.store[job]?.row.finishedAt == nil)
        harness.advance(by: .hours(2))
        #expect(harness.store[job]?.row.status == .expired)
        #expect(!harness.provider.names.contains("initiate"))
    }

    @Test("A price below the limit of the input, that nobody answers, is no reason to ask for ever either")
    func neverGoodEnough() throws {
        let order = Fixture.order(minimum: try FiatAmount(text: "999999"))
        let (harness, job) = try quoting(order, for: .minutes(10))
        harness.provider.answer("ruleOut", .event(DollarPePayout.Event.notOrdered))
        harness.advance(by: .hours(25))
        #expect(harness.store[job]?.row.status == .expired)
    }

    @Test("Quotes that are old when they come, as for a clock that is ahead: no spinning, and on a desk at once")
    func clockAhead() throws {
        for consent in [DollarPePayout.Consent.ask, .auto] {
            let (harness, job) = try quoting(Fixture.order(accept: consent), for: .seconds(10))
            harness.advance(by: .hours(1))
            let asked = harness.provider.names.count { $0 == "requestQuotation" }
            #expect(10...100 ~= asked, "\(asked)")
            #expect(harness.store[job]?.row.state == "requoting")
            #expect(isOverdue(job, in: harness))
            #expect(harness.store[job]?.row.desk == "payments operations")
        }
    }

    @Test("Quotes that are refused when they are used: on a desk long before three hours, and it stays there")
    func refusedWhenUsed() throws {
        let (harness, job) = try quoting(Fixture.order(), for: .minutes(5))
        harness.provider.answer(
            "initiate", .refused(ProviderRefusal(code: "expired", message: "Quotation has expired")))
        harness.advance(by: .minutes(10))
        #expect(!isOverdue(job, in: harness))
        harness.advance(by: .minutes(50))
        for _ in 0..<20 {
            harness.advance(by: .minutes(7))
            #expect(isOverdue(job, in: harness))
        }
    }

    @Test("A link that is forgotten day after day stays on settlement's desk")
    func forgottenAgain() {
        var payout = Fixture.simulation(in: .provingLink(payout: Fixture.payout(), transfer: Fixture.transfer))
        #expect(payout.plan.overdue?.after == .hours(4))
        for _ in 0..<3 {
            payout.passDeadline()
            payout.receive(.linked)
            #expect(caseName(of: payout.state) == "provingLink")
            #expect(payout.plan.overdue?.after == .zero)
            #expect(payout.plan.overdue?.desk == "settlement")
        }
    }

    @Test("The day in which somebody may say yes begins anew with a yes, and after a time without any price")
    func dayBeginsAnew() {
        let order = Fixture.order(accept: .ask)
        let later = Fixture.noon + .days(3)
        var taken = Fixture.simulation(
            in: .awaitingAcceptance(order: order, quote: Fixture.quote("q-9", at: later), asking: asking(quotes: 4)))
        taken.receive(signal: Signal(name: "accept"))
        taken.receive(.timedOut)
        taken.receive(.quoted(quote: Fixture.quote("q-10", at: later)))
        #expect(
            taken.state
                == .awaitingAcceptance(
                    order: order, quote: Fixture.quote("q-10", at: later), asking: asking(since: later, quotes: 5),
                    tried: Fixture.quote("q-9", at: later)))
        var blocked = Fixture.simulation(
            in: .requoting(order: order, refusal: Refusal("bank_unverified", "no"), asking: asking()))
        blocked.receive(.quoted(quote: Fixture.quote("q-2", at: later)))
        #expect(caseName(of: blocked.state) == "awaitingAcceptance")
    }

    // MARK: Ends with nothing ordered

    @Test(
        "An order that is refused in words that are no proof: quotation and history are read before it ends",
        arguments: [
            ("invalid", Outcome.failed), ("mismatch", .failed), ("something_new", .failed), ("aml", .rejected),
            ("limit_exceeded", .failed),
        ])
    func ruledOut(code: String, outcome: Outcome) {
        let order = Fixture.order(onLimit: .fail)
        func refused() -> Simulation<DollarPePayout> {
            var payout = Fixture.simulation(in: .initiating(order: order, quote: Fixture.quote, asking: asking()))
            payout.receive(refusal: ProviderRefusal(code: code, message: "no"))
            return payout
        }
        var nothing = refused()
        #expect(nothing.outcome == nil)
        #expect(nothing.activity == .ruleOut(order: order, quote: Fixture.quote))
        #expect(nothing.plan.deadline == nil)
        #expect(nothing.plan.overdue?.after == .minutes(15))
        nothing.receive(.notOrdered)
        #expect(nothing.outcome == outcome)
        #expect(DollarPePayout.output(of: nothing.state)["code"] == .string(code))
        var taken = refused()
        taken.receive(.initiated(id: "p-1"))
        #expect(taken.state == .monitoring(payout: Fixture.payout(order)))
        var used = refused()
        used.receive(refusal: ProviderRefusal(code: "duplicate", message: "the quotation is LINKED"))
        #expect(caseName(of: used.state) == "finding")
    }

    @Test(
        "Once an order was tried, neither a cancel nor a refusal ends it before it is certain that nothing was ordered")
    func triedBefore() {
        let order = Fixture.order(accept: .ask, onLimit: .fail)
        func tried() -> Simulation<DollarPePayout> {
            var payout = Fixture.simulation(in: .initiating(order: order, quote: Fixture.quote, asking: asking()))
            payout.receive(refusal: ProviderRefusal(code: "expired", message: "Quotation has expired"))
            #expect(caseName(of: payout.state) == "requoting")
            return payout
        }
        func asked() -> Simulation<DollarPePayout> {
            var payout = tried()
            payout.receive(.quoted(quote: Fixture.quote("q-2")))
            #expect(caseName(of: payout.state) == "awaitingAcceptance")
            return payout
        }
        func askingAgain() -> Simulation<DollarPePayout> {
            var payout = asked()
            payout.passDeadline()
            #expect(caseName(of: payout.state) == "quoting")
            return payout
        }
        for place in [tried(), asked(), askingAgain()] {
            var canceled = place
            canceled.receive(signal: Signal(name: "cancel"))
            #expect(canceled.activity == .ruleOut(order: order, quote: Fixture.quote))
            var paid = canceled
            canceled.receive(.notOrdered)
            #expect(canceled.outcome == .canceled)
            paid.receive(.initiated(id: "p-1"))
            #expect(paid.state == .monitoring(payout: Fixture.payout(order)))
        }
        for place in [tried(), askingAgain()] {
            for (code, outcome) in [("aml", Outcome.rejected), ("limit_exceeded", .failed), ("invalid", .failed)] {
                var refused = place
                refused.receive(refusal: ProviderRefusal(code: code, message: "no"))
                #expect(refused.activity == .ruleOut(order: order, quote: Fixture.quote))
                refused.receive(.notOrdered)
                #expect(refused.outcome == outcome)
            }
        }
    }

    @Test("A plan that doesn't contain it is about our account: parked for whoever mends that")
    func anothersPlan() {
        var payout = Fixture.simulation(in: .quoting(order: Fixture.order()))
        payout.receive(refusal: ProviderRefusal(code: "plan", message: "not in your plan"))
        #expect(payout.isParked)
    }

    @Test("While it is being ordered nobody is told that it has been, or has not")
    func beingOrdered() {
        for state in [
            DollarPePayout.State.initiating(order: Fixture.order(), quote: Fixture.quote),
            .finding(order: Fixture.order(), quote: Fixture.quote),
            .rulingOut(order: Fixture.order(), quote: Fixture.quote, refusal: Refusal(.invalid, "no")),
        ] {
            var payout = Fixture.simulation(in: state)
            #expect(
                payout.receive(signal: Signal(name: "cancel"))
                    == .refuse("the payout is being ordered, and DollarPe takes none back"))
            #expect(
                payout.receive(.transferNamed(id: Fixture.transfer))
                    == .refuse("the payout is being ordered: name its transfer once it has an id"))
        }
    }

    @Test("The order is somebody else's payout's: none of ours can have it, and it fails")
    func anothersOrder() {
        var payout = Fixture.simulation(in: .finding(order: Fixture.order(), quote: Fixture.quote))
        payout.receive(refusal: ProviderRefusal(code: "duplicate", message: "order id-1 is payout p-9's"))
        #expect(payout.outcome == .failed)
        #expect(DollarPePayout.output(of: payout.state)["reason"] == "order id-1 is payout p-9's")
    }

    @Test("More than the customer is ever paid is not waited for, unless due diligence may raise it")
    func hopelessLimit() throws {
        let estimate = DollarPePayout.Estimate(.sample, at: .init(price: try FiatAmount(text: "82.5")))
        func limits(_ available: String, _ ceiling: String, edd: Bool = false) throws -> DollarPePayout.Event {
            .limited(
                limits: .init(
                    available: .init(try FiatAmount(text: available)), resetAt: nil, needsDiligence: edd,
                    ceiling: .init(try FiatAmount(text: ceiling))))
        }
        for state in [
            DollarPePayout.State.checkingLimits(order: Fixture.order(), estimate: estimate),
            .awaitingLimit(order: Fixture.order(), estimate: estimate, limits: try Fixture.limits("1")),
        ] {
            var hopeless = Fixture.simulation(in: state)
            hopeless.receive(try limits("100", "4207"))
            #expect(hopeless.outcome == .failed)
            #expect(
                DollarPePayout.output(of: hopeless.state)["reason"]
                    == "the customer is never paid more than 4207 INR, and this is about 4208 INR")
            var tooMuchAtOnce = Fixture.simulation(in: state)
            tooMuchAtOnce.receive(try limits("100000", "4207"))
            #expect(tooMuchAtOnce.outcome == .failed)
            var raised = Fixture.simulation(in: state)
            raised.receive(try limits("100", "4207", edd: true))
            #expect(caseName(of: raised.state) == "awaitingLimit")
            var patient = Fixture.simulation(in: state)
            patient.receive(try limits("100", "4208"))
            #expect(caseName(of: patient.state) == "awaitingLimit")
        }
    }

    @Test("Whoever gives up at a limit is told of the one that stands in the way: a method's ceiling, or what is left")
    func limitThatFails() throws {
        let estimate = DollarPePayout.Estimate(.sample, at: .init(price: try FiatAmount(text: "82.5")))
        func reason(_ available: String, ceiling: String, edd: Bool = false) throws -> String? {
            var payout = Fixture.simulation(
                in: .checkingLimits(order: Fixture.order(onLimit: .fail), estimate: estimate))
            payout.receive(
                .limited(
                    limits: .init(
                        available: .init(try FiatAmount(text: available)), resetAt: nil, needsDiligence: edd,
                        ceiling: .init(try FiatAmount(text: ceiling)))))
            #expect(payout.outcome == .failed)
            return DollarPePayout.output(of: payout.state)["reason"]?.string
        }
        #expect(
            try reason("100000", ceiling: "4207")
                == "the customer is never paid more than 4207 INR, and this is about 4208 INR")
        #expect(
            try reason("100000", ceiling: "4207", edd: true)
                == "the customer may still be paid 4207 INR, and this is about 4208 INR; DollarPe asks for enhanced "
                + "due diligence")
        #expect(
            try reason("100", ceiling: "100000")
                == "the customer may still be paid 100 INR, and this is about 4208 INR")
    }

    // MARK: Ends of a payout

    @Test("Canceled at DollarPe, and given up here: read once more, an end, and watched for the money")
    func canceledThere() {
        func held() -> Simulation<DollarPePayout> {
            var payout = Fixture.simulation(in: .holding(payout: Fixture.payout(), status: "CANCELLED"))
            payout.receive(signal: Signal(name: "cancel"))
            return payout
        }
        var canceled = held()
        #expect(canceled.outcome == nil)
        #expect(canceled.activity == .readPayout(id: "p-1"))
        #expect(canceled.plan.overdue?.after == .zero)
        canceled.receive(Fixture.report(.other(word: "CANCELLED")))
        #expect(canceled.outcome == .canceled)
        #expect(DollarPePayout.output(of: canceled.state)["payout_id"] == "p-1")
        #expect(canceled.plan.watch?.period == .days(30))
        for late in [DollarPePayout.Status.processing, .failed, .other(word: "CANCELLED")] {
            #expect(canceled.receive(Fixture.report(late)) == .ignore)
        }
        canceled.receive(Fixture.report(.refunded))
        #expect(canceled.outcome == .refunded)
        var revived = held()
        revived.receive(Fixture.report(.success, transfer: "t"))
        #expect(revived.outcome == .completed)
        var reviewed = Fixture.simulation(in: .holding(payout: Fixture.payout(), status: "IN_REVIEW"))
        #expect(
            reviewed.receive(signal: Signal(name: "cancel"))
                == .refuse("the payout has been ordered, and DollarPe takes none back"))
    }

    @Test("What contradicts an end reopens it: failed and then arrived, arrived and then failed or canceled")
    func contradicted() {
        var arrived = Fixture.simulation(in: .failed(refusal: Refusal(.provider, "no"), payout: Fixture.payout()))
        arrived.receive(Fixture.report(.success))
        #expect(caseName(of: arrived.state) == "awaitingTransfer")
        var failed = Fixture.monitored()
        failed.receive(Fixture.report(.success, transfer: "t"))
        #expect(failed.outcome == .completed)
        failed.receive(Fixture.report(.failed))
        #expect(caseName(of: failed.state) == "awaitingRefund")
        failed.receive(Fixture.report(.refunded))
        #expect(failed.outcome == .reversed)
        var canceled = Fixture.simulation(in: .completed(payout: Fixture.payout()))
        #expect(canceled.receive(Fixture.report(.other(word: "IN_REVIEW"))) == .ignore)
        canceled.receive(Fixture.report(.other(word: "CANCELLED")))
        #expect(caseName(of: canceled.state) == "holding")
    }

    @Test("Refunded after it has arrived is reversed, also where its link was not done yet")
    func refundedAfterArrival() {
        var unlinked = Fixture.monitored()
        unlinked.receive(Fixture.report(.success))
        #expect(caseName(of: unlinked.state) == "awaitingTransfer")
        unlinked.receive(Fixture.report(.refunded))
        #expect(unlinked.outcome == .reversed)
    }

    @Test("What arrives is what DollarPe says of the payout, and not what the last quotation said")
    func otherAmount() throws {
        var payout = Fixture.monitored()
        #expect(DollarPePayout.output(of: payout.state)["receiving_amount"] == "985")
        let same = DollarPePayout.Report(status: .processing, receiving: .sample)
        #expect(payout.receive(.reported(report: same)) == .ignore)
        let other = DollarPePayout.Report(status: .processing, receiving: try FiatAmount(text: "984.50"))
        payout.receive(.reported(report: other))
        #expect(DollarPePayout.output(of: payout.state)["receiving_amount"] == "984.5")
        #expect(payout.receive(.reported(report: other)) == .ignore)
    }

    @Test("Webhooks about a customer or a bank account wake whoever waits for them")
    func references() throws {
        let order = DollarPePayout.Order(
            customer: try .init(text: "c-1"), bank: try .init(text: "b-1"), asset: .usdt, amount: .sample,
            exchangeOrder: .sample, link: .afterSuccess, accept: .auto, onLimit: .wait)
        let estimate = DollarPePayout.Estimate(.sample, at: .init(price: .sample))
        let no = Refusal("bank_unverified", "no")
        let limits = try Fixture.limits("1")
        func names(_ state: DollarPePayout.State) -> [String] { DollarPePayout.references(of: state).map(\.value) }
        #expect(names(.verifyingCustomer(order: order)) == ["c-1"])
        #expect(names(.verifyingBank(order: order)) == ["b-1"])
        #expect(names(.awaitingLimit(order: order, estimate: estimate, limits: limits)) == ["c-1"])
        #expect(names(.requoting(order: order, refusal: no)) == ["c-1", "b-1"])
        #expect(names(.monitoring(payout: Fixture.payout(order))) == ["p-1"])
        #expect(names(.quoting(order: order)) == [])
    }
}
