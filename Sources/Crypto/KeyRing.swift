/// Keys with names: what is sealed carries the name of its key, so that keys can be replaced while old texts stay
/// readable.
///
/// A sealed text is `sealed:1:<key>:<nonce, ciphertext and tag in base64url>`, by AES-256-GCM. The name of the key is
/// authenticated with it. Printing a ring shows the names of its keys, and no key.
public struct KeyRing: Sendable, CustomStringConvertible, CustomReflectable {
    /// How every sealed text begins.
    public static let prefix = "sealed:1:"

    /// The name of the key that new texts are sealed with.
    public let current: String
    private let keys: [String: [UInt8]]

    /// A ring of these keys, 32 bytes each; a name is 1 to 32 letters, digits, dashes and underscores.
    ///
    /// - Throws: `CryptoError` where a key or a name can't be one, or where there is no current one.
    public init(keys: [String: [UInt8]], current: String) throws(CryptoError) {
        for (name, key) in keys.sorted(by: { $0.key < $1.key }) {
            guard 1...32 ~= name.utf8.count, name.utf8.allSatisfy(Self.isPlain) else {
                throw CryptoError("“\(name)” can't be the name of a key; take letters, digits, dashes and underscores")
            }
            guard key.count == AESGCM.keyLength else {
                throw CryptoError("the key \(name) has \(key.count) bytes; it needs \(AESGCM.keyLength)")
            }
        }
        guard keys[current] != nil else {
            throw CryptoError(
                "there is no key called “\(current)”; there is \(keys.keys.sorted().joined(separator: ", "))")
        }
        self.keys = keys
        self.current = current
    }

    /// The text that stands for these bytes; the nonce must never have been used with this key.
    public func seal(_ plaintext: [UInt8], nonce: [UInt8]) throws(CryptoError) -> String {
        let sealed = try AESGCM.seal(
            plaintext, key: keys[current] ?? [], nonce: nonce, authenticating: Array((Self.prefix + current).utf8))
        return Self.prefix + current + ":" + Base64URL.encode(nonce + sealed)
    }

    /// The bytes that were sealed, or nil where the text is none that was sealed.
    ///
    /// - Throws: `CryptoError` where the ring lacks the key, or the text was changed.
    public func open(_ text: String) throws(CryptoError) -> [UInt8]? {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let bytes = Base64URL.decode(String(parts[1])), bytes.count > AESGCM.nonceLength else {
            throw CryptoError("the sealed text is not “\(Self.prefix)<key>:<base64url>”")
        }
        let name = String(parts[0])
        guard let key = keys[name] else {
            throw CryptoError("it was sealed with the key “\(name)”, which is not in the key ring; add it again")
        }
        return try AESGCM.open(
            Array(bytes.dropFirst(AESGCM.nonceLength)), key: key, nonce: Array(bytes.prefix(AESGCM.nonceLength)),
            authenticating: Array((Self.prefix + name).utf8))
    }

    /// The names of its keys.
    public var description: String {
        "keys " + keys.keys.sorted().map { $0 == current ? "\($0) (current)" : $0 }.joined(separator: ", ")
    }

    /// What `description` shows, and no more.
    public var customMirror: Mirror { Mirror(self, children: ["keys": keys.keys.sorted(), "current": current]) }

    private static func isPlain(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || byte == 0x2D || byte == 0x5F
    }
}
