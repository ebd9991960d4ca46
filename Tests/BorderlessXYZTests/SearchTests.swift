import BorderlessXYZ
import Domain
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing
import Time

@Suite("Finding a withdrawal whose answer was lost")
struct SearchTests {
    private func item(_ id: String, _ reference: String?, at time: String) -> String {
        let shown = reference.map { #""\#($0)""# } ?? "null"
        return #"{"id":"\#(id)","status":"Pending","destination":{"reference":\#(shown)},"createdAt":"\#(time)"}"#
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
        let found = try value(await client(transport).withdrawals(of: "acc-1", reference: "ours", since: instant))
        #expect(found.map(\.id) == ["w1", "w3"])
        #expect(
            transport.sent.dropFirst().map(\.request.target) == [
                "/v1/transactions?accountId=acc-1&type=Withdrawal&limit=100",
                "/v1/transactions?accountId=acc-1&type=Withdrawal&limit=100&startingAfter=w3",
            ])
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
        let found = try value(await client(transport).withdrawals(of: "acc-1", reference: "ours", since: instant))
        #expect(found.map(\.id) == ["w3"])
    }

    @Test("A search that doesn't come to an end is not taken for one that found nothing")
    func endless() async throws {
        let pages = (0..<60).map { number in
            answer(200, page([item("w\(number)", nil, at: "2026-03-01T12:00:0\(number % 10)Z")], more: true))
        }
        let outcome = try await client(RecordingTransport([loggedIn()] + pages))
            .withdrawals(of: "acc-1", reference: "ours", since: instant)
        #expect(
            outcome
                == .notApplied(
                    retryAfter: nil,
                    message: "50 pages of withdrawals of acc-1 don't reach back to 2026-03-01T12:00:00.000000Z"))
    }
}
