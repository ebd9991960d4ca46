internal import SandboxCore

/// An error of the API: it is answered in PontisGlobe's envelope (PontisGlobe documentation, “Errors”).
struct PontisError: Error {
    let status: Int
    let code: String
    let message: String

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    init(_ invalid: InvalidField) { self.init(400, "validation_error", "\(invalid)") }

    static let notFound = PontisError(404, "not_found", "Transaction not found.")
    static let unauthorized = PontisError(401, "unauthorized", "Invalid credentials or insufficient permissions.")
    static let badSignature = PontisError(401, "invalid_signature", "Request signature is invalid or has expired.")
    static let expiredToken = PontisError(401, "jwt_expired", "Access token has expired.")
    static let suspended = PontisError(403, "account_suspended", "Account is suspended. KYC is required.")
    static let unreadable = PontisError(400, "bad_request", "The payload could not be decrypted.")
}

/// Runs code that checks members, and turns what it finds into an error of the API.
func checking<Value>(_ body: () throws(InvalidField) -> Value) throws(PontisError) -> Value {
    do { return try body() } catch { throw PontisError(error) }
}
