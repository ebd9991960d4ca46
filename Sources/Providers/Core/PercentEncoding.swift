/// Text in paths and queries.
public enum PercentEncoding {
    /// An id as one part of a path; nil where it holds anything but letters, digits, dashes and underscores, or has
    /// more than 64 of them.
    public static func segment(_ id: String) -> String? {
        1...64 ~= id.utf8.count && id.utf8.allSatisfy(isPlain) ? id : nil
    }

    /// A value in a query, with everything escaped that could mean something there.
    public static func query(_ value: String) -> String {
        value.utf8.map { byte in
            isPlain(byte) || byte == UInt8(ascii: ".")
                ? String(UnicodeScalar(byte)) : "%" + hex(byte >> 4) + hex(byte & 15)
        }.joined()
    }

    private static func hex(_ digit: UInt8) -> String { String(digit, radix: 16, uppercase: true) }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
