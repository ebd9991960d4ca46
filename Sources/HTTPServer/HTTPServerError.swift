/// Why a server could not start.
public struct HTTPServerError: Error, CustomStringConvertible, Sendable {
    /// What happened, on which address, and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
