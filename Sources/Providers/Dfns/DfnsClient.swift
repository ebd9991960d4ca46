import Domain
public import HTTPClient
import HTTPTypes
import ProviderCore

/// Dfns's API for payouts, as one service account uses it.
///
/// Reads may be repeated freely. Of the writes, only `createPayout` carries a key by which Dfns deduplicates; `confirm`
/// and `cancel` carry none, so that after `.unknown` the payout has to be read before they are sent again. Each write
/// is signed anew and its single-use token is never kept (Dfns documentation, “User action signing”).
///
/// Nothing here reads a clock or random numbers: the same call sends the same bytes, but for what Dfns's challenge
/// adds.
public struct DfnsClient: Sendable {
    /// Whose calls these are.
    public let account: DfnsAccount
    let api: ProviderAPI
    private let userAgent: String

    /// How long one HTTP request may take, as in Dfns's own SDKs; a write makes three.
    public static let timeout: Duration = .seconds(30)

    /// A client of an account; `userAgent` must not be empty, since Dfns refuses requests without one.
    public init(account: DfnsAccount, transport: any Transport, userAgent: String = "lockstep") {
        self.init(
            account,
            ProviderAPI(provider: "Dfns", origin: account.origin, transport: transport, timeout: Self.timeout),
            userAgent: userAgent)
    }

    private init(_ account: DfnsAccount, _ api: ProviderAPI, userAgent: String) {
        self.account = account
        self.api = api
        self.userAgent = userAgent
    }

    /// The same client, which sends nothing once it is too late.
    ///
    /// That is asked before each of a call's requests, the two that sign among them; then nothing was done.
    public func sending(unless isTooLate: @escaping @Sendable () -> Bool) -> DfnsClient {
        DfnsClient(account, api.sending(unless: isTooLate), userAgent: userAgent)
    }

    /// A request that changes nothing.
    func read<Answer: Decodable>(
        _ method: HTTPMethod, _ target: String, body: [UInt8] = []
    ) async throws(CallFailure) -> Answer {
        let response = try await api.send(request(method, target, body: body), leg: .read)
        if let failure = ErrorMapping.failure(of: response, leg: .read) { throw failure }
        return try api.decode(response, leg: .read)
    }

    /// A signed request whose answer says something.
    func write<Answer: Decodable>(
        _ method: HTTPMethod, _ target: String, body: [UInt8] = []
    ) async throws(CallFailure) -> Answer {
        try api.decode(try await writeSigned(request(method, target, body: body)), leg: .write)
    }

    /// A signed request whose answer is `{}`.
    func act(_ method: HTTPMethod, _ target: String, body: [UInt8]) async throws(CallFailure) -> Accepted {
        _ = try await writeSigned(request(method, target, body: body))
        return Accepted()
    }

    /// A request with the header fields that Dfns documents.
    func request(_ method: HTTPMethod, _ target: String, body: [UInt8]) -> HTTPRequest {
        var headers: HTTPHeaders = [
            "Authorization": "Bearer \(account.token.reveal())", "User-Agent": userAgent,
        ]
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        return HTTPRequest(method, target, headers: headers, body: body)
    }

    /// An id as part of a path; ids of Dfns are letters, digits, dashes and underscores.
    static func segment(_ id: String) throws(CallFailure) -> String {
        guard let segment = PercentEncoding.segment(id) else {
            throw .refused(CallRefusal(Refusal(.invalid, "“\(id.prefix(80))” is not an id of Dfns's")))
        }
        return segment
    }
}
