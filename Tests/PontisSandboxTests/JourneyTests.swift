import Domain
import HTTPTypes
import PontisGlobe
import PontisSandbox
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("Lockstep's own client against the simulated PontisGlobe")
struct JourneyTests {
    @Test("A payout goes from pending over processing to completed, and its callback is genuine")
    func completed() async throws {
        let bench = try Bench()
        let client = try bench.client()
        let payout = try value(await client.send(try order(), key: key(1)))
        #expect(payout.status == .known(.pending))
        bench.pass(.seconds(30))
        #expect(try value(await client.payout(payout.id)).status == .known(.processing))
        bench.pass(.minutes(5))
        #expect(try value(await client.payout(payout.id)).status == .known(.completed))
        #expect(bench.ledger.effects.map(\.kind) == [.created, .disbursed])
        let posted = try #require(bench.posted.first?.request)
        let verified = PontisCallback.verify(
            body: posted.body, headers: posted.headers, signers: client.account.signers, now: bench.now)
        guard case .genuine(let event) = verified else {
            Issue.record("\(verified)")
            return
        }
        #expect(event.payout.id == payout.id)
        #expect(event.payout.status == .known(.completed))
    }

    @Test(
        "What the cents make happen in the sandbox, as PontisGlobe documents it; and no callbacks there",
        arguments: [
            ("125.00", PontisClient.PayoutStatus.completed, nil), ("125.77", .completed, nil),
            ("125.01", .failed, "Insufficient funds"), ("125.02", .failed, "Recipient not found"),
            ("125.03", .pending, nil), ("125.04", .failed, "Network error"),
        ])
    func cents(amount: String, status: PontisClient.PayoutStatus, message: String?) async throws {
        let bench = try Bench(.sandbox)
        let client = try bench.client()
        let payout = try value(await client.send(try order(amount), key: key(1)))
        #expect(payout.status == .known(.pending))
        let parts = payout.id.split(separator: "_")
        #expect(parts.map(\.count) == [2, 12, 2, 6, 8])
        #expect(parts[2] == amount.suffix(2))
        bench.pass(.hours(1))
        let later = try value(await client.payout(payout.id))
        #expect(later.status == .known(status))
        #expect(later.statusMessage == message)
        #expect(bench.posted.isEmpty)
    }

    @Test("The same key is the same payout, also after its answer was lost, and shows where it is by now")
    func replay() async throws {
        let bench = try Bench()
        let client = try bench.client()
        bench.fault(.dropAfter, on: .send)
        guard case .unknown = await client.send(try order(), key: key(1)) else {
            Issue.record("the answer was not lost")
            return
        }
        bench.pass(.minutes(10))
        let payout = try value(await client.send(try order(), key: key(1)))
        #expect(payout.status == .known(.completed))
        #expect(bench.ledger.count(.created) == 1)
        _ = try value(await client.send(try order(), key: key(2)))
        #expect(bench.ledger.count(.created) == 2)
    }

    @Test("An order above the limit waits for a person, who approves or rejects it")
    func approval() async throws {
        let bench = try Bench { $0.approvalAbove = 100_00 }
        let client = try bench.client()
        let approved = try value(await client.send(try order("125.00"), key: key(1)))
        let rejected = try value(await client.send(try order("125.06"), key: key(2)))
        #expect([approved, rejected].map(\.status) == [.known(.pendingApproval), .known(.pendingApproval)])
        bench.pass(.hours(4))
        #expect(try value(await client.payout(approved.id)).status == .known(.completed))
        let later = try value(await client.payout(rejected.id))
        #expect(later.status == .known(.rejected))
        #expect(later.statusMessage == "Not approved")
    }

    @Test("A delivered payment comes back days later, and is told so by a second callback")
    func reversed() async throws {
        let bench = try Bench()
        let client = try bench.client()
        let payout = try value(await client.send(try order("125.08"), key: key(1)))
        bench.pass(.hours(1))
        #expect(try value(await client.payout(payout.id)).status == .known(.completed))
        bench.pass(.days(3))
        #expect(try value(await client.payout(payout.id)).status == .known(.reversed))
        #expect(bench.posted.count == 2)
        #expect(bench.ledger.effects.map(\.kind) == [.created, .disbursed, .returned])
    }

    @Test("Orders are refused once or for good, and a refusal does not use up the key")
    func refusals() async throws {
        let bench = try Bench { $0.mostPerPayout = 1_000_00 }
        let client = try bench.client()
        #expect(try refusal(await client.send(try order("125.09"), key: key(1))).code.rawValue == "rate_moved")
        _ = try value(await client.send(try order("125.09"), key: key(1)))
        #expect(try refusal(await client.send(try order("125.11"), key: key(2))).code.rawValue == "screening_failed")
        #expect(try refusal(await client.send(try order("125.11"), key: key(2))).code.rawValue == "screening_failed")
        let limit = try refusal(await client.send(try order("1000.01"), key: key(3)))
        #expect(limit.code.rawValue == "per_payout_limit_exceeded")
        try bench.script(#"{"outcome":"refuse","code":"wallet_frozen"}"#)
        #expect(try refusal(await client.send(try order(), key: key(4))).code.rawValue == "wallet_frozen")
        #expect(bench.ledger.count(.created) == 1)
    }

    @Test("A scripted outcome changes a payout under way: stuck, canceled, an unknown status")
    func scripted() async throws {
        let bench = try Bench()
        let client = try bench.client()
        let payouts = try await [1, 2, 3].asyncMap { try value(await client.send(try order(), key: key($0))) }
        try bench.script(#"{"outcome":"stuck","transactionId":"\#(payouts[0].id)","at":"processing"}"#)
        try bench.script(#"{"outcome":"cancel","idempotencyKey":"\#(key(2))"}"#)
        try bench.script(#"{"outcome":"unknown_status","transactionId":"\#(payouts[2].id)","value":"on_hold"}"#)
        bench.pass(.seconds(30))
        #expect(try value(await client.payout(payouts[2].id)).status == .unknown("on_hold"))
        bench.pass(.days(9))
        #expect(try value(await client.payout(payouts[0].id)).status == .known(.processing))
        #expect(try value(await client.payout(payouts[1].id)).status == .known(.canceled))
        #expect(try value(await client.payout(payouts[2].id)).status == .known(.completed))
    }
}

extension Sequence {
    fileprivate func asyncMap<Other>(_ change: (Element) async throws -> Other) async rethrows -> [Other] {
        var changed: [Other] = []
        for element in self { changed.append(try await change(element)) }
        return changed
    }
}
