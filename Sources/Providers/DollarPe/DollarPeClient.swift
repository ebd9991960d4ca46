import Crypto
import Domain
import Foundation
public import HTTPClient
import HTTPTypes
import ProviderCore
public import Time

/// DollarPe's API for payouts of exchanges, as one account uses it.
///
/// Nothing carries an idempotency key: after `.unknown`, `initiate` must not be sent again before the quotation was
/// read (DollarPe documentation, “Best practices”).
public struct DollarPeClient: Sendable {
    /// Whose calls these are.
    public let account: DollarPeAccount
    private let api: ProviderAPI
    private let now: @Sendable () -> Timestamp

    /// A client of an account; `now` is what each signature's timestamp is read from.
    public init(account: DollarPeAccount, transport: any Transport, now: @escaping @Sendable () -> Timestamp) {
        self.init(account, ProviderAPI(provider: "DollarPe", origin: account.origin, transport: transport), now)
    }

    private init(_ account: DollarPeAccount, _ api: ProviderAPI, _ now: @escaping @Sendable () -> Timestamp) {
        self.account = account
        self.api = api
        self.now = now
    }

    /// The same client, which sends nothing more once it is too late: that is asked before each request.
    public func sending(unless isTooLate: @escaping @Sendable () -> Bool) -> DollarPeClient {
        DollarPeClient(account, api.sending(unless: isTooLate), now)
    }

    /// A request that changes nothing.
    func read<Answer: Decodable>(_ target: String) async throws(CallFailure) -> Answer {
        try await call(.get, target, signing: Array("{}".utf8), body: [], leg: .read)
    }

    /// A request whose body is signed and sent as the same bytes.
    func write<Answer: Decodable>(
        _ method: HTTPMethod, _ target: String, _ body: some Encodable, leg: Leg = .write
    ) async throws(CallFailure) -> Answer {
        guard let canonical = CanonicalJSON.rewrite(try ProviderAPI.body(body)) else {
            throw .refused(CallRefusal(Refusal(.invalid, "the request can't be written as canonical JSON")))
        }
        return try await call(method, target, signing: canonical, body: canonical, leg: leg)
    }

    private func call<Answer: Decodable>(
        _ method: HTTPMethod, _ target: String, signing: [UInt8], body: [UInt8], leg: Leg
    ) async throws(CallFailure) -> Answer {
        let timestamp = String(now().seconds)
        var headers: HTTPHeaders = [
            "X-API-KEY": account.apiKey.reveal(), "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": DollarPeSignature.sign(
                signing, timestamp: timestamp, apiKey: account.apiKey, apiSecret: account.apiSecret),
        ]
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        let response = try await api.send(HTTPRequest(method, target, headers: headers, body: body), leg: leg)
        // A 2xx may still say no in its flag.
        if let failure = DollarPeError.failure(of: response, leg: leg) { throw failure }
        let envelope: Envelope<Answer> = try api.decode(response, leg: leg)
        return envelope.data
    }

    /// An id as part of a path: whatever could mean something there is refused.
    static func segment(_ id: String) throws(CallFailure) -> String {
        guard let segment = PercentEncoding.segment(id) else {
            throw .refused(CallRefusal(Refusal(.invalid, "“\(id.prefix(80))” is not an id of DollarPe's")))
        }
        return segment
    }
}

/// What surrounds every answer.
private struct Envelope<Answer: Decodable>: Decodable { let data: Answer }
