import Foundation
import FoundationNetworking
import HTTPTypes

/// Turns a request into Foundation's, or says why it can't be sent as it is written.
enum RequestMessage {
    struct Problem: Error {
        let reason: String
    }

    static func make(of request: HTTPRequest, to origin: Origin, timeout: Duration) -> Result<URLRequest, Problem> {
        if let reason = problem(of: request, timeout: timeout) { return .failure(Problem(reason: reason)) }
        guard let url = URL(string: "\(origin)\(request.target)", encodingInvalidCharacters: false) else {
            return .failure(Problem(reason: "the target is no valid path and query"))
        }
        var message = URLRequest(url: url)
        message.httpMethod = request.method.rawValue
        message.cachePolicy = .reloadIgnoringLocalAndRemoteCacheData
        message.httpShouldHandleCookies = false
        // Foundation counts whole seconds, and anew with each byte: our own deadline comes first.
        message.timeoutInterval = Double(timeout.components.seconds) + 60
        for field in request.headers.fields where !framing.contains(field.name.lowercased()) {
            message.addValue(field.value, forHTTPHeaderField: field.name)
        }
        if !request.body.isEmpty { message.httpBody = Data(request.body) }
        for (name, value) in defaults where request.headers[name] == nil {
            message.setValue(value, forHTTPHeaderField: name)
        }
        if !request.body.isEmpty, request.headers["Content-Type"] == nil {
            // Else Foundation would call it a form.
            message.setValue("application/octet-stream", forHTTPHeaderField: "Content-Type")
        }
        return .success(message)
    }

    /// How long the body is, and how it is sent, is for libcurl to say.
    private static let framing: Set<String> = ["content-length", "transfer-encoding"]

    /// What Foundation would fill in from the machine's language, and libcurl with all codings that it can undo.
    private static let defaults = [
        ("User-Agent", "lockstep"), ("Accept-Language", "en"), ("Accept-Encoding", "identity"),
    ]

    private static func problem(of request: HTTPRequest, timeout: Duration) -> String? {
        if timeout <= .zero { return "there is no time left for it" }
        if request.method == .get || request.method == .head, !request.body.isEmpty { return "it can't have a body" }
        return problem(ofTarget: request.target) ?? request.headers.fields.lazy.compactMap(problem(of:)).first
    }

    private static func problem(ofTarget target: String) -> String? {
        guard target.hasPrefix("/") else { return "the target must begin with /" }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
            return "the target must be percent-encoded, without a fragment"
        }
        // libcurl removes dot segments: what arrived would not be what was signed.
        let path = target.prefix { $0 != "?" }.lowercased().replacing("%2e", with: ".")
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            return "the target must not have . or .. as a part of its path"
        }
        return nil
    }

    private static func problem(of field: HTTPHeaders.Field) -> String? {
        let isToken = field.name.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7f && !#""(),/:;<=>?@[\]{}"#.utf8.contains(byte)
        }
        guard isToken, !field.name.isEmpty else { return "a header field has a malformed name" }
        guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            return "the header field \(field.name) has a line break or another control character"
        }
        return nil
    }
}
