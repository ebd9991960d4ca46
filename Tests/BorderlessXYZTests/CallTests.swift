import BorderlessXYZ
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing
import Time

@Suite("Calls to Borderless.xyz, byte for byte")
struct CallTests {
    @Test("The credentials are traded for a token, and a read carries it")
    func read() async throws {
        let transport = RecordingTransport([loggedIn(), answer(200, transaction("Pending"))])
        let transaction = try value(await client(transport).transaction(id))
        #expect(transaction.status == .known(.pending))
        #expect(
            transport.wire == [
                """
                POST /v1/auth/m2m/token
                Content-Type: application/json

                {"clientId":"client-1","clientSecret":"secret-1","piiAccess":"all"}
                """,
                """
                GET /v1/transactions/cm2c4x3cc000019stwv7um4zl
                Authorization: Bearer token-1
                """,
            ])
        #expect(
            transport.sent.map(\.origin.description) == Array(repeating: "https://sandbox-api.borderless.xyz", count: 2)
        )
    }

    @Test("A price that can be taken is asked for, and read to its last digit")
    func quote() async throws {
        let body = #"""
            {"limits":{"transaction":{"fiat":"USD","minAmount":"1","maxAmount":"50000"}},"fromAmount":"100.00",
            "toAmount":"98.99","exchangeRate":"0.999","totalFee":"1","orchestrationFee":"1",
            "quoteId":"cm2c4x3cc000419stqu0te001","expiresAt":"2026-03-01T12:05:00.000Z"}
            """#
        let transport = RecordingTransport([loggedIn(), answer(201, body)])
        let quote = try value(await client(transport).quote(try request(), key: key))
        #expect(quote.id == "cm2c4x3cc000419stqu0te001")
        #expect(quote.to == FiatAmount("98.99"))
        #expect(quote.expiresAt == instant + .minutes(5))
        #expect(
            transport.wire.last == """
                POST /v1/withdrawals/quotes
                Authorization: Bearer token-1
                Content-Type: application/json
                idempotency-key: 6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10

                {"accountId":"cm2c4x3cc000119stacc0unt1","amount":"100.00","asset":"USDC_POLYGON","country":"US","fiat":"USD","paymentInstructionId":"cm2c4x3cc000219stinstruc1"}
                """)
    }

    @Test("A price of another amount than was asked for is none")
    func otherAmount() async throws {
        let body = #"{"fromAmount":"10","toAmount":"9.8","quoteId":"q","expiresAt":"2026-03-01T12:05:00.000Z"}"#
        let transport = RecordingTransport([loggedIn(), answer(201, body)])
        guard case .refused(let refusal) = try await client(transport).quote(try request(), key: key) else {
            Issue.record("taken")
            return
        }
        #expect(refusal.code == .mismatch)
        #expect(refusal.message == "asked for a price of 100.00, Borderless.xyz gave one of 10")
    }

    @Test("A withdrawal is opened at a quote's price, with our reference and a refund destination")
    func create() async throws {
        let transport = RecordingTransport([loggedIn(), answer(201, transaction("Submitted"))])
        let order = BorderlessXYZClient.WithdrawalOrder(
            request: try request(), quoteID: "cm2c4x3cc000419stqu0te001", purpose: .deliveryFees,
            purposeDescription: nil, reference: "payout-42",
            refundDestination: .init(
                type: .address, address: "0x1234567890abcdef1234567890abcdef12345678", autoRefund: true))
        let opened = try value(await client(transport).createWithdrawal(order, key: key))
        #expect(opened.id == id)
        #expect(opened.status == .known(.submitted))
        #expect(
            transport.wire.last == """
                POST /v1/withdrawals
                Authorization: Bearer token-1
                Content-Type: application/json
                idempotency-key: 6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10

                {"accountId":"cm2c4x3cc000119stacc0unt1","amount":"100.00","asset":"USDC_POLYGON","paymentInstructionId":"cm2c4x3cc000219stinstruc1","paymentPurpose":"delivery fees","quoteId":"cm2c4x3cc000419stqu0te001","reference":"payout-42","refundDestination":{"address":"0x1234567890abcdef1234567890abcdef12345678","autoRefund":true,"type":"Address"}}
                """)
    }

    @Test("Without a quote, fiat and country stand in its place; no destination is no member")
    func createWithoutQuote() async throws {
        let transport = RecordingTransport([loggedIn(), answer(201, transaction("Submitted"))])
        let order = BorderlessXYZClient.WithdrawalOrder(
            request: try request(), quoteID: nil, purpose: .other, purposeDescription: "tickets",
            reference: "payout-42", refundDestination: nil)
        _ = try value(await client(transport).createWithdrawal(order, key: key))
        #expect(
            transport.wire.last?.hasSuffix(
                #"{"accountId":"cm2c4x3cc000119stacc0unt1","amount":"100.00","asset":"USDC_POLYGON","country":"US","fiat":"USD","paymentInstructionId":"cm2c4x3cc000219stinstruc1","paymentPurpose":"other","purposeDescription":"tickets","reference":"payout-42"}"#
            ) == true)
    }

    @Test("A withdrawal is called off, without a body")
    func cancel() async throws {
        let transport = RecordingTransport([loggedIn(), answer(201, transaction("Cancelled"))])
        #expect(try value(await client(transport).cancel(id, key: key)).status == .known(.cancelled))
        #expect(
            transport.wire.last == """
                POST /v1/transactions/cm2c4x3cc000019stwv7um4zl/cancel
                Authorization: Bearer token-1
                idempotency-key: 6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10
                """)
    }

    @Test("What partners can do about refunds is read; none at all means that nobody serves the corridor")
    func capabilities() async throws {
        let body = #"""
            [{"pfiName":"Bridge","supportedPaths":["SourceReturn","ManualRequired"],"acceptedRequestTypes":["Address"],
            "destinationModes":["address_optional"],"dispatchModes":["SubmitAndPoll","Telepathy"],
            "chainsSupported":["USDC_POLYGON"],"estimatedTimingRange":{"minSeconds":60,"maxSeconds":432000,
            "businessDays":true},"autoRefundOverrideSupported":false,"prerequisites":["KYB"]}]
            """#
        let transport = RecordingTransport([loggedIn(), answer(200, body), answer(200, "[]")])
        let client = try client(transport)
        let (us, usd) = (try CountryCode(text: "US"), try CurrencyCode(text: "USD"))
        let capability = try #require(try value(await client.refundCapabilities(country: us, fiat: usd)).first)
        #expect(capability.partner == "Bridge")
        #expect(capability.acceptedTypes == ["Address"])
        #expect(capability.assets == ["USDC_POLYGON"])
        #expect(capability.longest == .days(5))
        #expect(capability.dispatchModes == [.known(.submitAndPoll), .unknown("Telepathy")])
        #expect(capability.prerequisites == ["KYB"])
        #expect(try value(await client.refundCapabilities(country: us, fiat: usd)).isEmpty)
        #expect(
            transport.wire.last == """
                GET /v1/corridors/US/USD/off-ramp/refund-capabilities
                Authorization: Bearer token-1
                """)
    }

    @Test("A refund is sent off to what is stored, with no body, or to another address")
    func dispatch() async throws {
        let body = #"""
            {"supported":true,"requiresManualAction":false,"path":"SourceReturn","status":"InProgress",
            "dispatchMode":"SubmitAndPoll","destinationSource":"Manual","destination":{"address":"0xab"},"reason":null,
            "completedAt":null,"failedAt":null}
            """#
        let transport = RecordingTransport([loggedIn(), answer(202, body), answer(202, body)])
        let client = try client(transport)
        let plan = try value(await client.dispatchRefund(of: id, to: nil, key: key))
        #expect(plan.status == .known(.inProgress))
        #expect(plan.path == .known(.sourceReturn))
        #expect(plan.destinationSource == .known(.manual))
        #expect(plan.address == "0xab")
        #expect(!plan.needsPerson)
        let destination = BorderlessXYZClient.RefundDestination(
            type: .address, address: "0x1234567890abcdef1234567890abcdef12345678")
        _ = try value(await client.dispatchRefund(of: id, to: destination, key: key))
        #expect(
            Array(transport.wire.suffix(2)) == [
                """
                POST /v1/transactions/cm2c4x3cc000019stwv7um4zl/refund
                Authorization: Bearer token-1
                idempotency-key: 6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10
                """,
                """
                POST /v1/transactions/cm2c4x3cc000019stwv7um4zl/refund
                Authorization: Bearer token-1
                Content-Type: application/json
                idempotency-key: 6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10

                {"refundDestination":{"address":"0x1234567890abcdef1234567890abcdef12345678","type":"Address"}}
                """,
            ])
    }

    @Test("The organisation's default is read, also where there is none; set; and confirmed")
    func refundDefault() async throws {
        let body = #"""
            {"destination":{"type":"Address","addresses":[{"network":"POLYGON","address":"0xab"}],"autoRefund":true},
            "verifiedAt":"2026-01-01T00:00:00.000Z","isStaleWarning":true,"isStaleReject":false}
            """#
        let transport = RecordingTransport([
            loggedIn(), answer(200, body), answer(200, "null"),
            answer(200, #"{"destination":null,"verifiedAt":null,"isStaleWarning":false,"isStaleReject":false}"#),
            answer(200, body), answer(200, ""),
        ])
        let client = try client(transport)
        let set = try #require(try value(await client.refundDefault()))
        #expect(set.addresses == ["POLYGON": "0xab"])
        #expect(set.verifiedAt == Timestamp("2026-01-01T00:00:00Z"))
        #expect(set.isStale)
        #expect(!set.isRejected)
        #expect(try value(await client.refundDefault()) == nil)
        #expect(try value(await client.refundDefault()) == nil, "a destination of null is none")
        _ = try value(
            await client.setRefundDefault(
                addresses: ["POLYGON": "0xab", "ETHEREUM": "0xcd"], autoRefund: true, key: key))
        _ = try value(await client.reconfirmRefundDefault(key: key))
        #expect(
            Array(transport.wire.suffix(3)) == [
                """
                GET /v1/organizations/refunds/config
                Authorization: Bearer token-1
                """,
                """
                PUT /v1/organizations/refunds/config
                Authorization: Bearer token-1
                Content-Type: application/json
                idempotency-key: 6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10

                {"addresses":[{"address":"0xcd","network":"ETHEREUM"},{"address":"0xab","network":"POLYGON"}],"autoRefund":true,"type":"Address"}
                """,
                """
                POST /v1/organizations/refunds/config/reconfirm
                Authorization: Bearer token-1
                idempotency-key: 6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10
                """,
            ])
    }
}
