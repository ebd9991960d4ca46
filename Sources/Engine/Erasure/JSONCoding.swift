import Foundation
public import WorkflowCore

/// How values become JSON text and back: keys sorted, so that equal values are equal texts.
public struct JSONCoding: Sendable {
    private var storing = JSONWriter()
    private let showing = JSONWriter()
    private let reading = JSONDecoder()

    /// - Parameter sensitive: how sensitive fields are sealed for the database; without it they can't be stored, only
    ///   shown redacted: storing one throws.
    public init(sensitive: SensitiveCoding? = nil) {
        guard let key = SensitiveCoding.key else { return }
        storing.context[key] = sensitive ?? .missing
        reading.userInfo[key] = sensitive ?? .missing
    }

    /// JSON for the database: sensitive fields are sealed.
    public func store(_ value: some Encodable) throws -> String { try storing.text(of: value) }

    /// JSON for history, operators and logs: sensitive fields are redacted.
    public func show(_ value: some Encodable) throws -> String { try showing.text(of: value) }

    /// Reads a value from JSON text.
    public func read<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        try reading.decode(type, from: Data(text.utf8))
    }

    /// JSON text of a string: quoted and escaped.
    static func quoted(_ text: String) -> String {
        // Nearly always: it spares the walk from character to character.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            return "\"" + text + "\""
        }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            // PostgreSQL's jsonb can't hold U+0000, not even escaped.
            case "\u{0}": out += "\u{FFFD}"
            case "\u{1}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

/// A decoding failure in a person's words: which field, and what is wrong with it.
func explanation(of error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "the value" : "“" + path.map(\.stringValue).joined(separator: ".") + "”"
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
        return "\(place(context.codingPath + [key])) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
        DecodingError.dataCorrupted(let context):
        return "\(place(context.codingPath)): \(context.debugDescription)"
    case EncodingError.invalidValue(_, let context): return context.debugDescription
    default: return String(describing: error)
    }
}
