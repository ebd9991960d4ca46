/// What JSON a value may have: the plain subset of JSON Schema that `lockstep.enqueue` checks in SQL.
public indirect enum Schema: Hashable, Sendable {
    /// Text; `pattern` is a POSIX-compatible regular expression over the whole text, `allowed` a closed list.
    case string(pattern: String? = nil, allowed: [String]? = nil, maximumLength: Int? = nil)
    /// A whole number.
    case integer
    /// `true` or `false`.
    case boolean
    /// A list of one kind of thing.
    case array(of: Schema)
    /// An object with exactly these members: what is not named is refused.
    case object([Property])
    /// One of several objects, told apart by a member whose `allowed` list has one element.
    case oneOf([Schema])
    /// Anything.
    case any
    /// What must not be seen: personal data, or a secret.
    case sensitive(Schema)

    /// One member of an object.
    public struct Property: Hashable, Sendable {
        /// Its name in JSON.
        public let name: String
        /// What it may be.
        public let schema: Schema
        /// Whether it has to be there.
        public let isRequired: Bool

        /// A member, required unless said otherwise.
        public init(_ name: String, _ schema: Schema, required: Bool = true) {
            self.name = name
            self.schema = schema
            self.isRequired = required
        }
    }

    /// The schema as JSON Schema.
    public var json: JSONValue {
        switch self {
        case .string(let pattern, let allowed, let maximumLength):
            var members: [String: JSONValue] = ["type": "string"]
            members["pattern"] = pattern.map { .string($0) }
            members["enum"] = allowed.map { .array($0.map { .string($0) }) }
            members["maxLength"] = maximumLength.map { .int(Int64($0)) }
            return .object(members)
        case .integer: return ["type": "integer"]
        case .boolean: return ["type": "boolean"]
        case .array(let element): return ["type": "array", "items": element.json]
        case .object(let properties):
            return [
                "type": "object",
                "properties": .object(Dictionary(properties.map { ($0.name, $0.schema.json) }) { _, last in last }),
                "required": .array(properties.filter(\.isRequired).map { .string($0.name) }),
                "additionalProperties": false,
            ]
        case .oneOf(let branches): return ["oneOf": .array(branches.map(\.json))]
        case .any: return [:]
        case .sensitive(let schema):
            guard case .object(var members) = schema.json else { return schema.json }
            members["sensitive"] = true
            return .object(members)
        }
    }

    /// The members that must not be seen, by their paths, such as `recipient` or `payees[].name`; sorted.
    public var sensitivePaths: [String] { Set(sensitivePaths(at: "")).sorted() }

    private func sensitivePaths(at path: String) -> [String] {
        switch self {
        case .sensitive: [path]
        case .object(let properties):
            properties.flatMap { $0.schema.sensitivePaths(at: path.isEmpty ? $0.name : "\(path).\($0.name)") }
        case .array(let element): element.sensitivePaths(at: path + "[]")
        case .oneOf(let branches): branches.flatMap { $0.sensitivePaths(at: path) }
        case .string, .integer, .boolean, .any: []
        }
    }
}

/// A value that says itself what JSON it accepts, such as a currency code.
public protocol SchemaDescribed: Codable {
    /// What its JSON may be.
    static var schema: Schema { get }
    /// Some valid value, with which a schema can be derived from a type that contains it.
    static var sample: Self { get }
}

/// A value that must not be seen: its schema says so.
public protocol SensitiveValue: Codable {}

extension Schema {
    /// The schema of a type, derived by letting it decode itself from a recorder that notes what it asks for.
    ///
    /// - Throws: `DecodingError` where the type does something that the plain subset can't say, for example a
    ///   hand-written decoder that asks for a dictionary.
    public static func of<Value: Decodable>(_ type: Value.Type) throws -> Schema {
        try SchemaRecorder.record(type).schema
    }
}
