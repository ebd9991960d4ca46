import CLibCrypto

/// A key that signs.
///
/// Printing it shows its kind only.
public struct PrivateKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let handle: KeyHandle

    /// Reads PEM text, unencrypted: PKCS#8, or the older forms of EC and RSA keys.
    public init(pem: String) throws(CryptoError) { handle = try PEM.privateKey(pem) }

    private init(handle: KeyHandle) { self.handle = handle }

    /// A new key from OpenSSL's random generator; RSA keys have 2048 bits.
    public static func generate(_ kind: KeyKind) throws(CryptoError) -> PrivateKey {
        ERR_clear_error()
        let key =
            switch kind {
            case .ed25519: shim_generate_ed25519()
            case .ecdsaP256: shim_generate_p256()
            case .rsa: shim_generate_rsa(2048)
            }
        guard let key else { throw CryptoError.ofOpenSSL("no \(kind.rawValue) key could be made") }
        return PrivateKey(handle: try KeyHandle(owning: key))
    }

    /// The key's algorithm.
    public var kind: KeyKind { handle.kind }

    /// The key that checks this one's signatures.
    public var publicKey: PublicKey { PublicKey(handle: handle) }

    /// Signs the message itself, not a hash of it: Ed25519 gives 64 raw bytes, ECDSA DER, RSA PKCS#1 v1.5; the latter
    /// two with SHA-256.
    public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { throw CryptoError.ofOpenSSL("no memory to sign") }
        defer { EVP_MD_CTX_free(context) }
        var length = Int(EVP_PKEY_get_size(handle.key))
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSignInit(context, nil, handle.digest, nil, handle.key) == 1,
            EVP_DigestSign(context, &signature, &length, message, message.count) == 1
        else { throw CryptoError.ofOpenSSL("signing with the \(kind.rawValue) key failed") }
        return Array(signature.prefix(length))
    }

    /// The key as PEM text (PKCS#8, unencrypted): a secret.
    public func pem() throws(CryptoError) -> String { try PEM.text(private: handle) }

    /// The kind, never the key.
    public var description: String { "private key (\(kind.rawValue))" }

    /// Nothing to see for a debugger's dump either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
