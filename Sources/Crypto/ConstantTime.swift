import CLibCrypto

/// Comparison whose duration says nothing about where two values differ.
public enum ConstantTime {
    /// Whether both are the same bytes; only their lengths may be learnt from the time it takes.
    public static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }
}
