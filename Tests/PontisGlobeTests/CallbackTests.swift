import HTTPTypes
import PontisGlobe
import ProviderCore
import Testing
import Time

@Suite("PontisGlobe's callbacks are verified")
struct CallbackTests {
    private let body = Array(
        #"{"transaction_id":"029b2038-6166-4bea-80a9-f1a2425a85eb","status":"completed","status_message":null}"#.utf8)

    private func headers(
        timestamp: String = "1748023400",
        signature: String = "sha256=978ed7bead88ae68a12486a76358201d51dcaa6e04dd4561234022ae29cbd7c8"
    ) -> HTTPHeaders {
        ["x-pontis-timestamp": timestamp, "x-pontis-signature": signature, "x-pontis-event-id": "evt-1"]
    }

    private func verify(
        body: [UInt8]? = nil, _ headers: HTTPHeaders, now: Timestamp = instant
    ) throws -> PontisCallback.Verification {
        PontisCallback.verify(
            body: body ?? self.body, headers: headers, signers: [try HMACSigner(secret: hmacSecret)], now: now)
    }

    @Test("The vector is genuine, up to five minutes late or early")
    func genuine() throws {
        for now in [instant, instant + .seconds(300), instant + .seconds(-300)] {
            guard case .genuine(let event) = try verify(headers(), now: now) else {
                Issue.record("refused at \(now)")
                continue
            }
            #expect(event.id == "evt-1")
            #expect(event.payout.id == "029b2038-6166-4bea-80a9-f1a2425a85eb")
            #expect(event.payout.status == .known(.completed))
        }
    }

    @Test("A changed body, another time, an old callback and a missing field are refused")
    func refused() throws {
        let cases: [(body: [UInt8]?, headers: HTTPHeaders, now: Timestamp)] = [
            (body + [UInt8(ascii: " ")], headers(), instant),
            (nil, headers(timestamp: "1748023401"), instant),
            (nil, headers(timestamp: "soon"), instant),
            (nil, headers(signature: "sha256=00"), instant),
            (nil, headers(signature: "978ed7be"), instant),
            (nil, headers(), instant + .seconds(301)),
            (nil, headers(), instant + .seconds(-301)),
            (nil, [:], instant),
        ]
        for item in cases {
            guard case .refused = try verify(body: item.body, item.headers, now: item.now) else {
                Issue.record("accepted: \(item)")
                continue
            }
        }
    }

    @Test("While the secret is being replaced, the old one is good too")
    func rotation() throws {
        let new = try HMACSigner(secret: encryptionSecret)
        let old = try HMACSigner(secret: hmacSecret)
        guard
            case .genuine = PontisCallback.verify(
                body: body, headers: headers(), signers: [new, old], now: instant)
        else {
            Issue.record("refused")
            return
        }
    }
}
