import CLibCrypto

/// What a key is for: its algorithm and, with it, the format of its signatures.
public enum KeyKind: String, Sendable, Hashable, CaseIterable {
    /// Ed25519 (RFC 8032); a signature is 64 raw bytes.
    case ed25519
    /// ECDSA on P-256 with SHA-256; a signature is DER.
    case ecdsaP256
    /// RSA of 2048 bits or more with PKCS#1 v1.5 padding and SHA-256; a signature is as long as the modulus.
    case rsa
}

/// Owns an OpenSSL key.
///
/// It is never changed after it was made, and OpenSSL lets many threads read one key.
final class KeyHandle: @unchecked Sendable {
    let key: OpaquePointer
    let kind: KeyKind

    /// Takes over `key`, also when it throws.
    init(owning key: OpaquePointer) throws(CryptoError) {
        do {
            kind = try Self.kind(of: key)
        } catch {
            EVP_PKEY_free(key)
            throw error
        }
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    /// The hash that is signed; Ed25519 hashes by itself.
    var digest: OpaquePointer? { kind == .ed25519 ? nil : EVP_sha256() }

    private static func kind(of key: OpaquePointer) throws(CryptoError) -> KeyKind {
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_ED25519:
            return .ed25519
        case EVP_PKEY_EC:
            let curve = groupName(of: key)
            guard curve == "prime256v1" else {
                throw CryptoError("the key is on the curve \(curve ?? "of its own parameters"); P-256 is needed")
            }
            return .ecdsaP256
        case EVP_PKEY_RSA:
            let bits = EVP_PKEY_get_bits(key)
            guard bits >= 2048 else { throw CryptoError("the RSA key has \(bits) bits; at least 2048 are needed") }
            return .rsa
        default:
            let name = EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "of an unknown kind"
            throw CryptoError("the key is \(name); Ed25519, ECDSA on P-256 and RSA are supported")
        }
    }

    private static func groupName(of key: OpaquePointer) -> String? {
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1 else { return nil }
        return String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
