import DollarPe
import Domain
import HTTPClient
import RecordedHTTP
import Testing
import Time

/// The key, secret and instant of the published vectors.
let apiKey = Secret("3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d")
let apiSecret = Secret("test-secret-do-not-use")
let instant = Timestamp(seconds: 1_735_689_600)

func account() throws -> DollarPeAccount {
    try DollarPeAccount(
        name: "main", mode: .test, origin: try #require(Origin("https://sandbox.dollarpe.xyz")), apiKey: apiKey,
        apiSecret: apiSecret)
}

func client(_ transport: RecordingTransport) throws -> DollarPeClient {
    DollarPeClient(account: try account(), transport: transport, now: { instant })
}

/// A success in DollarPe's envelope.
func success(_ data: String, status: Int = 200) -> TransportResult {
    answer(status, #"{"status":true,"message":"Success","data":\#(data)}"#)
}

func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
