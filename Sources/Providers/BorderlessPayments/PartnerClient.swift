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
        self.account = account
        api = ProviderAPI(provider: "Borderless Payments", origin: account.origin, transport: transport)
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

    /// The same, where the status of the answer says something too.
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

    func decode<Answer: Decodable>(_ response: HTTPResponse, leg: Leg) throws(CallFailure) -> Answer {
        try api.decode(response, leg: leg)
    }

    /// An id as part of a path: whatever could mean something there is refused.
    static func segment(_ id: String) throws(CallFailure) -> String {
        guard let segment = PercentEncoding.segment(id) else {
            throw .refused(CallRefusal(Refusal(.invalid, "“\(id.prefix(80))” is not an id of Borderless Payments")))
        }
        return segment
    }
}

/// No body where none is needed.
struct Nothing: Encodable {}
