import Crypto
import Testing

struct EncodingTests {
    @Test("Hex is written in lower case and read in either")
    func hex() {
        #expect(Hex.encode([0x00, 0x0f, 0xa5, 0xff]) == "000fa5ff")
        #expect(Hex.decode("000fA5fF") == [0x00, 0x0f, 0xa5, 0xff])
        #expect(Hex.encode([]) == "")
        #expect(Hex.decode("") == [])
    }

    @Test("What is not hex is refused", arguments: ["0", "0g", "00 11", "0x00", "é0"])
    func notHex(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test(
        "Base64 gives the texts of RFC 4648",
        arguments: [
            ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
            ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
        ])
    func base64(text: String, padded: String, bare: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.encode(bytes) == padded)
        #expect(Base64URL.encode(bytes) == bare)
        #expect(Base64.decode(padded) == bytes)
        #expect(Base64.decode(bare) == bytes)
        #expect(Base64URL.decode(padded) == bytes)
        #expect(Base64URL.decode(bare) == bytes)
    }

    @Test("The two alphabets differ in their last two digits, and neither reads the other's")
    func alphabets() {
        let bytes: [UInt8] = [0xfb, 0xff, 0xfe]
        #expect(Base64.encode(bytes) == "+//+")
        #expect(Base64URL.encode(bytes) == "-__-")
        #expect(Base64.decode("-__-") == nil)
        #expect(Base64URL.decode("+//+") == nil)
    }

    @Test("All byte values survive")
    func allBytes() {
        for count in 254...256 {
            let bytes = (0..<count).map { UInt8($0) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test(
        "What no encoder writes is refused",
        arguments: [
            "Z", "Zg=", "Zg===", "Zm8==", "=", "====", "Zg==Zg==", "Zm9v\n", "Z g=", "Zh==", "Zm9=", "Zm9v====",
        ])
    func notBase64(text: String) {
        #expect(Base64.decode(text) == nil)
        #expect(Base64URL.decode(text) == nil)
    }
}
