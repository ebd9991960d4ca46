import Crypto
import Dfns
import Domain
import HTTPClient
import HTTPTypes
import Synchronization
import Testing

/// Made for these tests and used nowhere else.
let testKey = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIIqra5JZN8Jv7iCa0w9dxJ8uJG37B96uxNf3NsSQf+Mz
    -----END PRIVATE KEY-----
    """

/// Writes down what is sent, and answers from a script; what comes after the script's end was not sent.
final class RecordingTransport: Transport {
    struct Sent: Hashable, Sendable {
        let request: HTTPRequest
        let origin: Origin
        let timeout: Duration
    }

    private let state: Mutex<(sent: [Sent], answers: [TransportResult])>

    init(_ answers: [TransportResult]) { state = Mutex(([], answers)) }

    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        state.withLock { state in
            state.sent.append(Sent(request: request, origin: origin, timeout: timeout))
            return state.answers.isEmpty ? .notSent(reason: "the script has ended") : state.answers.removeFirst()
        }
    }

    var sent: [Sent] { state.withLock { $0.sent } }

    /// Each request as it stands on the wire: the request line, the header fields, an empty line, the body.
    var wire: [String] {
        sent.map { sent in
            let fields = sent.request.headers.fields.map { "\($0.name): \($0.value)" }.sorted()
            return (["\(sent.request.method.rawValue) \(sent.request.target)"] + fields).joined(separator: "\n")
                + (sent.request.body.isEmpty ? "" : "\n\n" + String(decoding: sent.request.body, as: UTF8.self))
        }
    }
}

func answer(_ body: String) -> TransportResult { answer(200, body) }

func answer(_ status: Int, _ body: String) -> TransportResult { .response(.json(status, body)) }

/// The two answers of a signing, with a token of its own.
func signing(_ token: String = "token-1", challenge: String = "Y2hhbGxlbmdlLW9uZQ") -> [TransportResult] {
    [
        answer(
            """
            {"challenge":"\(challenge)","challengeIdentifier":"challenge-jwt","userVerification":"required",
             "supportedCredentialKinds":[{"kind":"Key","factor":"first","requiresSecondFactor":false}],
             "attestation":"direct","externalAuthenticationUrl":"","allowCredentials":{
               "key":[{"type":"public-key","id":"cr-other"},{"type":"public-key","id":"cr-1"}],"webauthn":[]}}
            """),
        answer(#"{"userAction":"\#(token)"}"#),
    ]
}

func account(key: PrivateKey? = nil) throws -> DfnsAccount {
    try DfnsAccount(
        name: "main", mode: .live, origin: try #require(Origin("https://api.dfns.io")), token: Secret("bearer-1"),
        credentialID: "cr-1", privateKey: try key ?? PrivateKey(pem: testKey), userID: "us-1")
}

func client(_ transport: RecordingTransport, key: PrivateKey? = nil) throws -> DfnsClient {
    DfnsClient(account: try account(key: key), transport: transport, userAgent: "lockstep/1.0")
}

let usdc = Asset.erc20(
    amount: TokenAmount("1000000000") ?? .sample, contract: EVMAddress.sample)

let depositAddress = "0x9bD3Cf3b1b7e2f3F7c1C7cC2f0D2E4a5b6C7d8E9"

func order() throws -> DfnsClient.PayoutOrder {
    DfnsClient.PayoutOrder(
        walletID: "wa-5pfuu-9euek-h0odgb6snva8ph3k", asset: usdc, fiatCurrency: try CurrencyCode(text: "USD"),
        country: try CountryCode(text: "US"), borderlessAccountID: "acc-1", paymentInstructionsID: "pi-1",
        paymentPurpose: .salaryPayment)
}

/// A payout as Dfns answers right after its creation.
func payoutJSON(
    amount: String = "1000000000", instructions: String = "pi-1", externalID: String = "payout-42",
    more: String = ""
) -> String {
    """
    {"id":"pyt-4ihii-9lonb-tmhjo9bor4odmb5h","walletId":"wa-5pfuu-9euek-h0odgb6snva8ph3k",
     "asset":{"kind":"Erc20","amount":"\(amount)","contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",
              "network":"Polygon","metadata":{"symbol":"USDC","decimals":6,"verified":true}},
     "fiatCurrency":"USD","externalId":"\(externalID)","status":"Processing",
     "requester":{"userId":"us-1","tokenId":"to-1"},"dateCreated":"2026-03-01T12:00:00.000Z","provider":"Borderless",
     "data":{"borderlessAccountId":"acc-1","paymentInstructionsId":"\(instructions)",
             "paymentPurpose":"salary payment","country":"US","executionStatus":"Initializing"\(more)}}
    """
}
