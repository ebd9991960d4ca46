import Domain
import Foundation
import HTTPTypes
import ProviderCore

/// An error of the Partner API: `{"error":{"code","message","details"},"request_id"}`; programs branch on the code
/// (Borderless Payments documentation, “Errors”).
struct PartnerError {
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

    /// One line for people, with what the support asks for.
    private var line: String {
        "Borderless Payments answered \(status)\(code.isEmpty ? "" : " \(code)"): \(message)"
            + (requestID.map { " (request \($0))" } ?? "")
    }

    /// What an answer means that is not the success that was hoped for; nil for success.
    static func failure(of response: HTTPResponse, leg: Leg) -> CallFailure? {
        if 200..<300 ~= response.status { return nil }
        let error = PartnerError(response)
        switch response.status {
        case 429, 503: return .notApplied(retryAfter: response.retryAfter, message: error.line)
        // Not their words: whoever stands between may have lost the answer of an order that was taken.
        case _ where error.code.isEmpty && leg == .write: return .unknown(message: error.line)
        case 400..<500 where response.status != 408:
            return .refused(CallRefusal(Refusal(error.refusal, error.line), status: response.status))
        default:
            // 502 is “safe to retry”: with the same key, which is what follows from not knowing.
            return leg == .write
                ? .unknown(message: error.line) : .notApplied(retryAfter: response.retryAfter, message: error.line)
        }
    }

    private var refusal: Refusal.Code {
        switch (status, code) {
        case (401, _), (400, "mode_required"): .unauthorized
        case (403, _): .forbidden
        case (404, _): .notFound
        // By what word the venue's wish is told is not documented; any that names the purpose is taken for it.
        case (409, let code) where code.contains("purpose"), (422, let code) where code.contains("purpose"):
            "purpose_required"
        case (409, _): "conflict"
        case (422, "idempotency_key_reuse_mismatch"): .duplicate
        case (_, _): .invalid
        }
    }

    private struct Wire: Decodable {
        struct Detail: Decodable {
            let code: String?
            let message: String?
        }

        let error: Detail?
        let request_id: String?
    }
}
