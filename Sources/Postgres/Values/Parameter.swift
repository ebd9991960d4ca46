public import Time

/// A value for `$1`, `$2` and so on, in PostgreSQL's text form unless it says otherwise; the statement decides its
/// type.
///
/// `.text` serves every type that is written as text: uuid, jsonb, numeric, enums. `nil` is SQL's null.
/// Arrays are `text[]`, `bigint[]` and so on: write `unnest($1::text[])`.
public struct Parameter: Hashable, Sendable, CustomStringConvertible {
    /// UTF-8 without a final zero, or the binary form; nil is null.
    let bytes: [UInt8]?
    /// Whether it is the binary form.
    var isBinary = false

    /// SQL's null.
    public static let null = Parameter(bytes: nil)

    /// A value in PostgreSQL's binary form of its type.
    ///
    /// The statement has to say that type (`$1::int[]`): the server refuses bytes that are no such value (22P03).
    public static func binary(_ value: [UInt8]) -> Parameter { Parameter(bytes: value, isBinary: true) }

    /// A text, and whatever is written as one: uuid, jsonb, numeric.
    public static func text(_ value: String?) -> Parameter { Parameter(bytes: value.map { Array($0.utf8) }) }

    /// A text given as its UTF-8 bytes, JSON straight from an encoder for example.
    public static func text(utf8 value: [UInt8]) -> Parameter { Parameter(bytes: value) }

    /// A whole number.
    public static func int(_ value: (some BinaryInteger)?) -> Parameter { .text(value.map { String($0) }) }

    /// A truth value.
    public static func bool(_ value: Bool?) -> Parameter { .text(value.map { $0 ? "t" : "f" }) }

    /// An instant, for `timestamptz`.
    public static func timestamp(_ value: Timestamp?) -> Parameter { .text(value?.description) }

    /// Bytes, for `bytea`.
    public static func bytes(_ value: [UInt8]?) -> Parameter { Parameter(bytes: value.map(Bytea.hexadecimal)) }

    /// An array of texts (of uuid, jsonb, numeric).
    public static func texts(_ values: [String?]) -> Parameter {
        var literal = ArrayLiteral(capacity: values.count * 64)
        for value in values { literal.append(value) }
        return .array(literal)
    }

    /// An array of whole numbers.
    public static func ints(_ values: [(some BinaryInteger)?]) -> Parameter {
        unquoted(values.map { $0.map { String($0) } })
    }

    /// An array of truth values.
    public static func bools(_ values: [Bool?]) -> Parameter { unquoted(values.map { $0.map { $0 ? "t" : "f" } }) }

    /// An array of instants, for `timestamptz[]`.
    public static func timestamps(_ values: [Timestamp?]) -> Parameter { unquoted(values.map { $0?.description }) }

    /// An array of bytes, for `bytea[]`.
    public static func bytes(_ values: [[UInt8]?]) -> Parameter {
        var literal = ArrayLiteral()
        for value in values {
            if let value { literal.append(utf8: Bytea.hexadecimal(value)) } else { literal.appendNull() }
        }
        return .array(literal)
    }

    /// An array built by hand.
    public static func array(_ literal: ArrayLiteral) -> Parameter { Parameter(bytes: literal.utf8) }

    /// How long it is, not what it is: a parameter can be a secret.
    public var description: String { bytes.map { "(\($0.count) bytes)" } ?? "null" }

    private static func unquoted(_ values: [String?]) -> Parameter {
        var literal = ArrayLiteral(capacity: values.count * 8)
        for value in values { literal.appendUnquoted(value ?? "NULL") }
        return .array(literal)
    }
}

/// The parameters of one request in one piece of memory, each with the final zero that libpq looks for.
struct EncodedParameters: Sendable {
    private var bytes: [UInt8] = []
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// No parameters.
    static let none = EncodedParameters()

    private init() {}

    /// - Throws: when a text contains a zero byte, which PostgreSQL can't store and at which libpq would cut it off, or
    ///   when there are more parameters than the protocol can count.
    init(_ parameters: [Parameter], of statement: Statement) throws(PostgresError) {
        guard parameters.count <= Int(UInt16.max) else {
            throw PostgresError(
                kind: .unusableRequest, message: "more than 65535 parameters; pass arrays", statement: statement.label)
        }
        bytes.reserveCapacity(parameters.reduce(0) { $0 + ($1.bytes?.count ?? 0) + 1 })
        for (index, parameter) in parameters.enumerated() {
            formats.append(parameter.isBinary ? 1 : 0)
            lengths.append(Int32(clamping: parameter.bytes?.count ?? 0))
            guard let value = parameter.bytes else {
                starts.append(nil)
                continue
            }
            guard parameter.isBinary || !value.contains(0) else {
                throw PostgresError(
                    kind: .unusableRequest, message: "parameter $\(index + 1) contains a zero byte",
                    hint: "PostgreSQL can't store U+0000 in a text.", statement: statement.label)
            }
            starts.append(bytes.count)
            bytes.append(contentsOf: value)
            bytes.append(0)
        }
    }

    /// What libpq takes: the number, a pointer to each value, their lengths, and whether they are binary.
    typealias Pointers = (
        count: Int32, values: UnsafePointer<UnsafePointer<CChar>?>?, lengths: UnsafePointer<Int32>?,
        formats: UnsafePointer<Int32>?
    )

    /// Calls `body` with libpq's arguments.
    func withPointers<Answer>(_ body: (Pointers) -> Answer) -> Answer {
        bytes.withUnsafeBytes { memory in
            let first = memory.bindMemory(to: CChar.self).baseAddress
            let pointers = starts.map { start in start.flatMap { first?.advanced(by: $0) } }
            return pointers.withUnsafeBufferPointer { values in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body((Int32(values.count), values.baseAddress, lengths.baseAddress, formats.baseAddress))
                    }
                }
            }
        }
    }
}
