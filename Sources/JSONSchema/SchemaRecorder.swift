/// A decoder without input: it answers every request with a sample, and notes the request as a schema.
final class SchemaRecorder: Decoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private var properties: [Schema.Property] = []
    private var whole: Schema?

    /// What was asked for so far.
    var schema: Schema { whole ?? .object(properties) }

    /// Decodes a sample of a type and returns it with the schema that its decoder revealed.
    static func record<Value: Decodable>(_ type: Value.Type) throws -> (value: Value, schema: Schema) {
        if let described = type as? any SchemaDescribed.Type, let value = described.sample as? Value {
            return (value, described.schema)
        }
        if let allowed = closedList(type) { return (allowed.first, .string(allowed: allowed.texts)) }
        let recorder = SchemaRecorder()
        return (try Value(from: recorder), recorder.schema)
    }

    func note(_ name: String, _ schema: Schema, required: Bool) {
        properties.append(Schema.Property(name, schema, required: required))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RecordedMembers(recorder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw unsupported("a list that is not an array of one kind")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { RecordedValue(recorder: self) }

    func become(_ schema: Schema) { whole = schema }

    func unsupported(_ what: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: "a schema can't be derived for \(what)"))
    }

    /// An enum of strings that lists its cases.
    private static func closedList<Value>(_ type: Value.Type) -> (first: Value, texts: [String])? {
        guard let listed = type as? any (CaseIterable & RawRepresentable).Type else { return nil }
        func open<List: CaseIterable & RawRepresentable>(_ list: List.Type) -> (first: Value, texts: [String])? {
            let texts = list.allCases.compactMap { $0.rawValue as? String }
            guard let first = list.allCases.first as? Value, texts.count == list.allCases.count else { return nil }
            return (first, texts)
        }
        return open(listed)
    }
}

/// Samples of the primitive types, and an array's or optional's way through.
private struct RecordedMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: SchemaRecorder
    var codingPath: [any CodingKey] { recorder.codingPath }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try sample(type, key, required: true)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try sample(type, key, required: false)
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String { try sample(type, key, required: true) }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try sample(type, key, required: true) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try sample(type, key, required: true) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try sample(type, key, required: false)
    }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try sample(type, key, required: false)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try sample(type, key, required: false) }

    private func sample<Value: Decodable>(_ type: Value.Type, _ key: Key, required: Bool) throws -> Value {
        let recorded = try SchemaRecorder.record(type)
        recorder.note(key.stringValue, recorded.schema, required: required)
        return recorded.value
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw recorder.unsupported("a nested container") }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw recorder.unsupported("a nested container")
    }
    func superDecoder() throws -> any Decoder { throw recorder.unsupported("a class") }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw recorder.unsupported("a class") }
}

private struct RecordedValue: SingleValueDecodingContainer {
    let recorder: SchemaRecorder
    var codingPath: [any CodingKey] { recorder.codingPath }

    func decodeNil() -> Bool { false }

    func decode(_ type: String.Type) throws -> String {
        recorder.become(.string())
        return "x"
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        recorder.become(.boolean)
        return true
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let whole = Self.integer(type) {
            recorder.become(.integer)
            return whole
        }
        let recorded = try SchemaRecorder.record(type)
        recorder.become(recorded.schema)
        return recorded.value
    }

    private static func integer<Value>(_ type: Value.Type) -> Value? {
        guard let integer = type as? any FixedWidthInteger.Type else { return nil }
        func one<Whole: FixedWidthInteger>(_ type: Whole.Type) -> Value? { (1 as Whole) as? Value }
        return one(integer)
    }
}
