import Crypto
public import Domain

/// Why a request could not be sealed, or what was sealed not opened.
public struct SealingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public let description: String

    /// A failure that reads as this sentence.
    public init(_ description: String) { self.description = description }
}

/// Hides the content of a request from everybody but PontisGlobe.
///
/// A protocol, so that another way of sealing replaces this one piece: PontisGlobe's own helper could not be read.
public protocol PayloadSealer: Sendable {
    /// The text that stands in `data`.
    func seal(_ plaintext: [UInt8]) throws(SealingFailure) -> String
    /// What was sealed.
    func open(_ blob: String) throws(SealingFailure) -> [UInt8]
}

/// Proves that a request is ours, and that a callback is PontisGlobe's.
public protocol RequestSigner: Sendable {
    /// The code over an instant (Unix seconds) and a text.
    func sign(timestamp: String, _ content: [UInt8]) -> [UInt8]
}

/// AES-256-GCM with a random nonce: `base64url(nonce):base64url(tag):base64url(ciphertext)` (PontisGlobe
/// documentation, “Authentication”).
public struct GCMSealer: PayloadSealer {
    private let key: [UInt8]
    private let random: @Sendable (Int) -> [UInt8]

    /// A sealer with the encryption secret as the dashboard shows it, in base64url; `random` gives that many bytes that
    /// nobody can guess, never the same twice.
    public init(secret: Secret, random: @escaping @Sendable (Int) -> [UInt8]) throws(InvalidValue) {
        key = try PontisSecret.bytes(of: secret, called: "encryption_secret")
        self.random = random
    }

    /// Nonce, tag and ciphertext.
    public func seal(_ plaintext: [UInt8]) throws(SealingFailure) -> String {
        let nonce = random(AESGCM.nonceLength)
        let sealed = try checking { () throws(CryptoError) in
            try AESGCM.seal(plaintext, key: key, nonce: nonce, authenticating: [])
        }
        let parts = [nonce, Array(sealed.suffix(AESGCM.tagLength)), Array(sealed.dropLast(AESGCM.tagLength))]
        return parts.map(Base64URL.encode).joined(separator: ":")
    }

    /// The plain text; an error where the blob was not sealed with this secret.
    public func open(_ blob: String) throws(SealingFailure) -> [UInt8] {
        let parts = blob.split(separator: ":", omittingEmptySubsequences: false).map { Base64URL.decode(String($0)) }
        guard parts.count == 3, let nonce = parts[0], let tag = parts[1], let ciphertext = parts[2],
            nonce.count == AESGCM.nonceLength, tag.count == AESGCM.tagLength
        else { throw SealingFailure("what was sealed is not nonce, tag and ciphertext in base64url") }
        return try checking { () throws(CryptoError) in
            try AESGCM.open(ciphertext + tag, key: key, nonce: nonce, authenticating: [])
        }
    }

    private func checking(_ body: () throws(CryptoError) -> [UInt8]) throws(SealingFailure) -> [UInt8] {
        do { return try body() } catch { throw SealingFailure(error.description) }
    }
}

/// HMAC-SHA256 over `timestamp.content` (PontisGlobe documentation, “Authentication” and “Callbacks”).
///
/// Method and path are not signed.
public struct HMACSigner: RequestSigner {
    private let key: [UInt8]

    /// A signer with the HMAC secret as the dashboard shows it, in base64url.
    public init(secret: Secret) throws(InvalidValue) {
        key = try PontisSecret.bytes(of: secret, called: "hmac_secret")
    }

    /// The 32 bytes of the code.
    public func sign(timestamp: String, _ content: [UInt8]) -> [UInt8] {
        HMACSHA256.code(for: Array("\(timestamp).".utf8) + content, key: key)
    }
}

/// The two secrets have one form.
enum PontisSecret {
    static func bytes(of secret: Secret, called name: String) throws(InvalidValue) -> [UInt8] {
        guard let bytes = Base64URL.decode(secret.reveal()), bytes.count == 32 else {
            throw InvalidValue("\(name) must be 32 bytes in base64url, 43 characters, as the dashboard shows it")
        }
        return bytes
    }
}
