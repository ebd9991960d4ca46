import BorderlessPayments
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing
import Time

@Suite("Calls about quotes and orders, byte for byte")
struct OrderCallTests {
    @Test("A quote is taken as it is quoted: its example does not follow from its own price and fees")
    func quote() async throws {
        let transport = RecordingTransport([
            answer(
                200,
                #"{"quote_id":"quote-1","fiat_currency":"EUR","fiat_amount":"100.00","crypto_currency":"USDC","crypto_network":"polygon","crypto_amount":"97.832041","conversion_price":"0.991245","payment_instrument":"sepa_bank_transfer","fees":{"total":"1.99","network":"0.05","partner":"1.00","processing":"0.94"},"total_fiat_amount":"100.00"}"#
            )
        ])
        let quote = try value(
            await client(transport).quote(
                PartnerClient.QuoteRequest(
                    fiatAmount: "100.00", fiatCurrency: "EUR", crypto: "USDC", network: "polygon", country: "ES",
                    instrument: "sepa_bank_transfer", user: "user-1")))
        #expect(quote.id == "quote-1")
        #expect(quote.cryptoAmount.text == "97.832041")
        #expect(quote.fees?.text == "1.99")
        #expect(quote.total?.text == "100")
        #expect(
            transport.wire == [
                "GET /api/v1/quotes?fiat_currency=EUR&fiat_amount=100.00&crypto_currency=USDC&crypto_network=polygon&country=ES&payment_instrument=sepa_bank_transfer&user_id=user-1\nAuthorization: Bearer sk_test_1"
            ])
    }

    @Test("An order is placed under our key, without a quote's id, and tells how it is paid")
    func create() async throws {
        let transport = RecordingTransport([answer(201, order())])
        let order = try value(await client(transport).createOrder(newOrder(), key: "key-1"))
        #expect(order.id == "order-1")
        #expect(order.status == .known(.awaitingPayment))
        #expect(order.cryptoAmount?.text == "97.832041")
        #expect(order.instructions?.iban == "LT601010012345678901")
        #expect(order.instructions?.reference == "BP-1")
        #expect(order.instructions?.amount?.text == "100")
        #expect(order.instructions?.currency == "EUR")
        #expect(order.instructions?.dueBy == Timestamp("2026-06-13T09:20:00Z"))
        #expect(order.instructions?.redirectURL == nil)
        #expect(order.declaredAt == nil)
        #expect(order.updatedAt == Timestamp("2026-06-11T10:20:14Z"))
        #expect(
            transport.wire == [
                """
                POST /api/v1/orders
                Authorization: Bearer sk_test_1
                Content-Type: application/json
                Idempotency-Key: key-1

                {"crypto_currency":"USDC","crypto_network":"polygon","fiat_amount":"100.00","fiat_currency":"EUR","partner_order_ref":"acme-order-58231","payment_instrument":"sepa_bank_transfer","user_id":"user-1","wallet_address":"0x1"}
                """
            ])
    }

    @Test("What an order says that it is about is read, as far as it says it; a memo of null is a word too")
    func echo() async throws {
        let transport = RecordingTransport([
            answer(200, order()),
            answer(200, order((#""wallet_address_memo":null"#, #""wallet_address_memo":"1042""#))),
            answer(200, #"{"id":"order-1","status":"AWAITING_PAYMENT","wallet_address":7}"#),
        ])
        let client = try client(transport)
        let echo = try value(await client.order("order-1")).echo
        #expect(echo.user == "user-1")
        #expect(echo.wallet == "0x1")
        #expect(echo.memo == "")
        #expect(echo.network == "polygon")
        #expect(echo.crypto == "USDC")
        #expect(echo.fiatAmount?.text == "100")
        #expect(echo.fiatCurrency == "EUR")
        #expect(echo.instrument == "sepa_bank_transfer")
        #expect(try value(await client.order("order-1")).echo.memo == "1042")
        let silent = try value(await client.order("order-1")).echo
        #expect(silent.memo == nil)
        #expect(silent.wallet == nil)
    }

    @Test("Why an order came to nothing is told in webhooks only: what was posted last is read again")
    func reason() async throws {
        func delivery(_ reason: String?, at time: String, of order: String = "order-1") -> String {
            let code = reason.map { #","reason_code":"\#($0)""# } ?? ""
            return
                #"{"id":"d-1","resource_id":"\#(order)","payload":{"id":"\#(order)"\#(code)},"created_at":"\#(time)"}"#
        }
        func failed(_ words: String...) -> TransportResult {
            answer(200, #"{"items":[\#(words.joined(separator: ","))]}"#)
        }
        let over = answer(200, order(("AWAITING_PAYMENT", "FAILED")))
        let early = "2026-06-11T11:00:00+00:00"
        let late = "2026-06-11T12:00:00+00:00"
        let transport = RecordingTransport([
            over,
            failed(
                delivery(nil, at: late), delivery("provider_error", at: early), delivery("payment_rejected", at: late),
                delivery("another", at: late, of: "order-2")),
            over, failed(), over, answer(403, "{}"), answer(200, order(("AWAITING_PAYMENT", "COMPLETED"))),
        ])
        let client = try client(transport)
        var reasons: [String?] = []
        for _ in 0..<4 { reasons.append(try value(await client.order("order-1")).reasonCode) }
        #expect(reasons == ["payment_rejected", nil, nil, nil])
        #expect(
            transport.sent.map(\.request.target) == [
                "/api/v1/orders/order-1", "/api/v1/webhook-deliveries?resource_id=order-1&limit=100",
                "/api/v1/orders/order-1", "/api/v1/webhook-deliveries?resource_id=order-1&limit=100",
                "/api/v1/orders/order-1", "/api/v1/webhook-deliveries?resource_id=order-1&limit=100",
                "/api/v1/orders/order-1",
            ])
    }

    @Test("A memo goes with the wallet")
    func memo() async throws {
        let transport = RecordingTransport([answer(201, order())])
        _ = try value(await client(transport).createOrder(newOrder(memo: "1042"), key: "key-1"))
        let body = String(decoding: try #require(transport.sent.first?.request.body), as: UTF8.self)
        #expect(body.hasSuffix(#""user_id":"user-1","wallet_address":"G1","wallet_address_memo":"1042"}"#))
    }

    @Test("202 is an order like any other, and says that nobody knows yet")
    func reconciliation() async throws {
        let transport = RecordingTransport([
            answer(202, order(("AWAITING_PAYMENT", "PENDING_RECONCILIATION")))
        ])
        let order = try value(await client(transport).createOrder(newOrder(), key: "key-1"))
        #expect(order.id == "order-1")
        #expect(order.status == .known(.pendingReconciliation))
    }

    @Test("202 with a body that is no order leaves open what happened: it is looked for, and not repeated blindly")
    func unreadableReconciliation() async throws {
        let transport = RecordingTransport([answer(202, "{}")])
        #expect(
            try await client(transport).createOrder(newOrder(), key: "key-1")
                == .unknown(message: "Borderless Payments answered 202 with a body that can't be read: id is missing"))
    }

    @Test("An order on a bank's page has nothing but the address of the page")
    func page() async throws {
        let instructions =
            #"{"iban":null,"bic":null,"beneficiary_name":null,"bank_name":null,"reference":null,"amount":null,"currency":null,"due_by":null,"redirect_url":"https://bank.example/1"}"#
        let transport = RecordingTransport([
            answer(200, #"{"id":"order-1","status":"AWAITING_PAYMENT","payment_instructions":\#(instructions)}"#)
        ])
        let order = try value(await client(transport).order("order-1"))
        #expect(order.instructions?.redirectURL == "https://bank.example/1")
        #expect(order.instructions?.iban == nil)
        #expect(transport.wire == ["GET /api/v1/orders/order-1\nAuthorization: Bearer sk_test_1"])
    }

    @Test("A reason and a status that nobody knows are kept as they are, whatever else comes with them")
    func newWords() async throws {
        let transport = RecordingTransport([
            answer(
                200,
                #"{"id":"order-1","status":"ON_HOLD","reason_code":"something_new","crypto_amount":null,"more":{"a":[1]}}"#
            )
        ])
        let order = try value(await client(transport).order("order-1"))
        #expect(order.status == .unknown("ON_HOLD"))
        #expect(order.reasonCode == "something_new")
        #expect(order.cryptoAmount == nil)
    }

    @Test("An order is looked for among all of the user's, page by page, by our own name")
    func find() async throws {
        let other = order(("acme-order-58231", "acme-order-1"))
        let transport = RecordingTransport([
            answer(200, #"{"items":[\#(other)],"total":2,"limit":100,"offset":0}"#),
            answer(200, #"{"items":[\#(order())],"total":2,"limit":100,"offset":1}"#),
            answer(200, #"{"items":[\#(other)],"total":1,"limit":100,"offset":0}"#),
        ])
        let client = try client(transport)
        #expect(try value(await client.order(reference: "acme-order-58231", of: "user-1"))?.id == "order-1")
        #expect(try value(await client.order(reference: "acme-order-58231", of: "user-1")) == nil)
        #expect(
            transport.sent.map(\.request.target) == [
                "/api/v1/orders?user_id=user-1&limit=100&offset=0", "/api/v1/orders?user_id=user-1&limit=100&offset=1",
                "/api/v1/orders?user_id=user-1&limit=100&offset=0",
            ])
    }

    @Test("A list that does not say how many there are proves nothing")
    func findWithoutTotal() async throws {
        let transport = RecordingTransport([
            answer(200, #"{"items":[],"limit":100,"offset":0}"#), answer(200, #"{"items":[\#(order())]}"#),
        ])
        let client = try client(transport)
        #expect(
            await client.order(reference: "acme-order-58231", of: "user-1")
                == .notApplied(
                    retryAfter: nil,
                    message: "Borderless Payments lists orders, and does not say how many there are"))
        #expect(try value(await client.order(reference: "acme-order-58231", of: "user-1"))?.id == "order-1")
    }

    @Test("A payment is confirmed without a body; what is answered changes nothing")
    func confirm() async throws {
        let transport = RecordingTransport([
            answer(200, #"{"order_id":"order-1","status":"AWAITING_PAYMENT","confirmed_now":true}"#),
            answer(200, #"{"order_id":"order-1","status":"AWAITING_PAYMENT","confirmed_now":false}"#),
        ])
        let client = try client(transport)
        _ = try value(await client.confirmPayment(of: "order-1", key: "key-1"))
        _ = try value(await client.confirmPayment(of: "order-1", key: "key-1"))
        #expect(
            transport.wire.first
                == "POST /api/v1/orders/order-1/confirm-payment\nAuthorization: Bearer sk_test_1\nIdempotency-Key: key-1"
        )
    }

    @Test("An order or a user of the other mode is refused: we would be talking about real money in a test")
    func otherMode() async throws {
        let transport = RecordingTransport([
            answer(200, order(("TEST", "LIVE"))), answer(200, user(("TEST", "LIVE"))),
            answer(200, order()),
        ])
        let test = try client(transport)
        let live = try client(transport, key: "sk_live", mode: .live)
        for outcome in [
            await test.order("order-1").map { $0.id }, await test.user("user-1").map { $0.id },
            await live.order("order-1").map { $0.id },
        ] {
            guard case .refused(let refusal) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(refusal.code == .forbidden)
        }
    }

    @Test("What was written in the other mode is there: that is no “no”, after which it could be sent again")
    func writtenInOtherMode() async throws {
        let transport = RecordingTransport([
            answer(201, order(("TEST", "LIVE"))), answer(201, user(("TEST", "LIVE"))),
        ])
        let client = try client(transport)
        #expect(
            await client.createOrder(newOrder(), key: "key-1")
                == .unknown(message: "order order-1 belongs to LIVE, and this account is test"))
        #expect(
            await client.createUser(newUser, key: "key-1")
                == .unknown(message: "user user-1 belongs to LIVE, and this account is test"))
    }
}
