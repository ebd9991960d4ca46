import Dfns
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import Testing

// Where Dfns's pages differ from each other, or leave something open, the client survives each reading.

@Test("External id used again, first reading: the existing payout comes back, and it is what we ordered")
func sameComesBack() async throws {
    let transport = RecordingTransport(
        signing() + [answer(payoutJSON().replacing("Processing", with: "Completed"))])
    let outcome = try await client(transport).createPayout(try order(), externalID: "payout-42")
    guard case .answered(let payout) = outcome else { throw Unexpected("\(outcome)") }
    #expect(payout.status == .known(.completed))
}

@Test("External id used again, first reading: what comes back is another order's payout")
func otherComesBack() async throws {
    let transport = RecordingTransport(
        signing() + [answer(payoutJSON(amount: "999", instructions: "pi-9"))])
    let outcome = try await client(transport).createPayout(try order(), externalID: "payout-42")
    guard case .refused(let refusal) = outcome else { throw Unexpected("\(outcome)") }
    #expect(refusal.code == .duplicate)
    #expect(refusal.duplicateOf == "pyt-4ihii-9lonb-tmhjo9bor4odmb5h")
    #expect(refusal.status == nil)
    #expect(
        refusal.message == """
            external id payout-42 already belongs to payout pyt-4ihii-9lonb-tmhjo9bor4odmb5h, which differs: \
            asset is 999 of Erc20 0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359 and not \
            1000000000 of Erc20 0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359; paymentInstructionsId is pi-9 and not pi-1
            """)
}

private let conflict = answer(
    409,
    """
    {"error":{"id":"1","status":409,"message":"externalId already used",
     "details":{"duplicate":{"id":"pyt-old","externalId":"payout-42"}}}}
    """)

@Test("External id used again, second reading: 409 names a payout that is what we ordered")
func adoptsDuplicate() async throws {
    let transport = RecordingTransport(signing() + [conflict, answer(payoutJSON())])
    let outcome = try await client(transport).createPayout(try order(), externalID: "payout-42")
    guard case .answered(let payout) = outcome else { throw Unexpected("\(outcome)") }
    #expect(payout.externalID == "payout-42")
    #expect(transport.wire.last == "GET /payouts/pyt-old\nAuthorization: Bearer bearer-1\nUser-Agent: lockstep/1.0")
}

@Test("External id used again, second reading: 409 names another order's payout, or one that can't be read")
func refusesDuplicate() async throws {
    let other = RecordingTransport(signing() + [conflict, answer(payoutJSON(amount: "999"))])
    guard case .refused(let refusal) = try await client(other).createPayout(try order(), externalID: "payout-42")
    else { throw Unexpected("not refused") }
    #expect(refusal.code == .duplicate && refusal.duplicateOf == "pyt-4ihii-9lonb-tmhjo9bor4odmb5h")

    let hidden = RecordingTransport(signing() + [conflict, answer(404, "{}")])
    #expect(
        try await client(hidden).createPayout(try order(), externalID: "payout-42")
            == .refused(
                CallRefusal(
                    Refusal(.duplicate, "Dfns answered 409: externalId already used (error 1)"), status: 409,
                    duplicateOf: "pyt-old")))

    let silent = RecordingTransport(signing() + [conflict, .unknown(reason: "time-out")])
    #expect(
        try await client(silent).createPayout(try order(), externalID: "payout-42")
            == .notApplied(retryAfter: nil, message: "time-out"))
}

@Test("A user action token may be spent by a 4xx: the next attempt has a new one")
func spentByRefusal() async throws {
    let transport = RecordingTransport(
        signing("token-1") + [answer(429, "{}")] + signing("token-2") + [answer(400, "{}")] + signing("token-3")
            + [answer("{}")])
    let client = try client(transport)
    for _ in 1...3 { _ = await client.cancel(payoutID: "pyt-1") }
    #expect(
        transport.sent.compactMap { $0.request.headers["X-DFNS-USERACTION"] } == ["token-1", "token-2", "token-3"])
}

@Test("New words and members, another provider, and missing members break nothing")
func newWords() async throws {
    let json = """
        {"id":"pyt-1","walletId":"wa-1","asset":{"kind":"Trc10","tokenId":"x","amount":1,"network":"Tron"},
         "fiatCurrency":"EUR","status":"Paused","provider":"NewBank","dateCreated":"yesterday","novelty":[1],
         "requester":{"appId":"ap-1"},"data":{"executionStatus":"Thinking","depositAddress":{"value":"0x"}}}
        """
    let outcome = try await client(RecordingTransport([answer(200, json)])).payout("pyt-1")
    guard case .answered(let payout) = outcome else { throw Unexpected("\(outcome)") }
    #expect(payout.status == .unknown("Paused"))
    #expect(payout.executionStatus == .unknown("Thinking"))
    #expect(payout.provider == .unknown("NewBank"))
    #expect(payout.asset.kind == "Trc10" && payout.asset.known == nil)
    #expect(payout.data.depositAddress == nil)
    #expect(payout.requester == nil && payout.dateCreated == nil && payout.externalID == nil)

    let bare = json.replacing(#""executionStatus":"Thinking","#, with: "").replacing("NewBank", with: "CircleMint")
    guard case .answered(let other) = try await client(RecordingTransport([answer(200, bare)])).payout("pyt-1")
    else { throw Unexpected("not answered") }
    #expect(other.executionStatus == .unknown(""))
    #expect(other.provider == .known(.circleMint))
}

@Test("An account's secrets show nowhere, and a live account is only at Dfns itself")
func accounts() async throws {
    let account = try account()
    var dumped = ""
    dump(account, to: &dumped)
    dump(DfnsClient(account: account, transport: RecordingTransport([])), to: &dumped)
    for shown in ["\(account)", String(reflecting: account), dumped] {
        #expect(!shown.contains("bearer-1") && !shown.contains("MC4CAQAwBQYDK2Vw"))
    }
    #expect("\(account)" == "dfns/main (live, https://api.dfns.io)")
    for right in ["https://api.dfns.io", "https://api.uae.dfns.io:443"] {
        #expect(throws: Never.self) { try DfnsAccount.check(mode: .live, origin: try #require(Origin(right))) }
    }
    for wrong in [
        "http://api.dfns.io", "https://api.dfns.ninja", "https://127.0.0.1", "https://api.dfns.io.evil.example",
        "https://api.dfns.io:8443",
    ] {
        let origin = try #require(Origin(wrong))
        #expect(
            throws: InvalidValue(
                "a live account of Dfns must be at https://api.dfns.io or https://api.uae.dfns.io, and not at \(origin)"
            )
        ) { try DfnsAccount.check(mode: .live, origin: origin) }
        #expect(throws: Never.self) { try DfnsAccount.check(mode: .test, origin: origin) }
    }
}
