/// An id that somebody else gave, such as a bank account's at a provider: only its outer form is checked.
public struct Identifier: TextValue {
    /// 1 to 64 letters, digits, and `_ . : -`.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// 1 to 64 letters, digits, and `_ . : -`, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        let marks = Set("_.:-".utf8)
        func isAllowed(_ byte: UInt8) -> Bool {
            0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || marks.contains(byte)
        }
        guard 1...64 ~= text.utf8.count, text.utf8.allSatisfy(isAllowed) else {
            throw InvalidValue(text, isNot: "an id", expected: "write 1 to 64 letters, digits, or any of _ . : -")
        }
        self.text = text
    }

    /// 1 to 64 letters, digits, and `_ . : -`, or nil.
    public init?(_ text: String) {
        guard let id = try? Identifier(text: text) else { return nil }
        self = id
    }

    /// The form as a regular expression.
    public static var pattern: String? { "^[A-Za-z0-9_.:-]{1,64}$" }

    /// Some id.
    public static var sample: Identifier { Identifier(checked: "id-1") }
}

/// An id that somebody else gave and that stands in the path of a request: only its outer form is checked.
public struct PathIdentifier: TextValue {
    /// 1 to 64 letters, digits, dashes and underscores.
    public let text: String

    private init(checked text: String) { self.text = text }

    /// 1 to 64 letters, digits, dashes and underscores, or an error that says so.
    public init(text: String) throws(InvalidValue) {
        guard Identifier(text) != nil, !text.contains("."), !text.contains(":") else {
            throw InvalidValue(text, isNot: "an id", expected: "write 1 to 64 letters, digits, - or _")
        }
        self.text = text
    }

    /// 1 to 64 letters, digits, dashes and underscores, or nil.
    public init?(_ text: String) {
        guard let id = try? PathIdentifier(text: text) else { return nil }
        self = id
    }

    /// The form as a regular expression.
    public static var pattern: String? { "^[A-Za-z0-9_-]{1,64}$" }

    /// Some id.
    public static var sample: PathIdentifier { PathIdentifier(checked: "id-1") }
}
