import Crypto
import Testing

struct AESGCMTests {
    let key = [UInt8](repeating: 7, count: 32)
    let nonce = [UInt8](repeating: 9, count: 12)

    struct Vector: Sendable {
        var key = String(repeating: "00", count: 32)
        var nonce = String(repeating: "00", count: 12)
        var plaintext = ""
        var data = ""
        let sealed: String
    }

    @Test("Sealing and opening agree with the GCM specification's cases 13, 14 and 16", arguments: specification)
    func vectors(vector: Vector) throws {
        let key = try #require(Hex.decode(vector.key))
        let nonce = try #require(Hex.decode(vector.nonce))
        let plaintext = try #require(Hex.decode(vector.plaintext))
        let data = try #require(Hex.decode(vector.data))
        let sealed = try AESGCM.seal(plaintext, key: key, nonce: nonce, authenticating: data)
        #expect(Hex.encode(sealed) == vector.sealed)
        #expect(try AESGCM.open(sealed, key: key, nonce: nonce, authenticating: data) == plaintext)
    }

    static let specification = [
        Vector(sealed: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            plaintext: "00000000000000000000000000000000",
            sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            nonce: "cafebabefacedbaddecaf888",
            plaintext: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            data: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test("A change of any one byte, of the context or of the nonce keeps a sealed text shut")
    func tampering() throws {
        let sealed = try AESGCM.seal([1, 2, 3], key: key, nonce: nonce, authenticating: [4])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x80
            #expect(throws: CryptoError.self) {
                try AESGCM.open(changed, key: key, nonce: nonce, authenticating: [4])
            }
        }
        let error = #expect(throws: CryptoError.self) {
            try AESGCM.open(sealed, key: key, nonce: nonce, authenticating: [5])
        }
        #expect(
            error?.description == "the sealed text does not open: another key, another context, or it was changed")
        #expect(throws: CryptoError.self) {
            try AESGCM.open(sealed, key: key, nonce: [UInt8](repeating: 8, count: 12), authenticating: [4])
        }
        #expect(throws: CryptoError.self) {
            try AESGCM.open(sealed, key: [UInt8](repeating: 8, count: 32), nonce: nonce, authenticating: [4])
        }
        #expect(try AESGCM.open(sealed, key: key, nonce: nonce, authenticating: [4]) == [1, 2, 3])
    }

    @Test("Keys and nonces of a wrong length are errors, not crashes", arguments: [0, 16, 31, 33])
    func lengths(length: Int) {
        let wrong = [UInt8](repeating: 0, count: length)
        let keyError = #expect(throws: CryptoError.self) {
            try AESGCM.seal([1], key: wrong, nonce: nonce, authenticating: [])
        }
        #expect(keyError?.description == "an AES-256 key has 32 bytes; this one has \(length)")
        let nonceError = #expect(throws: CryptoError.self) {
            try AESGCM.open([UInt8](repeating: 0, count: 20), key: key, nonce: wrong, authenticating: [])
        }
        #expect(nonceError?.description == "a nonce has 12 bytes; this one has \(length)")
    }

    @Test("A sealed text shorter than its tag is an error")
    func short() {
        let error = #expect(throws: CryptoError.self) {
            try AESGCM.open([1, 2, 3], key: key, nonce: nonce, authenticating: [])
        }
        #expect(error?.description == "the sealed text has 3 bytes; its tag alone has 16")
    }
}
