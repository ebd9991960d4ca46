public import JSONSchema

/// A value that must not be seen: personal data, or a secret.
///
/// It prints as `‹redacted›`. Encoded, it is what the encoder's `SensitiveCoding` makes of it: sealed for the
/// database. An encoder that was told nothing redacts, for history, logs and everybody else; what was redacted can't
/// be read back, so that nobody is ever sent the word instead of the value.
public struct Sensitive<Value: Codable & Hashable & Sendable>: Hashable, Sendable {
    /// The value itself: for the call to the provider, and for nothing else.
    public let exposed: Value

    /// Marks a value.
    public init(_ value: Value) { exposed = value }
}

extension Sensitive: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the value.
    public var description: String { SensitiveCoding.redacted }
    /// Never the value.
    public var debugDescription: String { SensitiveCoding.redacted }
    /// Nothing: `dump` must not show it either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Sensitive: SensitiveValue {
    /// Reads a sealed value, or a plain one (an app's input).
    ///
    /// - Throws: `DecodingError` for what was redacted, and what `SensitiveCoding.open` throws.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            if text == SensitiveCoding.redacted {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "the value was redacted: it can't be read back")
            }
            if let value = try decoder.sensitiveCoding?.open(text, Value.self) as? Value {
                self.init(value)
                return
            }
        }
        self.init(try Self.plain(in: container, hidesReasons: decoder.sensitiveCoding != nil))
    }

    /// The plain value; where it is business data, an error says where it is wrong, but not what stands there.
    private static func plain(in container: any SingleValueDecodingContainer, hidesReasons: Bool) throws -> Value {
        do {
            return try container.decode(Value.self)
        } catch let error as DecodingError where hidesReasons {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: error.path ?? container.codingPath,
                    debugDescription: "it does not fit; what it holds is sensitive, and not shown"))
        }
    }

    /// Writes it sealed where the encoder can, and redacted otherwise.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(try encoder.sensitiveCoding?.seal(exposed) ?? SensitiveCoding.redacted)
    }
}

/// How sensitive fields are stored: put into an encoder's or decoder's `userInfo` under `key`.
public struct SensitiveCoding: Sendable {
    /// What stands in place of a value that may not be seen.
    public static let redacted = "‹redacted›"

    /// The member of `userInfo` under which an encoder or decoder carries it.
    public static var key: CodingUserInfoKey? { CodingUserInfoKey(rawValue: "lockstep.sensitive") }

    /// Without keys: what is plain can be read, nothing can be stored. Redacting instead would lose the value.
    public static let missing = SensitiveCoding { _ in
        throw EncodingError.invalidValue(
            redacted,
            .init(codingPath: [], debugDescription: "a sensitive field can't be stored without a key to seal it"))
    } open: { _, _ in
        nil
    }

    /// Turns a value into the text that is stored.
    public let seal: @Sendable (any Encodable & Sendable) throws -> String
    /// Turns stored text back into a value of the type; nil where it isn't sealed.
    public let open: @Sendable (String, any Decodable.Type) throws -> (any Decodable)?

    /// How to seal and how to open; `open` throws where the text is sealed but its key is unknown or it was changed.
    public init(
        seal: @escaping @Sendable (any Encodable & Sendable) throws -> String,
        open: @escaping @Sendable (String, any Decodable.Type) throws -> (any Decodable)?
    ) {
        self.seal = seal
        self.open = open
    }
}

extension Decoder {
    fileprivate var sensitiveCoding: SensitiveCoding? {
        SensitiveCoding.key.flatMap { userInfo[$0] } as? SensitiveCoding
    }
}

extension Encoder {
    fileprivate var sensitiveCoding: SensitiveCoding? {
        SensitiveCoding.key.flatMap { userInfo[$0] } as? SensitiveCoding
    }
}

extension DecodingError {
    fileprivate var path: [any CodingKey]? {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath
        case .keyNotFound(let key, let context): context.codingPath + [key]
        @unknown default: nil
        }
    }
}
