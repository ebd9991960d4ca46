import Domain
import HTTPClient
import HTTPTypes
import PontisGlobe
import ProviderCore
import RecordedHTTP
import Testing

@Suite("What PontisGlobe's errors mean")
struct ErrorTests {
    @Test(
        "Status and code decide, as the table of errors has them",
        arguments: [
            (400, "validation_error", "invalid"), (400, "bad_request", "invalid"),
            (401, "unauthorized", "unauthorized"),
            (401, "invalid_signature", "unauthorized"), (403, "forbidden", "forbidden"),
            (403, "ip_not_allowed", "forbidden"), (403, "account_suspended", "forbidden"),
            (404, "not_found", "not_found"), (404, "quote_not_found", "quote_not_found"),
            (409, "quote_used", "quote_used"), (409, "wallet_frozen", "wallet_frozen"), (413, "bad_request", "invalid"),
            (422, "insufficient_funds", "insufficient_funds"),
            (422, "per_payout_limit_exceeded", "per_payout_limit_exceeded"),
            (422, "daily_limit_exceeded", "daily_limit_exceeded"),
            (422, "monthly_limit_exceeded", "monthly_limit_exceeded"), (422, "quote_expired", "quote_expired"),
            (422, "invalid_signature", "invalid_signature"), (422, "rate_moved", "rate_moved"),
            (422, "screening_failed", "screening_failed"), (418, "something_new", "something_new"),
        ])
    func refusals(status: Int, code: String, expected: String) async throws {
        let transport = RecordingTransport([loggedIn(), failed(status, code)])
        guard case .refused(let refusal) = try await client(transport).send(try order(), key: "k") else {
            Issue.record("\(status) \(code) is not a refusal")
            return
        }
        #expect(refusal.code.rawValue == expected)
        #expect(refusal.status == status)
        #expect(
            refusal.message
                == "PontisGlobe answered \(status) \(code): No. (request 01JVRX0000000000000000000A)")
    }

    @Test("Too many requests: certainly not done, and not before the time that was named")
    func rateLimited() async throws {
        var response = HTTPResponse.json(429, #"{"ok":false,"error":{"code":"rate_limited","message":"Slow down."}}"#)
        response.headers.add("Retry-After", "7")
        let transport = RecordingTransport([loggedIn(), .response(response)])
        #expect(
            try await client(transport).send(try order(), key: "k")
                == .notApplied(
                    retryAfter: .seconds(7), message: "PontisGlobe answered 429 rate_limited: Slow down."))
    }

    @Test("An internal error leaves open whether the payout was ordered; a read may simply be repeated")
    func internalError() async throws {
        let ordering = RecordingTransport([loggedIn(), failed(500, "internal_error")])
        let message = "PontisGlobe answered 500 internal_error: No. (request 01JVRX0000000000000000000A)"
        #expect(try await client(ordering).send(try order(), key: "k") == .unknown(message: message))
        let reading = RecordingTransport([loggedIn(), failed(500, "internal_error")])
        #expect(try await client(reading).payout("1") == .notApplied(retryAfter: nil, message: message))
    }

    @Test(
        "A 4xx without PontisGlobe's envelope leaves open whether the payout was ordered", arguments: [400, 404, 409])
    func notPontisGlobesWords(status: Int) async throws {
        for body in ["<html>gone</html>", "", #"{"ok":false,"error":{"message":"no code"}}"#] {
            let transport = RecordingTransport([loggedIn(), .response(.text(status, body, type: "text/html"))])
            guard case .unknown = try await client(transport).send(try order(), key: "k") else {
                Issue.record("\(status) “\(body)” passes for a refusal")
                return
            }
        }
    }

    @Test("An answer from something in between, such as a proxy, is told by its beginning")
    func proxy() async throws {
        let transport = RecordingTransport([
            loggedIn(), .response(.text(502, "<html>\n<h1>Bad  Gateway</h1>", type: "text/html")),
        ])
        #expect(
            try await client(transport).payout("1")
                == .notApplied(retryAfter: nil, message: "PontisGlobe answered 502: <html> <h1>Bad Gateway</h1>"))
    }
}
