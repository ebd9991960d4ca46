import Crypto
public import Domain

/// Signs requests and webhooks: Base64 of HMAC-SHA256 over `key|timestamp|canonical body` (DollarPe documentation,
/// “Authentication”).
///
/// Method, path and query are not signed.
public enum DollarPeSignature {
    /// The signature; `body` has to be canonical already, and `{}` where a request has none.
    public static func sign(_ body: [UInt8], timestamp: String, apiKey: Secret, apiSecret: Secret) -> String {
        let message = Array("\(apiKey.reveal())|\(timestamp)|".utf8) + body
        return Base64.encode(HMACSHA256.code(for: message, key: Array(apiSecret.reveal().utf8)))
    }
}
