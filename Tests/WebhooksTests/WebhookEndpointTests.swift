import Activities
import Crypto
import Dfns
import Domain
import Engine
import HTTPClient
import HTTPTypes
import Synchronization
import Testing
import Time
import Webhooks

@Suite("Webhooks are verified, stored, and only then answered")
struct WebhookEndpointTests {
    private let now = Timestamp(seconds: 1_772_366_405)
    private let body = Array(
        """
        {"id":"whe-1","kind":"payout.action.required","date":"2026-03-01T12:00:05.000Z","timestampSent":1772366405,\
        "deliveryAttempt":1,"data":{"payout":{"id":"pyt-1","externalId":"job-1","data":{"executionStatus":\
        "AwaitingPayoutConfirmation"}}}}
        """.utf8)

    @Test("A genuine delivery is stored with its names, and answered with exactly 200")
    func genuine() async throws {
        let inbox = RecordingInbox()
        let response = await (try endpoint(inbox)).respond(to: signed(body))
        #expect(response.status == 200)
        #expect(
            inbox.received == [
                ReceivedWebhook(
                    provider: "dfns", account: "main", kind: "payout.action.required",
                    dedupeKey: "payout.action.required|pyt-1|AwaitingPayoutConfirmation",
                    references: ["pyt-1", "job-1"], headers: ["Content-Type": "application/json"], body: body)
            ])
    }

    @Test("A delivery with another body than was signed is turned away, and the sender isn't told why")
    func tampered() async throws {
        let inbox = RecordingInbox()
        var request = signed(body)
        request.body.append(0x20)
        request.body[10] ^= 1
        let response = await (try endpoint(inbox)).respond(to: request)
        #expect(response.status == 401)
        #expect(String(decoding: response.body, as: UTF8.self) == "The signature could not be verified.\n")
        #expect(inbox.received == [])
    }

    @Test("A delivery from more than five minutes ago is turned away")
    func stale() async throws {
        let inbox = RecordingInbox()
        let response = await (try endpoint(inbox, at: now + .seconds(300))).respond(to: signed(body))
        #expect(response.status == 401)
        #expect(inbox.received == [])
    }

    @Test("What could not be stored is answered with 503, so that the provider tries again")
    func notStored() async throws {
        let response = await (try endpoint(RecordingInbox(failing: true))).respond(to: signed(body))
        #expect(response.status == 503)
    }

    @Test(
        "Other addresses and methods are answered clearly",
        arguments: [
            ("/webhooks/dfns/other", HTTPMethod.post, 404), ("/webhooks/nobody/main", .post, 404),
            ("/webhooks/dfns", .post, 404), ("/webhooks/dfns/main", .get, 405),
        ])
    func elsewhere(target: String, method: HTTPMethod, status: Int) async throws {
        let response = await (try endpoint(RecordingInbox())).respond(to: HTTPRequest(method, target))
        #expect(response.status == status)
    }

    private func signed(_ body: [UInt8]) -> HTTPRequest {
        let signature = Hex.encode(HMACSHA256.code(for: body, key: Array("whsec".utf8)))
        return HTTPRequest(
            .post, "/webhooks/dfns/main",
            headers: [
                "Content-Type": "application/json", "X-DFNS-WEBHOOK-SIGNATURE": "sha256=\(signature)",
            ], body: body)
    }

    private func endpoint(_ inbox: RecordingInbox, at instant: Timestamp? = nil) throws -> WebhookEndpoint {
        let account = try DfnsAccount(
            name: "main", mode: .test, origin: try #require(Origin("http://127.0.0.1:1")), token: Secret("t"),
            credentialID: "cr-1", privateKey: try PrivateKey.generate(.ed25519), webhookSecret: Secret("whsec"))
        return WebhookEndpoint(
            sources: [DfnsWebhookSource(accounts: [account])], inbox: inbox, clock: StoppedClock(at: instant ?? now),
            log: { _ in })
    }
}

final class RecordingInbox: WebhookInbox {
    private let webhooks = Mutex<[ReceivedWebhook]>([])
    private let failing: Bool

    init(failing: Bool = false) { self.failing = failing }

    var received: [ReceivedWebhook] { webhooks.withLock { $0 } }

    func receive(_ webhook: ReceivedWebhook) async throws(StoreFailure) -> WebhookReceipt {
        if failing { throw .notApplied("the database is down") }
        webhooks.withLock { $0.append(webhook) }
        return .stored
    }
}

struct StoppedClock: Clock {
    let instant: Timestamp

    init(at instant: Timestamp) { self.instant = instant }

    func now() -> Timestamp { instant }
    func sleep(from start: Timestamp, until instant: Timestamp) async {}
}
