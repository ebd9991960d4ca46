internal import Crypto
internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Who asks, and what: API key, timestamp, signature, seal, token, in this order.
extension PontisSimulator {
    /// How far a request's timestamp may be from now (PontisGlobe documentation, “Authentication”).
    private static let tolerance: Duration = .seconds(300)

    /// The account whose key and signature the request carries.
    func authenticate(_ request: HTTPRequest, at now: Timestamp) throws(PontisError) -> Int {
        guard let account = accounts.firstIndex(where: { $0.apiKey == request.headers["x-api-key"] }) else {
            throw .unauthorized
        }
        guard options.isCallerAllowed else {
            throw PontisError(403, "ip_not_allowed", "The IP address is not on the account's list.")
        }
        guard let timestamp = request.headers["x-timestamp"], let seconds = Int64(timestamp),
            0..<4_102_444_800 ~= seconds,
            case let age = now - Timestamp(seconds: seconds), age >= .zero - Self.tolerance, age <= Self.tolerance,
            let blob = JSON(parsing: request.body)?["data"]?.string,
            let signature = request.headers["x-signature"],
            signature
                == Hex.encode(
                    HMACSHA256.code(for: Array("\(timestamp).\(blob)".utf8), key: accounts[account].signingKey))
        else { throw .badSignature }
        return account
    }

    /// What was sealed.
    func open(_ request: HTTPRequest, of account: Int) throws(PontisError) -> JSONReader {
        let blob = JSON(parsing: request.body)?["data"]?.string ?? ""
        let parts = blob.split(separator: ":", omittingEmptySubsequences: false).map { Base64URL.decode(String($0)) }
        guard parts.count == 3, let nonce = parts[0], let tag = parts[1], let ciphertext = parts[2],
            nonce.count == AESGCM.nonceLength,
            let plaintext = try? AESGCM.open(
                ciphertext + tag, key: accounts[account].encryptionKey, nonce: nonce, authenticating: [])
        else { throw .unreadable }
        return try checking { () throws(InvalidField) in try JSONReader(body: plaintext) }
    }

    /// A token for who knows e-mail and password.
    mutating func logIn(_ payload: JSONReader, _ account: Int, at now: Timestamp) throws(PontisError) -> HTTPResponse {
        let (email, password) = try checking { () throws(InvalidField) in
            (try payload.string("email"), try payload.string("password"))
        }
        try countLogIn(account, at: now)
        guard accounts[account].email == email, accounts[account].password == password,
            !accounts[account].isSuspended
        else { throw .unauthorized }
        let ends = now + options.tokenLifetime
        return ok(
            200,
            .fields([
                "access_token": .string(token(account, until: ends)), "token_type": .string("Bearer"),
                "expires_in": .int(Int64(options.tokenLifetime.components.seconds)),
            ]))
    }

    private mutating func countLogIn(_ account: Int, at now: Timestamp) throws(PontisError) {
        var window = logIns[account] ?? (now, 0)
        if now - window.since >= .seconds(60) { window = (now, 0) }
        window.count += 1
        logIns[account] = window
        guard window.count <= options.logInsPerMinute else {
            throw PontisError(429, "rate_limited", "Too many login attempts.")
        }
    }

    /// Bound to the account and to the face: a token of production is none in the sandbox.
    private func token(_ account: Int, until end: Timestamp) -> String {
        let content = "\(account).\(generations[account]).\(options.face.rawValue).\(end.microseconds)"
        let code = HMACSHA256.code(for: Array(content.utf8), key: tokenKey)
        return Base64URL.encode(Array(content.utf8)) + "." + Base64URL.encode(code)
    }

    /// Checks the token of a request.
    func checkToken(of request: HTTPRequest, _ account: Int, at now: Timestamp) throws(PontisError) {
        guard let header = request.headers["Authorization"], header.hasPrefix("Bearer "),
            let content = Base64URL.decode(String(header.dropFirst(7).prefix { $0 != "." })),
            case let parts = String(decoding: content, as: UTF8.self).split(separator: "."), parts.count == 4,
            let microseconds = Int64(parts[3]),
            case let end = Timestamp(microseconds: microseconds), header == "Bearer \(token(account, until: end))"
        else { throw .unauthorized }
        guard now < end else { throw .expiredToken }
        guard !accounts[account].isSuspended else { throw .suspended }
    }

    /// Replaces an account's secrets: its tokens are void at once.
    public mutating func revokeTokens() { for index in generations.indices { generations[index] += 1 } }
}
