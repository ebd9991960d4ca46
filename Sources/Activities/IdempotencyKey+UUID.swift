import Crypto
public import WorkflowCore

extension IdempotencyKey {
    /// The same key in the form of a random UUID (RFC 9562, version 4), for providers that take no other.
    ///
    /// It is derived, so that every attempt, on every node, after every crash, sends the same.
    public var uuid: String {
        var bytes = Array(SHA256.digest(Array(description.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Hex.encode(bytes)
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}
