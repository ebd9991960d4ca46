public import JSONSchema

/// A checked value that is a plain string in JSON, in SQL and on the command line.
///
/// The static members are what a JSON Schema needs, so that an input's schema can be derived from its type.
public protocol TextValue: SchemaDescribed, Hashable, Sendable, CustomStringConvertible {
    /// Reads the text form, or says what is wrong with it.
    init(text: String) throws(InvalidValue)

    /// The text form; reading it gives an equal value.
    var text: String { get }

    /// The regular expression that each text form matches as a whole; nil where a list says it all.
    static var pattern: String? { get }

    /// Each allowed text form, where the list is closed; nil where it is open.
    static var allowedValues: [String]? { get }
}

extension TextValue {
    /// The text form.
    public var description: String { text }

    /// A string with this pattern, or from this list.
    public static var schema: Schema { .string(pattern: pattern, allowed: allowedValues) }

    /// No pattern.
    public static var pattern: String? { nil }

    /// No closed list.
    public static var allowedValues: [String]? { nil }

    /// Reads a JSON string; the error says what is wrong with its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension String {
    /// Whether there is at least one character and each is an ASCII one of this kind; no locale takes part.
    func isAll(_ belongs: (UInt8) -> Bool) -> Bool { !isEmpty && utf8.allSatisfy(belongs) }
}

/// The ASCII characters that formats are made of.
enum ASCII {
    static func isUpper(_ byte: UInt8) -> Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte }
    static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
    static func isBase58(_ byte: UInt8) -> Bool { base58.contains(byte) }
    private static let base58 = Set("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "F") ~= byte
    }
}
