/// A type that can be read from PostgreSQL's text form of a value.
public protocol ColumnValue: Sendable {
    /// Reads UTF-8 bytes, or null, given as nil; answers nil when that is no such value.
    static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Self?
}

extension String: ColumnValue {
    /// Any value as text.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> String? {
        text.map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Bool: ColumnValue {
    /// PostgreSQL writes `t` and `f`.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Bool? {
        guard let text, text.count == 1 else { return nil }
        return text[0] == UInt8(ascii: "t") ? true : text[0] == UInt8(ascii: "f") ? false : nil
    }
}

extension Int: ColumnValue {
    /// A whole number that fits.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Int? { readInteger(text) }
}

extension Int64: ColumnValue {
    /// A whole number that fits.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Int64? { readInteger(text) }
}

extension Int32: ColumnValue {
    /// A whole number that fits.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Int32? { readInteger(text) }
}

extension Int16: ColumnValue {
    /// A whole number that fits.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Int16? { readInteger(text) }
}

extension Optional: ColumnValue where Wrapped: ColumnValue {
    /// Null, or the value; what is neither stays an error.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> Wrapped?? {
        guard let text else { return .some(nil) }
        return Wrapped.read(text).map { .some($0) }
    }
}

extension Array: ColumnValue where Element: ColumnValue {
    /// A one-dimensional array.
    public static func read(_ text: UnsafeBufferPointer<UInt8>?) -> [Element]? {
        guard let text else { return nil }
        var elements: [Element] = []
        let isWhole = readArray(text) { part in
            guard let element = Element.read(part) else { return false }
            elements.append(element)
            return true
        }
        return isWhole ? elements : nil
    }
}

private func readInteger<Value: FixedWidthInteger>(_ text: UnsafeBufferPointer<UInt8>?) -> Value? {
    guard let text, !text.isEmpty else { return nil }
    let isNegative = text[0] == UInt8(ascii: "-")
    guard text.count > (isNegative ? 1 : 0) else { return nil }
    var value: Value = 0
    for byte in text[(isNegative ? 1 : 0)...] {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
        let digit = Value(byte - UInt8(ascii: "0"))
        let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflowedAgain) =
            isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
        guard !overflowed, !overflowedAgain else { return nil }
        value = sum
    }
    return value
}

/// Walks over `{a,"b",NULL}`, giving each element's bytes, or nil for null, to `visit`, which answers whether to go on.
///
/// Answers whether the text was such an array to its end.
private func readArray(
    _ text: UnsafeBufferPointer<UInt8>, _ visit: (UnsafeBufferPointer<UInt8>?) -> Bool
) -> Bool {
    guard text.count >= 2, text[0] == UInt8(ascii: "{"), text[text.count - 1] == UInt8(ascii: "}") else { return false }
    let end = text.count - 1
    var position = 1
    if position == end { return true }
    var element: [UInt8] = []
    while true {
        element.removeAll(keepingCapacity: true)
        guard let isQuoted = readElement(text, &position, end, into: &element) else { return false }
        let isNull = !isQuoted && element.elementsEqual("NULL".utf8)
        guard isNull ? visit(nil) : element.withUnsafeBufferPointer(visit) else { return false }
        if position == end { return true }
        guard text[position] == UInt8(ascii: ",") else { return false }
        position += 1
    }
}

/// Reads one element up to the comma or the end; answers whether it was quoted, nil when it is malformed.
private func readElement(
    _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ end: Int, into element: inout [UInt8]
) -> Bool? {
    guard position < end else { return nil }
    guard text[position] == UInt8(ascii: "\"") else {
        while position < end, text[position] != UInt8(ascii: ",") {
            // A brace outside quotes means an array of arrays, which no element type here reads.
            if text[position] == UInt8(ascii: "{") { return nil }
            element.append(text[position])
            position += 1
        }
        return element.isEmpty ? nil : false
    }
    position += 1
    while position < end, text[position] != UInt8(ascii: "\"") {
        if text[position] == UInt8(ascii: "\\") { position += 1 }
        guard position < end else { return nil }
        element.append(text[position])
        position += 1
    }
    guard position < end else { return nil }
    position += 1
    return true
}
