internal import HTTPTypes
internal import SandboxCore

/// An error of the API, before it is written as the era writes it.
struct DollarPeError: Error {
    let status: Int
    let code: String
    /// The member that is at fault; nil where it is none.
    let field: String?
    let text: String

    init(_ status: Int = 400, _ code: String = "INPUT_MALFORMED", field: String? = nil, _ text: String) {
        self.status = status
        self.code = code
        self.field = field
        self.text = text
    }

    init(_ invalid: InvalidField) { self.init(400, "REQ_FIELD_MISSING", field: invalid.field, invalid.expected) }

    static let unauthorized = DollarPeError(401, "AUTH_UNAUTHORIZED", field: "api_key", "Unauthorized")
    static let missingHeaders = DollarPeError(401, "AUTH_MISSING_HEADERS", field: "headers", "Missing headers")
    static let badSignature = DollarPeError(401, "AUTH_INVALID_SIGNATURE", field: "signature", "Invalid Signature")
    static let unknownCustomer = DollarPeError(
        400, "USR_NOT_FOUND", field: "customer_id", "Customer not found or access denied")
    static let unverifiedCustomer = DollarPeError(field: "customer_id", "Customer is unverified")
    static let unverifiedBank = DollarPeError(field: "bank_id", "Bank account is unverified")

    /// How an era writes it: the first guides answer a wrong signature with 400, and a 500 under another flag.
    func response(in era: DollarPeOptions.Era) -> HTTPResponse {
        let isFirst = era == .may2025
        let status = isFirst && self.status == 401 ? 400 : self.status
        let flag = isFirst && status >= 500 ? "success" : "status"
        let errors: JSON = status >= 500 ? .string(text) : .fields([field ?? "detail": .array([.string(text)])])
        let title =
            switch status {
            case 400: "Bad Request"
            case 500...: "Internal Server Error"
            default: text
            }
        let code = isFirst || (era == .december2025 && status == 400) ? nil : JSON.string(self.code)
        return HTTPResponse(
            status: status, headers: ["Content-Type": "application/json"],
            body: JSON.fields([
                flag: .bool(false), "message": .string(title), "data": .null, "err_code": code, "errors": errors,
            ]).bytes)
    }
}

/// Runs code that checks members, and turns what it finds into an error of the API.
func checking<Value>(_ body: () throws(InvalidField) -> Value) throws(DollarPeError) -> Value {
    do { return try body() } catch { throw DollarPeError(error) }
}
