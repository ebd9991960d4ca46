import Domain
import Foundation
import HTTPTypes
import ProviderCore

/// Dfns gives no machine-readable error codes: the HTTP status decides, and the message in the few cases where it must
/// (Dfns documentation, “Error codes”).
enum ErrorMapping {
    /// What an answer means that is not the success that was hoped for; nil for success, 2xx but 202.
    static func failure(of response: HTTPResponse, leg: Leg) -> CallFailure? {
        if 200..<300 ~= response.status && response.status != 202 { return nil }
        let error = ErrorEnvelope(response)
        switch (response.status, leg) {
        case (429, _), (503, _), (425, _):
            return .notApplied(retryAfter: response.retryAfter, message: error.line)
        case (400, .write) where error.mentions("user action has already been used"):
            // Something on the way sent our request twice, and one of the two was taken, with what result we can't say.
            return .unknown(message: error.line)
        case (400, .preparation) where error.mentions("challenge token is not valid"):
            // The challenge aged on the way; the next attempt gets a new one.
            return .notApplied(retryAfter: nil, message: error.line)
        case (400..<500, _) where response.status != 408:
            return .refused(
                CallRefusal(
                    Refusal(code(of: error), error.line), status: response.status, duplicateOf: error.duplicateID))
        case (_, .write):
            // 202 too: accepted and parked behind a policy. Only a read can tell.
            return .unknown(message: error.line)
        case (_, .read), (_, .preparation):
            return .notApplied(retryAfter: response.retryAfter, message: error.line)
        }
    }

    /// Whether Dfns turned down the user action itself, and so has not looked at the call.
    static func wantsNewSignature(_ response: HTTPResponse) -> Bool {
        response.status == 403 && ErrorEnvelope(response).mentions("user action signature is missing or invalid")
    }

    private static func code(of error: ErrorEnvelope) -> Refusal.Code {
        switch error.status {
        case 400 where error.mentions("account has been deactivated"): .unauthorized
        case 401: .unauthorized
        case 402: .plan
        case 403: .forbidden
        case 404: .notFound
        case 409: .duplicate
        default: .invalid
        }
    }
}

/// An error as Dfns writes it: `{"error":{"id","status","message","details"}}`; older endpoints leave members out.
struct ErrorEnvelope {
    let status: Int
    let message: String
    let id: String?
    let duplicateID: String?

    init(_ response: HTTPResponse) {
        status = response.status
        let parsed = try? JSONDecoder().decode(Wire.self, from: Data(response.body))
        id = parsed?.error?.id
        duplicateID = parsed?.error?.details?.duplicate?.id
        message = parsed?.error?.message ?? parsed?.message ?? response.excerpt
    }

    /// One line for people: what Dfns said, and what its support asks for.
    var line: String { "Dfns answered \(status): \(message)" + (id.map { " (error \($0))" } ?? "") }

    func mentions(_ words: String) -> Bool { message.lowercased().contains(words) }

    /// Each member is read on its own, so that one of an unexpected type doesn't hide the others.
    private struct Wire: Decodable {
        let error: Detail?
        let message: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            error = try? container.decode(Detail.self, forKey: .error)
            message = try? container.decode(String.self, forKey: .message)
        }

        enum Key: String, CodingKey { case error, message }
    }

    private struct Detail: Decodable {
        let id: String?
        let message: String?
        let details: Details?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            id = try? container.decode(String.self, forKey: .id)
            message = try? container.decode(String.self, forKey: .message)
            details = try? container.decode(Details.self, forKey: .details)
        }

        enum Key: String, CodingKey { case id, message, details }
    }

    private struct Details: Decodable {
        let duplicate: Duplicate?
    }

    private struct Duplicate: Decodable {
        let id: String?
    }
}
