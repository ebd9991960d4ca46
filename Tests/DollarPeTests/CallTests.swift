import DollarPe
import Domain
import Foundation
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing
import Time

@Suite("Calls to DollarPe, byte for byte")
struct CallTests {
    private func wire(
        _ data: String, status: Int = 200, _ call: (DollarPeClient) async -> Void
    ) async throws -> String? {
        let transport = RecordingTransport([success(data, status: status)])
        await call(try client(transport))
        #expect(transport.sent.count == 1)
        return transport.wire.first
    }

    private let empty = """
        X-API-KEY: 3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d
        X-SIGNATURE: 6sCtVSRQjU9+2/af8gdwUAvY1l6Ii6ENcbRfanPkhY0=
        X-TIMESTAMP: 1735689600
        """

    @Test("Reads sign an empty object, and carry no body")
    func reads() async throws {
        #expect(
            try await wire("{}") { _ = await $0.configuration() } == "GET /pos/api/v1/payout/configuration\n" + empty)
        #expect(try await wire("{}") { _ = await $0.customer("c-1") } == "GET /cms/api/v1/customer/c-1\n" + empty)
        #expect(
            try await wire("{}") { _ = await $0.bank("b-1", of: "c-1") } == "GET /cms/api/v1/bank/c-1/b-1\n" + empty)
        #expect(
            try await wire("{}") { _ = await $0.limits(of: "c-1") } == "GET /ren/api/v1/payout/limits/c-1\n" + empty)
        #expect(
            try await wire("{}") { _ = await $0.rate(asset: "usdt", fiat: "inr") }
                == "GET /pos/api/v1/payout/fetch-rate?asset=usdt&fiat=inr\n" + empty)
        #expect(
            try await wire("{}") { _ = await $0.quotation("q-1") } == "GET /pos/api/v1/payout/quotation/q-1\n" + empty)
        #expect(try await wire("{}") { _ = await $0.payout("p-1") } == "GET /pos/api/v1/payout/p-1\n" + empty)
        #expect(
            try await wire("{}") {
                _ = await $0.history(of: "c-1", from: Timestamp(seconds: 1_735_603_200), to: instant)
            }
                == "GET /pos/api/v1/payout/history?customer_id=c-1&start_date=2024-12-31&end_date=2025-01-01\n" + empty)
    }

    @Test("Writes send the very bytes that they sign")
    func writes() async throws {
        #expect(
            try await wire("{}") {
                _ = await $0.quote(
                    .init(
                        asset: "usdt", fiat: "inr", amount: "51", customer: "def8b740-99f9-4cba-bc9e-99de57e927b4",
                        bank: "4e6f1b20-a73c-11ec-b909-0242ac120002",
                        risk: .init(
                            deviceID: "device-123", ipAddress: "203.0.113.10", isReportedByPolice: false,
                            isReportedAsSuspicious: false)))
            } == """
                POST /pos/api/v1/payout/quotation
                Content-Type: application/json
                X-API-KEY: 3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d
                X-SIGNATURE: Sx2wy4aDRTIT4/40y/v/LrHisNpvEHBlZtclZ+rdYBU=
                X-TIMESTAMP: 1735689600

                {"asset":"usdt","bank_id":"4e6f1b20-a73c-11ec-b909-0242ac120002","customer_id":"def8b740-99f9-4cba-bc9e-99de57e927b4","fiat":"inr","risk_parameters":{"device_id":"device-123","ip_address":"203.0.113.10","law_enforcement_agency_report":false,"suspicious_activity_report":false},"sending_amount":"51"}
                """)
    }

    @Test("What nobody has stated about the customer is not stated to DollarPe")
    func unstated() async throws {
        let sent = try await wire("{}") {
            let risk = DollarPeClient.Risk(
                deviceID: nil, ipAddress: "203.0.113.10", isReportedByPolice: nil, isReportedAsSuspicious: nil)
            _ = await $0.quote(.init(asset: "usdt", fiat: "inr", amount: "51", customer: "c", bank: "b", risk: risk))
        }
        #expect(sent?.contains(#""risk_parameters":{"ip_address":"203.0.113.10"}"#) == true)
    }

    @Test("A history is read to its last page; where it goes on in another way, or for ever, it shows nothing")
    func pages() async throws {
        func page(_ id: String, next: String) -> TransportResult {
            success(#"{"count":2,"next":\#(next),"previous":null,"results":[{"id":"\#(id)","status":"SUCCESS"}]}"#)
        }
        let transport = RecordingTransport([
            page("1", next: #""https://x.example/pos/api/v1/payout/history?customer_id=c-1&page=2""#),
            page("2", next: "null"),
        ])
        let outcome = await (try client(transport)).history(of: "c-1", from: instant, to: instant)
        guard case .answered(let payouts) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(payouts.map(\.id) == ["1", "2"])
        #expect(
            transport.sent.map(\.request.target) == [
                "/pos/api/v1/payout/history?customer_id=c-1&start_date=2025-01-01&end_date=2025-01-01",
                "/pos/api/v1/payout/history?customer_id=c-1&start_date=2025-01-01&end_date=2025-01-01&page=2",
            ])
        let strange = RecordingTransport([page("1", next: #""/history?cursor=abc""#)])
        guard case .notApplied = await (try client(strange)).history(of: "c-1", from: instant, to: instant) else {
            Issue.record("half a history passes for all of it")
            return
        }
        let endless = RecordingTransport((1...60).map { page("1", next: #""?page=\#($0 + 1)""#) })
        guard case .notApplied = await (try client(endless)).history(of: "c-1", from: instant, to: instant) else {
            Issue.record("it ends")
            return
        }
        #expect(endless.sent.count == 50)
    }

    @Test("An order, byte for byte")
    func initiate() async throws {
        let sent = try await wire("{}", status: 201) {
            _ = await $0.initiate(
                .init(quotation: "q-1", customer: "c-1", exchangeOrder: "92233720368547758079", reference: "job-1"))
        }
        #expect(
            sent == """
                POST /pos/api/v1/payout/initiate
                Content-Type: application/json
                X-API-KEY: 3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d
                X-SIGNATURE: roThqMz6s64pb5nIT2WVQMgB7M+Onoc/iZTC3tVEjc0=
                X-TIMESTAMP: 1735689600

                {"client_reference_id":"job-1","customer_id":"c-1","exchange_order_id":"92233720368547758079","quotation_id":"q-1"}
                """)
    }

    @Test("A link and the address of webhooks, byte for byte")
    func otherWrites() async throws {
        let link = try await wire("{}") { _ = await $0.link(order: "92233720368547758079", transfer: "t-1") }
        #expect(
            link == """
                PATCH /pos/api/v1/payout/update-transfer-id
                Content-Type: application/json
                X-API-KEY: 3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d
                X-SIGNATURE: bj0W6ULXEB5dtF6dwFyVd/xv2Ug0OP+z9TxQwIOXL4Y=
                X-TIMESTAMP: 1735689600

                {"exchange_order_id":"92233720368547758079","exchange_transfer_id":"t-1"}
                """)
        let webhook = try await wire(#""https://x.example/w""#) { _ = await $0.setWebhook(url: "https://x.example/w") }
        #expect(
            webhook == """
                POST /org/api/v1/organizations/api-webhooks
                Content-Type: application/json
                X-API-KEY: 3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d
                X-SIGNATURE: 33eGknJuQEESCrxS1p5i3tINATGpBgXZheeobzhk7U4=
                X-TIMESTAMP: 1735689600

                {"webhook_url":"https://x.example/w"}
                """)
    }

    @Test("No body holds a number, which a server could write in another way before it checks the signature")
    func noNumbers() async throws {
        let transport = RecordingTransport([])
        let client = try client(transport)
        let risk = DollarPeClient.Risk(
            deviceID: "d-1", ipAddress: "203.0.113.10", isReportedByPolice: true, isReportedAsSuspicious: false)
        _ = await client.quote(
            .init(asset: "usdt", fiat: "inr", amount: "51.10", customer: "c", bank: "b", risk: risk))
        _ = await client.initiate(.init(quotation: "1", customer: "2", exchangeOrder: "3", reference: "4"))
        _ = await client.link(order: "5", transfer: "6")
        _ = await client.setWebhook(url: "https://x.example/7")
        #expect(transport.sent.count == 4)
        for sent in transport.sent {
            let body = String(decoding: sent.request.body, as: UTF8.self)
            #expect(body.firstMatch(of: /:-?[0-9]/) == nil, "\(body)")
        }
    }

    @Test("A quotation of another amount than was asked for is none")
    func otherAmount() async throws {
        let transport = RecordingTransport([
            success(
                #"{"id":"q","sending_amount":"50","rate":"1","receiving_amount":"1","expiry_time":"2025-01-01T00:05:00Z"}"#
            )
        ])
        guard case .refused(let refusal) = try await client(transport).quotation(data: "") else {
            Issue.record("taken")
            return
        }
        #expect(refusal.code == .mismatch)
        #expect(refusal.message == "asked for a quotation of 51, DollarPe gave one of 50")
    }

    @Test("A rate comes as a number or as a text; an empty one is asked for again")
    func rates() async throws {
        for (rate, price) in [("82.5", Decimal(string: "82.5")), (#""82.50""#, Decimal(string: "82.5")), (#""""#, nil)]
        {
            let outcome = await (try client(RecordingTransport([success(#"{"asset":"USDT","rate":\#(rate)}"#)])))
                .rate(asset: "usdt", fiat: "inr")
            switch outcome {
            case .answered(let read): #expect(read == price)
            case .notApplied: #expect(price == nil)
            case .refused, .unknown: Issue.record("\(outcome)")
            }
        }
    }

    @Test("An id that could mean something in a path is refused before anything is sent")
    func paths() async throws {
        let transport = RecordingTransport([])
        for id in ["", "../payout", "a/b", "a?b", "a b", String(repeating: "a", count: 65)] {
            guard case .refused(let refusal) = try await client(transport).payout(id) else {
                Issue.record("“\(id)” was sent")
                continue
            }
            #expect(refusal.code == .invalid)
        }
        #expect(transport.sent.isEmpty)
    }
}

@Suite("DollarPe's answers in all their forms")
struct AnswerTests {
    private func value<Value>(
        _ data: String, _ call: (DollarPeClient) async -> ProviderOutcome<Value>
    ) async throws
        -> Value
    {
        let outcome = await call(try client(RecordingTransport([success(data)])))
        guard case .answered(let value) = outcome else {
            Issue.record("\(outcome)")
            throw CancellationError()
        }
        return value
    }

    @Test(
        "The configuration's three shapes say the same",
        arguments: [
            #"{"supported_fiats":["inr"],"supported_assets":["usdt","usdc"],"coin_limits":{"usdt":{"min":30,"max":5855},"usdc":{"min":30,"max":5914}}}"#,
            #"{"supported_assets":["usdt","usdc"],"coin_limits":{"inr":{"usdt":{"bank_transfer":{"min":30,"max":5855},"upi":{"min":1,"max":2}},"usdc":{"bank_transfer":{"min":"30","max":"5914"}}}}}"#,
            #"{"inr":{"supported_assets":["USDT","USDC"],"coin_limits":{"usdt":{"imps":{"min":30,"max":5855},"upi":{"min":28,"max":1113}},"usdc":{"imps":{"min":30,"max":5914}}}}}"#,
        ])
    func configurations(data: String) async throws {
        let configuration = try await value(data) { await $0.configuration() }
        #expect(configuration.assets == ["usdt", "usdc"])
        #expect(configuration.limits["usdt"] == .init(least: 30, most: 5855))
        #expect(configuration.limits["usdc"] == .init(least: 30, most: 5914))
        #expect(configuration.requiredRiskParameters == [])
    }

    @Test(
        "Amounts come as numbers, as text, or under a misspelt name",
        arguments: [
            #"{"id":"q","sending_amount":51,"rate":82.5,"receiving_amount":4144.6,"expiry_time":"2025-01-01T00:05:00Z"}"#,
            #"{"id":"q","sending_amount":"51.00","rate":"82.50","receiving_amount":"4144.60","fees":{"tds":""},"expiry_time":"2025-01-01T00:05:00.000Z"}"#,
            #"{"id":"q","sending_amount":"51","rate":"82.5","receiving_amount":"","receiveing_amount":"4144.6","expiry_time":1735689900}"#,
        ])
    func quotations(data: String) async throws {
        let quotation = try await value(data) { await $0.quotation(data: data) }
        #expect(quotation.sending == 51)
        #expect(quotation.rate == Decimal(string: "82.5"))
        #expect(quotation.receiving == Decimal(string: "4144.6"))
        #expect(quotation.expiresAt == Timestamp(seconds: 1_735_689_900))
    }

    @Test("An amount that is no number is no answer")
    func rubbish() async throws {
        let transport = RecordingTransport([
            success(#"{"id":"q","sending_amount":"fifty","rate":1,"receiving_amount":1,"expiry_time":1}"#)
        ])
        guard case .notApplied(_, let message) = try await client(transport).quotation(data: "") else {
            Issue.record("read")
            return
        }
        #expect(message == "DollarPe answered 200 with a body that can't be read: data.sending_amount: not a number")
    }

    @Test(
        "A payout's empty texts are none, and COMPLETED is SUCCESS",
        arguments: [
            (
                #"{"id":"p","status":"PROCESSING","utr":null,"exchange_transfer_id":"","failure_reason":""}"#,
                "PROCESSING"
            ),
            (#"{"id":"p","status":"COMPLETED"}"#, "SUCCESS"), (#"{"id":"p","status":"ON_HOLD"}"#, "ON_HOLD"),
        ])
    func payouts(data: String, status: String) async throws {
        let payout = try await value(data) { await $0.payout("p") }
        #expect(payout.status.description == status)
        #expect(payout.utr == nil)
        #expect(payout.transfer == nil)
        #expect(payout.failureReason == nil)
    }

    @Test("The limits' reset has two names and two forms")
    func limits() async throws {
        for reset in [
            #""full_limit_reset_timestamp":"2025-01-01T00:00:00Z""#, #""limit_reset_timestamp":1735689600"#,
            #""limit_reset_timestamp":"1735689600000""#,
        ] {
            let limits = try await value(#"{"available_limit":100000,"is_edd_required":true,\#(reset)}"#) {
                await $0.limits(of: "c")
            }
            #expect(limits.available == 100_000)
            #expect(limits.resetAt == instant)
            #expect(limits.isEDDRequired)
        }
    }

    @Test(
        "What a limit reaches at most: the least of a day's and of one bank transfer's, unless it may be raised",
        arguments: [
            (
                #""daily_limit":200000,"payment_method_limits":{"per_transaction_limit":{"UPI":1,"IMPS":"500000"}}"#,
                200_000
            ),
            (#""daily_limit":"900000","payment_method_limits":{"per_transaction_limit":{"IMPS":500000}}"#, 500_000),
            (#""daily_limit":200000"#, 200_000), (#""daily_limit":null"#, nil),
            (#""daily_limit":200000,"is_edd_required":true"#, nil),
            (#""daily_limit":200000,"is_limit_increase_available":true"#, nil),
        ] as [(String, Int?)])
    func ceilings(members: String, ceiling: Int?) async throws {
        let limits = try await value(#"{"available_limit":1,\#(members)}"#) { await $0.limits(of: "c") }
        #expect(limits.ceiling == ceiling.map { Decimal($0) })
    }

    @Test(
        "What errors mean, in each of their shapes",
        arguments: [
            (
                400,
                #"{"status":false,"message":"Bad Request","errors":{"client_reference_id":["Client Reference ID already exists"]}}"#,
                "duplicate"
            ),
            (400, #"{"status":false,"message":"Quotation is already linked to another payout"}"#, "duplicate"),
            (
                400,
                #"{"status":false,"errors":{"x":["Exchange Order ID already linked to a payout that is either processing or successful"]}}"#,
                "duplicate"
            ),
            (400, #"{"status":false,"errors":{"quotation_id":["Quotation has expired"]}}"#, "expired"),
            (400, #"{"status":false,"errors":{"customer_id":["Customer is unverified"]}}"#, "customer_unverified"),
            (400, #"{"status":false,"errors":{"bank_id":["Bank account is unverified"]}}"#, "bank_unverified"),
            (400, #"{"status":false,"errors":{"x":["AML error, contact support"]}}"#, "aml"),
            (400, #"{"errors":{"signature":["Invalid Signature"]}}"#, "unauthorized"),
            (401, #"{"status":false,"err_code":"AUTH_INVALID_SIGNATURE","message":"no"}"#, "unauthorized"),
            (404, #"{"status":false,"err_code":"NOT_FOUND","message":"no"}"#, "not_found"),
            (400, #"{"status":false,"message":"UPI is not supported"}"#, "invalid"),
            (400, #"{"status":false,"message":"Payouts are seamless when unlimited"}"#, "invalid"),
            (400, #"{"status":false,"message":"Entered amount is less than minimum limit"}"#, "invalid"),
            (400, #"{"status":false,"message":"Entered amount exceeds the available limit."}"#, "limit_exceeded"),
            (400, #"{"status":false,"message":"Limits exceeded"}"#, "limit_exceeded"),
            (400, #"{"status":false,"message":"EDD is required for this amount"}"#, "edd_required"),
        ])
    func refusals(status: Int, body: String, code: String) async throws {
        let transport = RecordingTransport([answer(status, body)])
        guard case .refused(let refusal) = try await client(transport).initiate(data: "") else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code.rawValue == code)
    }

    @Test("A 2xx that says no in its flag is no success, by either name of the flag")
    func flagged() async throws {
        for flag in ["status", "success"] {
            let body = #"{"\#(flag)":false,"message":"Payout ID is invalid","data":{"id":"p","status":"SUCCESS"}}"#
            guard case .unknown = try await client(RecordingTransport([answer(200, body)])).initiate(data: "") else {
                Issue.record("an order passes for taken, or for refused")
                return
            }
            guard case .refused(let refusal) = await (try client(RecordingTransport([answer(200, body)]))).payout("p")
            else {
                Issue.record("it passes for an answer")
                return
            }
            #expect(refusal.message == "DollarPe answered 200: Payout ID is invalid")
        }
    }

    @Test(
        "After these nobody knows whether a payout was ordered",
        arguments: [
            (500, #"{"success":false,"message":"Internal Server Error","errors":"boom"}"#),
            (400, #"{"status":false,"err_code":"NET_TIMEOUT","message":"timed out"}"#),
            (400, #"{"status":false,"err_code":"UNKNOWN_ERROR","message":"?"}"#), (502, "<html>"), (201, "{"),
        ])
    func unknown(status: Int, body: String) async throws {
        guard case .unknown = try await client(RecordingTransport([answer(status, body)])).initiate(data: "") else {
            Issue.record("it passes for known")
            return
        }
        guard case .notApplied = try await client(RecordingTransport([answer(status, body)])).payout("p") else {
            Issue.record("a read may be repeated")
            return
        }
    }
}

extension DollarPeClient {
    fileprivate func quotation(data: String) async -> ProviderOutcome<Quotation> {
        await quote(.init(asset: "usdt", fiat: "inr", amount: "51", customer: "c", bank: "b", risk: nil))
    }

    fileprivate func initiate(data: String) async -> ProviderOutcome<Payout> {
        await initiate(.init(quotation: "q", customer: "c", exchangeOrder: "1", reference: "r"))
    }
}
