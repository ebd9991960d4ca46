import Domain
import Foundation
import HTTPTypes
import ProviderCore

/// An error as DollarPe writes it, in each of the shapes that its documents show: the flag is `status` or `success`;
/// `errors` is an object of lists or a text; newer answers have an `err_code`.
struct DollarPeError {
    let status: Int
    let code: String?
    /// All texts, field first where there is one.
    let message: String
    /// Whether it says itself that it is no success.
    let isFlagged: Bool

    init(_ response: HTTPResponse) {
        status = response.status
        let wire = try? JSONDecoder().decode(Wire.self, from: Data(response.body))
        code = wire?.code
        message = wire?.text ?? response.excerpt
        isFlagged = wire?.flag == false
    }

    /// One line for people.
    private var line: String { "DollarPe answered \(status)\(code.map { " \($0)" } ?? ""): \(message)" }

    /// What an answer means that is not the success that was hoped for; nil for success.
    static func failure(of response: HTTPResponse, leg: Leg) -> CallFailure? {
        let error = DollarPeError(response)
        switch response.status {
        case 200..<300 where !error.isFlagged: return nil
        // It says yes and no: what it has done is open, and a read says so in the words of a refusal.
        case 200..<300 where leg == .write || error.isOpen: return error.silence(leg)
        case 200..<300: return .refused(CallRefusal(Refusal(error.refusal, error.line), status: response.status))
        case 429, 503: return .notApplied(retryAfter: response.retryAfter, message: error.line)
        case 400 where error.isOpen: return error.silence(leg)
        case 400..<500 where response.status != 408:
            return .refused(CallRefusal(Refusal(error.refusal, error.line), status: response.status))
        default: return error.silence(leg)
        }
    }

    /// Whether its code says that nobody knows.
    private var isOpen: Bool { code == "NET_TIMEOUT" || code == "UNKNOWN_ERROR" }

    /// DollarPe itself does not know: a read may be repeated, a write may have happened.
    private func silence(_ leg: Leg) -> CallFailure {
        leg == .write ? .unknown(message: line) : .notApplied(retryAfter: nil, message: line)
    }

    /// Few refusals carry a code; their texts are matched loosely, and what is not recognised is `invalid`.
    private var refusal: Refusal.Code {
        // Words alone, with a space around each: “seamless” is not about AML.
        let text = " " + message.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ") + " "
        let isAboutUs = status == 401 || text.contains(" invalid signature ") || code?.hasPrefix("AUTH_") == true
        if isAboutUs { return .unauthorized }
        if status == 404 { return .notFound }
        return Self.texts.first { text.contains($0.words) }?.code ?? .invalid
    }

    /// The texts that a payout's flow has to tell apart (DollarPe documentation, “Quotation” and “Initiate”).
    private static let texts: [(words: String, code: Refusal.Code)] = [
        (" client reference id already exists ", .duplicate),
        (" already linked to another payout ", .duplicate),
        (" already linked to a payout ", .duplicate),
        (" quotation has expired ", .expired),
        (" quotation is not found ", .notFound),
        (" customer is unverified ", "customer_unverified"),
        (" bank account is unverified ", "bank_unverified"),
        // The documents break off here; what is too little is no limit that is used up.
        (" less than mi", .invalid),
        (" edd not required ", "edd_not_required"),
        (" edd ", "edd_required"),
        (" aml ", "aml"),
        (" limit ", "limit_exceeded"),
        (" limits ", "limit_exceeded"),
    ]

    private struct Wire: Decodable {
        let code: String?
        let text: String?
        let flag: Bool?

        private enum Key: String, CodingKey { case message, err_code, errors, status, success }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            code = container.tolerant(.err_code)
            flag = container.tolerant(.status) ?? container.tolerant(.success)
            let message: String? = container.tolerant(.message)
            let fields: [String: [String]] = container.tolerant(.errors) ?? [:]
            let detail: String? = container.tolerant(.errors)
            let listed = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: ", "))" }
            text = listed.isEmpty ? detail ?? message : listed.joined(separator: "; ")
        }
    }
}
