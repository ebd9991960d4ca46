import Foundation

/// Encodes values as JSON text: the same as Foundation's `JSONEncoder` with sorted keys and plain slashes, in less than
/// half the time. Nothing costs a transition more: each one encodes a state and an event.
///
/// What Foundation gives a form of its own (`Decimal`, `Date`, `Data`, `URL`) is left to it.
struct JSONWriter: Sendable {
    /// What the encoded values find in their encoder.
    var context: [CodingUserInfoKey: any Sendable] = [:]

    /// The JSON text of a value.
    ///
    /// Throws what the value throws, and `EncodingError` where it says nothing, or is no JSON, such as an infinity.
    func text(of value: some Encodable) throws -> String {
        let root = JSONNode(context: context)
        root.shape = .single(try root.content(of: value))
        if case .single(.node(let node)) = root.shape, case .empty = node.shape {
            throw EncodingError.invalidValue(
                value, .init(codingPath: [], debugDescription: "the value did not encode anything"))
        }
        var text: [UInt8] = []
        text.reserveCapacity(256)
        root.write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

extension JSONNode {
    /// What any value is here.
    func content<Value: Encodable>(of value: Value, at key: (any CodingKey)? = nil) throws -> Content {
        if Value.self == String.self, let text = value as? String { return .string(text) }
        if Value.self == Decimal.self || Value.self == Date.self || Value.self == Data.self || Value.self == URL.self {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes]
            return .raw(String(decoding: try encoder.encode(value), as: UTF8.self))
        }
        let node = key.map { JSONNode(in: self, at: $0) } ?? JSONNode(context: context)
        try value.encode(to: node)
        return .node(node)
    }

    /// A number as JSON writes it.
    func content(of value: some BinaryFloatingPoint & LosslessStringConvertible) throws -> Content {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: codingPath, debugDescription: "\(value) can't be written as JSON"))
        }
        let text = value.description
        return .raw(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }

    /// A whole number of any size.
    func content(of value: some FixedWidthInteger) -> Content {
        Int64(exactly: value).map { .integer($0) } ?? .raw(String(value))
    }
}
