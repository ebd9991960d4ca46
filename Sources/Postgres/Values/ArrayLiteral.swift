/// Builds the text form of a one-dimensional PostgreSQL array, `{"a","b",NULL}`.
///
/// Every element is quoted, so that commas, braces, empty texts and the word NULL need no care; inside quotes only
/// the quote and the backslash are special (PostgreSQL documentation, section 8.15.2). It works on bytes: a batch of
/// hundreds of JSON texts is built many times a second.
public struct ArrayLiteral: Sendable {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    /// An empty array; the capacity is a guess at the length of its text, in bytes.
    public init(capacity: Int = 64) {
        bytes.reserveCapacity(capacity)
    }

    /// Appends a text, or null.
    public mutating func append(_ text: String?) {
        guard var text else { return appendNull() }
        text.withUTF8 { append(utf8: $0) }
    }

    /// Appends a text given as its UTF-8 bytes, JSON straight from an encoder for example.
    public mutating func append(utf8 text: UnsafeBufferPointer<UInt8>) {
        separate()
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * text.count + 2) { room in
            var end = 0
            func put(_ byte: UInt8) {
                room.initializeElement(at: end, to: byte)
                end += 1
            }
            put(UInt8(ascii: "\""))
            for byte in text {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { put(UInt8(ascii: "\\")) }
                put(byte)
            }
            put(UInt8(ascii: "\""))
            bytes.append(contentsOf: room[..<end])
        }
    }

    /// Appends a text given as its UTF-8 bytes.
    public mutating func append(utf8 text: [UInt8]) {
        text.withUnsafeBufferPointer { append(utf8: $0) }
    }

    /// Appends a null.
    public mutating func appendNull() {
        appendUnquoted("NULL")
    }

    /// The finished text.
    var utf8: [UInt8] { bytes + [UInt8(ascii: "}")] }

    /// Appends what needs no quotes: a number, a truth value, NULL.
    mutating func appendUnquoted(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func separate() {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    }
}
