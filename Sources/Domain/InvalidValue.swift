/// Why a text is not a value of a type, said to the person who wrote it.
public struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was given, what is wrong with it, and what is expected.
    public let description: String

    /// An error that reads as this sentence.
    public init(_ description: String) { self.description = description }

    /// The sentence “‹text› is not ‹what›: ‹expected›”.
    ///
    /// A long text is cut, so that an error stays one line.
    public init(_ text: String, isNot what: String, expected: String) {
        let shown = text.count > 80 ? text.prefix(80) + "…" : text[...]
        description = "“\(shown)” is not \(what): \(expected)"
    }
}
