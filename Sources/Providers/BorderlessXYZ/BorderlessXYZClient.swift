import Domain
public import HTTPClient
import HTTPTypes
import ProviderCore
public import Time

/// Borderless.xyz's API for withdrawals and refunds, as one account uses it.
///
/// A token is fetched with the credentials and renewed early; every `POST` carries an `idempotency-key`, which may be
/// ignored: whether withdrawals honour it is not documented. So after `.unknown` a withdrawal is looked up by our
/// reference, and a refund by its transaction, before either is sent again.
public struct BorderlessXYZClient: Sendable {
    /// Whose calls these are.
    public let account: BorderlessXYZAccount
    let api: ProviderAPI
    private let transport: any Transport
    private let tokens: TokenCache
    private let now: @Sendable () -> Timestamp

    /// How long before its end a token is renewed (assumed to be enough).
    static let renewBefore: Duration = .minutes(5)

    /// A client of an account; `now` tells when a token is to be renewed.
    public init(account: BorderlessXYZAccount, transport: any Transport, now: @escaping @Sendable () -> Timestamp) {
        let api = ProviderAPI(provider: "Borderless.xyz", origin: account.origin, transport: transport)
        let tokens = TokenCache {
            do throws(CallFailure) {
                return .success(try await Self.logIn(account, over: api, now: now))
            } catch {
                return .failure(error)
            }
        }
        self.init(account: account, transport: transport, api: api, tokens: tokens, now: now)
    }

    private init(
        account: BorderlessXYZAccount, transport: any Transport, api: ProviderAPI, tokens: TokenCache,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.account = account
        self.transport = transport
        self.api = api
        self.tokens = tokens
        self.now = now
    }

    /// The same client with the same token, which sends no call of its own once it is too late; then nothing was done.
    public func sending(unless isTooLate: @escaping @Sendable () -> Bool) -> BorderlessXYZClient {
        let expiring = ExpiringTransport(transport, isTooLate: isTooLate)
        return BorderlessXYZClient(
            account: account, transport: transport,
            api: ProviderAPI(provider: "Borderless.xyz", origin: account.origin, transport: expiring), tokens: tokens,
            now: now)
    }

    /// A request that changes nothing.
    func read<Answer: Decodable>(
        _ path: String, query: [(name: String, value: String)] = []
    ) async throws(CallFailure) -> Answer {
        let text = query.map { "\($0.name)=\(PercentEncoding.query($0.value))" }.joined(separator: "&")
        let response = try await call(.get, path + (text.isEmpty ? "" : "?\(text)"), leg: .read)
        return try api.decode(response, leg: .read)
    }

    /// A request that changes something; whether its key makes repetitions one is for Borderless.xyz to know.
    func write<Answer: Decodable>(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8], key: String?, leg: Leg = .write
    ) async throws(CallFailure) -> Answer {
        try api.decode(try await call(method, path, body, key: key, leg: leg), leg: leg)
    }

    /// Sends a request with the token; where that is turned down, once more with a new one: the first was turned away
    /// before anything happened.
    func call(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8] = [], key: String? = nil, leg: Leg
    ) async throws(CallFailure) -> HTTPResponse {
        let token = try await tokens.token(at: now())
        var response = try await send(method, path, body, key: key, token: token, leg: leg)
        if response.status == 401 {
            await tokens.discard(token)
            let renewed = try await tokens.token(at: now())
            response = try await send(method, path, body, key: key, token: renewed, leg: leg)
        }
        if let failure = BorderlessXYZError.failure(of: response, leg: leg) { throw failure }
        return response
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8], key: String?, token: AccessToken, leg: Leg
    ) async throws(CallFailure) -> HTTPResponse {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(token.text)"]
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        if let key { headers["idempotency-key"] = key }
        return try await api.send(HTTPRequest(method, "/v1" + path, headers: headers, body: body), leg: leg)
    }

    /// Trades the credentials for a token (Borderless.xyz documentation, “Obtain authentication M2M tokens”).
    ///
    /// How long a token is good is not documented: `expiresIn` alone counts.
    private static func logIn(
        _ account: BorderlessXYZAccount, over api: ProviderAPI, now: @Sendable () -> Timestamp
    ) async throws(CallFailure) -> AccessToken {
        let asked = now()
        let body = try ProviderAPI.body(
            LogIn(
                clientId: account.clientID, clientSecret: account.clientSecret.reveal(),
                piiAccess: account.personalData.rawValue))
        let request = HTTPRequest(
            .post, "/v1/auth/m2m/token", headers: ["Content-Type": "application/json"], body: body)
        let response = try await api.send(request, leg: .preparation)
        if case .refused(let refusal) = BorderlessXYZError.failure(of: response, leg: .preparation) {
            // Whatever Borderless.xyz has against a log-in is about the account, and never about the transaction for
            // which it was made.
            let code = refusal.code == .forbidden ? refusal.code : .unauthorized
            throw .refused(CallRefusal(Refusal(code, refusal.message), status: refusal.status))
        }
        if let failure = BorderlessXYZError.failure(of: response, leg: .preparation) { throw failure }
        let answer: LoggedIn = try api.decode(response, leg: .preparation)
        let lifetime = Duration.seconds(max(0, min(answer.expiresIn, 604_800)))
        // A token of a few minutes is used to its half, and not fetched anew for every call.
        return AccessToken(answer.accessToken, staleAt: asked + lifetime - min(renewBefore, lifetime / 2))
    }

    /// An id as part of a path: whatever could mean something there is refused.
    static func segment(_ id: String) throws(CallFailure) -> String {
        guard let segment = PercentEncoding.segment(id) else {
            throw .refused(CallRefusal(Refusal(.invalid, "“\(id.prefix(80))” is not an id of Borderless.xyz's")))
        }
        return segment
    }
}

private struct LogIn: Encodable {
    let clientId: String
    let clientSecret: String
    let piiAccess: String
}

private struct LoggedIn: Decodable {
    let accessToken: String
    let expiresIn: Int
}
