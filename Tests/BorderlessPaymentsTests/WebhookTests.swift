import BorderlessPayments
import Domain
import HTTPTypes
import Testing
import Time

@Suite("Borderless Payments' webhooks are verified")
struct WebhookTests {
    private let instant = Timestamp(seconds: 1_781_175_822)
    private let code = "2da31cfd8351d567aee4a77e088de35ea4e80ad2ce8c1f55168c5296f8771be3"
    private let body = Array(
        #"{"id":"evt-1","type":"order.completed","data":{"id":"ord-1","partner_order_ref":"r1","status":"COMPLETED","fiat_amount":"100.00","crypto_amount":"97.832041"},"created_at":"2026-06-11T11:03:42.118547+00:00"}"#
            .utf8)

    private func verify(
        _ header: String?, body: [UInt8]? = nil, secrets: [String] = ["whsec_test_secret"], now: Timestamp? = nil
    ) -> PartnerWebhook.Verification {
        var headers: HTTPHeaders = [:]
        if let header { headers["Borderlesspayments-Signature"] = header }
        return PartnerWebhook.verify(
            body: body ?? self.body, headers: headers, secrets: secrets.map(Secret.init), now: now ?? instant)
    }

    @Test("The vector is genuine: HMAC over time and bytes, with the secret as it is written")
    func genuine() {
        for header in [
            "t=1781175822,v1=\(code)", "t=1781175822, v1=\(code)", "v1=00,v1=\(code),t=1781175822,v2=x",
        ] {
            guard case .genuine(let event, isFresh: true) = verify(header) else {
                Issue.record("refused: \(header)")
                continue
            }
            #expect(event.id == "evt-1")
            #expect(event.type == "order.completed")
            #expect(event.references == ["ord-1", "r1"])
        }
    }

    @Test("A signature that is days old is genuine all the same, and said to be stale: retries may carry the first one")
    func stale() {
        for (age, isFresh) in [(300, true), (301, false), (-301, false), (259_200, false)] {
            guard
                case .genuine(_, let found) = verify(
                    "t=1781175822,v1=\(code)", now: instant + .seconds(age))
            else {
                Issue.record("refused after \(age) s")
                continue
            }
            #expect(found == isFresh, "after \(age) s")
        }
    }

    @Test("A changed body, another time, another secret and a header of another form are refused")
    func refused() {
        let good = "t=1781175822,v1=\(code)"
        let found = [
            verify(nil), verify(""), verify("v1=\(code)"), verify("t=1781175822"), verify("t=soon,v1=\(code)"),
            verify("t=-1,v1=\(code)"), verify("t=1781175823,v1=\(code)"), verify("t=1781175822,v1=xyz"),
            verify(good, body: body + [0x20]), verify(good, secrets: ["test_secret"]), verify(good, secrets: []),
        ]
        for verification in found {
            guard case .refused = verification else {
                Issue.record("\(verification)")
                continue
            }
        }
    }

    @Test("While the secret is being replaced, the old one is good too")
    func rotation() {
        guard case .genuine = verify("t=1781175822,v1=\(code)", secrets: ["whsec_new", "whsec_test_secret"]) else {
            Issue.record("refused")
            return
        }
    }
}
