import BorderlessPayments
import BorderlessPaymentsSandbox
import Domain
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("Webhooks of the simulated Borderless Payments")
struct WebhookEngineTests {
    private func verify(_ delivery: WebhookDelivery, _ bench: Bench, secret: String = "whsec_1") -> Bool? {
        let verified = PartnerWebhook.verify(
            body: delivery.request.body, headers: delivery.request.headers, secrets: [Secret(secret)], now: bench.now)
        guard case .genuine(_, let isFresh) = verified else { return nil }
        return isFresh
    }

    @Test("Signed as documented, with the event's id in all attempts")
    func signed() async throws {
        let bench = Bench()
        bench.endpoint(answers: 503)
        _ = try value(await bench.client().createOrder(order(), key: "k"))
        bench.pass(.seconds(30))
        #expect(bench.posted.map { verify($0, bench) } == [true, true, true, true])
        #expect(Set(bench.posted.compactMap { $0.request.headers["Borderlesspayments-Event-Id"] }).count == 2)
        #expect(
            bench.posted.compactMap { $0.request.headers["Borderlesspayments-Delivery-Attempt"] } == [
                "1", "1", "2", "2",
            ])
        #expect(bench.posted.first?.url == "http://127.0.0.1:9/webhooks/borderless_payments/main")
    }

    @Test(
        "Eight attempts by the table, then dead; counted from the first, or from one another",
        arguments: [PartnerOptions.RetryReading.fromFirstAttempt, .fromLastAttempt])
    func retries(reading: PartnerOptions.RetryReading) async throws {
        let bench = Bench { options in
            options.retryDelays = reading
            options.delays.transfer = nil
            options.paymentTerm = .days(30)
        }
        bench.endpoint(answers: nil)
        try bench.ask(
            .put, "/api/v1/webhook-configs/subscriptions", #"{"subscribed_event_types":["order.awaiting_payment"]}"#)
        _ = try value(await bench.client().createOrder(order(), key: "k"))
        let hours = reading == .fromFirstAttempt ? 72 : 103
        bench.pass(.hours(hours) - .seconds(1))
        #expect(bench.posted.count == 7)
        #expect(try bench.ask(.get, "/api/v1/webhook-deliveries?status=pending")["total"] == .int(1))
        bench.pass(.minutes(13))
        #expect(bench.posted.count == 8)
        bench.pass(.days(20))
        #expect(bench.posted.count == 8)
        let dead = try bench.ask(.get, "/api/v1/webhook-deliveries?status=dead_lettered")["items"]?.array?.first
        #expect(dead?["attempt_count"] == .int(8))
        #expect(dead?["max_attempts"] == .int(8))
        bench.endpoint(answers: 204)
        try bench.ask(.post, "/api/v1/webhook-deliveries/\(dead?["id"]?.string ?? "")/replay")
        bench.pass(.seconds(1))
        #expect(bench.posted.count == 9)
        #expect(
            bench.posted.last?.request.headers["Borderlesspayments-Event-Id"]
                == bench.posted.first?.request.headers["Borderlesspayments-Event-Id"])
        #expect(try bench.ask(.get, "/api/v1/webhook-deliveries?status=delivered")["total"] == .int(1))
    }

    @Test("An attempt days later carries the first one's time where that is how it is: genuine, and stale")
    func staleSignature() async throws {
        let bench = Bench { $0.signing = .firstAttempt }
        bench.endpoint(answers: 500)
        _ = try value(await bench.client().createOrder(order(), key: "k"))
        bench.pass(.minutes(10))
        #expect(bench.posted.last.map { verify($0, bench) } == false)
        let fresh = Bench()
        fresh.endpoint(answers: 500)
        _ = try value(await fresh.client().createOrder(order(), key: "k"))
        fresh.pass(.minutes(10))
        #expect(fresh.posted.last.map { verify($0, fresh) } == true)
    }

    @Test("A secret is told once, and a new one signs at once, what is tried again too")
    func rotation() async throws {
        let bench = Bench(isLive: true)
        let first = try bench.ask(
            .put, "/api/v1/webhook-configs", #"{"webhook_url":"https://acme.example/hooks"}"#, key: "sk_live")
        #expect(first["plaintext_secret"]?.string?.hasPrefix("whsec_") == true)
        let second = try bench.ask(
            .put, "/api/v1/webhook-configs", #"{"webhook_url":"https://acme.example/hooks"}"#, key: "sk_live")
        #expect(second["plaintext_secret"] == nil)
        try bench.ask(.put, "/api/v1/webhook-configs", #"{"webhook_url":"ftp://acme"}"#, expect: 422)
        bench.endpoint(answers: 500)
        _ = try value(await bench.client().createOrder(order(), key: "k"))
        bench.pass(.seconds(1))
        let rotated = try bench.ask(.post, "/api/v1/webhook-configs/rotate-secret")
        bench.pass(.seconds(30))
        let last = try #require(bench.posted.last)
        #expect(verify(last, bench) == nil)
        #expect(verify(last, bench, secret: rotated["plaintext_secret"]?.string ?? "") == true)
    }

    @Test("Subscriptions choose; what is switched off is posted no more until the address is set again")
    func subscriptions() async throws {
        let bench = Bench()
        try bench.ask(
            .put, "/api/v1/webhook-configs/subscriptions", #"{"subscribed_event_types":["order.compleated"]}"#,
            expect: 422)
        try bench.ask(
            .put, "/api/v1/webhook-configs/subscriptions",
            #"{"subscribed_event_types":["user.kyc.*","order.completed"]}"#)
        _ = try value(await bench.client().createOrder(order(), key: "k"))
        bench.pass(.hours(1))
        #expect(bench.kinds == ["order.completed"])
        try bench.script(#"{"outcome":"disable_webhook"}"#)
        _ = try value(await bench.client().createOrder(order("b"), key: "b"))
        bench.pass(.hours(1))
        #expect(bench.posted.count == 1)
        try bench.ask(
            .put, "/api/v1/webhook-configs", #"{"webhook_url":"http://127.0.0.1:9/webhooks/borderless_payments/main"}"#)
        _ = try value(await bench.client().createOrder(order("c"), key: "c"))
        bench.pass(.hours(1))
        #expect(bench.posted.count == 2)
    }

    @Test("Lost, doubled, forged and strange ones are posted as such")
    func mischief() async throws {
        let bench = Bench()
        bench.fault(.lost)
        bench.fault(.doubled)
        bench.fault(.badSignature)
        _ = try value(await bench.client().createOrder(order(), key: "k"))
        bench.pass(.minutes(31))
        #expect(
            bench.kinds == ["order.awaiting_payment", "order.awaiting_payment", "order.payment_verifying"])
        #expect(bench.posted.map { verify($0, bench) == nil } == [false, false, true])
        try bench.script(#"{"outcome":"strange_webhook","value":"order.something_new"}"#)
        bench.pass(.seconds(1))
        let strange = try #require(bench.posted.last)
        #expect(verify(strange, bench) == true)
        #expect(strange.request.headers["Borderlesspayments-Event-Type"] == "order.something_new")
    }

    @Test("The catalogue of events has all that are posted")
    func catalogue() throws {
        let catalogue = try Bench().ask(.get, "/api/v1/webhook-configs/event-catalog")
        #expect(catalogue["items"]?.array?.count == 14)
        #expect(catalogue["wildcards"] == .array([.string("*"), .string("order.*"), .string("user.kyc.*")]))
    }
}
