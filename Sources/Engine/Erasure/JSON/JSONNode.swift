/// A value on its way to JSON: what its `encode(to:)` has said so far.
///
/// It is the encoder of that value, too: one object for each level of nesting.
final class JSONNode {
    /// What one place holds.
    enum Content {
        case null
        case bool(Bool)
        case integer(Int64)
        /// JSON as it stands, numbers that are no `Int64` for example.
        case raw(String)
        case string(String)
        case node(JSONNode)
    }

    /// What kind of value it is.
    enum Shape {
        /// Nothing was said yet.
        case empty
        case single(Content)
        case array
        case object
    }

    var shape = Shape.empty
    /// The members, or an array's elements, which have no names.
    private var members: [(key: String, value: Content)] = []
    /// What the values find in their encoder.
    let context: [CodingUserInfoKey: any Sendable]
    private unowned let parent: JSONNode?
    private let key: (any CodingKey)?

    init(context: [CodingUserInfoKey: any Sendable]) {
        self.context = context
        parent = nil
        key = nil
    }

    /// The node of a member or element; whoever makes it adds it to the parent, which keeps it.
    init(in parent: JSONNode, at key: any CodingKey) {
        context = parent.context
        self.parent = parent
        self.key = key
    }

    /// The way from the outermost value, for errors.
    var codingPath: [any CodingKey] { (parent?.codingPath ?? []) + (key.map { [$0] } ?? []) }

    /// The number of an array's elements.
    var count: Int { members.count }

    func add(_ content: Content, _ key: String) {
        // Most values have a few members: room for them is made once.
        if members.isEmpty { members.reserveCapacity(4) }
        members.append((key, content))
    }

    func append(_ content: Content) { members.append(("", content)) }

    // MARK: Writing

    /// Appends the JSON text, members in the order of their names.
    func write(to text: inout [UInt8]) {
        switch shape {
        case .empty: text.append(contentsOf: "{}".utf8)
        case .single(let content): Self.write(content, to: &text)
        case .array:
            text.append(UInt8(ascii: "["))
            for place in members.indices {
                if place > 0 { text.append(UInt8(ascii: ",")) }
                Self.write(members[place].value, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object: writeMembers(to: &text)
        }
    }

    private func writeMembers(to text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in inOrder {
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            Self.write(member.key, to: &text)
            text.append(UInt8(ascii: ":"))
            Self.write(member.value, to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    /// The members by name; of two with one name the last counts.
    private var inOrder: [(key: String, value: Content)] {
        // Nearly always: few members, said in order.
        if zip(members, members.dropFirst()).allSatisfy({ $0.key < $1.key }) { return members }
        let places = members.indices.sorted { (members[$0].key, $0) < (members[$1].key, $1) }
        let last = zip(places, places.dropFirst()).filter { members[$0].key != members[$1].key }.map(\.0)
        return (last + places.suffix(1)).map { members[$0] }
    }

    private static func write(_ content: Content, to text: inout [UInt8]) {
        switch content {
        case .null: text.append(contentsOf: "null".utf8)
        case .bool(let value): text.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): text.append(contentsOf: String(value).utf8)
        case .raw(let json): text.append(contentsOf: json.utf8)
        case .string(let value): write(value, to: &text)
        case .node(let node): node.write(to: &text)
        }
    }

    private static func write(_ string: String, to text: inout [UInt8]) {
        var string = string
        text.append(UInt8(ascii: "\""))
        string.withUTF8 { bytes in
            // Nearly always: it spares the walk from byte to byte.
            if bytes.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
                text.append(contentsOf: bytes)
            } else {
                for byte in bytes { writeEscaped(byte, to: &text) }
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    private static func writeEscaped(_ byte: UInt8, to text: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): text.append(contentsOf: #"\""#.utf8)
        case UInt8(ascii: "\\"): text.append(contentsOf: #"\\"#.utf8)
        case 0x08: text.append(contentsOf: #"\b"#.utf8)
        case 0x0C: text.append(contentsOf: #"\f"#.utf8)
        case UInt8(ascii: "\n"): text.append(contentsOf: #"\n"#.utf8)
        case UInt8(ascii: "\r"): text.append(contentsOf: #"\r"#.utf8)
        case UInt8(ascii: "\t"): text.append(contentsOf: #"\t"#.utf8)
        case 0..<0x20: text.append(contentsOf: ((byte < 0x10 ? #"\u000"# : #"\u00"#) + String(byte, radix: 16)).utf8)
        default: text.append(byte)
        }
    }
}
