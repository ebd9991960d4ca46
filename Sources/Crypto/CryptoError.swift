import CLibCrypto

/// Why a key, a signature or a sealed text could not be used; never holds key material or plain text.
public struct CryptoError: Error, CustomStringConvertible, Sendable {
    /// What happened, in words.
    public let description: String

    init(_ description: String) { self.description = description }

    /// A failed call, with what OpenSSL's queue of this thread says about it.
    ///
    /// The queue's free-text data is left out: the reasons are constants of the library, the data is not.
    static func ofOpenSSL(_ what: String) -> CryptoError {
        var reasons: [String] = []
        while case let code = ERR_get_error(), code != 0 {
            let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "OpenSSL error \(code)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return CryptoError(reasons.isEmpty ? what : "\(what): \(reasons.joined(separator: ", "))")
    }
}
