internal import SandboxCore

/// An error of the API, in the form that is assumed: `{"statusCode":…,"message":…,"error":…}`.
struct BorderlessXYZError: Error {
    let status: Int
    let message: String

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    init(_ invalid: InvalidField) { self.init(400, "\(invalid)") }

    static let unauthorized = BorderlessXYZError(401, "Unauthorized")
    static let notFound = BorderlessXYZError(404, "Not Found")

    static func title(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 404: "Not Found"
        case 409: "Conflict"
        case 413: "Payload Too Large"
        case 422: "Unprocessable Entity"
        case 429: "Too Many Requests"
        case 503: "Service Unavailable"
        default: "Internal Server Error"
        }
    }
}

/// Runs code that checks members, and turns what it finds into an error of the API.
func checking<Value>(_ body: () throws(InvalidField) -> Value) throws(BorderlessXYZError) -> Value {
    do { return try body() } catch { throw BorderlessXYZError(error) }
}

extension JSON {
    /// A string, or `null`.
    static func orNull(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
