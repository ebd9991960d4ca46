/// Why a private cluster can't be made, started or stopped, and what to do.
public struct PrivateClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whole sentences for a person.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
