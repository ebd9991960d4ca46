import DollarPe
import HTTPTypes
import Testing
import Time

@Suite("What DollarPe signs is one way of writing a JSON value")
struct SignatureTests {
    @Test(
        "Published and computed vectors",
        arguments: [
            ("{}", "{}", "6sCtVSRQjU9+2/af8gdwUAvY1l6Ii6ENcbRfanPkhY0="),
            (
                #"{ "meta": {"note": "Café", "b": 2, "a": 1}, "customer_id": "78c99d71-f28f-47a9-8302-93b286efbe0e", "currency": "INR", "amount": 100.5 }"#,
                #"{"amount":100.5,"currency":"INR","customer_id":"78c99d71-f28f-47a9-8302-93b286efbe0e","meta":{"a":1,"b":2,"note":"Caf\u00e9"}}"#,
                "l+DvQrzlKbsOSxSYOdWoWHEehcFRZfDJPKlLDkm2cSI="
            ),
            (
                #"{"sending_amount":"51","fiat":"inr","asset":"usdt","bank_id":"4e6f1b20-a73c-11ec-b909-0242ac120002","customer_id":"def8b740-99f9-4cba-bc9e-99de57e927b4","risk_parameters":{"suspicious_activity_report":false,"law_enforcement_agency_report":false,"ip_address":"203.0.113.10","device_id":"device-123"}}"#,
                #"{"asset":"usdt","bank_id":"4e6f1b20-a73c-11ec-b909-0242ac120002","customer_id":"def8b740-99f9-4cba-bc9e-99de57e927b4","fiat":"inr","risk_parameters":{"device_id":"device-123","ip_address":"203.0.113.10","law_enforcement_agency_report":false,"suspicious_activity_report":false},"sending_amount":"51"}"#,
                "Sx2wy4aDRTIT4/40y/v/LrHisNpvEHBlZtclZ+rdYBU="
            ),
            (
                #"{"type":"PAYOUT","id":"550e8400-e29b-41d4-a716-446655440000","event":"SUCCESS","timestamp":"2024-03-13T10:00:00Z","metadata":{"utr":"RATN12341234XYZ"}}"#,
                #"{"event":"SUCCESS","id":"550e8400-e29b-41d4-a716-446655440000","metadata":{"utr":"RATN12341234XYZ"},"timestamp":"2024-03-13T10:00:00Z","type":"PAYOUT"}"#,
                "32mYm5vx0Claq2h9qJRl8EfArsDi8Yj0YrfxPQsLa7Q="
            ),
        ])
    func vectors(body: String, canonical: String, signature: String) throws {
        let rewritten = try #require(CanonicalJSON.rewrite(Array(body.utf8)))
        #expect(text(rewritten) == canonical)
        #expect(
            DollarPeSignature.sign(rewritten, timestamp: "1735689600", apiKey: apiKey, apiSecret: apiSecret)
                == signature)
    }

    @Test(
        "Numbers keep their digits; everything but printable ASCII is escaped; lists keep their order",
        arguments: [
            (#"{"a":1.0,"b":10.50,"c":1e3,"d":-0}"#, #"{"a":1.0,"b":10.50,"c":1e3,"d":-0}"#),
            (#"["b" , "a",null,true,[ ]]"#, #"["b","a",null,true,[]]"#),
            (#"{"x":{"b":[{"d":1,"c":2}],"a":{}}}"#, #"{"x":{"a":{},"b":[{"c":2,"d":1}]}}"#),
            (#""a\/b\u0041\n\t\"\\é😀\u007f""#, #""a/bA\n\t\"\\\u00e9\ud83d\ude00\u007f""#),
            (#"{"é":1,"z":2,"Z":3}"#, #"{"Z":3,"z":2,"\u00e9":1}"#),
        ])
    func forms(body: String, canonical: String) {
        #expect(text(CanonicalJSON.rewrite(Array(body.utf8))) == canonical)
    }

    @Test(
        "What is no JSON, or names a member twice, has no canonical form",
        arguments: [
            "", "{", #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, "not JSON", #"{"a":}"#, "[1,]",
        ])
    func refused(body: String) {
        #expect(CanonicalJSON.rewrite(Array(body.utf8)) == nil)
    }
}

@Suite("DollarPe's webhooks are verified")
struct WebhookTests {
    private let body =
        #"{"type":"PAYOUT","id":"550e8400-e29b-41d4-a716-446655440000","event":"SUCCESS","timestamp":"2024-03-13T10:00:00Z","metadata":{"utr":"RATN12341234XYZ"}}"#
    private let signature = "32mYm5vx0Claq2h9qJRl8EfArsDi8Yj0YrfxPQsLa7Q="

    private func verify(
        _ body: String, timestamp: String = "1735689600", signature: String? = nil, now: Timestamp = instant
    ) throws -> DollarPeWebhook.Verification {
        DollarPeWebhook.verify(
            body: Array(body.utf8), headers: ["X-TIMESTAMP": timestamp, "X-SIGNATURE": signature ?? self.signature],
            account: try account(), now: now)
    }

    @Test("The vector is genuine, however it was formatted on its way")
    func genuine() throws {
        for text in [
            body, body.replacing(",", with: " ,\n "),
            body.replacing(":", with: ": ").replacing("T10: 00: 00", with: "T10:00:00"),
        ] {
            guard case .genuine(let event) = try verify(text) else {
                Issue.record("refused: \(text)")
                continue
            }
            #expect(event.deduplicationKey == "PAYOUT|550e8400-e29b-41d4-a716-446655440000|SUCCESS")
        }
    }

    @Test("Another content, another time, an old or unsigned webhook is refused")
    func refused() throws {
        let cases = [
            try verify(body.replacing("SUCCESS", with: "REFUNDED")), try verify(body, timestamp: "1735689601"),
            try verify(body, timestamp: ""), try verify(body, signature: ""),
            try verify(body, now: instant + .seconds(301)), try verify(body, now: instant + .seconds(-301)),
            try verify("{}"), try verify("not JSON"),
        ]
        for verification in cases {
            guard case .refused = verification else {
                Issue.record("\(verification)")
                continue
            }
        }
    }
}
