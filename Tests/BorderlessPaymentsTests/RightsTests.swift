import BorderlessPayments
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing

@Suite("What a key may do, and what is sold")
struct RightsTests {
    private static let scopes = #""users:read","users:write","kyc:read","kyc:write","quotes:read","orders:read""#
    private static let offer = PartnerClient.Catalogue(
        fiats: ["EUR"], cryptos: ["USDC"], networks: ["polygon", "stellar"],
        instruments: ["pm_open_banking", "sepa_bank_transfer"])

    private func context(mode: String = "TEST", _ scopes: String) -> TransportResult {
        answer(200, #"{"partner_id":"partner-1","mode":"\#(mode)","scopes":[\#(scopes)],"api_key_label":"backend"}"#)
    }

    private func catalogue(_ networks: String, _ instruments: String) -> TransportResult {
        answer(
            200,
            #"{"fiat_currencies":["EUR"],"crypto_currencies":["USDC"],"crypto_networks":[\#(networks)],"payment_instruments":[\#(instruments)]}"#
        )
    }

    @Test("A key with every scope passes, and what is not sold at present is named")
    func good() async throws {
        let all = context(Self.scopes + #","orders:write","webhook_deliveries:read""#)
        let transport = RecordingTransport([
            all, catalogue(#""polygon","stellar""#, #""pm_open_banking","sepa_bank_transfer""#),
            all, catalogue(#""polygon""#, #""pm_open_banking""#),
        ])
        let client = try client(transport)
        #expect(await client.proveRights(selling: Self.offer) == .answered([]))
        #expect(await client.proveRights(selling: Self.offer) == .answered(["stellar", "sepa_bank_transfer"]))
        #expect(
            transport.sent.map(\.request.target).prefix(2) == ["/api/v1/context", "/api/v1/quotes/catalogue"])
    }

    @Test("A key that may place no orders, or not read why one failed, does not pass, nor one of the other mode")
    func refused() async throws {
        let transport = RecordingTransport([
            context(Self.scopes + #","webhook_deliveries:read""#), context(Self.scopes + #","orders:write""#),
            context(mode: "LIVE", Self.scopes + #","orders:write""#),
        ])
        let client = try client(transport)
        let words = [
            "the key lacks orders:write: make another that has all of them",
            "the key lacks webhook_deliveries:read: make another that has all of them",
            "wrong mode: the key is of LIVE, and this account is test",
        ]
        for message in words {
            guard case .refused(let refusal) = await client.proveRights(selling: Self.offer) else {
                Issue.record("it passes")
                continue
            }
            #expect(refusal.message == message)
        }
    }
}
