import BorderlessXYZ
import Domain
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing
import Time

@Suite("Finding a withdrawal whose answer was lost")
struct SearchTests {
    private func item(
        _ id: String, _ reference: String?, at time: String, amount: String = "100",
        to instruction: String = "cm2c4x3cc000219stinstruc1"
    ) -> String {
        let shown = reference.map { #""\#($0)""# } ?? "null"
        return """
            {"id":"\(id)","status":"Pending","source":{"asset":"USDC_POLYGON","amount":"\(amount)"},\
            "destination":{"reference":\(shown),"paymentInstructionId":"\(instruction)"},"createdAt":"\(time)"}
            """
    }

    private func page(_ items: [String], more: Bool) -> String {
        #"{"hasMore":\#(more),"data":[\#(items.joined(separator: ","))]}"#
    }

    @Test("Page after page is read until one that runs backwards is older than the job, and only our reference counts")
    func backwards() async throws {
        let transport = RecordingTransport([
            loggedIn(),
            answer(
                200,
                page(
                    [
                        item("w4", "other", at: "2026-03-01T12:05:00Z"), item("w3", "ours", at: "2026-03-01T12:04:00Z"),
                    ], more: true)),
            answer(
                200,
                page(
                    [item("w2", nil, at: "2026-03-01T12:03:00Z"), item("w1", "ours", at: "2026-03-01T11:00:00Z")],
                    more: true)),
        ])
        let found = try await search(transport)
        #expect(found.map(\.id) == ["w3"], "one is older than the job, and whose it is that shows no reference is open")
        let account = "cm2c4x3cc000119stacc0unt1"
        #expect(
            transport.sent.dropFirst().map(\.request.target) == [
                "/v1/transactions?accountId=\(account)&type=Withdrawal&limit=100",
                "/v1/transactions?accountId=\(account)&type=Withdrawal&limit=100&startingAfter=w3",
            ])
    }

    private func search(_ transport: RecordingTransport) async throws -> [BorderlessXYZClient.Transaction] {
        try value(await client(transport).withdrawals(for: try request(), reference: "ours", since: instant))
    }

    @Test("A reference that is ours counts unless amount, bank account or time contradict it; null contradicts nothing")
    func content() async throws {
        let noon = "2026-03-01T12:04:00Z"
        let items = [
            item("w1", "ours", at: noon, amount: "101"), item("w2", "ours", at: noon, to: "cm2c4x3cc000219stinstruc2"),
            item("w3", "ours", at: "2026-03-01T11:59:59Z"), item("w4", "ours", at: noon, amount: "100.000"),
            #"{"id":"w5","status":"Pending","destination":{"reference":"ours"},"createdAt":"\#(noon)"}"#,
            #"{"id":"w6","status":"Pending","destination":{"reference":"ours"}}"#,
            #"{"id":"w7","status":"Pending","source":{"amount":"lots"},"destination":{"reference":"ours"}}"#,
        ]
        let found = try await search(RecordingTransport([loggedIn(), answer(200, page(items, more: false))]))
        #expect(found.map(\.id) == ["w6", "w4", "w5"])
    }

    @Test("A list that runs forwards is read to its end")
    func forwards() async throws {
        let transport = RecordingTransport([
            loggedIn(),
            answer(
                200,
                page(
                    [item("w1", nil, at: "2026-02-01T12:00:00Z"), item("w2", nil, at: "2026-02-02T12:00:00Z")],
                    more: true)),
            answer(200, page([item("w3", "ours", at: "2026-03-01T12:04:00Z")], more: false)),
        ])
        #expect(try await search(transport).map(\.id) == ["w3"])
    }

    @Test("A search that doesn't come to an end is not taken for one that found nothing")
    func endless() async throws {
        let pages = (0..<60).map { number in
            answer(200, page([item("w\(number)", nil, at: "2026-03-01T12:00:0\(number % 10)Z")], more: true))
        }
        let outcome = try await client(RecordingTransport([loggedIn()] + pages))
            .withdrawals(for: try request(), reference: "ours", since: instant)
        #expect(
            outcome
                == .notApplied(
                    retryAfter: nil,
                    message: "50 pages of withdrawals of cm2c4x3cc000119stacc0unt1 don't reach back to "
                        + "2026-03-01T12:00:00.000000Z"))
    }
}
