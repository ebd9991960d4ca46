import Foundation

/// The one way to write a JSON value that DollarPe signs: members sorted at every level, no white space, everything but
/// printable ASCII escaped, numbers as they were written.
///
/// It is what Python's `json.dumps(sort_keys=True, separators=(",", ":"))` gives (DollarPe documentation, “Webhooks”,
/// and the published vectors; the samples in other languages on the authentication page give other bytes).
public enum CanonicalJSON {
    /// Rewrites JSON text; nil where it is not JSON, or names a member twice: which was signed nobody can say.
    public static func rewrite(_ text: [UInt8]) -> [UInt8]? {
        // Foundation decides what is JSON; of what it forgives, such as a comma at the end, the reader makes nothing.
        guard (try? JSONSerialization.jsonObject(with: Data(text), options: [.fragmentsAllowed])) != nil else {
            return nil
        }
        var reader = Reader(text: text)
        guard let value = reader.value() else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        value.write(to: &output)
        return output
    }

    /// A value whose numbers and literals keep their text.
    private indirect enum Value {
        case object([(name: String, value: Value)])
        case array([Value])
        case string(String)
        case plain(ArraySlice<UInt8>)

        func write(to output: inout [UInt8]) {
            switch self {
            case .plain(let text): output += text
            case .string(let text): CanonicalJSON.write(text, to: &output)
            case .array(let items):
                output.append(UInt8(ascii: "["))
                for (index, item) in items.enumerated() {
                    if index > 0 { output.append(UInt8(ascii: ",")) }
                    item.write(to: &output)
                }
                output.append(UInt8(ascii: "]"))
            case .object(let members):
                output.append(UInt8(ascii: "{"))
                for (index, member) in members.enumerated() {
                    if index > 0 { output.append(UInt8(ascii: ",")) }
                    CanonicalJSON.write(member.name, to: &output)
                    output.append(UInt8(ascii: ":"))
                    member.value.write(to: &output)
                }
                output.append(UInt8(ascii: "}"))
            }
        }
    }

    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for unit in text.utf16 {
            switch unit {
            case 0x22: output += "\\\"".utf8
            case 0x5C: output += "\\\\".utf8
            case 0x08: output += "\\b".utf8
            case 0x09: output += "\\t".utf8
            case 0x0A: output += "\\n".utf8
            case 0x0C: output += "\\f".utf8
            case 0x0D: output += "\\r".utf8
            case 0x20..<0x7F: output.append(UInt8(unit))
            default:
                let digits = String(unit, radix: 16)
                output += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Reads text that Foundation takes for JSON.
    private struct Reader {
        let text: [UInt8]
        var position = 0

        mutating func value() -> Value? {
            switch peek() {
            case UInt8(ascii: "{"): return object()
            case UInt8(ascii: "["): return array()
            case UInt8(ascii: "\""): return string().map { .string($0) }
            case nil: return nil
            default:
                let text = plain()
                return text.isEmpty ? nil : .plain(text)
            }
        }

        /// The next byte that is no white space.
        private mutating func peek() -> UInt8? {
            while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
            return position < text.count ? text[position] : nil
        }

        private mutating func object() -> Value? {
            var members: [(name: String, value: Value)] = []
            position += 1
            while peek() != UInt8(ascii: "}") {
                if peek() == UInt8(ascii: ",") { position += 1 }
                guard peek() == UInt8(ascii: "\""), let name = string(), peek() == UInt8(ascii: ":") else { return nil }
                position += 1
                guard let value = value() else { return nil }
                members.append((name, value))
            }
            position += 1
            // Python orders texts by their code points.
            members.sort { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }
            let isRepeated = zip(members, members.dropFirst()).contains { $0.name == $1.name }
            return isRepeated ? nil : .object(members)
        }

        private mutating func array() -> Value? {
            var items: [Value] = []
            position += 1
            while peek() != UInt8(ascii: "]") {
                if peek() == UInt8(ascii: ",") { position += 1 }
                guard let item = value() else { return nil }
                items.append(item)
            }
            position += 1
            return .array(items)
        }

        private mutating func string() -> String? {
            let start = position
            position += 1
            while position < text.count, text[position] != UInt8(ascii: "\"") {
                position += text[position] == UInt8(ascii: "\\") ? 2 : 1
            }
            position += 1
            guard position <= text.count else { return nil }
            let token = Data(text[start..<position])
            return (try? JSONSerialization.jsonObject(with: token, options: [.fragmentsAllowed])) as? String
        }

        private mutating func plain() -> ArraySlice<UInt8> {
            let start = position
            let ends = Set(",]} \t\n\r".utf8)
            while position < text.count, !ends.contains(text[position]) { position += 1 }
            return text[start..<position]
        }
    }
}
