import CLibCrypto

/// Authenticated encryption: AES-256 in Galois/Counter Mode (NIST SP 800-38D).
public enum AESGCM {
    /// The length of a key, in bytes.
    public static let keyLength = 32
    /// The length of a nonce, in bytes.
    public static let nonceLength = 12
    /// The length of the tag behind the ciphertext, in bytes.
    public static let tagLength = 16

    /// The ciphertext, and behind it the tag over it and over the additional data.
    ///
    /// **A nonce must never be used twice with one key**: twelve random bytes, and a new key long before four thousand
    /// million messages.
    public static func seal(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try check(key: key, nonce: nonce, lengths: [plaintext.count, data.count])
        let context = try makeContext()
        defer { EVP_CIPHER_CTX_free(context) }
        var sealed = [UInt8](repeating: 0, count: plaintext.count + tagLength)
        var length: Int32 = 0
        var end: Int32 = 0
        var tag = [UInt8](repeating: 0, count: tagLength)
        guard EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key, nonce, nil) == 1,
            EVP_EncryptUpdate(context, nil, &length, data, Int32(data.count)) == 1,
            EVP_EncryptUpdate(context, &sealed, &length, plaintext, Int32(plaintext.count)) == 1,
            EVP_EncryptFinal_ex(context, &tag, &end) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), &tag) == 1
        else { throw CryptoError.ofOpenSSL("encrypting failed") }
        sealed.replaceSubrange(plaintext.count..., with: tag)
        return sealed
    }

    /// The plain text of what `seal` made; an error, and no byte of it, if key, nonce, additional data, ciphertext or
    /// tag are not those of the sealing.
    public static func open(
        _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try check(key: key, nonce: nonce, lengths: [sealed.count, data.count])
        guard sealed.count >= tagLength else {
            throw CryptoError("the sealed text has \(sealed.count) bytes; its tag alone has \(tagLength)")
        }
        let context = try makeContext()
        defer { EVP_CIPHER_CTX_free(context) }
        let ciphertext = Array(sealed.dropLast(tagLength))
        var tag = Array(sealed.suffix(tagLength))
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count)
        var length: Int32 = 0
        var rest = [UInt8](repeating: 0, count: tagLength)
        guard EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key, nonce, nil) == 1,
            EVP_DecryptUpdate(context, nil, &length, data, Int32(data.count)) == 1,
            EVP_DecryptUpdate(context, &plaintext, &length, ciphertext, Int32(ciphertext.count)) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), &tag) == 1
        else { throw CryptoError.ofOpenSSL("decrypting failed") }
        guard EVP_DecryptFinal_ex(context, &rest, &length) == 1 else {
            ERR_clear_error()
            throw CryptoError("the sealed text does not open: another key, another context, or it was changed")
        }
        return plaintext
    }

    private static func check(key: [UInt8], nonce: [UInt8], lengths: [Int]) throws(CryptoError) {
        guard key.count == keyLength else {
            throw CryptoError("an AES-256 key has \(keyLength) bytes; this one has \(key.count)")
        }
        guard nonce.count == nonceLength else {
            throw CryptoError("a nonce has \(nonceLength) bytes; this one has \(nonce.count)")
        }
        guard lengths.allSatisfy({ $0 <= Int(Int32.max) - tagLength }) else {
            throw CryptoError("texts of 2 GiB and more can't be sealed at once")
        }
    }

    /// The caller frees it.
    private static func makeContext() throws(CryptoError) -> OpaquePointer {
        ERR_clear_error()
        guard let context = EVP_CIPHER_CTX_new() else { throw CryptoError.ofOpenSSL("no memory for the cipher") }
        return context
    }
}
