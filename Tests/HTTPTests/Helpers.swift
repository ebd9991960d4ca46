import HTTPClient
import HTTPServer
import HTTPTypes
import Testing

extension TransportResult {
    /// The answer, if there is one.
    var response: HTTPResponse? { if case .response(let response) = self { response } else { nil } }
    var status: Int? { response?.status }
    /// The answer's body as text.
    var text: String? { response.map { String(decoding: $0.body, as: UTF8.self) } }
    var isUnknown: Bool { if case .unknown = self { true } else { false } }
    var isNotSent: Bool { if case .notSent = self { true } else { false } }
    /// Why there is no answer.
    var reason: String? {
        switch self {
        case .response: nil
        case .notSent(let reason), .unknown(let reason): reason
        }
    }
}

extension RawServer {
    var origin: Origin { get throws { try #require(Origin("http://127.0.0.1:\(port)")) } }
}

extension HTTPServer {
    var origin: Origin { get throws { try #require(Origin("http://127.0.0.1:\(port)")) } }
}
