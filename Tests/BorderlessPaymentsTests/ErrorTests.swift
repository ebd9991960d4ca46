import BorderlessPayments
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing

@Suite("What Borderless Payments' errors mean")
struct ErrorTests {
    @Test(
        "Status and code decide, as the table of errors has them",
        arguments: [
            (400, "mode_required", "unauthorized"), (401, "authentication_failed", "unauthorized"),
            (403, "forbidden", "forbidden"), (403, "live_mode_not_enabled_for_partner", "forbidden"),
            (404, "not_found", "not_found"), (409, "conflict", "conflict"),
            (409, "purpose_of_usage_required", "purpose_required"), (422, "validation_error", "invalid"),
            (422, "idempotency_key_reuse_mismatch", "duplicate"), (418, "something_new", "invalid"),
        ])
    func refusals(status: Int, code: String, expected: String) async throws {
        let transport = RecordingTransport([failed(status, code)])
        guard case .refused(let refusal) = try await client(transport).createOrder(newOrder(), key: "k") else {
            Issue.record("\(status) \(code) is not a refusal")
            return
        }
        #expect(refusal.code.rawValue == expected)
        #expect(refusal.status == status)
        #expect(refusal.message == "Borderless Payments answered \(status) \(code): No. (request req-1)")
    }

    @Test("A 4xx that is not the provider's own leaves open whether the order was taken; a read was refused")
    func notTheirWords() async throws {
        for status in [400, 403, 413, 499] {
            let message = "Borderless Payments answered \(status): <html>no</html>"
            let ordering = RecordingTransport([answer(status, "<html>no</html>")])
            #expect(try await client(ordering).createOrder(newOrder(), key: "k") == .unknown(message: message))
            guard
                case .refused = try await client(RecordingTransport([answer(status, "<html>no</html>")])).order(
                    "order-1")
            else {
                Issue.record("\(status) to a read is not a refusal")
                continue
            }
        }
    }

    @Test("502 leaves open whether the order was taken; a read may simply be repeated")
    func upstream() async throws {
        let message = "Borderless Payments answered 502 upstream_error: No. (request req-1)"
        let ordering = RecordingTransport([failed(502, "upstream_error")])
        #expect(try await client(ordering).createOrder(newOrder(), key: "k") == .unknown(message: message))
        let reading = RecordingTransport([failed(502, "upstream_error")])
        #expect(
            try await client(reading).order("order-1") == .notApplied(retryAfter: nil, message: message))
    }

    @Test("Too many requests: no limit is documented, but a proxy may have one; certainly not done")
    func rateLimited() async throws {
        var response = HTTPResponse.text(429, "slow down")
        response.headers.add("Retry-After", "7")
        let transport = RecordingTransport([.response(response)])
        #expect(
            try await client(transport).createOrder(newOrder(), key: "k")
                == .notApplied(retryAfter: .seconds(7), message: "Borderless Payments answered 429: slow down"))
    }

    @Test("A broken connection leaves open whether the order was taken; one that never stood does not")
    func silence() async throws {
        let broken = RecordingTransport([.unknown(reason: "timed out")])
        #expect(
            try await client(broken).createOrder(newOrder(), key: "k")
                == .unknown(message: "Borderless Payments did not answer: timed out"))
        let closed = RecordingTransport([.notSent(reason: "connection refused")])
        #expect(
            try await client(closed).createOrder(newOrder(), key: "k")
                == .notApplied(retryAfter: nil, message: "connection refused"))
    }

    @Test("Nothing is sent once it is too late")
    func tooLate() async throws {
        let transport = RecordingTransport([answer(201, order())])
        let outcome = try await client(transport).sending(unless: { true }).createOrder(newOrder(), key: "k")
        guard case .notApplied = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(transport.sent.isEmpty)
    }

    @Test("Key, host and mode belong together; printing an account shows no secret")
    func accounts() throws {
        func account(_ mode: Mode, _ origin: String, _ key: String) throws -> PartnerAccount {
            try PartnerAccount(
                name: "main", mode: mode, origin: try #require(Origin(origin)), apiKey: Secret(key),
                webhookSecret: Secret("whsec_1"))
        }
        let host = PartnerAccount.productionHost
        #expect("\(try account(.live, host, "sk_1"))" == "borderless_payments/main (live, \(host))")
        #expect(throws: InvalidValue.self) { try account(.live, host, "sk_test_1") }
        #expect(throws: InvalidValue.self) { try account(.live, "http://127.0.0.1:8080", "sk_1") }
        #expect(throws: InvalidValue.self) { try account(.test, host, "sk_1") }
        #expect(throws: InvalidValue.self) { try account(.test, host, "whsec_1") }
        let printed = "\(String(reflecting: try account(.test, host, "sk_test_1")))"
        #expect(!printed.contains("sk_test_1") && !printed.contains("whsec_1"))
    }
}
