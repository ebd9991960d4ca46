/// Base64 with `+` and `/`, padded (RFC 4648, section 4).
public enum Base64 {
    private static let alphabet = Alphabet(last: "+/")

    /// The text, padded with `=` to a multiple of four.
    public static func encode(_ bytes: [UInt8]) -> String { alphabet.encode(bytes, padded: true) }

    /// The bytes; padding may be missing but not wrong.
    ///
    /// Nil for anything that no encoder writes.
    public static func decode(_ text: String) -> [UInt8]? { alphabet.decode(text) }
}

/// Base64 with `-` and `_`, as in URLs and tokens (RFC 4648, section 5).
public enum Base64URL {
    private static let alphabet = Alphabet(last: "-_")

    /// The text, without padding.
    public static func encode(_ bytes: [UInt8]) -> String { alphabet.encode(bytes, padded: false) }

    /// The bytes; padding may be missing but not wrong.
    ///
    /// Nil for anything that no encoder writes.
    public static func decode(_ text: String) -> [UInt8]? { alphabet.decode(text) }
}

/// Sixty-four digits and their values.
private struct Alphabet {
    private static let padding = UInt8(ascii: "=")
    private let digits: [UInt8]
    private var values = [UInt8?](repeating: nil, count: 256)

    /// The common letters and digits, and the two that differ.
    init(last: String) {
        digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(last)".utf8)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    }

    func encode(_ bytes: [UInt8], padded: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for _ in 0...group.count {
                text.append(digits[Int(bits >> 18 & 63)])
                bits <<= 6
            }
        }
        while padded, text.count % 4 != 0 { text.append(Self.padding) }
        return String(decoding: text, as: UTF8.self)
    }

    func decode(_ text: String) -> [UInt8]? {
        let written = Array(text.utf8)
        let significant = written.prefix { $0 != Self.padding }
        let padding = written.dropFirst(significant.count)
        guard padding.allSatisfy({ $0 == Self.padding }), significant.count % 4 != 1,
            padding.isEmpty || padding.count <= 2 && written.count % 4 == 0
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(significant.count * 3 / 4)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for digit in significant {
            guard let value = values[Int(digit)] else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> held))
                bits &= 1 << held - 1
            }
        }
        // Bits that belong to no byte are zero in what encoders write: two texts never mean the same bytes.
        return bits == 0 ? bytes : nil
    }
}
