/// What is wrong with a configuration, where, and what to do about it.
///
/// It never holds a secret.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The configuration's file, as it was named.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// What is wrong, and what to do.
    public let message: String

    init(file: String, line: Int, _ message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    /// `file:line: message`.
    public var description: String { "\(file):\(line): \(message)" }
}
