internal import Crypto
internal import HTTPTypes
internal import SandboxCore
internal import Time

/// A challenge that waits for its signature.
struct Challenge: Sendable {
    let text: String
    let userID: String
    let digest: [UInt8]
    let until: Timestamp
}

/// A user action token: good for one request of one user.
struct ActionToken: Sendable {
    let userID: String
    let digest: [UInt8]
    let until: Timestamp
    var isSpent = false
}

/// User action signing (Dfns documentation, signing flows): a challenge for one exact request, its signature by a
/// registered key, and the token that lets that request pass once.
extension DfnsSimulator {
    /// The user whose token stands in the request, who must hold a permission for the operation.
    func authenticate(_ call: Call<DfnsOperation>) throws(DfnsError) -> DfnsWorld.User {
        guard let header = call.request.headers["Authorization"], header.hasPrefix("Bearer "),
            let user = usersByBearer[String(header.dropFirst("Bearer ".count))]
        else { throw .notAuthorized }
        let needed = call.operation.permissions
        guard needed.isEmpty || needed.contains(where: user.permissions.contains) else {
            let names = needed.map(\.rawValue).joined(separator: " or ")
            throw DfnsError(403, "User \(user.id) is not authorized to perform operation (\(names))")
        }
        return user
    }

    /// Binds a token to method, path and exact body.
    static func digest(method: String, path: String, body: [UInt8]) -> [UInt8] {
        SHA256.digest(Array("\(method)\n\(path)\n".utf8) + body)
    }

    mutating func initiateAction(
        _ request: HTTPRequest, user: DfnsWorld.User, at now: Timestamp
    ) throws(DfnsError) -> HTTPResponse {
        let (method, path, payload) = try checking { () throws(InvalidField) in
            let body = try JSONReader(body: request.body)
            guard let method: SignableMethod = try body.optionalChoice("userActionHttpMethod") else {
                throw InvalidField("userActionHttpMethod", "is required")
            }
            let path = try body.string("userActionHttpPath", length: 1...2000)
            guard path.hasPrefix("/"), !path.contains("?") else {
                throw InvalidField("userActionHttpPath", "must be the path alone, from its slash on")
            }
            if let kind = try body.optionalString("userActionServerKind"), kind != "Api" {
                throw InvalidField("userActionServerKind", "must be Api")
            }
            return (method, path, try body.optionalString("userActionPayload") ?? "")
        }
        let challenge = Challenge(
            text: "ch-" + Base64URL.encode(identifiers.generator.bytes(32)), userID: user.id,
            digest: Self.digest(method: method.rawValue, path: path, body: Array(payload.utf8)),
            until: now + options.challengeLifetime)
        let identifier = makeToken(["challenge": .string(challenge.text)], until: challenge.until)
        challenges.put(challenge, under: identifier, at: now)
        return ok(challengeJSON(challenge, identifier: identifier, user: user))
    }

    /// The verbs that can be signed for.
    private enum SignableMethod: String, CaseIterable {
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
        case get = "GET"
    }

    private func challengeJSON(_ challenge: Challenge, identifier: String, user: DfnsWorld.User) -> JSON {
        .fields([
            "supportedCredentialKinds": .array([
                .fields([
                    "kind": .string("Key"), "factor": .string("first"), "requiresSecondFactor": .bool(false),
                ])
            ]),
            "challenge": .string(challenge.text), "challengeIdentifier": .string(identifier),
            "userVerification": .string("required"), "attestation": .string("direct"),
            "externalAuthenticationUrl": .string(""),
            "allowCredentials": .fields([
                "key": .array(
                    user.credentials.map { .fields(["type": .string("public-key"), "id": .string($0.id)]) }),
                "webauthn": .array([]), "passwordProtectedKey": .array([]),
            ]),
        ])
    }

    mutating func completeAction(
        _ request: HTTPRequest, user: DfnsWorld.User, at now: Timestamp
    ) throws(DfnsError) -> HTTPResponse {
        let assertion = try checking { () throws(InvalidField) in try Assertion(body: request.body) }
        guard let challenge = challenges[assertion.challengeIdentifier], challenge.until > now,
            challenge.userID == user.id
        else { throw .challengeNotValid }
        guard let credential = user.credentials.first(where: { $0.id == assertion.credentialID }) else {
            throw .noCredential
        }
        let clientData = JSON(parsing: assertion.clientData)
        guard clientData?["type"]?.string == "key.get", clientData?["challenge"]?.string == challenge.text else {
            throw DfnsError(400, "clientData must hold the type key.get and the challenge")
        }
        guard credential.publicKey.verify(assertion.signature, of: assertion.clientData) else {
            throw .notAuthorized
        }
        challenges.remove(assertion.challengeIdentifier)
        let token = ActionToken(userID: user.id, digest: challenge.digest, until: now + options.tokenLifetime)
        let text = makeToken(["sub": .string(user.id)], until: token.until)
        actionTokens.put(token, under: text, at: now)
        return ok(.fields(["userAction": .string(text)]))
    }

    /// The token of a signed request, if it may pass.
    func checkToken(
        of call: Call<DfnsOperation>, user: DfnsWorld.User, at now: Timestamp
    ) throws(DfnsError) -> String {
        guard let text = call.request.headers["X-DFNS-USERACTION"], let token = actionTokens[text],
            token.userID == user.id
        else { throw .tokenMissing }
        guard !token.isSpent else { throw .tokenUsed }
        let request = call.request
        let digest = Self.digest(method: request.method.rawValue, path: request.path, body: request.body)
        guard token.until > now, token.digest == digest else { throw .tokenMissing }
        return text
    }

    mutating func spend(_ token: String) { actionTokens.update(token) { $0.isSpent = true } }

    /// A JSON web token in form; clients take it as opaque.
    private mutating func makeToken(_ claims: KeyValuePairs<String, JSON?>, until: Timestamp) -> String {
        guard case .object(let members) = JSON.fields(claims) else { return "" }
        let id = JSON.Member("jti", .string(identifiers.make("ua")))
        let payload = JSON.object(members + [JSON.Member("exp", .int(until.seconds)), id])
        let signed = "\(Self.tokenHeader).\(Base64URL.encode(payload.bytes))"
        let signature = HMACSHA256.code(for: Array(signed.utf8), key: tokenSecret)
        return "\(signed).\(Base64URL.encode(signature))"
    }

    private static let tokenHeader = Base64URL.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
}

/// The signature of a challenge, as it comes in.
private struct Assertion {
    let challengeIdentifier: String
    let credentialID: String
    let clientData: [UInt8]
    let signature: [UInt8]

    init(body: [UInt8]) throws(InvalidField) {
        let body = try JSONReader(body: body)
        challengeIdentifier = try body.string("challengeIdentifier")
        let factor = try body.object("firstFactor")
        guard try factor.string("kind") == "Key" else {
            throw InvalidField("firstFactor.kind", "must be Key: service accounts have no other credentials")
        }
        let assertion = try factor.object("credentialAssertion")
        credentialID = try assertion.string("credId")
        clientData = try Self.bytes(assertion, "clientData")
        signature = try Self.bytes(assertion, "signature")
    }

    private static func bytes(_ reader: JSONReader, _ name: String) throws(InvalidField) -> [UInt8] {
        let text = try reader.string(name)
        guard !text.contains("="), let bytes = Base64URL.decode(text) else {
            throw InvalidField(reader.name(of: name), "must be base64url without padding")
        }
        return bytes
    }
}
