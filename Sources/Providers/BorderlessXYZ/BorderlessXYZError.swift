import Domain
import Foundation
import HTTPTypes
import ProviderCore

/// An error as Borderless.xyz is assumed to write it: `{"statusCode":400,"message":"…"|["…"],"error":"Bad Request"}`.
///
/// No page documents it; this is the form of the framework by which the API's document was made. So the status decides,
/// and the words are for people.
struct BorderlessXYZError {
    let status: Int
    let message: String

    init(_ response: HTTPResponse) {
        let wire = try? JSONDecoder().decode(Wire.self, from: Data(response.body))
        status = response.status
        message = wire?.text ?? response.excerpt
    }

    private var line: String { "Borderless.xyz answered \(status): \(message)" }

    /// What an answer means that is not the success that was hoped for; nil for success.
    static func failure(of response: HTTPResponse, leg: Leg) -> CallFailure? {
        if 200..<300 ~= response.status { return nil }
        let error = BorderlessXYZError(response)
        switch response.status {
        case 429, 503: return .notApplied(retryAfter: response.retryAfter, message: error.line)
        case 400..<500 where response.status != 408:
            return .refused(CallRefusal(Refusal(error.refusal, error.line), status: response.status))
        default:
            return leg == .write
                ? .unknown(message: error.line) : .notApplied(retryAfter: response.retryAfter, message: error.line)
        }
    }

    /// A quote that has run out, or was used, has no code of its own: it is told by its words.
    private var refusal: Refusal.Code {
        let text = message.lowercased()
        // Whole words: what is refused, paused or unused was not used.
        let words = text.split { !$0.isLetter && !$0.isNumber }
        func isQuote(_ word: String) -> Bool { text.contains("quote") && words.contains { $0 == word } }
        return switch status {
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        // Where it may be either, what was opened with it is looked for first.
        case _ where isQuote("used"): .used
        case _ where isQuote("expired"): .expired
        case 409: .conflict
        default: .invalid
        }
    }

    private struct Wire: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            let lines: [String]? = container.tolerant(.message)
            let line: String? = container.tolerant(.message)
            text = lines.map { $0.joined(separator: "; ") } ?? line ?? container.tolerant(.error)
        }

        private enum Key: String, CodingKey { case message, error }
    }
}

extension Refusal.Code {
    /// What is asked for can't be done in the state in which the object is.
    static let conflict: Self = "conflict"
    /// A quote was used before: a withdrawal may have been opened with it.
    static let used: Self = "used"
}
