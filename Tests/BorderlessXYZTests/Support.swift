import BorderlessXYZ
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import RecordedHTTP
import Testing
import Time

/// 2026-03-01T12:00:00Z.
let instant = Timestamp(seconds: 1_772_366_400)

func account(
    mode: Mode = .test, at origin: String = "https://sandbox-api.borderless.xyz",
    verifiers: [any BorderlessXYZWebhookVerifier] = []
) throws -> BorderlessXYZAccount {
    try BorderlessXYZAccount(
        name: "main", mode: mode, origin: try #require(Origin(origin)), clientID: "client-1",
        clientSecret: Secret("secret-1"), webhookVerifiers: verifiers)
}

func client(
    _ transport: RecordingTransport, at now: @escaping @Sendable () -> Timestamp = { instant }
) throws
    -> BorderlessXYZClient
{
    BorderlessXYZClient(account: try account(), transport: transport, now: now)
}

func loggedIn(_ token: String = "token-1", for seconds: Int = 3600) -> TransportResult {
    answer(201, #"{"accessToken":"\#(token)","tokenType":"Bearer","expiresIn":\#(seconds),"piiAccess":"all"}"#)
}

/// The id of the documentation's examples.
let id = "cm2c4x3cc000019stwv7um4zl"

func transaction(_ status: String, _ more: String = "") -> String {
    #"{"id":"\#(id)","type":"Withdrawal","status":"\#(status)"\#(more.isEmpty ? "" : "," + more)}"#
}

func request() throws -> BorderlessXYZClient.QuoteRequest {
    BorderlessXYZClient.QuoteRequest(
        accountID: "cm2c4x3cc000119stacc0unt1", paymentInstructionID: "cm2c4x3cc000219stinstruc1",
        asset: "USDC_POLYGON", amount: "100.00", fiat: try CurrencyCode(text: "USD"),
        country: try CountryCode(text: "US"))
}

/// A key of the form that is sent.
let key = "6f2b8a52-0f9d-4d65-9c3f-0b5f3f1f9d10"

/// The answer of an outcome that has to be one.
func value<Value>(_ outcome: ProviderOutcome<Value>) throws -> Value {
    guard case .answered(let value) = outcome else {
        Issue.record("\(outcome)")
        throw CancellationError()
    }
    return value
}
