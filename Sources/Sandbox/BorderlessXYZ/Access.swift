internal import Crypto
internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Who asks, and how much personal data they may see.
struct Visitor {
    let organisation: Int
    let isMasked: Bool
}

extension BorderlessXYZSimulator {
    /// A token for who knows the credentials (Borderless.xyz documentation, “Obtain authentication M2M tokens”).
    func logIn(_ request: HTTPRequest, at now: Timestamp) throws(BorderlessXYZError) -> HTTPResponse {
        let (id, secret, access) = try checking { () throws(InvalidField) in
            let body = try JSONReader(body: request.body)
            try body.refuseOthers(than: ["clientId", "clientSecret", "piiAccess"])
            return (
                try body.string("clientId"), try body.string("clientSecret"),
                try body.optionalString("piiAccess") ?? "all"
            )
        }
        guard ["all", "redacted"].contains(access) else {
            throw BorderlessXYZError(400, "piiAccess must be one of all, redacted")
        }
        let organisation = organisations.firstIndex { $0.clientID == id && $0.clientSecret == secret }
        guard let organisation else { throw .unauthorized }
        let end = now + options.tokenLifetime
        return ok(
            201,
            .fields([
                "accessToken": .string(token(organisation, access: access, until: end)),
                "tokenType": .string("Bearer"),
                "expiresIn": .int(options.tokenLifetime.components.seconds), "piiAccess": .string(access),
            ]))
    }

    /// Bound to the organisation and to the generation of its credentials.
    private func token(_ organisation: Int, access: String, until end: Timestamp) -> String {
        let content = "\(organisation).\(generations[organisation]).\(access).\(end.microseconds)"
        let code = HMACSHA256.code(for: Array(content.utf8), key: tokenKey)
        return Base64URL.encode(Array(content.utf8)) + "." + Base64URL.encode(code)
    }

    /// Whose token a request carries.
    func authenticate(_ request: HTTPRequest, at now: Timestamp) throws(BorderlessXYZError) -> Visitor {
        guard let header = request.headers["Authorization"], header.hasPrefix("Bearer "),
            let content = Base64URL.decode(String(header.dropFirst(7).prefix { $0 != "." })),
            case let parts = String(decoding: content, as: UTF8.self).split(separator: "."), parts.count == 4,
            let organisation = Int(parts[0]), organisations.indices.contains(organisation),
            let microseconds = Int64(parts[3]), case let end = Timestamp(microseconds: microseconds),
            header == "Bearer \(token(organisation, access: String(parts[2]), until: end))", now < end
        else { throw .unauthorized }
        return Visitor(organisation: organisation, isMasked: parts[2] == "redacted")
    }

    /// Replaces every organisation's credentials: tokens are void at once, and the old secret is none any more.
    public mutating func rotateSecrets(to secret: String) {
        for index in organisations.indices {
            generations[index] += 1
            organisations[index].clientSecret = secret
        }
    }

    /// Makes every token void, as when it has run out.
    public mutating func revokeTokens() { for index in generations.indices { generations[index] += 1 } }
}
