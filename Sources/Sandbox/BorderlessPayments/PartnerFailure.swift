internal import SandboxCore

/// An error of the API: it is answered in its envelope (Borderless Payments documentation, “Conventions”).
struct PartnerFailure: Error {
    let status: Int
    let code: String
    let message: String
    var fields: [InvalidField] = []

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    init(_ invalid: InvalidField) {
        self.init(422, "validation_error", "Request validation failed")
        fields = [invalid]
    }

    static let notFound = PartnerFailure(404, "not_found", "Resource not found")
    static let unauthenticated = PartnerFailure(401, "authentication_failed", "Missing or invalid credential")

    static func conflict(_ message: String) -> PartnerFailure { PartnerFailure(409, "conflict", message) }
    static func forbidden(_ message: String) -> PartnerFailure { PartnerFailure(403, "forbidden", message) }
}

/// Runs code that checks members, and turns what it finds into an error of the API.
func checking<Value>(_ body: () throws(InvalidField) -> Value) throws(PartnerFailure) -> Value {
    do { return try body() } catch { throw PartnerFailure(error) }
}
