import Domain
import Foundation
import HTTPTypes
import ProviderCore

/// An error as PontisGlobe writes it: `{"ok":false,"request_id":"…","error":{"code":"…","message":"…"}}`.
///
/// Status and code decide together, since `invalid_signature` has two meanings; messages are for people (PontisGlobe
/// documentation, “Errors”).
struct PontisError {
    let status: Int
    let code: String
    let message: String
    let requestID: String?

    init(_ response: HTTPResponse) {
        let wire = try? JSONDecoder().decode(Wire.self, from: Data(response.body))
        status = response.status
        code = wire?.error?.code ?? ""
        message = wire?.error?.message ?? response.excerpt
        requestID = wire?.request_id
    }

    func `is`(_ status: Int, _ code: String) -> Bool { self.status == status && self.code == code }

    /// One line for people: what PontisGlobe said, and what its support asks for.
    private var line: String {
        "PontisGlobe answered \(status)\(code.isEmpty ? "" : " \(code)"): \(message)"
            + (requestID.map { " (request \($0))" } ?? "")
    }

    /// What an answer means that is not the success that was hoped for; nil for success.
    static func failure(of response: HTTPResponse, leg: Leg) -> CallFailure? {
        if 200..<300 ~= response.status { return nil }
        let error = PontisError(response)
        switch response.status {
        case 429, 503: return .notApplied(retryAfter: response.retryAfter, message: error.line)
        // Not PontisGlobe's words: whoever stands between may have lost the answer of an order that was taken.
        case _ where error.code.isEmpty && leg == .write: return .unknown(message: error.line)
        case 400..<500 where response.status != 408:
            return .refused(CallRefusal(Refusal(error.refusal, error.line), status: response.status))
        default:
            return leg == .write
                ? .unknown(message: error.line) : .notApplied(retryAfter: response.retryAfter, message: error.line)
        }
    }

    /// Our word where several of PontisGlobe's mean one thing; else PontisGlobe's own.
    private var refusal: Refusal.Code {
        switch (status, code) {
        case (401, _): .unauthorized
        case (403, _): .forbidden
        case (_, "validation_error"), (_, "bad_request"), (413, _), (_, ""): .invalid
        case (404, "not_found"): .notFound
        default: Refusal.Code(rawValue: code)
        }
    }

    private struct Wire: Decodable {
        let request_id: String?
        let error: Detail?
    }

    private struct Detail: Decodable {
        let code: String?
        let message: String?
    }
}
