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
        if state != before { entered += 1 }
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
            if case .after? = flow.plan.deadline?.limit, state == "awaitingRegistration" { flow.passDeadline() }
            if case .at(let instant)? = flow.plan.deadline?.limit, instant <= bench.now { flow.passDeadline() }
        }
        #expect(state == goal)
    }
}

@Suite("onramp's own handlers against the simulated Borderless Payments")
struct OnrampActivityTests {
    static func purchase(known: Bool = true, paidBy: Onramp.Instrument = .sepa) -> Onramp.Purchase {
        let person = Onramp.Person(email: .sample, firstName: .sample, lastName: .sample, mobile: .sample)
        return Onramp.Purchase(
            customer: known ? .known(Onramp.Buyer(id: "user-known", country: .sample)) : .new(Sensitive(person)),
            fiatCurrency: .eur, fiatAmount: .sample, cryptoCurrency: .usdc, wallet: .polygon(.sample),
            instrument: paidBy, accept: .auto)
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
