import Crypto
import Testing

struct KeyTextTests {
    @Test(
        "What is no private key is refused, and the error says what was expected",
        arguments: [
            "rubbish", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", Fixtures.rsaPublicKey, "\u{0}\u{0}",
        ])
    func rubbish(text: String) {
        let error = #expect(throws: CryptoError.self) { try PrivateKey(pem: text) }
        #expect(error?.description.contains("-----BEGIN PRIVATE KEY-----") == true)
        #expect(error?.description.hasPrefix("the private key can't be read") == true)
    }

    @Test("An empty text is called empty")
    func empty() {
        let error = #expect(throws: CryptoError.self) { try PublicKey(pem: "") }
        #expect(error?.description == "the public key is empty; expected PEM text")
    }

    @Test("An error about a key has nothing of its text in it")
    func noSecretInErrors() throws {
        let pem = try PrivateKey.generate(.ed25519).pem()
        let lines = pem.split(separator: "\n")
        let secret = try #require(lines.dropFirst().first)
        let broken = pem.replacing(secret, with: secret.dropLast(7) + "!!!!!!!")
        let error = #expect(throws: CryptoError.self) { try PrivateKey(pem: broken) }
        #expect(error?.description.contains(secret.prefix(20)) == false)
    }

    @Test("A key does not show in what is printed of it")
    func printing() throws {
        let key = try PrivateKey.generate(.ed25519)
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "private key (ed25519)")
        #expect(String(reflecting: key) == "private key (ed25519)")
        #expect(dumped == "- private key (ed25519)\n")
    }

    @Test("A private key where a public one belongs is named, so that it is not sent around")
    func swapped() throws {
        let pem = try PrivateKey.generate(.ed25519).pem()
        let error = #expect(throws: CryptoError.self) { try PublicKey(pem: pem) }
        #expect(error?.description == "this is a private key, and a public key belongs here")
    }

    @Test("An encrypted key is refused at once, without asking a terminal for its passphrase")
    func encrypted() {
        let error = #expect(throws: CryptoError.self) { try PrivateKey(pem: Fixtures.encryptedPrivateKey) }
        #expect(
            error?.description
                == "the private key is encrypted with a passphrase; give it unencrypted, in PEM (PKCS#8)")
    }

    @Test(
        "Keys of another kind are refused by name",
        arguments: [
            (Fixtures.rsa1024PublicKey, "the RSA key has 1024 bits; at least 2048 are needed"),
            (Fixtures.p384PublicKey, "the key is on the curve secp384r1; P-256 is needed"),
        ])
    func otherKinds(pem: String, reason: String) {
        let error = #expect(throws: CryptoError.self) { try PublicKey(pem: pem) }
        #expect(error?.description == reason)
    }

    @Test("A key for agreement instead of signatures is refused by name")
    func x25519() {
        let error = #expect(throws: CryptoError.self) { try PrivateKey(pem: Fixtures.x25519PrivateKey) }
        #expect(error?.description == "the key is X25519; Ed25519, ECDSA on P-256 and RSA are supported")
    }
}
