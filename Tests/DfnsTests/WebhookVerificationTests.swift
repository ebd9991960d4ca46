import Dfns
import Domain
import HTTPTypes
import ProviderCore
import Testing
import Time

private let secret = Secret("whsec-test-1")

/// A delivery as `JSON.stringify` writes it; the signatures were computed with `openssl dgst -sha256 -hmac
/// whsec-test-1`.
private let delivery = #"""
    {"id":"whe-1","kind":"payout.action.required","date":"2026-03-01T12:00:05.000Z",\#
    "timestampSent":1772366405,"deliveryAttempt":1,\#
    "data":{"payout":{"id":"pyt-4ihii-9lonb-tmhjo9bor4odmb5h","walletId":"wa-5pfuu-9euek-h0odgb6snva8ph3k",\#
    "asset":{"kind":"Erc20","amount":"1000000000","contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",\#
    "network":"Polygon"},"fiatCurrency":"USD","externalId":"payout-42","status":"Processing",\#
    "requester":{"userId":"us-1"},"dateCreated":"2026-03-01T12:00:00.000Z","provider":"Borderless",\#
    "data":{"borderlessAccountId":"acc-1","paymentInstructionsId":"pi-1","paymentPurpose":"salary payment",\#
    "country":"US","executionStatus":"AwaitingPayoutConfirmation",\#
    "depositAddress":"0x9bD3Cf3b1b7e2f3F7c1C7cC2f0D2E4a5b6C7d8E9","note":"Zoë / 3\u0001"}}}}
    """#
private let deliverySignature = "d8becf82770ad908c28965324e6a6dd15a8fabe502c412f701d3ef5462461cd2"
private let sent = Timestamp(seconds: 1_772_366_405)

private func verify(
    _ body: String, _ signature: String?, at now: Timestamp = sent, with secret: Secret = secret
) -> DfnsWebhook.Verification {
    var headers: HTTPHeaders = ["Content-Type": "application/json"]
    headers["x-dfns-webhook-signature"] = signature
    return DfnsWebhook.verify(body: Array(body.utf8), headers: headers, secret: secret, now: now)
}

private func event(_ verification: DfnsWebhook.Verification) throws -> DfnsWebhook.Event {
    guard case .genuine(let event) = verification else { throw Unexpected("\(verification)") }
    return event
}

@Test("A genuine delivery gives the event, the payout, and the ids of both sides")
func genuine() throws {
    let event = try event(verify(delivery, "sha256=" + deliverySignature))
    #expect(event.id == "whe-1")
    #expect(event.kind == "payout.action.required")
    #expect(event.sent == Timestamp("2026-03-01T12:00:05Z"))
    #expect(event.deliveryAttempt == 1)
    #expect(event.payout?.data.depositAddress == depositAddress)
    #expect(
        event.deduplicationKey
            == "payout.action.required|pyt-4ihii-9lonb-tmhjo9bor4odmb5h|AwaitingPayoutConfirmation")
    #expect(event.references == ["pyt-4ihii-9lonb-tmhjo9bor4odmb5h", "payout-42"])
}

@Test("Hexadecimal digits count in either case")
func eitherCase() throws {
    #expect(try event(verify(delivery, "sha256=" + deliverySignature.uppercased())).id == "whe-1")
}

@Test("A body that was reformatted on the way is still Dfns's")
func reformatted() throws {
    let spaced = delivery.replacing(",\"", with: " ,\n\t\"").replacing("\":", with: "\" : ")
    #expect(try event(verify(spaced, "sha256=" + deliverySignature)).id == "whe-1")
    let escaped = delivery.replacing("Zoë / 3", with: #"Zo\u00eb \/ \u0033"#)
    #expect(try event(verify(escaped, "sha256=" + deliverySignature)).id == "whe-1")
}

@Test("A body that Dfns itself signed in another form than the compact one is accepted by its very bytes")
func rawBytes() throws {
    let body = #"""
        { "id": "whe-4", "kind": "payout.action.required", "timestampSent": 1772366405, "data": {"caf\u00e9": "\/"} }
        """#
    let event = try event(
        verify(body, "sha256=ff14ac8ed01a39bc6244a7487c1962f7a111c7789a24a0c5f3ac04a2ab6d18e3"))
    #expect(event.id == "whe-4" && event.payout == nil)
    #expect(event.deduplicationKey == "payout.action.required|whe-4")
}

@Test("Whatever changes the content breaks the signature")
func tampered() {
    let bodies = [
        delivery.replacing("1000000000", with: "9000000000"), delivery.replacing("Zoë", with: "Zoe"),
        delivery.replacing("salary payment", with: "salarypayment"), delivery + "x", String(delivery.dropLast()), "",
        delivery.replacing(#"\u0001"#, with: #"\u00"#), delivery.replacing(#"\u0001"#, with: #"\q"#),
        delivery.replacing(#""kind":"payout.action.required","#, with: ""),
    ]
    for body in bodies {
        #expect(verify(body, "sha256=" + deliverySignature) == .refused(.wrongSignature), "\(body)")
    }
    #expect(
        verify(delivery, "sha256=" + deliverySignature, with: Secret("whsec-test-2")) == .refused(.wrongSignature))
}

@Test(
    "A signature that is missing or misshapen is refused",
    arguments: [
        nil, "", "sha256=", deliverySignature, "sha1=" + deliverySignature, "sha256=" + deliverySignature.dropLast(2),
        "sha256=" + deliverySignature + "00", "sha256=zz" + deliverySignature.dropFirst(2),
    ])
func misshapen(signature: String?) {
    let reason: DfnsWebhook.Reason = signature == nil ? .unsigned : .malformedSignature
    #expect(verify(delivery, signature) == .refused(reason))
}

@Test("A delivery counts for less than 300 s before and after it was sent")
func tolerance() throws {
    let signature = "sha256=" + deliverySignature
    for seconds in [-299, 0, 299] {
        #expect(try event(verify(delivery, signature, at: sent + .seconds(seconds))).id == "whe-1")
    }
    #expect(verify(delivery, signature, at: sent + .seconds(300)) == .refused(.stale(.seconds(300))))
    #expect(verify(delivery, signature, at: sent - .seconds(300)) == .refused(.stale(.seconds(-300))))
    #expect(
        "\(DfnsWebhook.Reason.stale(.seconds(300)))" == "it was sent 5 min ago, and 5 min is too much; check the clock")
    #expect(
        "\(DfnsWebhook.Reason.stale(.seconds(-600)))"
            == "it was sent 10 min from now, and 5 min is too much; check the clock")
}

@Test("A kind that we don't know is an event all the same")
func unknownKind() throws {
    let body = #"""
        {"id":"whe-2","kind":"policy.approval.pending","timestampSent":1772366405,"data":{"approval":{"id":"ap-1"}}}
        """#
    let event = try event(
        verify(body, "sha256=7b25f3f2b095da63cc14ba9800c228285daf1e5eaafd29893697b5b3c565eab1"))
    #expect(event.kind == "policy.approval.pending")
    #expect(event.payout == nil && event.references.isEmpty)
    #expect(event.deduplicationKey == "policy.approval.pending|whe-2")
}

@Test("An event about a transfer is found by the transfer's id")
func transferEvent() throws {
    let body = #"""
        {"id":"whe-3","kind":"wallet.transfer.broadcasted","timestampSent":1772366405,\#
        "data":{"transferRequest":{"id":"xfr-1","walletId":"wa-1","status":"Broadcasted"}}}
        """#
    let event = try event(
        verify(body, "sha256=242e8f969d201388b39dafeadcc833b8d4d011d32b18f2667e6c03658fef63bd"))
    #expect(event.references == ["xfr-1"])
    #expect(event.deduplicationKey == "wallet.transfer.broadcasted|xfr-1|Broadcasted")
}

@Test("A payout that is the payload itself, as the guide can be read, is found as well")
func payloadIsPayout() throws {
    let body = delivery.replacing(#""data":{"payout":{"#, with: #""data":{"#).dropLast()
    let event = try event(
        verify(String(body), "sha256=edb84e78179f99d08861d6bb3e6193cae04c83fa9c09f30215fde225527de619"))
    #expect(event.payout?.data.depositAddress == depositAddress)
    #expect(event.references == ["pyt-4ihii-9lonb-tmhjo9bor4odmb5h", "payout-42"])
}

@Test("Signed, but no event: refused, and no crash")
func noEvent() {
    let signature = "sha256=3cb370a432ca9f007b48e1cbebe158bc6e9c481e32982d14fbec62d28d7f40cc"
    #expect(verify(#"{"hello":1}"#, signature) == .refused(.malformedEvent))
}

@Test("A retry is a new event with the same key, whichever earlier event it names")
func retries() throws {
    let first = try event(verify(delivery, "sha256=" + deliverySignature))
    for (retryOf, signature) in retrySignatures {
        let body = delivery.replacing(#""id":"whe-1","#, with: #""id":"whe-9","retryOf":"\#(retryOf)","#)
        let retry = try event(verify(body, "sha256=" + signature))
        #expect(retry.id == "whe-9" && retry.retryOf == retryOf)
        #expect(retry.deduplicationKey == first.deduplicationKey)
    }
}

private let retrySignatures = [
    "whe-1": "85b397df6e7cc42430eeebcfab64a35fefda58d826b09e402a7a3dfe03169774",
    "whe-8": "4ef0a9eaa31a39efdb4220ce5a656c606097366f407a34209ae29f26a420e68c",
]
