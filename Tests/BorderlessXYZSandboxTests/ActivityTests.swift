import Activities
import BorderlessWithdrawal
import BorderlessXYZ
import BorderlessXYZSandbox
import Domain
import Engine
import HTTPTypes
import Refund
import RefundDefaultCheck
import SandboxCore
import Testing
import Time
import Webhooks
import WorkflowCore

@Suite("What the activities of withdrawals and refunds make of Borderless.xyz's answers")
struct ActivityTests {
    private let job = JobID(high: 1_772_366_400_000 << 16 | 0x7000, low: 0x8000_0000_0000_0001)
    private let order = BorderlessWithdrawal.Order(
        borderlessAccountID: Identifier("acc-1") ?? .sample, asset: .sample, amount: .sample, fiatCurrency: .sample,
        country: .sample, paymentInstructionsID: Identifier("ins-1") ?? .sample, paymentPurpose: .sample, accept: .auto)

    private func context(_ bench: Bench, account: String = "main", seq: Int = 3) -> ActivityContext {
        ActivityContext(
            job: job, key: IdempotencyKey(job: job, enteredSeq: seq), account: account, startedAt: bench.now,
            permit: SendPermit(until: bench.now + .minutes(1), clock: BenchClock(bench: bench)))
    }

    private func withdraw(
        _ activity: BorderlessWithdrawal.Activity, _ bench: Bench, seq: Int = 3
    ) async throws -> Answer<BorderlessWithdrawal.Event> {
        await BorderlessWithdrawalActivities(clients: ["main": try bench.client()])
            .perform(activity, in: context(bench, seq: seq))
    }

    private func refund(_ activity: Refund.Activity, _ bench: Bench) async throws -> Answer<Refund.Event> {
        await RefundActivities(clients: ["main": try bench.client()]).perform(activity, in: context(bench, seq: 7))
    }

    private func event<Event>(
        _ answer: Answer<Event>, at location: SourceLocation = #_sourceLocation
    ) throws -> Event {
        guard case .event(let event) = answer else {
            Issue.record("\(answer)", sourceLocation: location)
            throw CancellationError()
        }
        return event
    }

    private func quote(_ bench: Bench) async throws -> BorderlessWithdrawal.Quote {
        guard case .quoted(let quote) = try event(await withdraw(.requestQuote(order: order), bench)) else {
            Issue.record("no quote")
            throw CancellationError()
        }
        return quote
    }

    private func opened(_ bench: Bench) async throws -> Identifier {
        let create = BorderlessWithdrawal.Activity.create(order: order, quote: try await quote(bench))
        guard case .opened(let report) = try event(await withdraw(create, bench)) else {
            Issue.record("not opened")
            throw CancellationError()
        }
        return report.id
    }

    @Test("Each activity of a withdrawal is one call and one event")
    func withdrawal() async throws {
        let bench = Bench()
        let capabilities = try event(await withdraw(.readCapabilities(country: .sample, fiat: .sample), bench))
        guard case .assessed(let partners) = capabilities else {
            Issue.record("\(capabilities)")
            return
        }
        #expect(partners.map(\.partner) == ["Bridge"])
        #expect(try await quote(bench).net == FiatAmount("99"))
        let id = try await opened(bench)
        bench.pass(.seconds(14))
        guard case .reported(let pending) = try event(await withdraw(.read(id: id), bench)) else { return }
        #expect(pending.stage == .pending)
        #expect(pending.instructions?.amount == "100.00")
        bench.pass(.hours(1))
        guard case .reported(let completed) = try event(await withdraw(.read(id: id), bench)) else { return }
        #expect(completed.stage == .completed)
        #expect(completed.hashes.count == 1)
        guard case .refused = try await withdraw(.cancel(id: id), bench) else {
            Issue.record("what is completed was called off")
            return
        }
    }

    @Test("A lost withdrawal is found by the job's reference, in whatever state the job is; another job's is not")
    func lost() async throws {
        let bench = Bench { _ in
        } _: {
            $0.idempotency = .ignored
        }
        guard case .nothing = try await withdraw(.find(order: order), bench) else {
            Issue.record("found what was not opened")
            return
        }
        bench.fault(.dropAfter, on: .create)
        let quote = try await quote(bench)
        guard case .unknown = try await withdraw(.create(order: order, quote: quote), bench) else {
            Issue.record("the answer was not lost")
            return
        }
        guard case .found(let reports) = try event(await withdraw(.find(order: order), bench)) else { return }
        #expect(reports.count == 1)
        #expect(try event(await withdraw(.search(order: order), bench, seq: 9)) == .found(reports: reports))
        var other = order
        other.reference = Identifier("other")
        guard case .nothing = try await withdraw(.find(order: other), bench) else {
            Issue.record("another's was found")
            return
        }
    }

    @Test("Each activity of a refund is one call and one event")
    func refunds() async throws {
        let bench = Bench()
        bench.script(#"{"outcome":"fail","all":true,"reason":"account closed"}"#)
        bench.script(#"{"outcome":"auto_refund","all":true,"value":"no"}"#)
        let id = try await opened(bench).text
        bench.pass(.hours(1))
        guard case .reported(let failed) = try event(await refund(.readTransaction(id: id), bench)) else { return }
        #expect(failed.stage == .failed)
        #expect(failed.cause == "account closed")
        #expect(failed.country == .sample)
        #expect(failed.fiat == .sample)
        #expect(failed.asset == .sample)
        #expect(failed.plan?.status == .eligible)
        #expect(failed.plan?.layer == .organisationDefault)
        #expect(failed.plan?.path == .sourceReturn)
        #expect(failed.amount == FiatAmount("100"))
        let standing = try event(await refund(.readDefault, bench))
        #expect(standing == .defaultRead(standing: .fresh, networks: ["POLYGON"]))
        guard case .dispatched(let plan, let instant) = try event(await refund(.dispatch(id: id, target: nil), bench))
        else {
            return
        }
        #expect(plan.status == .inProgress)
        #expect(instant == bench.now)
        bench.pass(.hours(1))
        guard case .reported(let done) = try event(await refund(.readTransaction(id: id), bench)) else { return }
        #expect(done.stage == .refunded)
    }

    @Test("The default's age is told: fresh, stale after 30 days, and rejected after 90; confirming it makes it fresh")
    func defaults() async throws {
        let bench = Bench()
        func check(_ activity: RefundDefaultCheck.Activity) async throws -> RefundDefaultCheck.Age? {
            let activities = RefundDefaultActivities(clients: ["main": try bench.client()])
            let answer = try event(await activities.perform(activity, in: context(bench)))
            guard case .read(let standing) = answer else {
                #expect(answer == .confirmed)
                return nil
            }
            #expect(standing?.addresses == ["POLYGON": Bench.home])
            return standing?.age
        }
        #expect(try await check(.readDefault) == .fresh)
        bench.pass(.days(31))
        #expect(try await check(.readDefault) == .stale)
        bench.pass(.days(60))
        #expect(try await check(.readDefault) == .rejected)
        _ = try await check(.confirmDefault)
        #expect(try await check(.readDefault) == .fresh)
    }

    @Test("A default by which refunds don't go by themselves is told apart; one with no destination is none")
    func manualDefault() async throws {
        let bench = Bench { _ in
        } _: {
            $0.defaultRefundsItself = false
        }
        #expect(
            try event(await refund(.readDefault, bench)) == .defaultRead(standing: .manual, networks: ["POLYGON"]))
        let bare = Bench { $0.organisations[0].refundAddresses = [:] }
        #expect(try event(await refund(.readDefault, bare)) == .defaultRead(standing: .missing, networks: []))
    }

    @Test("A withdrawal that shows no reference is nobody's, however well it fits, and though its quote counts as used")
    func lostWithoutReference() async throws {
        let bench = Bench { _ in
        } _: {
            $0.idempotency = .ignored
            $0.showsReference = false
        }
        bench.fault(.dropAfter, on: .create)
        let create = BorderlessWithdrawal.Activity.create(order: order, quote: try await quote(bench))
        guard case .unknown = try await withdraw(create, bench) else {
            Issue.record("the answer was not lost")
            return
        }
        guard case .refused(let refusal) = try await withdraw(create, bench) else {
            Issue.record("the quote was used twice")
            return
        }
        #expect(refusal.code == "used")
        #expect(try event(await withdraw(.search(order: order), bench)) == .found(reports: []))
    }

    @Test("A failure whose transfer is not shown is told by its plan: the crypto is at Borderless.xyz")
    func hiddenTransfer() async throws {
        let bench = Bench { _ in
        } _: {
            $0.showsHashes = false
        }
        bench.script(#"{"outcome":"fail","all":true,"reason":"account closed"}"#)
        let id = try await opened(bench)
        bench.pass(.hours(1))
        guard case .reported(let failed) = try event(await withdraw(.read(id: id), bench)) else { return }
        #expect(failed.hashes == [])
        #expect(failed.refundIsDue == true)
    }

    @Test("A job whose account this daemon doesn't know is refused with a sentence, and so parked")
    func noAccount() async throws {
        let bench = Bench()
        let answer = await RefundActivities(clients: [:]).perform(.readDefault, in: context(bench, account: "other"))
        guard case .refused(let refusal) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(refusal.code == "unauthorized")
        #expect(refusal.message == "no Borderless.xyz account called other is configured")
        let looking = Refund.start(
            RefundOrder(transactionID: .sample, trigger: .automatic, observe: .skip))
        #expect(Refund.transition(from: looking, on: Refund.refused(refusal)) == .unexpected)
    }

    @Test("A webhook names its transaction, and the same for each attempt of one event")
    func webhooks() async throws {
        let bench = Bench()
        let id = try await opened(bench).text
        bench.pass(.seconds(1))
        let account = try BorderlessXYZAccount(
            name: "main", mode: .test, origin: try bench.client().account.origin, clientID: "client-1",
            clientSecret: Secret("secret-1"))
        let source = BorderlessXYZWebhookSource(accounts: [account])
        let posted = try #require(bench.posted.first).request
        guard case .genuine(let webhook) = source.read(posted, account: "main", now: bench.now) else {
            Issue.record("it was not read")
            return
        }
        #expect(webhook.provider == "borderless_xyz")
        #expect(webhook.kind == "Transaction_Created")
        #expect(webhook.references == [id])
        #expect(webhook.dedupeKey == "Transaction_Created:\(id):Submitted:1772366400000")
        guard case .unknownAccount = source.read(posted, account: "other", now: bench.now) else {
            Issue.record("nobody's webhook was read")
            return
        }
        let rubbish = HTTPRequest(.post, "/webhooks/borderless_xyz/main", body: Array("{}".utf8))
        guard case .refused = source.read(rubbish, account: "main", now: bench.now) else {
            Issue.record("rubbish was read")
            return
        }
    }
}

/// The bench's time, for permits.
private struct BenchClock: Engine.Clock {
    let bench: Bench

    func now() -> Timestamp { bench.now }
    func sleep(from start: Timestamp, until instant: Timestamp) async {}
    func mayHavePassed(_ instant: Timestamp) -> Bool { bench.now > instant }
}
