/// A word of a provider: one that we know, or a new one, which is kept as it is and never breaks a reader.
public enum Reported<Known: RawRepresentable & Hashable & Sendable>: Hashable, Sendable, Decodable,
    CustomStringConvertible
where Known.RawValue == String {
    /// A word that was documented when this was written.
    case known(Known)
    /// Any other word.
    case unknown(String)

    /// The case for a word.
    public init(_ text: String) { self = Known(rawValue: text).map { .known($0) } ?? .unknown(text) }

    /// Reads a JSON string.
    public init(from decoder: any Decoder) throws { self.init(try String(from: decoder)) }

    /// The word as the provider writes it.
    public var description: String {
        switch self {
        case .known(let value): value.rawValue
        case .unknown(let text): text
        }
    }
}

extension KeyedDecodingContainer {
    /// A member that may be missing, null, or of another type than documented: then nil, and the rest is still read.
    public func tolerant<Value: Decodable>(_ key: Key) -> Value? {
        (try? decodeIfPresent(Value.self, forKey: key)) ?? nil
    }
}
