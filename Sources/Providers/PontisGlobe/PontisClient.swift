import Crypto
import Domain
public import HTTPClient
import HTTPTypes
import ProviderCore
public import Time

/// PontisGlobe's API for payouts, as one account uses it.
///
/// Every request is a `POST` whose JSON is sealed and signed; answers are plain JSON. `send` carries a key by which
/// PontisGlobe deduplicates, and there is no look-up by that key: a lost answer is learnt by sending the same key anew.
public struct PontisClient: Sendable {
    /// Whose calls these are.
    public let account: PontisAccount
    let api: ProviderAPI
    private let tokens: TokenCache
    private let now: @Sendable () -> Timestamp

    /// How long a token is used: PontisGlobe gives it 15 minutes, we renew it a minute early (assumed to be enough).
    static let renewBefore: Duration = .seconds(60)

    /// A client of an account; `now` is what the signature's timestamp is read from, each time anew.
    public init(account: PontisAccount, transport: any Transport, now: @escaping @Sendable () -> Timestamp) {
        let api = ProviderAPI(provider: "PontisGlobe", origin: account.origin, transport: transport)
        let tokens = TokenCache {
            do throws(CallFailure) {
                return .success(try await Self.logIn(account, over: api, now: now))
            } catch {
                return .failure(error)
            }
        }
        self.init(account, api, tokens, now)
    }

    private init(
        _ account: PontisAccount, _ api: ProviderAPI, _ tokens: TokenCache, _ now: @escaping @Sendable () -> Timestamp
    ) {
        self.account = account
        self.api = api
        self.tokens = tokens
        self.now = now
    }

    /// The same client, which sends nothing more once it is too late: that is asked before each request but a log-in,
    /// since others may wait for its token.
    public func sending(unless isTooLate: @escaping @Sendable () -> Bool) -> PontisClient {
        PontisClient(account, api.sending(unless: isTooLate), tokens, now)
    }

    /// Sends a sealed and signed request as a user who is logged in, and reads its answer.
    ///
    /// Where PontisGlobe says that the token has run out, a new one is fetched, once: the request was turned away
    /// before anything happened.
    func call<Answer: Decodable>(
        _ path: String, _ payload: some Encodable & Sendable, leg: Leg
    ) async throws(CallFailure) -> Answer {
        let token = try await tokens.token(at: now())
        var response = try await post(path, payload, token: token, leg: leg)
        if PontisError(response).is(401, "jwt_expired") {
            await tokens.discard(token)
            response = try await post(path, payload, token: try await tokens.token(at: now()), leg: leg)
        } else if response.status == 401 {
            // New credentials put an end to all tokens (“Login”): whoever asks next logs in again.
            await tokens.discard(token)
        }
        if let failure = PontisError.failure(of: response, leg: leg) { throw failure }
        let answer: Envelope<Answer> = try api.decode(response, leg: leg)
        return answer.data
    }

    private func post(
        _ path: String, _ payload: some Encodable & Sendable, token: AccessToken?, leg: Leg
    ) async throws(CallFailure) -> HTTPResponse {
        let request = try Self.request(path, payload, account: account, token: token, at: now())
        return try await api.send(request, leg: leg)
    }

    /// A request with the header fields that PontisGlobe documents.
    private static func request(
        _ path: String, _ payload: some Encodable, account: PontisAccount, token: AccessToken?, at now: Timestamp
    ) throws(CallFailure) -> HTTPRequest {
        let plaintext = try ProviderAPI.body(payload)
        let blob: String
        do {
            blob = try account.sealer.seal(plaintext)
        } catch {
            throw .refused(CallRefusal(Refusal(.invalid, "the request can't be sealed: \(error)")))
        }
        let timestamp = String(now.seconds)
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "x-api-key": account.apiKey.reveal(), "x-timestamp": timestamp,
            "x-signature": Hex.encode(account.signers[0].sign(timestamp: timestamp, Array(blob.utf8))),
        ]
        if let token { headers["Authorization"] = "Bearer \(token.text)" }
        return HTTPRequest(.post, path, headers: headers, body: try ProviderAPI.body(Sealed(data: blob)))
    }

    private static func logIn(
        _ account: PontisAccount, over api: ProviderAPI, now: @Sendable () -> Timestamp
    ) async throws(CallFailure) -> AccessToken {
        let asked = now()
        let request = try request(
            "/api/v1/user/login", LogIn(email: account.email, password: account.password.reveal()), account: account,
            token: nil, at: asked)
        let response = try await api.send(request, leg: .preparation)
        if case .refused(let refusal) = PontisError.failure(of: response, leg: .preparation) {
            // Whatever PontisGlobe has against a log-in is about the account (a secret that opens nothing is answered
            // with 400), and never about the payout for which it was made.
            let code = refusal.code == .forbidden ? refusal.code : .unauthorized
            throw .refused(CallRefusal(Refusal(code, refusal.message), status: refusal.status))
        }
        if let failure = PontisError.failure(of: response, leg: .preparation) { throw failure }
        let answer: Envelope<LoggedIn> = try api.decode(response, leg: .preparation)
        let lifetime = Duration.seconds(max(0, min(answer.data.expires_in, 86_400)))
        return AccessToken(answer.data.access_token, staleAt: asked + lifetime - renewBefore)
    }
}

private struct Sealed: Encodable { let data: String }

private struct LogIn: Encodable {
    let email: String
    let password: String
}

private struct LoggedIn: Decodable {
    let access_token: String
    let expires_in: Int
}

/// What surrounds every answer that is no error.
private struct Envelope<Answer: Decodable>: Decodable { let data: Answer }
