import Domain
import HTTPClient
import HTTPTypes
import PontisGlobe
import RecordedHTTP
import Testing
import Time

/// The secrets of the vectors.
let encryptionSecret = Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
let hmacSecret = Secret("__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA")

/// The instant of the vectors.
let instant = Timestamp(seconds: 1_748_023_400)

/// A sealer whose nonces are all the one of the vectors.
func sealer() throws -> GCMSealer {
    try GCMSealer(secret: encryptionSecret) { count in (0..<count).map { UInt8($0) } }
}

func account(mode: Mode = .test, at origin: String = "https://sandbox.pontisglobe.com") throws -> PontisAccount {
    try PontisAccount(
        name: "main", mode: mode, origin: try #require(Origin(origin)), apiKey: Secret("key-1"),
        email: "owner@example.com", password: Secret("password-1"), sealer: try sealer(),
        signer: try HMACSigner(secret: hmacSecret))
}

func client(_ transport: RecordingTransport, mode: Mode = .test) throws -> PontisClient {
    let origin = mode == .live ? "https://api.pontisglobe.com" : "https://sandbox.pontisglobe.com"
    return PontisClient(account: try account(mode: mode, at: origin), transport: transport, now: { instant })
}

func loggedIn(_ token: String = "jwt-1", for seconds: Int = 900) -> TransportResult {
    answer(200, #"{"ok":true,"data":{"access_token":"\#(token)","token_type":"Bearer","expires_in":\#(seconds)}}"#)
}

func failed(_ status: Int, _ code: String) -> TransportResult {
    answer(
        status,
        #"{"ok":false,"request_id":"01JVRX0000000000000000000A","error":{"code":"\#(code)","message":"No."}}"#)
}

/// What a sealed request says, once opened.
func opened(_ request: HTTPRequest) throws -> String {
    let body = String(decoding: request.body, as: UTF8.self)
    let blob = try #require(body.split(separator: "\"").last { $0.contains(":") && $0.count > 1 })
    return String(decoding: try sealer().open(String(blob)), as: UTF8.self)
}

func order() throws -> PontisClient.PayoutOrder {
    PontisClient.PayoutOrder(
        country: try CountryCode(text: "IN"), currency: try CurrencyCode(text: "INR"), method: "bank_local",
        network: nil, sourceAmount: "125.00", sourceCurrency: "USDT",
        recipient: ["name": "Asha Rao", "account_number": "50100012345678", "ifsc": "HDFC0000001"],
        purpose: "family support", sourceOfFunds: nil)
}
