import Domain
import Foundation
public import HTTPClient
public import HTTPTypes

/// Which part of a call an answer belongs to: it decides what silence means.
public enum Leg: Hashable, Sendable {
    /// A request that changes nothing: whatever went wrong, it may be repeated.
    case read
    /// What has to come before the call itself, such as a log-in or a signature: nothing has happened yet.
    case preparation
    /// The call itself: unless the provider says no, it may have happened.
    case write
}

/// One account's way to a provider's HTTP API: a request is sent once, and what is known afterwards is said.
public struct ProviderAPI: Sendable {
    /// The provider's name as people write it, for messages.
    public let provider: String
    /// Where the API is.
    public let origin: Origin
    /// How long one request may take.
    public let timeout: Duration
    private let transport: any Transport

    /// A way to an API.
    public init(provider: String, origin: Origin, transport: any Transport, timeout: Duration = .seconds(30)) {
        self.provider = provider
        self.origin = origin
        self.transport = transport
        self.timeout = timeout
    }

    /// The same way, on which nothing is sent once it is too late: that is asked before each single request.
    public func sending(unless isTooLate: @escaping @Sendable () -> Bool) -> ProviderAPI {
        ProviderAPI(
            provider: provider, origin: origin, transport: ExpiringTransport(transport, isTooLate: isTooLate),
            timeout: timeout)
    }

    /// Sends one request and tells what is known if no answer came.
    public func send(_ request: HTTPRequest, leg: Leg) async throws(CallFailure) -> HTTPResponse {
        switch await transport.send(request, to: origin, timeout: timeout) {
        case .response(let response): return response
        case .notSent(let reason): throw .notApplied(retryAfter: nil, message: reason)
        case .unknown(let reason):
            throw leg == .write
                ? .unknown(message: "\(provider) did not answer: \(reason)")
                : .notApplied(retryAfter: nil, message: reason)
        }
    }

    /// Reads a body; one that can't be read leaves open what happened, unless the request changed nothing.
    public func decode<Answer: Decodable>(_ response: HTTPResponse, leg: Leg) throws(CallFailure) -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(response.body))
        } catch {
            let message =
                "\(provider) answered \(response.status) with a body that can't be read: "
                + Self.reason(of: error)
            throw leg == .write ? .unknown(message: message) : .notApplied(retryAfter: nil, message: message)
        }
    }

    /// The body of a request: the same value always gives the same bytes.
    public static func body(_ value: some Encodable) throws(CallFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .refused(CallRefusal(Refusal(.invalid, "the request can't be written as JSON: \(reason(of: error))")))
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

extension HTTPResponse {
    /// `Retry-After` in seconds, an hour at most; also where a provider documents none, since a proxy may send it.
    public var retryAfter: Duration? {
        guard let text = headers["Retry-After"], let seconds = UInt32(text) else { return nil }
        return .seconds(min(seconds, 3600))
    }

    /// The beginning of a body that is not what was documented, on one line, for people.
    public var excerpt: String {
        let text = String(decoding: body.prefix(300), as: UTF8.self)
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.isEmpty ? "no reason given" : line
    }
}
