import Crypto
import Dfns
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import Testing
import Time

@Test("A quote is asked for without a signature, and its amounts are exact")
func quote() async throws {
    let transport = RecordingTransport([
        answer(
            """
            {"provider":"Borderless","asset":{"kind":"Erc20","amount":"1000000000",
              "contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359","network":"Polygon",
              "metadata":{"symbol":"USDC","decimals":6,"verified":true}},
             "timestamp":"2025-03-01T12:00:00.000Z",
             "quotes":[{"quoteId":"q-1","offer":{"fiatCurrency":"USD","amount":985.50,"fees":14.50}},
                       {"offer":{"fiatCurrency":"USD","amount":12345678901234567890.12}}]}
            """)
    ])
    let outcome = try await client(transport).quote(
        walletID: "wa-1", asset: usdc, fiatCurrency: try CurrencyCode(text: "USD"),
        country: try CountryCode(text: "US"))
    #expect(
        transport.wire == [
            """
            POST /payouts/quote
            Authorization: Bearer bearer-1
            Content-Type: application/json
            User-Agent: lockstep/1.0

            {"asset":{"amount":"1000000000","contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",\
            "kind":"Erc20"},"country":"US","fiatCurrency":"USD","provider":"Borderless","walletId":"wa-1"}
            """
        ])
    guard case .answered(let quote) = outcome else { throw Unexpected("\(outcome)") }
    #expect(quote.timestamp == Timestamp("2025-03-01T12:00:00Z"))
    #expect(quote.offers.map(\.net.description) == ["985.5 USD", "12345678901234567890.12 USD"])
    #expect(quote.offers.map(\.fees) == [FiatAmount("14.5"), nil])
    #expect(quote.offers.map(\.quoteID) == ["q-1", nil])
}

@Test("A quote without offers is an answer: there is no corridor")
func emptyQuote() async throws {
    let transport = RecordingTransport([answer(#"{"provider":"Borderless","quotes":[]}"#)])
    let outcome = try await client(transport).quote(
        walletID: "wa-1", asset: usdc, fiatCurrency: try CurrencyCode(text: "USD"),
        country: try CountryCode(text: "US"))
    guard case .answered(let quote) = outcome else { throw Unexpected("\(outcome)") }
    #expect(quote.offers.isEmpty)
}

@Test("Creating a payout asks for a challenge, signs it, and sends the same bytes with the token")
func create() async throws {
    let transport = RecordingTransport(signing() + [answer(payoutJSON())])
    let outcome = try await client(transport).createPayout(try order(), externalID: "payout-42")
    let body = """
        {"asset":{"amount":"1000000000","contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359","kind":"Erc20"},\
        "borderlessAccountId":"acc-1","country":"US","externalId":"payout-42","fiatCurrency":"USD",\
        "paymentInstructionsId":"pi-1","paymentPurpose":"salary payment","provider":"Borderless",\
        "walletId":"wa-5pfuu-9euek-h0odgb6snva8ph3k"}
        """
    let payload = body.replacing("\"", with: "\\\"")
    // The signature was computed with `openssl pkeyutl -sign -rawin` over {"challenge":…,"type":"key.get"}.
    let signature = "BaypskCHSAZfmYsw7-feqgaN_W1XkE0gqiX9160O_poLIash9AyUdNRN8ipL5Wj8AafLsFopfdfMv1h0RtRvCg"
    let common = "Authorization: Bearer bearer-1\nContent-Type: application/json\nUser-Agent: lockstep/1.0"
    #expect(
        transport.wire == [
            """
            POST /auth/action/init
            \(common)

            {"userActionHttpMethod":"POST","userActionHttpPath":"/payouts","userActionPayload":"\(payload)",\
            "userActionServerKind":"Api"}
            """,
            """
            POST /auth/action
            \(common)

            {"challengeIdentifier":"challenge-jwt","firstFactor":{"credentialAssertion":{\
            "clientData":"eyJjaGFsbGVuZ2UiOiJZMmhoYkd4bGJtZGxMVzl1WlEiLCJ0eXBlIjoia2V5LmdldCJ9","credId":"cr-1",\
            "signature":"\(signature)"},"kind":"Key"}}
            """,
            """
            POST /payouts
            \(common)
            X-DFNS-USERACTION: token-1

            \(body)
            """,
        ])
    #expect(transport.sent.map(\.timeout) == [.seconds(30), .seconds(30), .seconds(30)])
    #expect(Set(transport.sent.map(\.origin.description)) == ["https://api.dfns.io"])
    guard case .answered(let payout) = outcome else { throw Unexpected("\(outcome)") }
    #expect(payout.id == "pyt-4ihii-9lonb-tmhjo9bor4odmb5h")
    #expect(payout.status == .known(.processing))
    #expect(payout.executionStatus == .known(.initializing))
    #expect(payout.requester?.userID == "us-1")
    #expect(payout.asset.known == usdc)
    #expect(payout.asset.network == "Polygon")
}

@Test("Confirming echoes asset and address; the answer {} is only an acceptance")
func confirm() async throws {
    let transport = RecordingTransport(signing("token-7") + [answer("{}")])
    let outcome = try await client(transport).confirm(
        payoutID: "pyt-1", walletID: "wa-1", asset: usdc, to: depositAddress)
    #expect(outcome == .answered(.init()))
    #expect(
        transport.wire.last == """
            POST /payouts/pyt-1/action
            Authorization: Bearer bearer-1
            Content-Type: application/json
            User-Agent: lockstep/1.0
            X-DFNS-USERACTION: token-7

            {"action":"Confirm","transfer":{"amount":"1000000000",\
            "contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359","kind":"Erc20",\
            "to":"0x9bD3Cf3b1b7e2f3F7c1C7cC2f0D2E4a5b6C7d8E9"},"walletId":"wa-1"}
            """)
}

@Test("Confirming a Solana payout names the token by its mint")
func confirmSolana() async throws {
    let transport = RecordingTransport(signing() + [answer("{}")])
    let asset = Asset.spl2022(amount: try TokenAmount(text: "5"), mint: SolanaAddress.sample)
    _ = try await client(transport).confirm(
        payoutID: "pyt-1", walletID: "wa-1", asset: asset, to: "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin")
    #expect(
        transport.wire.last?.hasSuffix(
            """
            {"action":"Confirm","transfer":{"amount":"5","kind":"Spl2022",\
            "mint":"EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",\
            "to":"9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"},"walletId":"wa-1"}
            """) == true)
}

@Test("A confirmation to an address that is none, or of another network, is never sent")
func confirmNowhere() async throws {
    for address in ["", "0x12", SolanaAddress.sample.text] {
        let transport = RecordingTransport(signing() + [answer("{}")])
        let outcome = try await client(transport).confirm(
            payoutID: "pyt-1", walletID: "wa-1", asset: usdc, to: address)
        guard case .refused(let refusal) = outcome else { throw Unexpected("\(outcome)") }
        #expect(refusal.code == .invalid)
        #expect(transport.sent.isEmpty)
    }
}

@Test("Canceling says so, and nothing more")
func cancel() async throws {
    let transport = RecordingTransport(signing() + [answer("{}")])
    #expect(try await client(transport).cancel(payoutID: "pyt-1") == .answered(.init()))
    #expect(transport.wire.last?.hasPrefix("POST /payouts/pyt-1/action\n") == true)
    #expect(transport.wire.last?.hasSuffix("\n\n{\"action\":\"Cancel\"}") == true)
}

@Test("Reading a payout is a bare GET")
func readPayout() async throws {
    let transport = RecordingTransport([
        answer(
            payoutJSON(
                more: """
                    ,"executionStatus":"DisbursementPending","statusReason":"r","borderlessPayoutId":"b-1",
                    "depositAddress":"\(depositAddress)","transferId":"xfr-1","transactionHash":"0xabc",
                    "dateConfirmed":"2026-03-01T12:01:00.000Z","dateCanceled":"2026-03-01T12:02:00.000Z",
                    "dateDepositConfirmed":"2026-03-01T12:03:00.000Z","datePayoutConfirmed":"2026-03-01T12:04:00.000Z"
                    """
            ).replacing("\"executionStatus\":\"Initializing\",", with: ""))
    ])
    let outcome = try await client(transport).payout("pyt-1")
    #expect(
        transport.wire == ["GET /payouts/pyt-1\nAuthorization: Bearer bearer-1\nUser-Agent: lockstep/1.0"])
    guard case .answered(let payout) = outcome else { throw Unexpected("\(outcome)") }
    #expect(payout.executionStatus == .known(.disbursementPending))
    #expect(payout.data.statusReason == "r")
    #expect(payout.data.borderlessPayoutID == "b-1")
    #expect(payout.data.depositAddress == depositAddress)
    #expect(payout.data.transferID == "xfr-1")
    #expect(payout.data.transactionHash == "0xabc")
    #expect(payout.dateCreated == Timestamp("2026-03-01T12:00:00Z"))
    #expect(payout.data.dateConfirmed == Timestamp("2026-03-01T12:01:00Z"))
    #expect(payout.data.dateCanceled == Timestamp("2026-03-01T12:02:00Z"))
    #expect(payout.data.dateDepositConfirmed == Timestamp("2026-03-01T12:03:00Z"))
    #expect(payout.data.datePayoutConfirmed == Timestamp("2026-03-01T12:04:00Z"))
    #expect(payout.differences(from: try order(), externalID: "payout-42").isEmpty)
}

@Test("Listing writes its filters into the query, escaped")
func list() async throws {
    let transport = RecordingTransport([answer(#"{"items":[\#(payoutJSON())],"nextPageToken":"n+/="}"#)])
    let outcome = try await client(transport).payouts(
        walletID: "wa-1", status: .processing, limit: 50, after: "a b&c=d/é")
    #expect(
        transport.sent.first?.request.target
            == "/payouts?limit=50&paginationToken=a%20b%26c%3Dd%2F%C3%A9&walletId=wa-1&status=Processing")
    guard case .answered(let page) = outcome else { throw Unexpected("\(outcome)") }
    #expect(page.items.map(\.externalID) == ["payout-42"])
    #expect(page.nextPageToken == "n+/=")
}

@Test(
    "An id that would change the path is refused before anything is sent",
    arguments: [
        "", "../webhooks", "a/b", "a?b", "pyt 1", String(repeating: "a", count: 65),
    ])
func wrongID(id: String) async throws {
    let transport = RecordingTransport([])
    let outcome = try await client(transport).payout(id)
    guard case .refused(let refusal) = outcome else { throw Unexpected("\(outcome)") }
    #expect(refusal.code == .invalid)
    #expect(transport.sent.isEmpty)
}

@Test("Reading a transfer")
func transfer() async throws {
    let transport = RecordingTransport([
        answer(
            """
            {"id":"xfr-1","walletId":"wa-1","network":"Polygon","requester":{"userId":"us-1"},"status":"Rejected",
             "approvalId":"ap-1","txHash":"0xabc","reason":"denied","datePolicyResolved":"2026-03-01T12:00:00.000Z"}
            """)
    ])
    let outcome = try await client(transport).transfer("xfr-1", from: "wa-1")
    #expect(transport.sent.first?.request.target == "/wallets/wa-1/transfers/xfr-1")
    guard case .answered(let transfer) = outcome else { throw Unexpected("\(outcome)") }
    #expect(transfer.status == .known(.rejected))
    #expect(transfer.approvalID == "ap-1")
    #expect(transfer.transactionHash == "0xabc")
    #expect(transfer.reason == "denied")
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
