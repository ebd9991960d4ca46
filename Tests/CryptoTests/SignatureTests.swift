import Crypto
import Testing

struct SignatureTests {
    @Test("A key of each kind signs, verifies, and comes back from its PEM text", arguments: KeyKind.allCases)
    func roundTrip(kind: KeyKind) throws {
        let message = Array("pay 100 USDC to account 7".utf8)
        let key = try PrivateKey.generate(kind)
        let restored = try PrivateKey(pem: key.pem())
        let publicKey = try PublicKey(pem: key.publicKey.pem())
        #expect(key.kind == kind)
        #expect(restored.kind == kind)
        #expect(publicKey.kind == kind)

        let signature = try restored.sign(message)
        #expect(publicKey.verify(signature, of: message))
        #expect(key.publicKey.verify(signature, of: message))
        #expect(try publicKey.verify(key.sign([]), of: []))
    }

    @Test("A changed message, a changed signature and another's key don't verify", arguments: KeyKind.allCases)
    func forgeries(kind: KeyKind) throws {
        let message = Array("pay 100 USDC to account 7".utf8)
        let key = try PrivateKey.generate(kind)
        let signature = try key.sign(message)
        var changed = signature
        changed[changed.count - 1] ^= 1
        #expect(!key.publicKey.verify(changed, of: message))
        #expect(!key.publicKey.verify(signature, of: message + [0]))
        #expect(!key.publicKey.verify(Array(signature.dropLast()), of: message))
        #expect(!key.publicKey.verify(signature + [0], of: message))
        #expect(!key.publicKey.verify([], of: message))
        #expect(try !PrivateKey.generate(kind).publicKey.verify(signature, of: message))
    }

    struct Ed25519Vector: Sendable {
        let secret: String
        let message: String
        let signature: String
    }

    @Test("Ed25519 gives the signatures of RFC 8032", arguments: rfc8032)
    func ed25519(vector: Ed25519Vector) throws {
        // PKCS#8's fixed beginning for a bare Ed25519 key (RFC 8410).
        let pkcs8 = try #require(Hex.decode("302e020100300506032b657004220420" + vector.secret))
        let key = try PrivateKey(pem: Fixtures.pem("PRIVATE KEY", pkcs8))
        let message = try #require(Hex.decode(vector.message))
        #expect(key.kind == .ed25519)
        #expect(try Hex.encode(key.sign(message)) == vector.signature)
        #expect(try key.publicKey.verify(#require(Hex.decode(vector.signature)), of: message))
    }

    static let rfc8032 = [
        Ed25519Vector(
            secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        Ed25519Vector(
            secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        Ed25519Vector(
            secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ]

    @Test("ECDSA verifies the signature of RFC 6979, appendix A.2.5, over its message only")
    func ecdsa() throws {
        let point =
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
            + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        // SubjectPublicKeyInfo's fixed beginning for a point on P-256 (RFC 5480).
        let prefix = "3059301306072a8648ce3d020106082a8648ce3d030107034200"
        let key = try PublicKey(pem: Fixtures.pem("PUBLIC KEY", #require(Hex.decode(prefix + point))))
        let signature = try #require(
            Hex.decode(
                "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                    + "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"))
        #expect(key.kind == .ecdsaP256)
        #expect(key.verify(signature, of: Array("sample".utf8)))
        #expect(!key.verify(signature, of: Array("test".utf8)))
    }

    @Test("An RSA signature made by the openssl command verifies, over its message only")
    func rsa() throws {
        let key = try PublicKey(pem: Fixtures.rsaPublicKey)
        let signature = try #require(Hex.decode(Fixtures.rsaSignature))
        #expect(key.kind == .rsa)
        #expect(key.verify(signature, of: Array("a message signed elsewhere".utf8)))
        #expect(!key.verify(signature, of: Array("a message signed elsewhere.".utf8)))
    }

    @Test("The older PEM form of an EC key is read as well")
    func sec1() throws {
        let key = try PrivateKey(pem: Fixtures.sec1PrivateKey)
        #expect(key.kind == .ecdsaP256)
        #expect(try key.publicKey.verify(key.sign([1, 2, 3]), of: [1, 2, 3]))
    }
}
