/// A value that must not be seen: personal data, or a secret.
///
/// It prints as `‹redacted›`. Encoded, it is what the encoder's `SensitiveCoding` makes of it: sealed for the
/// database, redacted for history and for everybody else. An encoder that was told nothing redacts.
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

/// How sensitive fields are written and read.
public struct SensitiveCoding: Sendable {
    /// What stands in place of a value that may not be seen.
    public static let redacted = "‹redacted›"

    /// The member of `userInfo` under which an encoder or decoder carries it.
    public static var key: CodingUserInfoKey? { CodingUserInfoKey(rawValue: "lockstep.sensitive") }

    /// Turns the JSON text of a value into what is stored.
    public let seal: @Sendable (_ json: [UInt8]) throws -> String
    /// Turns what is stored back into the JSON text of the value; nil where it isn't sealed (an app's plain input).
    public let open: @Sendable (_ stored: String) throws -> [UInt8]?
    /// JSON text of a value, and back: the core itself knows no JSON.
    public let encode: @Sendable (any Encodable) throws -> [UInt8]
    /// Reads a value from JSON text.
    public let decode: @Sendable (any Decodable.Type, [UInt8]) throws -> any Decodable

    /// How to seal, open, encode and decode.
    public init(
        seal: @escaping @Sendable ([UInt8]) throws -> String,
        open: @escaping @Sendable (String) throws -> [UInt8]?,
        encode: @escaping @Sendable (any Encodable) throws -> [UInt8],
        decode: @escaping @Sendable (any Decodable.Type, [UInt8]) throws -> any Decodable
    ) {
        self.seal = seal
        self.open = open
        self.encode = encode
        self.decode = decode
    }
}

extension Sensitive: Codable {
    /// Reads a sealed value, or a plain one.
    public init(from decoder: any Decoder) throws {
        let coding = SensitiveCoding.key.flatMap { decoder.userInfo[$0] } as? SensitiveCoding
        if let coding, let text = try? decoder.singleValueContainer().decode(String.self),
            let json = try coding.open(text), let value = try coding.decode(Value.self, json) as? Value
        {
            self.init(value)
        } else {
            self.init(try Value(from: decoder))
        }
    }

    /// Writes it sealed where the encoder can, and redacted otherwise.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        guard let coding = SensitiveCoding.key.flatMap({ encoder.userInfo[$0] }) as? SensitiveCoding else {
            return try container.encode(SensitiveCoding.redacted)
        }
        try container.encode(try coding.seal(try coding.encode(exposed)))
    }
}
