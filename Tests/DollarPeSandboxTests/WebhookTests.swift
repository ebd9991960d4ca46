import DollarPe
import DollarPeSandbox
import Domain
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("The simulated DollarPe's webhooks")
struct WebhookTests {
    private func verify(
        _ delivery: WebhookDelivery, _ bench: Bench, at now: Timestamp
    ) throws -> DollarPeWebhook.Verification {
        DollarPeWebhook.verify(
            body: delivery.request.body, headers: delivery.request.headers, account: try bench.account(), now: now)
    }

    private func events(_ bench: Bench) throws -> [String] {
        try bench.posted.compactMap { at, delivery in
            guard case .genuine(let event) = try verify(delivery, bench, at: at) else { return nil }
            return "\(event.type) \(event.event)"
        }
    }

    @Test("They are genuine for our own verifier; of PROCESSING nothing is told")
    func genuine() async throws {
        let bench = Bench()
        let id = try await bench.payout("51.04")
        bench.pass(.days(3))
        #expect(try events(bench) == ["PAYOUT SUCCESS", "PAYOUT REFUNDED"])
        let body = try #require(JSON(parsing: bench.posted[0].delivery.request.body))
        #expect(body["id"] == .string(id))
        #expect(body["metadata"]?["client_reference_id"] == .string("r-1"))
        #expect(body["metadata"]?["utr"]?.string?.hasPrefix("RATN") == true)
    }

    @Test(
        "Each status has its event",
        arguments: [
            ("51.01", ["PAYOUT FAILED"]), ("51.02", ["PAYOUT FAILED", "PAYOUT REFUNDED"]), ("51.03", []),
            ("51.05", ["PAYOUT CANCELLED"]), ("51.06", ["PAYOUT IN_REVIEW", "PAYOUT SUCCESS"]),
            ("51.09", ["PAYOUT COMPLETED"]), ("51.10", ["PAYOUT SUCCESS"]),
        ])
    func kinds(amount: String, expected: [String]) async throws {
        let bench = Bench()
        _ = try await bench.payout(amount)
        bench.pass(.days(1))
        #expect(try events(bench) == expected)
    }

    @Test("The older form says COMPLETED, and has “data” instead of “metadata”")
    func legacy() async throws {
        let bench = Bench()
        _ = try await bench.payout("51.09")
        bench.pass(.hours(1))
        let body = try #require(JSON(parsing: bench.posted[0].delivery.request.body))
        #expect(body["metadata"] == nil)
        #expect(body["data"]?["exchange_order_id"] == .string("1"))
    }

    @Test(
        "Anything but 2xx is tried again after 1 min, 5 min, 30 min, 2 h and 12 h, signed anew",
        arguments: [nil, 301, 500])
    func retries(answer: Int?) async throws {
        let bench = Bench()
        bench.answerWebhooks(with: answer)
        _ = try await bench.payout()
        bench.pass(.days(3))
        let first = try #require(bench.posted.first?.at)
        let offsets = bench.posted.map { ($0.at - first).microseconds / 1_000_000 }
        #expect(offsets == [0, 60, 360, 2160, 9360, 52_560])
        #expect(try events(bench).count == 6)
    }

    @Test("A 204 is as good as a 200")
    func accepted() async throws {
        let bench = Bench()
        bench.answerWebhooks(with: 204)
        _ = try await bench.payout()
        bench.pass(.days(3))
        #expect(bench.posted.count == 1)
    }

    @Test("Lost, doubled, late, out of order, wrongly signed and stale ones")
    func faults() async throws {
        func posted(_ fault: WebhookFault, _ duration: Duration? = nil) async throws -> Bench {
            let bench = Bench()
            bench.fault(fault, of: "PAYOUT.FAILED", duration: duration)
            _ = try await bench.payout("51.02")
            bench.pass(.days(1))
            return bench
        }
        #expect(try events(try await posted(.lost)) == ["PAYOUT REFUNDED"])
        #expect(try events(try await posted(.doubled)) == ["PAYOUT FAILED", "PAYOUT FAILED", "PAYOUT REFUNDED"])
        #expect(try events(try await posted(.late, .hours(6))) == ["PAYOUT REFUNDED", "PAYOUT FAILED"])
        #expect(try events(try await posted(.reversed, .hours(6))) == ["PAYOUT REFUNDED", "PAYOUT FAILED"])
        let forged = try await posted(.badSignature)
        #expect(
            try verify(forged.posted[0].delivery, forged, at: forged.posted[0].at)
                == .refused(reason: "the signature does not fit the body; check api_key and api_secret"))
        let stale = try await posted(.skewed, .minutes(10))
        guard case .refused(let reason) = try verify(stale.posted[0].delivery, stale, at: stale.posted[0].at) else {
            Issue.record("a stale webhook passes")
            return
        }
        #expect(reason.contains("too far from now"))
    }

    @Test("The address is set by a call, and none is posted before")
    func address() async throws {
        let bench = Bench()
        let other = DollarPeClient(
            account: try bench.account(key: "another", secret: "another"), transport: bench, now: { bench.now })
        _ = try value(await other.setWebhook(url: "https://exchange.example/hooks"))
        _ = try await bench.payout()
        bench.pass(.hours(1))
        // Each account has its own.
        #expect(bench.posted.map(\.delivery.url) == ["http://127.0.0.1:9/webhooks/dollarpe/main"])
        #expect(try refusal(await other.setWebhook(url: "ftp://x")).message.contains("Enter a valid URL."))
    }
}
