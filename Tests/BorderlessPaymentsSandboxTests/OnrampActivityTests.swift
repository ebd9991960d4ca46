import Activities
import BorderlessPayments
import BorderlessPaymentsSandbox
import Domain
import Engine
import JSONSchema
import LockstepTesting
import Onramp
import SandboxCore
import Testing
import Time
import WorkflowCore

/// One job of the flow, whose activities are performed by the real handlers against the simulator.
struct OnrampRun {
    let bench: Bench
    let job: JobID
    let handlers: OnrampActivities
    var flow: Simulation<Onramp>
    /// The number of the transition that entered the state: the engine counts from 1.
    private var entered = 1
    /// When that was.
    private var since = Bench.start

    init(_ bench: Bench, _ purchase: Onramp.Purchase, number: UInt64 = 1) throws {
        self.bench = bench
        job = JobID(high: 0, low: number)
        handlers = OnrampActivities(clients: ["main": try bench.client()])
        flow = Simulation(of: Onramp.self, input: purchase)
    }

    var state: String { caseName(of: flow.state) }

    /// Makes the call of the state, or another, and delivers what it answers.
    @discardableResult
    mutating func perform(_ other: Onramp.Activity? = nil) async -> Answer<Onramp.Event> {
        guard let activity = other ?? flow.activity else { return .nothing }
        let context = ActivityContext(
            job: job, key: IdempotencyKey(job: job, enteredSeq: entered), account: "main", startedAt: bench.now,
            permit: SendPermit(until: Bench.start + .days(365), clock: VirtualClock(at: Bench.start)))
        let answer = await handlers.perform(activity, in: context)
        let before = state
        switch answer {
        case .event(let event): flow.receive(event)
        case .refused(let refusal): flow.receive(refusal: refusal)
        case .nothing, .notApplied, .unknown: break
        }
        if state != before { (entered, since) = (entered + 1, bench.now) }
        return answer
    }

    /// Goes on, a minute at a time, until it rests there or is over.
    mutating func reach(_ goal: String, within limit: Duration = .days(3)) async {
        let end = bench.now + limit
        while state != goal, flow.outcome == nil, bench.now < end {
            let before = state
            let answer = await perform()
            if state == before, case .perform = flow.plan.step { Issue.record("\(state) was left by \(answer)") }
            // A read comes a minute later, and so does whatever did not move the job.
            if case .poll = flow.plan.step {
                bench.pass(.minutes(1))
            } else if state == before {
                bench.pass(.minutes(1))
            }
            if let limit = flow.plan.deadline?.limit, limit.instant(entry: since) <= bench.now {
                flow.passDeadline()
                (entered, since) = (entered + 1, bench.now)
            }
        }
        #expect(state == goal)
    }
}

@Suite("onramp's own handlers against the simulated Borderless Payments")
struct OnrampActivityTests {
    static func purchase(
        known: Bool = true, paidBy: Onramp.Instrument = .sepa, to wallet: Onramp.Wallet = .polygon(.sample)
    ) -> Onramp.Purchase {
        let person = Onramp.Person(email: .sample, firstName: .sample, lastName: .sample, mobile: .sample)
        return Onramp.Purchase(
            customer: known ? .known(Onramp.Buyer(id: "user-known", country: .sample)) : .new(Sensitive(person)),
            fiatCurrency: .eur, fiatAmount: .sample, cryptoCurrency: .usdc, wallet: wallet, instrument: paidBy,
            accept: .auto)
    }

    @Test("A new customer from the first call to the delivery, by polling alone: no webhook is ever heard")
    func withoutWebhooks() async throws {
        let bench = Bench()
        var run = try OnrampRun(bench, Self.purchase(known: false))
        await run.reach("awaitingPayment")
        #expect(Onramp.output(of: run.flow.state)["payment_instructions"]?["iban"] == "LT601010012345678901")
        run.flow.receive(.paymentSent)
        await run.reach("completed")
        #expect(
            bench.ledger.effects.map(\.kind) == ["user_created", .created, .confirmed, .paid, .transfer])
    }

    @Test("Who is known already is found after 409, and sold to")
    func existing() async throws {
        let bench = Bench()
        var first = try OnrampRun(bench, Self.purchase(known: false))
        await first.reach("completed")
        var second = try OnrampRun(bench, Self.purchase(known: false), number: 2)
        await second.perform()
        #expect(second.state == "findingUser")
        await second.reach("completed")
        #expect(bench.ledger.count("user_created") == 1)
        #expect(bench.ledger.count(.created) == 2)
    }

    @Test("An order whose answer was lost is found by the lookup, under the job's own name")
    func lostOrder() async throws {
        let bench = Bench()
        var run = try OnrampRun(bench, Self.purchase())
        await run.reach("ordering")
        guard case .unguarded(let lookup, _)? = run.flow.activity?.effect else {
            Issue.record("it is not guarded")
            return
        }
        guard case .event(.noOrderFound) = await run.perform(lookup) else {
            Issue.record("an order was found before one was placed")
            return
        }
        bench.fault(.dropAfter, on: .createOrder)
        guard case .unknown = await run.perform() else {
            Issue.record("the answer was not lost")
            return
        }
        await run.perform(lookup)
        #expect(run.state == "awaitingPayment")
        #expect(bench.ledger.effects(.created, of: run.job.description).count == 1)
    }

    @Test("One job has one key, in whatever state it orders: within 24 hours the provider itself sees that it is one")
    func oneKey() async throws {
        let bench = Bench()
        var run = try OnrampRun(bench, Self.purchase())
        await run.reach("ordering")
        bench.fault(.dropAfter, on: .createOrder)
        await run.perform()
        // As if every lookup had overlooked it: the price ages, and the job orders again.
        run.flow.receive(.timedOut)
        for _ in 0..<3 { run.flow.receive(.noOrderFound) }
        await run.perform()
        #expect(run.state == "checking")
        await run.perform()
        #expect(run.state == "ordering")
        await run.perform()
        #expect(run.state == "awaitingPayment")
        #expect(bench.ledger.count(.created) == 1)
    }

    @Test("202: read until it is known, and no second order")
    func reconciliation() async throws {
        for (end, goal) in [("AWAITING_PAYMENT", "completed"), ("FAILED", "failed")] {
            let bench = Bench()
            try bench.script(#"{"outcome":"reconcile","all":true,"at":"\#(end)","reason":"provider_error"}"#)
            var run = try OnrampRun(bench, Self.purchase())
            await run.reach("reconciling")
            await run.reach(goal)
            #expect(bench.ledger.count(.created) == 1)
        }
    }

    @Test("A failure that the key keeps for a day is asked for until the day is over, and then one order is placed")
    func keptFailures() async throws {
        let bench = Bench { $0.storedAnswers = .all }
        var run = try OnrampRun(bench, Self.purchase())
        await run.reach("ordering")
        try bench.script(#"{"outcome":"refuse","operation":"create_order","code":"upstream_error"}"#)
        for _ in 0..<3 {
            guard case .unknown = await run.perform() else {
                Issue.record("502 was not kept")
                return
            }
            bench.pass(.hours(7))
        }
        bench.pass(.hours(4))
        await run.perform()
        #expect(run.state == "awaitingPayment")
        #expect(bench.ledger.count(.created) == 1)
    }

    @Test("A page of the bank is shown for ten minutes from when it was asked for, and no word is passed on")
    func openBanking() async throws {
        let bench = Bench { $0.delays.page = .minutes(12) }
        var run = try OnrampRun(bench, Self.purchase(paidBy: .openBanking))
        await run.reach("awaitingPayment")
        #expect(run.flow.plan.deadline?.limit == .at(Bench.start + .minutes(10)))
        await run.reach("lapsed")
        #expect(bench.now == Bench.start + .minutes(10))
        await run.reach("completed")
        #expect(bench.ledger.count(.confirmed) == 0)
    }

    @Test("What an order says that it is about is what was ordered, whatever it was")
    func echo() async throws {
        for wallet in [Onramp.Wallet.stellar(.sample), .stellarExchange(.sample, memo: .sample), .polygon(.sample)] {
            for instrument in Onramp.Instrument.allCases {
                var run = try OnrampRun(Bench(), Self.purchase(paidBy: instrument, to: wallet))
                await run.reach("awaitingPayment")
            }
        }
    }

    @Test("A user who is disabled after the order changes nothing of it, and can place no other")
    func disabledMidOrder() async throws {
        let bench = Bench()
        var run = try OnrampRun(bench, Self.purchase())
        await run.reach("awaitingPayment")
        try bench.script(#"{"outcome":"disable","name":"user-known"}"#)
        await run.reach("completed")
        var next = try OnrampRun(bench, Self.purchase(), number: 2)
        await next.reach("failed")
        #expect(Onramp.output(of: next.flow.state)["code"] == "user_disabled")
        #expect(bench.ledger.count(.created) == 1)
    }

    @Test("A check whose end was missed shows once it was asked for, and the customer goes on within the hour")
    func missedWord() async throws {
        let bench = Bench()
        try bench.script(#"{"outcome":"miss","all":true}"#)
        var run = try OnrampRun(bench, Self.purchase(known: false))
        await run.reach("refreshingCheck")
        #expect(bench.now <= Bench.start + .minutes(61))
        await run.reach("completed")
    }

    @Test("Paid twice, the crypto is delivered once; what comes back after the end is seen while the end is watched")
    func afterTheEnd() async throws {
        let bench = Bench()
        try bench.script(#"{"outcome":"pay","how":"twice","all":true}"#)
        var run = try OnrampRun(bench, Self.purchase())
        await run.reach("completed")
        #expect(bench.ledger.count(.paidAgain) == 1)
        #expect(bench.ledger.count(.transfer) == 1)
        try bench.script(#"{"outcome":"refund","all":true,"at":"COMPLETED"}"#)
        bench.pass(.days(1))
        await run.perform(run.flow.plan.watch?.activity)
        #expect(run.state == "refunded")
        #expect(Onramp.output(of: run.flow.state)["code"] == "compliance_rejected")
    }

    @Test("A page of the bank that is found late is as old as the order, and not as our read")
    func latePage() async throws {
        let bench = Bench { $0.delays.page = nil }
        var run = try OnrampRun(bench, Self.purchase(paidBy: .openBanking))
        await run.reach("ordering")
        bench.fault(.dropAfter, on: .createOrder)
        await run.perform()
        bench.pass(.minutes(4))
        await run.perform(.findOrder(user: "user-known"))
        #expect(run.flow.plan.deadline?.limit == .at(Bench.start + .minutes(10)))
    }

    @Test("An account that is not configured is refused before anything is sent")
    func noAccount() async throws {
        let handlers = OnrampActivities(clients: [:])
        let context = ActivityContext(
            job: JobID(high: 0, low: 1), key: IdempotencyKey(job: JobID(high: 0, low: 1), enteredSeq: 0),
            account: "main", startedAt: Bench.start,
            permit: SendPermit(until: Bench.start + .days(365), clock: VirtualClock(at: Bench.start)))
        guard case .refused(let refusal) = await handlers.perform(.readUser(id: "user-1"), in: context) else {
            Issue.record("sent")
            return
        }
        #expect(refusal.code == "unauthorized")
    }
}
