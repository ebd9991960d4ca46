import Crypto
public import Domain
public import HTTPTypes

/// One test that a webhook has to pass.
///
/// A protocol, since Borderless.xyz says that it signs webhooks “using public and private keys”, and not over what,
/// with which algorithm, or in which header field (Borderless.xyz documentation, “Webhooks”). Whatever a verifier says,
/// a webhook decides nothing: it makes the job read.
public protocol BorderlessXYZWebhookVerifier: Sendable {
    /// Why the webhook is not to be believed, for our log; nil where it passes.
    func fault(in request: HTTPRequest) -> String?
}

/// RSA with SHA-256 (PKCS #1, version 1.5) over the raw body, in base64. All of it is assumed.
public struct RSAWebhookVerifier: BorderlessXYZWebhookVerifier {
    /// The header field that is assumed unless the configuration names another.
    public static let defaultHeader = "x-borderless-signature"

    private let keys: [PublicKey]
    private let header: String

    /// A verifier with the organisation's public keys as PEM; after a rotation the old one may come second.
    public init(publicKeys: [String], header: String = defaultHeader) throws(InvalidValue) {
        var keys: [PublicKey] = []
        for pem in publicKeys {
            do {
                keys.append(try PublicKey(pem: pem))
            } catch {
                throw InvalidValue("webhook_public_key is not a public key in PEM: \(error)")
            }
        }
        guard !keys.isEmpty, !header.isEmpty else {
            throw InvalidValue("a webhook's signature needs a public key and the name of its header field")
        }
        self.keys = keys
        self.header = header
    }

    /// Whether one of the keys signed the body.
    public func fault(in request: HTTPRequest) -> String? {
        guard let text = request.headers[header] else { return "there is no \(header) header" }
        guard let signature = Base64.decode(text) else { return "the \(header) header is not base64" }
        let isSigned = keys.contains { $0.verify(signature, of: request.body) }
        return isSigned ? nil : "the signature does not fit the body; check webhook_public_key"
    }
}

/// A secret in the address that was registered: `…/webhooks/borderless_xyz/main?token=…`.
public struct TokenWebhookVerifier: BorderlessXYZWebhookVerifier {
    private let token: Secret

    /// A verifier of this token: at least 16 letters, digits, dashes and underscores.
    public init(token: Secret) throws(InvalidValue) {
        let isPlain = token.reveal().utf8.allSatisfy { byte in
            0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || byte == 0x2D || byte == 0x5F
        }
        guard isPlain, token.reveal().utf8.count >= 16 else {
            throw InvalidValue("webhook_token must be 16 or more letters, digits, dashes and underscores")
        }
        self.token = token
    }

    /// The member of the query, for the address to register.
    public var query: String { "token=\(token.reveal())" }

    /// Whether the address holds the token.
    public func fault(in request: HTTPRequest) -> String? {
        let expected = Array(query.utf8)
        let isThere = request.query.split(separator: "&").contains { ConstantTime.equal(Array($0.utf8), expected) }
        return isThere ? nil : "the address holds no token, or another one; check webhook_token"
    }
}
