import CLibCrypto

/// The message authentication code HMAC with SHA-256 (RFC 2104).
public enum HMACSHA256 {
    /// The 32 bytes of the code; keys of any length, also of none.
    ///
    /// Compare codes with `ConstantTime.equal`.
    public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var length = 0
        let done = EVP_Q_mac(
            nil, "HMAC", nil, "SHA256", nil, key, key.count, message, message.count, &code, code.count, &length)
        precondition(done != nil && length == 32, "OpenSSL has no HMAC with SHA-256")
        return code
    }
}
