import Domain
public import HTTPClient
import Foundation
import HTTPTypes

/// Dfns's API for payouts, as one service account uses it.
///
/// Each call answers with a ``DfnsOutcome``. Reads may be repeated freely. Of the writes, only `createPayout` carries
/// a key by which Dfns deduplicates; `confirm` and `cancel` carry none, so that after `.unknown` the payout has to be
/// read before they are sent again. Each write is signed anew and its single-use token is never kept (Dfns
/// documentation, “User action signing”).
///
/// Nothing here reads a clock or random numbers: the same call sends the same bytes, but for what Dfns's challenge
/// adds.
public struct DfnsClient: Sendable {
    /// Whose calls these are.
    public let account: DfnsAccount
    let transport: any Transport
    let userAgent: String

    /// How long one HTTP request may take, as in Dfns's own SDKs; a write makes three.
    public static let timeout: Duration = .seconds(30)

    /// A client of an account; `userAgent` must not be empty, since Dfns refuses requests without one.
    public init(account: DfnsAccount, transport: any Transport, userAgent: String = "lockstep") {
        self.account = account
        self.transport = transport
        self.userAgent = userAgent
    }

    /// The same client, which sends nothing once it is too late.
    ///
    /// That is asked before each of a call's requests, the two that sign among them; then nothing was done.
    public func sending(unless isTooLate: @escaping @Sendable () -> Bool) -> DfnsClient {
        DfnsClient(
            account: account, transport: ExpiringTransport(transport, isTooLate: isTooLate), userAgent: userAgent)
    }

    /// A request that changes nothing.
    func read<Answer: Decodable>(
        _ method: HTTPMethod, _ target: String, body: [UInt8] = []
    ) async throws(DfnsFailure) -> Answer {
        let response = try await send(request(method, target, body: body), leg: .read)
        if let failure = ErrorMapping.failure(of: response, leg: .read) { throw failure }
        return try decode(response, leg: .read)
    }

    /// A signed request whose answer says something.
    func write<Answer: Decodable>(
        _ method: HTTPMethod, _ target: String, body: [UInt8] = []
    ) async throws(DfnsFailure) -> Answer {
        try decode(try await writeSigned(request(method, target, body: body)), leg: .write)
    }

    /// A signed request whose answer is `{}`.
    func act(_ method: HTTPMethod, _ target: String, body: [UInt8]) async throws(DfnsFailure) -> Accepted {
        _ = try await writeSigned(request(method, target, body: body))
        return Accepted()
    }

    /// Sends one request and tells what is known if no answer came.
    func send(_ request: HTTPRequest, leg: Leg) async throws(DfnsFailure) -> HTTPResponse {
        switch await transport.send(request, to: account.origin, timeout: Self.timeout) {
        case .response(let response): return response
        case .notSent(let reason): throw ErrorMapping.failure(of: reason, sent: false, leg: leg)
        case .unknown(let reason): throw ErrorMapping.failure(of: reason, sent: true, leg: leg)
        }
    }

    /// A request with the header fields that Dfns documents.
    func request(_ method: HTTPMethod, _ target: String, body: [UInt8]) -> HTTPRequest {
        var headers: HTTPHeaders = [
            "Authorization": "Bearer \(account.token.reveal())", "User-Agent": userAgent,
        ]
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        return HTTPRequest(method, target, headers: headers, body: body)
    }

    /// Reads a body; one that can't be read leaves open what happened, unless the request changed nothing.
    func decode<Answer: Decodable>(_ response: HTTPResponse, leg: Leg) throws(DfnsFailure) -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(response.body))
        } catch {
            let message = "Dfns answered \(response.status) with a body that can't be read: \(Self.reason(of: error))"
            throw leg == .write ? .unknown(message: message) : .notApplied(retryAfter: nil, message: message)
        }
    }

    /// The body of a request: the same value always gives the same bytes.
    static func body(_ value: some Encodable) throws(DfnsFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .refused(DfnsRefusal(Refusal(.invalid, "the request can't be written as JSON: \(reason(of: error))")))
        }
    }

    /// An id as part of a path; ids of Dfns are letters, digits, dashes and underscores.
    static func segment(_ id: String) throws(DfnsFailure) -> String {
        guard !id.isEmpty, id.utf8.count <= 64, id.utf8.allSatisfy(isUnreserved) else {
            throw .refused(DfnsRefusal(Refusal(.invalid, "“\(id.prefix(80))” is not an id of Dfns's")))
        }
        return id
    }

    /// A value in a query, with everything escaped that could mean something there.
    static func escaped(_ value: String) -> String {
        value.utf8.map { byte in
            isUnreserved(byte) ? String(UnicodeScalar(byte)) : "%" + Self.hex(byte >> 4) + Self.hex(byte & 15)
        }.joined()
    }

    private static func hex(_ digit: UInt8) -> String { String(digit, radix: 16, uppercase: true) }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Where in a body, and what: Foundation's own description of such an error is longer than helpful.
    private static func reason(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
        case DecodingError.valueNotFound(_, let context): "\(path(context.codingPath)) is null"
        case DecodingError.typeMismatch(_, let context): "\(path(context.codingPath)) has another type than documented"
        case DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty: "it is not JSON"
        case DecodingError.dataCorrupted(let context): "\(path(context.codingPath)): \(context.debugDescription)"
        default: "\(error)"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.isEmpty ? "it" : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
