internal import Crypto

/// Signatures of webhooks: HMAC-SHA256 over the body, in hexadecimal.
public enum WebhookSignature {
    /// The code in lower-case digits.
    public static func hex(of body: [UInt8], secret: String) -> String {
        Hex.encode(HMACSHA256.code(for: body, key: Array(secret.utf8)))
    }

    /// A code of the right form that does not fit the body: the last digit is another one.
    public static func forged(of body: [UInt8], secret: String) -> String {
        let right = hex(of: body, secret: secret)
        return String(right.dropLast()) + (right.last == "0" ? "1" : "0")
    }
}
