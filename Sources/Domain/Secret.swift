/// A text that must not be seen: printing, logging or dumping it shows `‹redacted›`.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Wraps a secret text.
    public init(_ text: String) { self.text = text }

    /// The secret itself, for the one place that sends it or computes with it.
    public func reveal() -> String { text }

    /// `‹redacted›`.
    public var description: String { "‹redacted›" }

    /// `‹redacted›`.
    public var debugDescription: String { description }

    /// Shows a debugger and `dump` nothing more than `‹redacted›`.
    public var customMirror: Mirror { Mirror(self, children: ["text": description]) }
}
