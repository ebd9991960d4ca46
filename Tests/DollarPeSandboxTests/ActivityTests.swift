import Activities
import DollarPe
import DollarPePayout
import DollarPeSandbox
import Domain
import Engine
import HTTPTypes
import SandboxCore
import Testing
import Time
import Webhooks
import WorkflowCore

@Suite("What the activities of dollarpe_payout make of DollarPe's answers")
struct ActivityTests {
    private let job = JobID(at: Bench.start, bucket: 0, random: 7)
    private let order = DollarPePayout.Order(
        customer: PathIdentifier("c-1") ?? .sample, bank: PathIdentifier("b-1") ?? .sample, asset: .usdt,
        amount: .sample,
        exchangeOrder: Identifier("92233720368547758079") ?? .sample, link: .afterSuccess, accept: .auto,
        onLimit: .wait)

    private func perform(
        _ activity: DollarPePayout.Activity, _ bench: Bench, seq: Int = 6, account: String = "main"
    ) async throws -> Answer<DollarPePayout.Event> {
        let clock = BenchClock(bench: bench)
        let context = ActivityContext(
            job: job, key: IdempotencyKey(job: job, enteredSeq: seq), account: account, startedAt: bench.now,
            permit: SendPermit(until: bench.now + .minutes(1), clock: clock))
        return await DollarPePayoutActivities(clients: ["main": try bench.client()]).perform(activity, in: context)
    }

    private func event(
        _ activity: DollarPePayout.Activity, _ bench: Bench, seq: Int = 6,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> DollarPePayout.Event {
        let answer = try await perform(activity, bench, seq: seq)
        guard case .event(let event) = answer else {
            Issue.record("\(answer)", sourceLocation: location)
            throw CancellationError()
        }
        return event
    }

    private func quote(_ bench: Bench, _ order: DollarPePayout.Order? = nil) async throws -> DollarPePayout.Quote {
        guard case .quoted(let quote) = try await event(.requestQuotation(order: order ?? self.order), bench) else {
            Issue.record("no quotation")
            throw CancellationError()
        }
        return quote
    }

    @Test("Each activity is one call and one event", arguments: DollarPeOptions.Era.allCases)
    func events(era: DollarPeOptions.Era) async throws {
        let bench = Bench { $0.era = era }
        guard case .configured(let rules) = try await event(.readConfiguration, bench) else { return }
        #expect(rules.coins.map(\.least?.text) == ["28", "28"])
        #expect(rules.coins.map(\.most?.text) == ["5563", "5563"])
        #expect(try await event(.readCustomer(id: "c-1"), bench) == .verified)
        #expect(try await event(.readBank(id: "b-1", customer: "c-1"), bench) == .verified)
        let price = DollarPePayout.Rate(price: try FiatAmount(text: "82.5"))
        #expect(try await event(.readRate(asset: .usdt), bench) == .rated(rate: price))
        let quote = try await quote(bench)
        #expect(quote.receiving.text == "4145.58")
        guard case .initiated(let id) = try await event(.initiate(order: order, quote: quote), bench) else { return }
        let processing = DollarPePayout.Report(status: .processing, receiving: quote.receiving)
        #expect(try await event(.readPayout(id: id), bench) == .reported(report: processing))
        bench.pass(.hours(1))
        let link = DollarPePayout.Activity.link(
            order: order.exchangeOrder, transfer: Identifier("t-1") ?? .sample, payout: id)
        #expect(try await event(link, bench) == .linked)
        guard case .reported(let report) = try await event(.readPayout(id: id), bench) else { return }
        #expect(report.status == .success)
        #expect(report.transfer == "t-1")
    }

    @Test("A lost order is found by its quotation, and in the history by the job that referred to it")
    func lostOrder() async throws {
        for reading in DollarPeOptions.LinkedReading.allCases {
            let bench = Bench { $0.linkedQuotation = reading }
            let quote = try await quote(bench)
            guard case .nothing = try await perform(.lookUpOrder(order: order, quote: quote), bench) else {
                Issue.record("an unused quotation is news")
                return
            }
            #expect(try await event(.ruleOut(order: order, quote: quote), bench) == .notOrdered)
            bench.fault(.dropAfter, on: .initiate)
            guard case .unknown = try await perform(.initiate(order: order, quote: quote), bench) else {
                Issue.record("the answer was not lost")
                return
            }
            let found = try await event(.lookUpOrder(order: order, quote: quote), bench)
            #expect(try await event(.ruleOut(order: order, quote: quote), bench) == found)
            // However long ago it was ordered.
            bench.pass(.days(9))
            // Another quotation since, and a state entered later: it is still this job's.
            let newer = try await self.quote(bench)
            #expect(try await event(.findPayout(order: order, quote: quote), bench, seq: 9) == found)
            #expect(try await event(.findPayout(order: order, quote: newer), bench, seq: 9) == found)
            #expect(bench.ledger.count(.created) == 1)
        }
    }

    @Test("A repeated order is told to be a duplicate, whichever mark DollarPe looks at first")
    func duplicates() async throws {
        for reading in DollarPeOptions.DuplicateReading.allCases {
            let bench = Bench { $0.duplicate = reading }
            let quote = try await quote(bench)
            _ = try await event(.initiate(order: order, quote: quote), bench)
            guard case .refused(let refusal) = try await perform(.initiate(order: order, quote: quote), bench) else {
                Issue.record("ordered twice")
                return
            }
            #expect(refusal.code == "duplicate")
            #expect(
                DollarPePayout.transition(
                    from: .initiating(order: order, quote: quote), on: DollarPePayout.refused(refusal))
                    == .move(to: .finding(order: order, quote: quote)))
        }
    }

    @Test("A used quotation whose payout the history does not show is a duplicate, whatever its order_id says")
    func usedElsewhere() async throws {
        let bench = Bench()
        let quote = try await quote(bench)
        _ = try await event(.initiate(order: order, quote: quote), bench)
        let stranger = DollarPePayout.Order(
            customer: PathIdentifier("c-9") ?? .sample, bank: .sample, asset: .usdt, amount: .sample,
            exchangeOrder: .sample, link: .afterSuccess, accept: .auto, onLimit: .wait)
        #expect(
            try await event(.lookUpOrder(order: stranger, quote: quote), bench)
                == .refused(refusal: Refusal(.duplicate, "the quotation is LINKED")))
    }

    @Test("A quotation that is gone leaves the history to say whether it was used")
    func quotationGone() async throws {
        let bench = Bench()
        _ = try await event(.initiate(order: order, quote: try await quote(bench)), bench)
        let gone = DollarPePayout.Quote(id: "gone", receiving: .sample, rate: .sample, expiresAt: bench.now)
        guard case .initiated = try await event(.lookUpOrder(order: order, quote: gone), bench) else {
            Issue.record("not found")
            return
        }
        let empty = Bench()
        #expect(try await event(.ruleOut(order: order, quote: gone), empty) == .notOrdered)
    }

    @Test("The payout is on the history's second page, which is read as well")
    func secondPage() async throws {
        let bench = Bench(limit: 5_000_000_000)
        let quote = try await quote(bench)
        let own = try await event(.initiate(order: order, quote: quote), bench)
        for number in 0..<100 { _ = try await bench.payout(order: "x-\(number)", reference: "else-\(number)") }
        #expect(try await event(.findPayout(order: order, quote: quote), bench) == own)
    }

    @Test("An order that another payout has, which is certainly not ours, is refused by that payout's name")
    func anothersOrder() async throws {
        let bench = Bench()
        let id = try await bench.payout(order: order.exchangeOrder.text, reference: "somebody-else-1")
        let quote = try await quote(bench)
        #expect(
            try await event(.findPayout(order: order, quote: quote), bench)
                == .refused(refusal: Refusal(.duplicate, "order \(order.exchangeOrder) is payout \(id)'s")))
        // One that has failed has given it back.
        bench.script(#"{"outcome":"fail","payoutId":"\#(id)"}"#)
        bench.pass(.hours(1))
        guard case .nothing = try await perform(.findPayout(order: order, quote: quote), bench) else {
            Issue.record("a failed payout has the order")
            return
        }
    }

    @Test("Another job's payout is not taken for this one's")
    func anothersPayout() async throws {
        let bench = Bench()
        _ = try await bench.payout(reference: "somebody-else-1")
        let quote = try await quote(bench)
        guard case .nothing = try await perform(.findPayout(order: order, quote: quote), bench) else {
            Issue.record("it was found")
            return
        }
    }

    @Test(
        "Statuses as words: aliases are understood, and what nobody knows is kept",
        arguments: [
            ("51.09", DollarPePayout.Status.success), ("51.10", .other(word: "ON_HOLD")),
            ("51.06", .other(word: "IN_REVIEW")), ("51.05", .other(word: "CANCELLED")), ("51.01", .failed),
            ("51.08", .refunded),
        ])
    func statuses(amount: String, status: DollarPePayout.Status) async throws {
        let bench = Bench()
        let id = try await bench.payout(amount)
        bench.pass(.minutes(41))
        guard case .reported(let report) = try await event(.readPayout(id: id), bench) else { return }
        #expect(report.status == status)
    }

    @Test("Checks under way are no news, and failed ones say why")
    func checks() async throws {
        let bench = Bench()
        bench.script(#"{"outcome":"customer","customerId":"c-1","value":"PROCESSING"}"#)
        guard case .nothing = try await perform(.readCustomer(id: "c-1"), bench) else {
            Issue.record("a check under way is news")
            return
        }
        bench.script(#"{"outcome":"customer","customerId":"c-1","value":"FAILED"}"#)
        #expect(try await event(.readCustomer(id: "c-1"), bench) == .verificationFailed(reason: "KYC_FAILED"))
        bench.script(#"{"outcome":"bank","bankId":"b-1","value":"FAILED"}"#)
        #expect(
            try await event(.readBank(id: "b-1", customer: "c-1"), bench)
                == .verificationFailed(reason: "NAME_MISMATCH"))
    }

    @Test("An account that nobody configured is refused without a call")
    func unknownAccount() async throws {
        guard case .refused(let refusal) = try await perform(.readConfiguration, Bench(), account: "other") else {
            Issue.record("a call was made")
            return
        }
        #expect(
            refusal == ProviderRefusal(code: "unauthorized", message: "no DollarPe account called other is configured"))
    }

    @Test("A webhook is stored once for each event of a payout, PROCESSING among them, and names the payout")
    func webhooks() async throws {
        let bench = Bench()
        let source = DollarPeWebhookSource(accounts: [try bench.account()])
        let id = try await bench.payout("51.02")
        bench.pass(.hours(3))
        let readings = bench.posted.map { source.read($0.delivery.request, account: "main", now: $0.at) }
        let received = readings.compactMap { reading -> ReceivedWebhook? in
            guard case .genuine(let webhook) = reading else { return nil }
            return webhook
        }
        #expect(received.map(\.kind) == ["PAYOUT.FAILED", "PAYOUT.REFUNDED"])
        #expect(received.map(\.references) == [[id], [id]])
        // The id is the payout's: alone, it would take the refund for a repetition.
        #expect(Set(received.map(\.dedupeKey)).count == 2)
        let first = try #require(bench.posted.first)
        #expect(source.read(first.delivery.request, account: "other", now: first.at) == .unknownAccount)
        guard case .refused = source.read(first.delivery.request, account: "main", now: first.at + .minutes(6)) else {
            Issue.record("an old webhook passes")
            return
        }
    }

    @Test("A webhook about PROCESSING, which newer documents know nothing of, is taken like any other")
    func processingWebhook() throws {
        let bench = Bench()
        let body =
            #"{"event":"PROCESSING","id":"p-1","metadata":{},"timestamp":"2026-03-01T12:00:00Z","type":"PAYOUT"}"#
        let timestamp = String(bench.now.seconds)
        let request = HTTPRequest(
            .post, "/webhooks/dollarpe/main",
            headers: [
                "X-TIMESTAMP": timestamp,
                "X-SIGNATURE": DollarPeSignature.sign(
                    Array(body.utf8), timestamp: timestamp, apiKey: Secret(Bench.key), apiSecret: Secret(Bench.secret)),
            ], body: Array(body.utf8))
        let source = DollarPeWebhookSource(accounts: [try bench.account()])
        guard case .genuine(let webhook) = source.read(request, account: "main", now: bench.now) else {
            Issue.record("refused")
            return
        }
        #expect(webhook.kind == "PAYOUT.PROCESSING")
        #expect(webhook.references == ["p-1"])
    }
}

/// The bench's clock, for permits.
private struct BenchClock: Engine.Clock {
    let bench: Bench

    func now() -> Timestamp { bench.now }
    func sleep(from start: Timestamp, until instant: Timestamp) async {}
    func mayHavePassed(_ instant: Timestamp) -> Bool { bench.now > instant }
}
