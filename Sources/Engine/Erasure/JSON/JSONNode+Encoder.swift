/// What `encode(to:)` talks to.
extension JSONNode: Encoder {
    var userInfo: [CodingUserInfoKey: Any] { context }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        shape = .object
        return KeyedEncodingContainer(Members(node: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        shape = .array
        return Elements(node: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: self) }

    /// An object's members.
    private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: JSONNode
        var codingPath: [any CodingKey] { node.codingPath }

        func encodeNil(forKey key: Key) { node.add(.null, key.stringValue) }
        func encode(_ value: Bool, forKey key: Key) { node.add(.bool(value), key.stringValue) }
        func encode(_ value: String, forKey key: Key) { node.add(.string(value), key.stringValue) }
        func encode(_ value: Double, forKey key: Key) throws { try number(value, key) }
        func encode(_ value: Float, forKey key: Key) throws { try number(value, key) }
        func encode(_ value: Int, forKey key: Key) { integer(value, key) }
        func encode(_ value: Int8, forKey key: Key) { integer(value, key) }
        func encode(_ value: Int16, forKey key: Key) { integer(value, key) }
        func encode(_ value: Int32, forKey key: Key) { integer(value, key) }
        func encode(_ value: Int64, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt8, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt16, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt32, forKey key: Key) { integer(value, key) }
        func encode(_ value: UInt64, forKey key: Key) { integer(value, key) }

        func encode(_ value: some Encodable, forKey key: Key) throws {
            node.add(try node.content(of: value, at: key), key.stringValue)
        }

        func nestedContainer<NestedKey: CodingKey>(
            keyedBy keyType: NestedKey.Type, forKey key: Key
        ) -> KeyedEncodingContainer<NestedKey> {
            child(key).container(keyedBy: keyType)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { child(key).unkeyedContainer() }
        func superEncoder() -> any Encoder { child(Place.super) }
        func superEncoder(forKey key: Key) -> any Encoder { child(key) }

        private func number(_ value: some BinaryFloatingPoint & LosslessStringConvertible, _ key: Key) throws {
            node.add(try node.content(of: value), key.stringValue)
        }

        private func integer(_ value: some FixedWidthInteger, _ key: Key) {
            node.add(node.content(of: value), key.stringValue)
        }

        private func child(_ key: any CodingKey) -> JSONNode {
            let child = JSONNode(in: node, at: key)
            node.add(.node(child), key.stringValue)
            return child
        }
    }

    /// An array's elements.
    private struct Elements: UnkeyedEncodingContainer {
        let node: JSONNode
        var codingPath: [any CodingKey] { node.codingPath }
        var count: Int { node.count }

        func encodeNil() { node.append(.null) }
        func encode(_ value: Bool) { node.append(.bool(value)) }
        func encode(_ value: String) { node.append(.string(value)) }
        func encode(_ value: Double) throws { node.append(try node.content(of: value)) }
        func encode(_ value: Float) throws { node.append(try node.content(of: value)) }
        func encode(_ value: Int) { node.append(node.content(of: value)) }
        func encode(_ value: Int8) { node.append(node.content(of: value)) }
        func encode(_ value: Int16) { node.append(node.content(of: value)) }
        func encode(_ value: Int32) { node.append(node.content(of: value)) }
        func encode(_ value: Int64) { node.append(node.content(of: value)) }
        func encode(_ value: UInt) { node.append(node.content(of: value)) }
        func encode(_ value: UInt8) { node.append(node.content(of: value)) }
        func encode(_ value: UInt16) { node.append(node.content(of: value)) }
        func encode(_ value: UInt32) { node.append(node.content(of: value)) }
        func encode(_ value: UInt64) { node.append(node.content(of: value)) }
        func encode(_ value: some Encodable) throws { node.append(try node.content(of: value, at: Place(count))) }

        func nestedContainer<NestedKey: CodingKey>(
            keyedBy keyType: NestedKey.Type
        ) -> KeyedEncodingContainer<NestedKey> {
            child().container(keyedBy: keyType)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }
        func superEncoder() -> any Encoder { child() }

        private func child() -> JSONNode {
            let child = JSONNode(in: node, at: Place(count))
            node.append(.node(child))
            return child
        }
    }

    /// A value that is neither.
    private struct Single: SingleValueEncodingContainer {
        let node: JSONNode
        var codingPath: [any CodingKey] { node.codingPath }

        func encodeNil() { node.shape = .single(.null) }
        func encode(_ value: Bool) { node.shape = .single(.bool(value)) }
        func encode(_ value: String) { node.shape = .single(.string(value)) }
        func encode(_ value: Double) throws { node.shape = .single(try node.content(of: value)) }
        func encode(_ value: Float) throws { node.shape = .single(try node.content(of: value)) }
        func encode(_ value: Int) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: Int8) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: Int16) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: Int32) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: Int64) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: UInt) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: UInt8) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: UInt16) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: UInt32) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: UInt64) { node.shape = .single(node.content(of: value)) }
        func encode(_ value: some Encodable) throws { node.shape = .single(try node.content(of: value)) }
    }

    /// Where an element stands, or what a class says of its superclass.
    private struct Place: CodingKey {
        let stringValue: String
        let intValue: Int?

        static let `super` = Place(stringValue: "super")

        init(_ index: Int) {
            stringValue = "Index \(index)"
            intValue = index
        }

        init(stringValue: String) {
            self.stringValue = stringValue
            intValue = nil
        }

        init(intValue: Int) { self.init(intValue) }
    }
}
