import BorderlessXYZ
import Crypto
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing

@Suite("Webhooks of Borderless.xyz")
struct WebhookTests {
    private let body = Array(
        #"{"type":"Transaction_Updated","organizationId":"clxt1","data":{"id":"cm2c4x3cc000019stwv7um4zl","type":"Withdrawal","status":"Pending","txHash":[]},"timestamp":1750076193367}"#
            .utf8)

    private func event(
        _ body: [UInt8], _ verifiers: [any BorderlessXYZWebhookVerifier] = [], headers: HTTPHeaders = [:],
        target: String = "/webhooks/borderless_xyz/main"
    ) -> BorderlessXYZWebhook.Verification {
        BorderlessXYZWebhook.read(HTTPRequest(.post, target, headers: headers, body: body), verifiers: verifiers)
    }

    @Test("What it is about, and what makes two deliveries one: object, status and time")
    func reading() throws {
        guard case .plausible(let event) = event(body) else {
            Issue.record("refused")
            return
        }
        #expect(event.type == "Transaction_Updated")
        #expect(event.object == id)
        #expect(event.deduplicationKey == "Transaction_Updated:\(id):Pending:1750076193367")
    }

    @Test("Types that are new, and other objects, are read too; rubbish is refused")
    func types() throws {
        let other = #"{"type":"VirtualAccount_Created","data":{"id":"va-1","status":null},"timestamp":1}"#
        guard case .plausible(let event) = event(Array(other.utf8)) else {
            Issue.record("refused")
            return
        }
        #expect(event.object == "va-1")
        #expect(event.status == nil)
        for rubbish in ["", "{}", "[]", #"{"type":"Transaction_Updated"}"#, "not JSON"] {
            #expect(
                self.event(Array(rubbish.utf8))
                    == .refused(reason: "the body is not an event with type, data.id and timestamp"))
        }
    }

    @Test(
        "A signature is checked over the raw body, in a header field that can be named; an old key may stay for a while"
    )
    func signature() throws {
        let old = try PrivateKey.generate(.rsa)
        let new = try PrivateKey.generate(.rsa)
        let verifier = try RSAWebhookVerifier(
            publicKeys: [try new.publicKey.pem(), try old.publicKey.pem()], header: "x-signed-by")
        for key in [old, new] {
            let headers: HTTPHeaders = ["X-Signed-By": Base64.encode(try key.sign(body))]
            guard case .plausible = event(body, [verifier], headers: headers) else {
                Issue.record("refused")
                return
            }
            #expect(
                event(body + [0x20], [verifier], headers: headers)
                    == .refused(reason: "the signature does not fit the body; check webhook_public_key"))
        }
        #expect(event(body, [verifier]) == .refused(reason: "there is no x-signed-by header"))
        #expect(throws: InvalidValue.self) { try RSAWebhookVerifier(publicKeys: ["no key"]) }
    }

    @Test("A token in the address keeps strangers out where nothing is signed")
    func token() throws {
        let verifier = try TokenWebhookVerifier(token: Secret("0123456789abcdef"))
        guard
            case .plausible = event(
                body, [verifier], target: "/webhooks/borderless_xyz/main?x=1&token=0123456789abcdef")
        else {
            Issue.record("refused")
            return
        }
        for target in ["/webhooks/borderless_xyz/main", "/webhooks/borderless_xyz/main?token=0123456789abcdee"] {
            guard case .refused = event(body, [verifier], target: target) else {
                Issue.record("believed")
                continue
            }
        }
        #expect(throws: InvalidValue.self) { try TokenWebhookVerifier(token: Secret("short")) }
    }

    @Test("An address is registered once, left alone while it is on, and switched on again when it was switched off")
    func upkeep() async throws {
        let url = "https://example.com/webhooks/borderless_xyz/main"
        func setting(_ enabled: Bool) -> String { #"{"id":"wh-1","url":"\#(url)","enabled":\#(enabled)}"# }
        let transport = RecordingTransport([
            loggedIn(), answer(200, "[]"), answer(201, setting(true)),
            answer(200, "[\(setting(true))]"),
            answer(200, #"{"hasMore":false,"data":[\#(setting(false))]}"#), answer(200, setting(true)),
        ])
        let client = try client(transport)
        #expect(try value(await client.keepWebhook(url: url)) == .registered(id: "wh-1"))
        #expect(try value(await client.keepWebhook(url: url)) == .fine(id: "wh-1"))
        #expect(try value(await client.keepWebhook(url: url)) == .enabledAgain(id: "wh-1"))
        #expect(
            Array(transport.wire.dropFirst()) == [
                "GET /v1/notifications/webhooks/settings\nAuthorization: Bearer token-1",
                """
                POST /v1/notifications/webhooks/settings
                Authorization: Bearer token-1
                Content-Type: application/json

                {"url":"https://example.com/webhooks/borderless_xyz/main"}
                """,
                "GET /v1/notifications/webhooks/settings\nAuthorization: Bearer token-1",
                "GET /v1/notifications/webhooks/settings\nAuthorization: Bearer token-1",
                """
                PATCH /v1/notifications/webhooks/settings/wh-1
                Authorization: Bearer token-1
                Content-Type: application/json

                {"enabled":true}
                """,
            ])
    }

    @Test("An address is found on whatever page, and however it is written there: it is not registered again")
    func pages() async throws {
        func settings(_ id: String, _ url: String, more: Bool) -> TransportResult {
            answer(200, #"{"hasMore":\#(more),"data":[{"id":"\#(id)","url":"\#(url)","enabled":true}]}"#)
        }
        let transport = RecordingTransport([
            loggedIn(), settings("wh-1", "https://other.example/hook", more: true),
            settings("wh-2", "HTTPS://Example.com:443/webhooks/borderless_xyz/main/?token=A", more: false),
        ])
        let url = "https://example.com/webhooks/borderless_xyz/main?token=A"
        #expect(try value(await client(transport).keepWebhook(url: url)) == .fine(id: "wh-2"))
        #expect(
            transport.sent.dropFirst().map(\.request.target) == [
                "/v1/notifications/webhooks/settings", "/v1/notifications/webhooks/settings?startingAfter=wh-1",
            ])
        let other = RecordingTransport([
            loggedIn(), settings("wh-1", "https://example.com/webhooks/borderless_xyz/main?token=B", more: false),
            answer(201, #"{"id":"wh-3","url":"\#(url)","enabled":true}"#),
        ])
        #expect(try value(await client(other).keepWebhook(url: url)) == .registered(id: "wh-3"))
    }

    @Test("Where PATCH is not known, POST is tried; the key is read as JSON or as text; an address can be removed")
    func otherCalls() async throws {
        let transport = RecordingTransport([
            loggedIn(), answer(405, "{}"), answer(201, #"{"id":"wh-1","url":"u","enabled":true}"#),
            answer(200, #"{"publicKey":"PEM"}"#), answer(200, "PEM"), answer(200, "{}"),
        ])
        let client = try client(transport)
        #expect(try value(await client.enableWebhook("wh-1")).enabled)
        #expect(try value(await client.webhookPublicKey()) == "PEM")
        #expect(try value(await client.webhookPublicKey()) == "PEM")
        _ = try value(await client.removeWebhook("wh-1"))
        #expect(
            transport.sent.dropFirst().map { "\($0.request.method.rawValue) \($0.request.target)" } == [
                "PATCH /v1/notifications/webhooks/settings/wh-1", "POST /v1/notifications/webhooks/settings/wh-1",
                "GET /v1/notifications/webhooks/settings/public-key",
                "GET /v1/notifications/webhooks/settings/public-key",
                "DELETE /v1/notifications/webhooks/settings/wh-1",
            ])
    }
}
