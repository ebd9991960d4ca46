import BorderlessPayments
import BorderlessPaymentsSandbox
import Domain
import HTTPTypes
import ProviderCore
import SandboxCore
import Testing
import Time

@Suite("Orders of the simulated Borderless Payments")
struct OrderTests {
    private func quote(_ client: PartnerClient, _ amount: String = "100.00") async throws -> PartnerClient.Quote {
        try value(
            await client.quote(
                PartnerClient.QuoteRequest(
                    fiatAmount: amount, fiatCurrency: "EUR", crypto: "USDC", network: "polygon", country: "ES",
                    instrument: "sepa_bank_transfer", user: "user-known")))
    }

    @Test("A transfer: instructions, the customer's word, seen, verified, delivered, and refined at the end")
    func transfer() async throws {
        let bench = Bench()
        let client = try bench.client()
        #expect(try await quote(client).cryptoAmount.text == "105.84")
        let placed = try value(await client.createOrder(order(), key: "k1"))
        #expect(placed.status == .known(.awaitingPayment))
        #expect(placed.cryptoAmount?.text == "105.84")
        #expect(placed.instructions?.iban == "LT601010012345678901")
        #expect(placed.instructions?.dueBy == Bench.start + .hours(47))
        #expect(placed.instructions?.redirectURL == nil)
        _ = try value(await client.confirmPayment(of: placed.id, key: "c1"))
        let again = try bench.ask(.post, "/api/v1/orders/\(placed.id)/confirm-payment")
        #expect(again["confirmed_now"] == .bool(false))
        #expect(again["status"] == .string("AWAITING_PAYMENT"))
        var seen: [String] = []
        for interval in [Duration.minutes(30), .minutes(3), .minutes(5)] {
            bench.pass(interval)
            seen.append(try value(await client.order(placed.id)).status.description)
        }
        #expect(seen == ["PAYMENT_VERIFYING", "PROCESSING", "COMPLETED"])
        #expect(try value(await client.order(placed.id)).cryptoAmount?.text == "105.808248")
        #expect(bench.ledger.effects.map(\.kind) == [.created, .confirmed, .paid, .transfer])
        #expect(bench.ledger.effects(.transfer, of: "job-1").first?.amount == "105.808248 USDC")
        #expect(
            bench.kinds == [
                "order.created", "order.awaiting_payment", "order.payment_verifying", "order.processing",
                "order.completed",
            ])
        #expect(try refusal(await client.confirmPayment(of: placed.id, key: "c2")).code == "conflict")
    }

    @Test("Open Banking: nothing but a page, never confirmed by hand, and over when nobody goes there")
    func openBanking() async throws {
        let bench = Bench()
        let client = try bench.client()
        let placed = try value(await client.createOrder(order(by: "pm_open_banking"), key: "k1"))
        #expect(placed.instructions?.iban == nil)
        #expect(placed.instructions?.dueBy == nil)
        let page = try #require(placed.instructions?.redirectURL)
        #expect(try refusal(await client.confirmPayment(of: placed.id, key: "c1")).code == "conflict")
        try bench.script(#"{"outcome":"new_page","name":"job-1"}"#)
        #expect(try value(await client.order(placed.id)).instructions?.redirectURL != page)
        bench.pass(.minutes(11))
        #expect(try value(await client.order(placed.id)).status == .known(.completed))
        try bench.script(#"{"outcome":"pay","how":"never","name":"job-2"}"#)
        let left = try value(await client.createOrder(order("job-2", by: "pm_open_banking"), key: "k2"))
        bench.pass(.hours(1))
        #expect(try value(await client.order(left.id)).status == .known(.expired))
        #expect(bench.ledger.count(.confirmed) == 0)
    }

    @Test("What a customer pays wrongly is sent back, or never found")
    func payments() async throws {
        let bench = Bench()
        let client = try bench.client()
        for (number, (how, status, reason)) in [
            ("exact", PartnerClient.OrderStatus.completed, nil),
            ("under", .refunded, "payment_amount_mismatch"), ("over", .refunded, "payment_amount_mismatch"),
            ("third_party", .refunded, "payment_name_mismatch"), ("wrong_reference", .expired, "payment_timeout"),
            ("twice", .completed, nil), ("never", .expired, "payment_timeout"),
        ].enumerated() {
            let placed = try value(await client.createOrder(order("job-\(number)"), key: "k\(number)"))
            try bench.script(#"{"outcome":"pay","how":"\#(how)","name":"job-\#(number)"}"#)
            bench.pass(.hours(48))
            let later = try value(await client.order(placed.id))
            #expect(later.status == .known(status), "\(how)")
            #expect(later.reasonCode == reason)
        }
        #expect(bench.ledger.count(.paidAgain) == 1)
    }

    @Test("A transfer after the due date: taken while the order is still open, and sent back once it has expired")
    func paidLate() async throws {
        for (grace, status, reason) in [
            (Duration.zero, PartnerClient.OrderStatus.refunded, "payment_timeout"), (.days(1), .completed, nil),
        ] {
            let bench = Bench { $0.grace = grace }
            let client = try bench.client()
            let placed = try value(await client.createOrder(order(), key: "k1"))
            try bench.script(#"{"outcome":"pay","how":"exact","name":"job-1","seconds":172800}"#)
            bench.pass(.hours(47) + .minutes(1))
            #expect(
                try value(await client.order(placed.id)).status
                    == .known(grace == .zero ? .expired : .awaitingPayment))
            bench.pass(.hours(2))
            let later = try value(await client.order(placed.id))
            #expect(later.status == .known(status))
            #expect(later.reasonCode == reason)
            #expect(bench.ledger.count(.paid) == 1)
        }
    }

    @Test(
        "An order is refunded or failed from any status, also from one that it has already",
        arguments: [
            ("refund", "AWAITING_PAYMENT", "REFUNDED"), ("refund", "PAYMENT_VERIFYING", "REFUNDED"),
            ("fail", "AWAITING_PAYMENT", "FAILED"), ("fail", "PAYMENT_VERIFYING", "FAILED"),
            ("refund", "COMPLETED", "REFUNDED"), ("refund", "FAILED", "REFUNDED"),
        ])
    func endsAnywhere(outcome: String, status: String, end: String) async throws {
        let bench = Bench()
        let client = try bench.client()
        let placed = try value(await client.createOrder(order(), key: "k1"))
        if status == "FAILED" {
            try bench.script(#"{"outcome":"fail","name":"job-1"}"#)
            bench.pass(.hours(1))
        }
        try bench.script(#"{"outcome":"\#(outcome)","name":"job-1","at":"\#(status)","seconds":60}"#)
        bench.pass(.minutes(45))
        let later = try value(await client.order(placed.id))
        #expect(later.status.description == end)
        #expect(try bench.ask(.get, "/api/v1/orders/\(placed.id)")["reason_code"] == nil)
        #expect(later.reasonCode == (outcome == "fail" ? "provider_error" : "compliance_rejected"))
        for wrong in [#""fail","at":"COMPLETED""#, #""refund","at":"REFUNDED""#] {
            try bench.ask(.post, "/__sandbox/outcome", #"{"outcome":\#(wrong),"all":true}"#, expect: 400)
        }
    }

    @Test("Control calls end an order in every way, each with its reason, and hold it where it is")
    func endings() async throws {
        let bench = Bench()
        let client = try bench.client()
        for (number, (outcome, status, reason)) in [
            (#""fail","reason":"provider_error""#, "FAILED", "provider_error"),
            (#""refund""#, "REFUNDED", "compliance_rejected"), (#""cancel""#, "CANCELLED", "user_cancelled"),
            (#""expire""#, "EXPIRED", "payment_timeout"), (#""stuck""#, "PROCESSING", nil),
            (#""stuck","at":"AWAITING_PAYMENT""#, "AWAITING_PAYMENT", nil),
            (#""unknown_status","value":"ON_HOLD""#, "COMPLETED", nil), (#""hold""#, "PROCESSING", nil),
        ].enumerated() {
            let placed = try value(await client.createOrder(order("job-\(number)"), key: "k\(number)"))
            try bench.script(#"{"outcome":\#(outcome),"name":"job-\#(number)"}"#)
            bench.pass(.minutes(34))
            if number == 6 { #expect(try value(await client.order(placed.id)).status == .unknown("ON_HOLD")) }
            bench.pass(.minutes(10))
            let later = try value(await client.order(placed.id))
            #expect(later.status.description == status)
            #expect(later.reasonCode == reason)
        }
    }

    @Test(
        "202: the order is there, and its end becomes known later",
        arguments: ["AWAITING_PAYMENT", "FAILED", "EXPIRED"])
    func reconciliation(end: String) async throws {
        let bench = Bench()
        let client = try bench.client()
        try bench.script(#"{"outcome":"reconcile","all":true,"at":"\#(end)"}"#)
        let placed = try value(await client.createOrder(order(), key: "k1"))
        #expect(placed.status == .known(.pendingReconciliation))
        #expect(placed.instructions == nil)
        #expect(try value(await client.createOrder(order(), key: "k1")) == placed)
        #expect(try value(await client.order(reference: "job-1", of: "user-known"))?.id == placed.id)
        bench.pass(.minutes(4))
        #expect(try value(await client.order(placed.id)).status.description == end)
        #expect(bench.ledger.count(.created) == 1)
    }

    @Test("An order takes the user's quote while it is good, then the price of the day; a quote's id is refused")
    func quotes() async throws {
        let bench = Bench()
        let client = try bench.client()
        _ = try await quote(client)
        try bench.script(#"{"outcome":"price","value":"1000000"}"#)
        bench.pass(.seconds(599))
        #expect(try value(await client.createOrder(order("a"), key: "a")).cryptoAmount?.text == "105.84")
        bench.pass(.seconds(1))
        #expect(try value(await client.createOrder(order("b"), key: "b")).cryptoAmount?.text == "98")
        try bench.script(#"{"outcome":"reprice","name":"c","value":"5000"}"#)
        #expect(try value(await client.createOrder(order("c"), key: "c")).cryptoAmount?.text == "49")
        let body =
            #"{"user_id":"user-known","wallet_address":"\#(Bench.wallet)","fiat_amount":"100.00","crypto_currency":"USDC","crypto_network":"polygon","quote_id":"q"}"#
        let refused = try bench.ask(.post, "/api/v1/orders", body, expect: 422)
        #expect(refused["error"]?["details"]?["errors"]?.array?.first?["field"] == .string("quote_id"))
    }

    @Test("A wallet has an address of its network, and a memo on Stellar only; amounts have limits and two decimals")
    func forms() async throws {
        let bench = Bench()
        let client = try bench.client()
        let stellar = "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"
        for (number, wrong) in [
            order(wallet: stellar), order(network: "stellar"), order(memo: "1"), order(amount: "100.001"),
            order(amount: "0.50"), order(amount: "100000.00"), order(by: "card"), order(user: "nobody"),
        ].enumerated() {
            let code = try refusal(await client.createOrder(wrong, key: "k\(number)")).code
            #expect(code == (number == 7 ? .notFound : .invalid))
        }
        let hosted = order(wallet: stellar, network: "stellar", memo: "1042")
        _ = try value(await client.createOrder(hosted, key: "ok"))
        #expect(bench.ledger.count(.created) == 1)
    }

    @Test("A second open order of one user is refused where that is how it is")
    func oneOpenOrder() async throws {
        let bench = Bench { $0.oneOpenOrder = true }
        let client = try bench.client()
        _ = try value(await client.createOrder(order("a"), key: "a"))
        #expect(try refusal(await client.createOrder(order("b"), key: "b")).code == "conflict")
        bench.pass(.hours(1))
        _ = try value(await client.createOrder(order("b"), key: "c"))
    }
}
