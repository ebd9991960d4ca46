import Crypto
import Domain
import PontisGlobe
import Testing

@Suite("Requests to PontisGlobe are sealed and signed")
struct SealingTests {
    private let question = Array(#"{"transaction_id":"029b2038-6166-4bea-80a9-f1a2425a85eb"}"#.utf8)
    private let blob =
        "AAECAwQFBgcICQoL:sKXYEOcm61NhxhSp35uBuA:PCCiaaSLsXruNf7k37YRCaHspQTCQj1OCFTdqCtYNoQsJMyZzuwqqBWdUou55hoM3GwBtW-zwfhC"

    @Test("The seal of the vector is nonce, tag and ciphertext, and opens again")
    func seal() throws {
        #expect(try sealer().seal(question) == blob)
        #expect(try sealer().open(blob) == question)
    }

    @Test("The signature of the vector is over the timestamp and the blob")
    func sign() throws {
        let code = try HMACSigner(secret: hmacSecret).sign(timestamp: "1748023400", Array(blob.utf8))
        #expect(Hex.encode(code) == "4b31ea2b5b45062dff18ef0e85f8a104ccef8dc0000304e9722abe1dd78493c9")
    }

    @Test(
        "What was changed, cut or is no blob does not open",
        arguments: [
            "", "a:b", "AAECAwQFBgcICQoL:sKXYEOcm61NhxhSp35uBuA:", "AAECAwQFBgcICQoL:AAAA:PCCi",
            "AAECAwQFBgcICQoL:sKXYEOcm61NhxhSp35uBuA:QCCiaaSLsXruNf7k37YRCaHspQTCQj1OCFTdqCtYNoQsJMyZzuwqqBWdUou55hoM3GwBtW-zwfhC",
        ])
    func refuse(blob: String) throws {
        #expect(throws: SealingFailure.self) { try sealer().open(blob) }
    }

    @Test("A secret that is not 32 bytes in base64url is refused by its name")
    func secrets() {
        #expect(
            throws: InvalidValue("hmac_secret must be 32 bytes in base64url, 43 characters, as the dashboard shows it")
        ) {
            try HMACSigner(secret: Secret("short"))
        }
        #expect(
            throws: InvalidValue(
                "encryption_secret must be 32 bytes in base64url, 43 characters, as the dashboard shows it")
        ) {
            try GCMSealer(secret: Secret("c2hvcnQ"), random: { _ in [] })
        }
    }
}
