@testable import Activities
import Domain
import Engine
import Foundation
import HTTPTypes
import PontisGlobe
import PontisPayout
import PontisSandbox
import SandboxCore
import Testing
import Time
import Webhooks
import WorkflowCore

@Suite("What the activities of pontis_payout make of PontisGlobe's answers")
struct ActivityTests {
    private let job = JobID(high: 1 << 16 | 0x7000, low: 0x8000_0000_0000_0001)

    private func order(_ amount: String = "125.00") throws -> PontisPayout.Order {
        PontisPayout.Order(
            country: try CountryCode(text: "IN"), currency: try CurrencyCode(text: "INR"),
            method: try Identifier(text: "bank_local"), amount: try PontisPayout.SourceAmount(text: amount),
            recipient: Sensitive(
                PontisPayout.Recipient(
                    name: .sample, accountNumber: try PontisPayout.Note(text: "50100012345678"),
                    ifsc: try PontisPayout.Note(text: "HDFC0000001"))), accept: .auto)
    }

    private func perform(
        _ activity: PontisPayout.Activity, _ bench: Bench, seq: Int = 1, account: String = "main",
        leaseEnds: Duration = .minutes(1)
    ) async throws -> Answer<PontisPayout.Event> {
        let clock = BenchClock(bench: bench)
        let context = ActivityContext(
            job: job, key: IdempotencyKey(job: job, enteredSeq: seq), account: account, startedAt: bench.now,
            permit: SendPermit(until: bench.now + leaseEnds, clock: clock))
        return await PontisPayoutActivities(clients: ["main": try bench.client()]).perform(activity, in: context)
    }

    private func report(
        _ activity: PontisPayout.Activity, _ bench: Bench, seq: Int = 1,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> PontisPayout.Report {
        let answer = try await perform(activity, bench, seq: seq)
        guard case .event(.reported(let report)) = answer else {
            Issue.record("\(answer)", sourceLocation: location)
            throw CancellationError()
        }
        return report
    }

    @Test("Each activity is one call and one event: an order, and what becomes of it")
    func events() async throws {
        let bench = try Bench()
        let sent = try await report(.send(order: order()), bench)
        #expect(sent.status == .pending)
        bench.pass(.minutes(1))
        #expect(try await report(.readPayout(id: sent.id), bench).status == .processing)
        bench.pass(.minutes(10))
        #expect(try await report(.readPayout(id: sent.id), bench).status == .completed)
        #expect(bench.ledger.count(.created) == 1)
    }

    @Test("Every ending comes back with PontisGlobe's own reason")
    func endings() async throws {
        let bench = try Bench()
        let failed = try await report(.send(order: order("125.02")), bench, seq: 1)
        let rejected = try await report(.send(order: order("125.06")), bench, seq: 2)
        let canceled = try await report(.send(order: order("125.07")), bench, seq: 3)
        let reversed = try await report(.send(order: order("125.08")), bench, seq: 4)
        #expect(rejected.status == .pendingApproval)
        bench.pass(.days(4))
        func status(_ id: String) async throws -> PontisPayout.Status {
            try await report(.readPayout(id: id), bench).status
        }
        #expect(try await status(failed.id) == .failed(why: Refusal(.provider, "Recipient not found")))
        #expect(try await status(rejected.id) == .rejected(why: Refusal(.provider, "Not approved")))
        #expect(try await status(canceled.id) == .canceled)
        guard case .reversed(let why) = try await status(reversed.id) else {
            Issue.record("not reversed")
            return
        }
        #expect(why.code == .provider)
    }

    @Test("A lost answer, and a 500 after the order was taken: the same key brings the same payout")
    func lostOrder() async throws {
        for (fault, happened) in [
            (RequestFault.dropAfter, true), (.errorAfter, true), (.accepted, true), (.dropBefore, false),
        ] {
            let bench = try Bench()
            bench.fault(fault, on: .send)
            guard case .unknown = try await perform(.send(order: order()), bench) else {
                Issue.record("the answer was not lost")
                return
            }
            bench.pass(.minutes(10))
            let sent = try await report(.send(order: order()), bench)
            #expect(sent.status == (happened ? .completed : .pending))
            #expect(bench.ledger.count(.created) == 1)
        }
    }

    @Test("A replay that answers 200, or with the first status, tells the id all the same")
    func replayReadings() async throws {
        for reading in PontisOptions.ReplayReading.allCases {
            let bench = try Bench {
                $0.replayStatus = 200
                $0.replay = reading
            }
            let first = try await report(.send(order: order()), bench)
            bench.pass(.minutes(10))
            let second = try await report(.send(order: order()), bench)
            #expect(second.id == first.id)
            #expect(second.status == (reading == .currentStatus ? .completed : .pending))
            #expect(try await report(.readPayout(id: first.id), bench).status == .completed)
        }
    }

    @Test("A status that nobody knows is kept as the word that it is, and never loses a payout's id")
    func unknownStatus() async throws {
        let bench = try Bench()
        let sent = try await report(.send(order: order()), bench)
        try bench.script(#"{"outcome":"unknown_status","transactionId":"\#(sent.id)","value":"on_hold"}"#)
        bench.pass(.seconds(30))
        #expect(try await report(.readPayout(id: sent.id), bench).status == .other(word: "on_hold"))
        let taken = try JSONDecoder().decode(
            PontisClient.Payout.self, from: Data(#"{"transaction_id":"tx-1","status":"on_hold"}"#.utf8))
        #expect(
            PontisPayout.Event(taken)
                == .reported(report: PontisPayout.Report(id: "tx-1", status: .other(word: "on_hold"))))
    }

    @Test("What PontisGlobe refuses comes back as its code; nothing was ordered, and another key is another try")
    func refusals() async throws {
        let bench = try Bench()
        guard case .refused(let moved) = try await perform(.send(order: order("125.09")), bench) else {
            Issue.record("not refused")
            return
        }
        #expect(moved.code == "rate_moved")
        _ = try await report(.send(order: order("125.09")), bench, seq: 3)
        #expect(bench.ledger.count(.created) == 1)
        guard case .refused(let other) = try await perform(.send(order: order()), bench, account: "other") else {
            Issue.record("not refused")
            return
        }
        #expect(other.code == "unauthorized")
        #expect(other.message == "no PontisGlobe account called other is configured")
    }

    @Test("Nothing is ordered once the lease is over")
    func leaseOver() async throws {
        let bench = try Bench()
        guard case .notApplied = try await perform(.send(order: order()), bench, leaseEnds: .seconds(-1)) else {
            Issue.record("it was sent")
            return
        }
        #expect(bench.ledger.count(.created) == 0)
    }

    /// When a callback was signed.
    private func sent(_ delivery: WebhookDelivery) -> Timestamp {
        Timestamp(seconds: delivery.request.headers["x-pontis-timestamp"].flatMap { Int64($0) } ?? 0)
    }

    @Test("A callback names its payout and is known by its event's id; a payout may have two")
    func callbacks() async throws {
        let bench = try Bench()
        let sent = try await report(.send(order: order("125.08")), bench)
        bench.pass(.days(4))
        let source = PontisWebhookSource(accounts: [try bench.client().account])
        let read = bench.posted.map { source.read($0.request, account: "main", now: self.sent($0)) }
        var kinds: [String] = []
        var keys: Set<String> = []
        for reading in read {
            guard case .genuine(let webhook) = reading else {
                Issue.record("\(reading)")
                return
            }
            #expect(webhook.references == [sent.id])
            #expect(webhook.provider == "pontis")
            kinds.append(webhook.kind)
            keys.insert(webhook.dedupeKey)
        }
        #expect(kinds == ["payout.completed", "payout.reversed"])
        #expect(keys.count == 2)
    }

    @Test("A callback delivered twice is one event; a forged, stale or unknown one is turned away")
    func badCallbacks() async throws {
        let bench = try Bench()
        let sent = try await report(.send(order: order()), bench)
        try bench.script(#"{"outcome":"double_callback","transactionId":"\#(sent.id)"}"#)
        bench.pass(.hours(1))
        let source = PontisWebhookSource(accounts: [try bench.client().account])
        #expect(bench.posted.count == 2)
        let keys = bench.posted.compactMap { posted -> String? in
            guard case .genuine(let webhook) = source.read(posted.request, account: "main", now: self.sent(posted))
            else {
                return nil
            }
            return webhook.dedupeKey
        }
        #expect(keys.count == 2)
        #expect(Set(keys).count == 1)
        let posted = try #require(bench.posted.first)
        #expect(source.read(posted.request, account: "other", now: self.sent(posted)) == .unknownAccount)
        var forged = posted.request
        forged.body.append(0x20)
        for (request, now) in [(forged, self.sent(posted)), (posted.request, self.sent(posted) + .minutes(6))] {
            guard case .refused = source.read(request, account: "main", now: now) else {
                Issue.record("it was believed")
                return
            }
        }
    }
}

private struct BenchClock: Engine.Clock {
    let bench: Bench

    func now() -> Timestamp { bench.now }
    func sleep(from start: Timestamp, until instant: Timestamp) async {}
    func mayHavePassed(_ instant: Timestamp) -> Bool { bench.now > instant }
}
