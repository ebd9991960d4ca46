import Crypto
import Testing

@Suite("A ring of keys")
struct KeyRingTests {
    private let nonce = [UInt8](0..<12)
    private let old = [UInt8](repeating: 1, count: 32)
    private let new = [UInt8](repeating: 2, count: 32)

    @Test("What was sealed with an old key opens as long as the ring has it, and is sealed with the current one anew")
    func rotation() throws {
        let before = try KeyRing(keys: ["k1": old], current: "k1")
        let sealed = try before.seal(Array("Ada".utf8), nonce: nonce)
        #expect(sealed.hasPrefix("sealed:1:k1:AAECAwQFBgcICQoL"))
        #expect(!sealed.contains("Ada"))
        let after = try KeyRing(keys: ["k1": old, "k2": new], current: "k2")
        #expect(try after.open(sealed) == Array("Ada".utf8))
        #expect(try after.seal([], nonce: nonce).hasPrefix("sealed:1:k2:"))
        let without = try KeyRing(keys: ["k2": new], current: "k2")
        let error = #expect(throws: CryptoError.self) { try without.open(sealed) }
        #expect(error?.description == "it was sealed with the key “k1”, which is not in the key ring; add it again")
    }

    @Test("What was never sealed is left alone; what was changed does not open")
    func changed() throws {
        let ring = try KeyRing(keys: ["k1": old, "k2": old], current: "k1")
        for plain in ["", "Ada", "sealed", "sealed:0:k1:AAAA", "‹redacted›"] { #expect(try ring.open(plain) == nil) }
        let sealed = try ring.seal(Array("Ada".utf8), nonce: nonce)
        // The same key under another name is another context.
        let renamed = sealed.replacing(":k1:", with: ":k2:")
        for broken in [
            sealed + "A", String(sealed.dropLast()), renamed, "sealed:1:", "sealed:1:k1", "sealed:1:k1:AAAA",
        ] {
            #expect(throws: CryptoError.self) { try ring.open(broken) }
        }
    }

    @Test("A ring without its current key, and keys or names that can't be any, are refused; none is ever shown")
    func refused() throws {
        for (keys, current) in [
            ([:], "k1"), (["k1": old], "k2"), (["k1": [1, 2]], "k1"), (["": old], ""), (["k:1": old], "k:1"),
        ] as [([String: [UInt8]], String)] {
            #expect(throws: CryptoError.self) { try KeyRing(keys: keys, current: current) }
        }
        var shown = ""
        dump(try KeyRing(keys: ["k1": old], current: "k1"), to: &shown)
        #expect(shown.contains("k1") && !shown.contains("- 1\n"))
    }
}
