import CLibCrypto

/// The hash SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The 32 bytes of the hash.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let done = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        precondition(done == 1, "OpenSSL has no SHA-256")
        return digest
    }
}
