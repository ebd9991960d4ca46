internal import Crypto
internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Who asks, in which mode, and what that may do.
struct Caller: Sendable {
    let mode: PartnerMode
    let scopes: [String]
    /// The key, where it is one and not a teammate.
    let key: String?
}

/// Keys, teammates' tokens, modes and scopes (Borderless Payments documentation, “Conventions” and “Auth”).
extension PartnerSimulator {
    func authenticate(
        _ request: HTTPRequest, for operation: PartnerOperation, at now: Timestamp
    ) throws(PartnerFailure) -> Caller {
        guard let header = request.headers["Authorization"], header.hasPrefix("Bearer ") else {
            throw .unauthenticated
        }
        let caller = try caller(String(header.dropFirst(7)), request, at: now)
        guard caller.mode == .test || isLiveEnabled else {
            throw PartnerFailure(403, "live_mode_not_enabled_for_partner", "LIVE is not enabled for this partner")
        }
        guard operation.scope.map(caller.scopes.contains) ?? true else {
            throw .forbidden("Missing scope \(operation.scope ?? "")")
        }
        return caller
    }

    private func caller(
        _ credential: String, _ request: HTTPRequest, at now: Timestamp
    ) throws(PartnerFailure) -> Caller {
        if let key = keys.first(where: { $0.text == credential }) {
            return Caller(mode: key.mode, scopes: key.scopes, key: key.text)
        }
        guard let content = Base64URL.decode(String(credential.prefix { $0 != "." })),
            case let parts = String(decoding: content, as: UTF8.self).split(separator: " "), parts.count == 2,
            let microseconds = Int64(parts[1]), case let end = Timestamp(microseconds: microseconds),
            credential == token(of: String(parts[0]), until: end), now < end
        else { throw .unauthenticated }
        guard let mode = request.headers["X-Borderlesspayments-Mode"].flatMap(PartnerMode.init(rawValue:)) else {
            throw PartnerFailure(400, "mode_required", "X-Borderlesspayments-Mode must be TEST or LIVE")
        }
        return Caller(mode: mode, scopes: PartnerWorld.developerScopes + ["teammates:manage"], key: nil)
    }

    /// A teammate's token for who knows address and password.
    func logIn(_ request: HTTPRequest, at now: Timestamp) throws(PartnerFailure) -> HTTPResponse {
        let (email, password) = try checking { () throws(InvalidField) in
            let body = try JSONReader(body: request.body)
            try body.refuseOthers(than: ["email", "password", "partner_slug"])
            return (try body.string("email"), try body.string("password"))
        }
        guard teammates.contains(where: { $0.email == email && $0.password == password }) else {
            throw .unauthenticated
        }
        let end = now + options.tokenLifetime
        return json(
            200,
            .fields([
                "access_token": .string(token(of: email, until: end)), "token_type": .string("Bearer"),
                "expires_in": .int(options.tokenLifetime.components.seconds),
                "teammate": .fields(["email": .string(email), "role": .string("OWNER"), "status": .string("ACTIVE")]),
            ]))
    }

    private func token(of email: String, until end: Timestamp) -> String {
        let content = Array("\(email) \(end.microseconds)".utf8)
        return Base64URL.encode(content) + "." + Base64URL.encode(HMACSHA256.code(for: content, key: tokenKey))
    }

    func context(_ caller: Caller) -> JSON {
        .fields([
            "partner_id": .string("partner-1"), "partner_slug": .string("sandbox"),
            "mode": .string(caller.mode.rawValue), "scopes": .array(caller.scopes.map(JSON.string)),
            "api_key_id": .orNull(caller.key == nil ? nil : "key-1"),
            "api_key_prefix": .orNull(caller.key.map { String($0.prefix(12)) }), "api_key_label": .null,
        ])
    }
}
