import Dfns
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import Testing

/// What a row of the tables below comes to, in one word.
private func word<Value>(_ outcome: ProviderOutcome<Value>) -> String {
    switch outcome {
    case .answered: "answered"
    case .notApplied(let retryAfter, _): retryAfter.map { "notApplied \($0.components.seconds)" } ?? "notApplied"
    case .refused(let refusal): "refused \(refusal.code)"
    case .unknown: "unknown"
    }
}

private func busy(_ status: Int, retryAfter: String) -> TransportResult {
    .response(HTTPResponse(status: status, headers: ["retry-after": retryAfter]))
}

private let rows: [(result: TransportResult, write: String, read: String)] = [
    (.notSent(reason: "connection refused"), "notApplied", "notApplied"),
    (.unknown(reason: "time-out"), "unknown", "notApplied"),
    (answer(202, "{}"), "unknown", "notApplied"),
    (answer(302, ""), "unknown", "notApplied"),
    (answer(400, #"{"error":{"message":"wrong state"}}"#), "refused invalid", "refused invalid"),
    (answer(400, #"{"error":{"message":"user action has already been used"}}"#), "unknown", "refused invalid"),
    (answer(400, #"{"message":"User action has already been used."}"#), "unknown", "refused invalid"),
    (
        answer(400, #"{"error":{"message":"User account has been deactivated."}}"#), "refused unauthorized",
        "refused unauthorized"
    ),
    (answer(401, "{}"), "refused unauthorized", "refused unauthorized"),
    (answer(402, "{}"), "refused plan", "refused plan"),
    (answer(403, "{}"), "refused forbidden", "refused forbidden"),
    (answer(404, "{}"), "refused not_found", "refused not_found"),
    (answer(408, ""), "unknown", "notApplied"),
    (answer(409, "{}"), "refused duplicate", "refused duplicate"),
    (answer(413, "too large"), "refused invalid", "refused invalid"),
    (answer(422, "{}"), "refused invalid", "refused invalid"),
    (answer(429, "{}"), "notApplied", "notApplied"),
    (busy(429, retryAfter: "17"), "notApplied 17", "notApplied 17"),
    (busy(503, retryAfter: "999999"), "notApplied 3600", "notApplied 3600"),
    (busy(503, retryAfter: "Fri, 31 Dec 1999 23:59:59 GMT"), "notApplied", "notApplied"),
    (answer(500, #"{"error":{"message":"Internal Server Error"}}"#), "unknown", "notApplied"),
    (answer(502, "<html>Bad Gateway</html>"), "unknown", "notApplied"),
    (answer(503, ""), "notApplied", "notApplied"),
    (answer(504, ""), "unknown", "notApplied"),
    (answer(200, "<html>"), "unknown", "notApplied"),
    (answer(200, #"{"id":7}"#), "unknown", "notApplied"),
]

@Test("Each answer to a write means what the table says", arguments: rows)
func writes(result: TransportResult, write: String, read: String) async throws {
    let transport = RecordingTransport(signing() + [result])
    #expect(word(try await client(transport).createPayout(try order(), externalID: "payout-42")) == write)
    #expect(transport.sent.count == 3)
}

@Test("Each answer to an action without an interesting body means what the table says", arguments: rows.dropLast(2))
func actions(result: TransportResult, write: String, read: String) async throws {
    let transport = RecordingTransport(signing() + [result])
    #expect(
        word(
            try await client(transport).confirm(payoutID: "pyt-1", walletID: "wa-1", asset: usdc, to: depositAddress))
            == write)
}

@Test("Each answer to a read means what the table says", arguments: rows)
func reads(result: TransportResult, write: String, read: String) async throws {
    #expect(word(try await client(RecordingTransport([result])).payout("pyt-1")) == read)
}

@Test("Any other 2xx is a success", arguments: [200, 201, 204])
func successes(status: Int) async throws {
    let transport = RecordingTransport(signing() + [answer(status, "")])
    #expect(try await client(transport).cancel(payoutID: "pyt-1") == .answered(.init()))
}

@Test(
    "Dfns's words reach people, with the id that its support asks for",
    arguments: [
        (
            #"{"error":{"id":"2038837570328299032","status":404,"message":"payout not found","details":{}}}"#,
            "Dfns answered 404: payout not found (error 2038837570328299032)"
        ),
        (#"{"error":{"id":7,"message":"payout not found","details":"none"}}"#, "Dfns answered 404: payout not found"),
        (#"{"message":"Not here."}"#, "Dfns answered 404: Not here."),
        ("<html>\n  <b>404</b>\n</html>", "Dfns answered 404: <html> <b>404</b> </html>"),
        ("", "Dfns answered 404: no reason given"),
    ])
func messages(body: String, message: String) async throws {
    let outcome = try await client(RecordingTransport([answer(404, body)])).payout("pyt-1")
    #expect(outcome == .refused(CallRefusal(Refusal(.notFound, message), status: 404)))
}

@Test(
    "A body that can't be read says where",
    arguments: [
        ("<html>", "Dfns answered 200 with a body that can't be read: it is not JSON"),
        ("[]", "Dfns answered 200 with a body that can't be read: it has another type than documented"),
        (#"{"id":"x"}"#, "Dfns answered 200 with a body that can't be read: walletId is missing"),
        (
            payoutJSON(amount: "-5"),
            """
            Dfns answered 200 with a body that can't be read: asset.amount: “-5” is not a token amount: \
            write a positive whole number of minimum units, without leading zeros, in at most 78 digits
            """
        ),
    ])
func unreadable(body: String, message: String) async throws {
    let outcome = try await client(RecordingTransport([answer(200, body)])).payout("pyt-1")
    #expect(outcome == .notApplied(retryAfter: nil, message: message))
}
