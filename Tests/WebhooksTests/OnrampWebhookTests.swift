import Activities
import BorderlessPayments
import Crypto
import Domain
import Engine
import HTTPClient
import HTTPTypes
import Testing
import Time
import Webhooks

@Suite("Borderless Payments' webhooks wake a job, and are not believed")
struct OnrampWebhookTests {
    private let now = Timestamp(seconds: 1_781_175_822)
    private let body = Array(
        """
        {"id":"evt-1","type":"order.completed","data":{"id":"ord-1","partner_order_ref":"job-1","status":"COMPLETED"},\
        "created_at":"2026-06-11T11:03:42.118547+00:00"}
        """.utf8)

    private func account(
        secret: String? = "whsec_1", stale: PartnerAccount.StaleWebhooks = .accept
    ) throws -> PartnerAccount {
        try PartnerAccount(
            name: "main", mode: .test, origin: try #require(Origin(PartnerAccount.productionHost)),
            apiKey: Secret("sk_test_1"), webhookSecret: secret.map(Secret.init),
            staleWebhooks: stale)
    }

    private func signed(_ body: [UInt8], age: Duration = .zero) -> HTTPRequest {
        let seconds = (now - age).seconds
        let code = HMACSHA256.code(for: Array("\(seconds).".utf8) + body, key: Array("whsec_1".utf8))
        return HTTPRequest(
            .post, "/webhooks/borderless_payments/main",
            headers: [
                "Content-Type": "application/json",
                "Borderlesspayments-Signature": "t=\(seconds),v1=\(Hex.encode(code))",
            ], body: body)
    }

    private func received(_ reading: WebhookReading) -> ReceivedWebhook? {
        guard case .genuine(let webhook) = reading else { return nil }
        return webhook
    }

    @Test("A genuine one is stored under its event's id, with the order's names")
    func genuine() throws {
        let source = OnrampWebhookSource(accounts: [try account()])
        #expect(
            source.read(signed(body), account: "main", now: now)
                == .genuine(
                    ReceivedWebhook(
                        provider: "borderless_payments", account: "main", kind: "order.completed", dedupeKey: "evt-1",
                        references: ["ord-1", "job-1"], headers: ["Content-Type": "application/json"], body: body)))
    }

    @Test("One that is days old wakes its job all the same, unless our configuration says otherwise")
    func stale() throws {
        let old = signed(body, age: .days(3))
        let source = OnrampWebhookSource(accounts: [try account()])
        #expect(received(source.read(old, account: "main", now: now))?.dedupeKey == "evt-1")
        let strict = OnrampWebhookSource(accounts: [try account(stale: .refuse)])
        #expect(
            strict.read(old, account: "main", now: now)
                == .refused(reason: "the signature is older than five minutes"))
        #expect(received(strict.read(signed(body), account: "main", now: now)) != nil)
    }

    @Test("A user's e-mail address is not kept: nothing needs it, and nothing would seal it")
    func personalData() throws {
        let source = OnrampWebhookSource(accounts: [try account()])
        for type in ["user.kyc.approved", "user.something_new"] {
            let text =
                #"{"id":"evt-2","type":"\#(type)","data":{"id":"user-1","partner_user_ref":"u-1","#
                + #""email":"maria@example.com","kyc_status":"APPROVED","name":"Maria"},"created_at":"2026-06-11"}"#
            let kept = received(source.read(signed(Array(text.utf8)), account: "main", now: now))
            #expect(kept?.references == ["user-1", "u-1"])
            #expect(
                kept.map { String(decoding: $0.body, as: UTF8.self) }
                    == #"{"data":{"id":"user-1","partner_user_ref":"u-1"},"id":"evt-2","type":"\#(type)"}"#)
        }
    }

    @Test("A forged one, one without a place, and one that no database could keep are turned away")
    func refused() throws {
        let source = OnrampWebhookSource(accounts: [try account()])
        var forged = signed(body)
        forged.body.append(0x20)
        #expect(received(source.read(forged, account: "main", now: now)) == nil)
        #expect(source.read(signed(body), account: "other", now: now) == .unknownAccount)
        let silent = OnrampWebhookSource(accounts: [try account(secret: nil)])
        #expect(silent.read(signed(body), account: "main", now: now) == .unknownAccount)
        let zero = Array(#"{"id":"evt\u0000","type":"order.completed"}"#.utf8)
        #expect(
            source.read(signed(zero), account: "main", now: now) == .refused(reason: "it holds U+0000 in a name"))
    }

    @Test("A type that nobody knows is stored like any other: it wakes whoever knows a name in it")
    func unknownType() throws {
        let source = OnrampWebhookSource(accounts: [try account()])
        let strange = Array(#"{"id":"evt-2","type":"order.something_new","data":{"id":"ord-1","more":[1]}}"#.utf8)
        let webhook = received(source.read(signed(strange), account: "main", now: now))
        #expect(webhook?.kind == "order.something_new")
        #expect(webhook?.references == ["ord-1"])
    }
}
