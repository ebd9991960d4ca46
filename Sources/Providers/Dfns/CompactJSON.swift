/// JSON text as JavaScript's `JSON.stringify` writes it: no white space, and of all escapes only those that must be.
///
/// Members keep their order and numbers their digits, so that it undoes reformatting and nothing else.
enum CompactJSON {
    /// Rewrites JSON text; nil where it ends inside a string or has an escape that JSON doesn't know.
    static func rewrite(_ text: [UInt8]) -> [UInt8]? {
        var reader = Reader(text: text)
        return reader.rewriteAll() ? reader.output : nil
    }

    private struct Reader {
        let text: [UInt8]
        var position = 0
        var output: [UInt8] = []

        init(text: [UInt8]) {
            self.text = text
            output.reserveCapacity(text.count)
        }

        mutating func next() -> UInt8? {
            guard position < text.count else { return nil }
            defer { position += 1 }
            return text[position]
        }

        mutating func rewriteAll() -> Bool {
            while let byte = next() {
                switch byte {
                case 0x20, 0x09, 0x0A, 0x0D: continue
                case UInt8(ascii: "\""): guard rewriteString() else { return false }
                default: output.append(byte)
                }
            }
            return true
        }

        /// The rest of a string, behind its opening quote.
        private mutating func rewriteString() -> Bool {
            output.append(UInt8(ascii: "\""))
            while let byte = next() {
                switch byte {
                case UInt8(ascii: "\""):
                    output.append(byte)
                    return true
                case UInt8(ascii: "\\"): guard rewriteEscape() else { return false }
                default: output.append(byte)
                }
            }
            return false
        }

        /// One escape, behind its backslash.
        private mutating func rewriteEscape() -> Bool {
            guard let byte = next() else { return false }
            switch byte {
            case UInt8(ascii: "/"): output.append(byte)
            case UInt8(ascii: "u"):
                guard let unit = codeUnit() else { return false }
                write(unit)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
                UInt8(ascii: "r"), UInt8(ascii: "t"):
                output += [UInt8(ascii: "\\"), byte]
            default: return false
            }
            return true
        }

        /// The four hexadecimal digits of `\u`.
        private mutating func codeUnit() -> UInt16? {
            guard position + 4 <= text.count else { return nil }
            defer { position += 4 }
            let digits = text[position..<position + 4]
            guard !digits.contains(where: { !Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
            return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        }

        private mutating func write(_ unit: UInt16) {
            switch unit {
            case 0x22: output += Array("\\\"".utf8)
            case 0x5C: output += Array("\\\\".utf8)
            case 0x08: output += Array("\\b".utf8)
            case 0x09: output += Array("\\t".utf8)
            case 0x0A: output += Array("\\n".utf8)
            case 0x0C: output += Array("\\f".utf8)
            case 0x0D: output += Array("\\r".utf8)
            case 0xD800..<0xDC00:
                if let low = lowSurrogate() {
                    output += Array(String(decoding: [unit, low], as: UTF16.self).utf8)
                } else {
                    writeEscaped(unit)
                }
            case 0x00..<0x20, 0xDC00..<0xE000: writeEscaped(unit)
            default: output += Array(String(decoding: [unit], as: UTF16.self).utf8)
            }
        }

        /// The second half of a pair, where one follows; otherwise nothing is consumed.
        private mutating func lowSurrogate() -> UInt16? {
            let start = position
            if next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u"), let unit = codeUnit(), 0xDC00..<0xE000 ~= unit
            {
                return unit
            }
            position = start
            return nil
        }

        private mutating func writeEscaped(_ unit: UInt16) {
            let digits = String(unit, radix: 16)
            output += Array(("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
        }
    }
}
