import Domain
public import HTTPClient
import HTTPTypes
import ProviderCore

/// The Partner API of Borderless Payments, as one account uses it.
///
/// Writes carry an idempotency key that is kept for 24 hours: after that the same key makes a new object, so that an
/// order whose answer was lost has to be looked up then (Borderless Payments documentation, “Idempotency”).
public struct PartnerClient: Sendable {
    /// Whose calls these are.
    public let account: PartnerAccount
    private let api: ProviderAPI

    /// A client of an account.
    public init(account: PartnerAccount, transport: any Transport) {
        self.init(
            account, ProviderAPI(provider: "Borderless Payments", origin: account.origin, transport: transport))
    }

    private init(_ account: PartnerAccount, _ api: ProviderAPI) {
        self.account = account
        self.api = api
    }

    /// The same client, which sends nothing once it is too late: that is asked before each single request.
    public func sending(unless isTooLate: @escaping @Sendable () -> Bool) -> PartnerClient {
        PartnerClient(account, api.sending(unless: isTooLate))
    }

    /// A request that changes nothing.
    func read<Answer: Decodable>(
        _ path: String, query: [(name: String, value: String)] = []
    ) async throws(CallFailure) -> Answer {
        let text = query.map { "\($0.name)=\(PercentEncoding.query($0.value))" }.joined(separator: "&")
        let response = try await send(.get, path + (text.isEmpty ? "" : "?\(text)"), [], key: nil, leg: .read)
        return try api.decode(response, leg: .read)
    }

    /// A request that changes something; its key makes repetitions one.
    func write<Answer: Decodable>(
        _ method: HTTPMethod, _ path: String, _ body: some Encodable, key: String?
    ) async throws(CallFailure) -> Answer {
        try api.decode(
            try await send(method, path, try ProviderAPI.body(body), key: key, leg: .write), leg: .write)
    }

    /// The same without a body.
    func write<Answer: Decodable>(
        _ method: HTTPMethod, _ path: String, key: String?
    ) async throws(CallFailure) -> Answer {
        try api.decode(try await send(method, path, [], key: key, leg: .write), leg: .write)
    }

    /// The same, where nothing of the answer's body matters.
    func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8], key: String?, leg: Leg
    ) async throws(CallFailure) -> HTTPResponse {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(account.apiKey.reveal())"]
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        if let key { headers["Idempotency-Key"] = key }
        let response = try await api.send(HTTPRequest(method, "/api/v1" + path, headers: headers, body: body), leg: leg)
        if let failure = PartnerError.failure(of: response, leg: leg) { throw failure }
        return response
    }

    /// Test is not live: an object of the other mode is none of ours, whatever it says.
    func checkMode(_ mode: String?, of what: String) throws(CallFailure) {
        guard let words = difference(of: mode, in: what) else { return }
        throw .refused(CallRefusal(Refusal(.forbidden, words)))
    }

    /// The same for what was just written: it is there, so this is no “no”.
    func checkWritten(mode: String?, of what: String) throws(CallFailure) {
        guard let words = difference(of: mode, in: what) else { return }
        throw .unknown(message: words)
    }

    private func difference(of mode: String?, in what: String) -> String? {
        guard let mode, mode.lowercased() != account.mode.text else { return nil }
        return "\(what) belongs to \(mode), and this account is \(account.mode)"
    }

    /// An id as part of a path: whatever could mean something there is refused.
    static func segment(_ id: String) throws(CallFailure) -> String {
        guard let segment = PercentEncoding.segment(id) else {
            throw .refused(CallRefusal(Refusal(.invalid, "“\(id.prefix(80))” is not an id of Borderless Payments")))
        }
        return segment
    }
}

/// An object without members, where no more is needed.
struct Nothing: Encodable {}
