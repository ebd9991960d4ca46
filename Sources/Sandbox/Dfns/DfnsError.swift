internal import SandboxCore

/// An error of the API: it is answered in Dfns's envelope.
struct DfnsError: Error {
    let status: Int
    let message: String
    var details: JSON?

    init(_ status: Int, _ message: String, details: JSON? = nil) {
        self.status = status
        self.message = message
        self.details = details
    }

    init(_ invalid: InvalidField) {
        self.init(
            400, "Validation error: \(invalid)",
            details: .fields(["field": .string(invalid.field), "expected": .string(invalid.expected)]))
    }

    static func notFound(_ what: String, _ name: String, _ id: String) -> DfnsError {
        DfnsError(404, "\(what) not found", details: .fields([name: .string(id)]))
    }

    // The texts are those of the documentation (API reference, error codes; errors, 2024).
    static let notAuthorized = DfnsError(401, "Not Authorized.")
    static let noCredential = DfnsError(
        401, "User does not have a credential that can be used for the application.")
    static let challengeNotValid = DfnsError(400, "Challenge token is not valid.")
    static let tokenMissing = DfnsError(403, "user action signature is missing or invalid")
    static let tokenUsed = DfnsError(400, "user action has already been used")
}

/// Runs code that checks members, and turns what it finds into an error of the API.
func checking<Value>(_ body: () throws(InvalidField) -> Value) throws(DfnsError) -> Value {
    do { return try body() } catch { throw DfnsError(error) }
}
