internal import Foundation

/// A JSON value whose objects keep their order and whose numbers keep their text.
///
/// Both matter to a simulator: a signature covers the bytes as they were written, and an amount such as `985.50` must
/// not pass through a binary float.
public enum JSON: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as the text that stands in JSON.
    case number(String)
    /// A string.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object, its members in the order in which they are written.
    case object([Member])

    /// One member of an object.
    public struct Member: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: JSON

        /// A member.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// An object of these members, in this order; a member that is nil is left out.
    public static func fields(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(members.compactMap { member in member.value.map { Member(member.key, $0) } })
    }

    /// A string, or nil where there is none: for members that may be missing.
    public static func text(_ text: String?) -> JSON? { text.map(JSON.string) }

    /// A whole number.
    public static func int(_ number: some BinaryInteger) -> JSON { .number(String(number)) }

    /// The member of an object under a name; nil for other values and missing members.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text of a string; nil for other values.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The items of an array; nil for other values.
    public var array: [JSON]? {
        guard case .array(let items) = self else { return nil }
        return items
    }
}

// MARK: - Reading

extension JSON {
    /// Reads JSON text; nil if it is none.
    ///
    /// The members of an object come sorted by name, since the reader forgets their order.
    public init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed]) else {
            return nil
        }
        self.init(foundation: value)
    }

    private init?(foundation value: Any) {
        switch value {
        case let text as String: self = .string(text)
        case let items as [Any]: self = .array(items.compactMap(JSON.init(foundation:)))
        case let members as [String: Any]:
            let values = members.compactMap { name, value in JSON(foundation: value).map { Member(name, $0) } }
            self = .object(values.sorted { $0.name < $1.name })
        // Behind the containers: a cast to one of these classes would bridge a whole container first.
        case is NSNull: self = .null
        case let number as NSNumber:
            // Foundation boxes booleans as numbers; their type code tells them apart.
            self = number.objCType.pointee == booleanCode ? .bool(number.boolValue) : .number(number.stringValue)
        default: return nil
        }
    }
}

/// `c`, as Foundation's numbers call a boolean.
private let booleanCode = CChar(UInt8(ascii: "c"))

// MARK: - Writing

extension JSON {
    /// Compact JSON text, as UTF-8.
    public var bytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(512)
        write(to: &output)
        return output
    }

    /// Compact JSON text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    private func write(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): output.append(contentsOf: text.utf8)
        case .string(let text): Self.write(text, to: &output)
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
                Self.write(member.name, to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Escapes what JSON demands and nothing else, as `JSON.stringify` does.
    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0C: output.append(contentsOf: "\\f".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                output.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(digits)".utf8)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
