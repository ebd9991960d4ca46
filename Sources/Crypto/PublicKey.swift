import CLibCrypto

/// A key that checks signatures.
public struct PublicKey: Sendable {
    private let handle: KeyHandle

    /// Reads PEM text that begins with `-----BEGIN PUBLIC KEY-----` (SubjectPublicKeyInfo).
    public init(pem: String) throws(CryptoError) { handle = try PEM.publicKey(pem) }

    init(handle: KeyHandle) { self.handle = handle }

    /// The key's algorithm.
    public var kind: KeyKind { handle.kind }

    /// Whether the signature was made over this message by this key's private half; false too for bytes that are no
    /// signature at all.
    ///
    /// Formats as in `PrivateKey.sign`.
    public func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        return EVP_DigestVerifyInit(context, nil, handle.digest, nil, handle.key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// The key as PEM text (SubjectPublicKeyInfo).
    public func pem() throws(CryptoError) -> String { try PEM.text(public: handle) }
}
