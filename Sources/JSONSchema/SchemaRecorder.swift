/// A decoder without input: it answers every request with a sample, and notes the request as a schema.
final class SchemaRecorder: Decoder {
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private var properties: [Schema.Property] = []
    private var whole: Schema?
    /// Whether the names of members were asked for: the type takes names that nobody can know beforehand.
    private var hasOpenNames = false

    private init(at path: [any CodingKey]) { codingPath = path }

    /// Decodes a sample of a type and returns it with the schema that its decoder revealed.
    static func record<Value: Decodable>(
        _ type: Value.Type, at path: [any CodingKey] = []
    ) throws -> (value: Value, schema: Schema) {
        if let described = type as? any SchemaDescribed.Type, let value = described.sample as? Value {
            return (value, described.schema)
        }
        if let allowed = closedList(type) { return (allowed.first, .string(allowed: allowed.texts)) }
        let recorder = SchemaRecorder(at: path)
        let value = Result { try Value(from: recorder) }
        // An enum with payloads fails because there was no name, and a dictionary is empty: say what is wrong instead.
        if recorder.hasOpenNames { throw recorder.unsupported("\(type), whose members have no fixed names") }
        let schema = recorder.whole ?? .object(recorder.properties)
        return (try value.get(), type is any SensitiveValue.Type ? .sensitive(schema) : schema)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RecordedMembers(recorder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { RecordedList(recorder: self) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { RecordedValue(recorder: self) }

    /// Notes that the whole value is this.
    func become(_ schema: Schema) { whole = schema }

    /// Notes a member; asked for twice, it is still one.
    func note(_ name: String, _ schema: Schema, required: Bool) {
        guard !properties.contains(where: { $0.name == name }) else { return }
        properties.append(Schema.Property(name, schema, required: required))
    }

    func noteOpenNames() { hasOpenNames = true }

    func unsupported(_ what: String) -> DecodingError {
        .dataCorrupted(
            .init(
                codingPath: codingPath,
                debugDescription: "a schema can't be derived for \(what): make it SchemaDescribed"))
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

/// The members of an object: each is recorded under its name, optional where the type can do without.
private struct RecordedMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: SchemaRecorder
    var codingPath: [any CodingKey] { recorder.codingPath }
    var allKeys: [Key] {
        recorder.noteOpenNames()
        return []
    }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try sample(type, key, required: true)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try sample(type, key, required: false)
    }

    // The standard library's own versions for these types don't go through the generic one.
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try sample(type, key, required: false)
    }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try sample(type, key, required: false)
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try sample(type, key, required: false) }

    private func sample<Value: Decodable>(_ type: Value.Type, _ key: Key, required: Bool) throws -> Value {
        let recorded = try SchemaRecorder.record(type, at: codingPath + [key])
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

/// A list with one element, which stands for all.
private struct RecordedList: UnkeyedDecodingContainer {
    let recorder: SchemaRecorder
    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { recorder.codingPath }
    var count: Int? { 1 }
    var isAtEnd: Bool { currentIndex >= 1 }

    init(recorder: SchemaRecorder) { self.recorder = recorder }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // A second element that is asked for at once is a tuple in JSON's clothes: elements of different kinds.
        guard !isAtEnd else { throw recorder.unsupported("a list of a fixed length") }
        let recorded = try SchemaRecorder.record(type, at: codingPath)
        recorder.become(.array(of: recorded.schema))
        currentIndex += 1
        return recorded.value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { throw recorder.unsupported("a nested container") }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw recorder.unsupported("a nested container")
    }
    mutating func superDecoder() throws -> any Decoder { throw recorder.unsupported("a class") }
}

/// A value that is neither an object nor a list.
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

    // They would ask for themselves, again and again.
    func decode(_ type: Double.Type) throws -> Double { throw binaryFloat }
    func decode(_ type: Float.Type) throws -> Float { throw binaryFloat }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let whole = Self.integer(type) {
            recorder.become(.integer)
            return whole
        }
        let recorded = try SchemaRecorder.record(type, at: codingPath)
        recorder.become(recorded.schema)
        return recorded.value
    }

    private var binaryFloat: DecodingError {
        .dataCorrupted(
            .init(codingPath: codingPath, debugDescription: "a binary float is not exact: take text, or whole units"))
    }

    private static func integer<Value>(_ type: Value.Type) -> Value? {
        guard let integer = type as? any FixedWidthInteger.Type else { return nil }
        func one<Whole: FixedWidthInteger>(_ type: Whole.Type) -> Value? { (1 as Whole) as? Value }
        return one(integer)
    }
}
