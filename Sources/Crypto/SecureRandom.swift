import CLibCrypto

/// Bytes that nobody can guess, from OpenSSL's generator.
///
/// Only the executable wires it in; everything below is given its random bytes.
public enum SecureRandom {
    /// That many random bytes.
    ///
    /// Without a working generator nothing that needs secrets may go on: the process ends.
    public static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(
            RAND_bytes_ex(nil, &bytes, count, 0) == 1, "the operating system gives OpenSSL no random bytes")
        return bytes
    }
}
