import HTTPTypes

/// Whether a request can be sent as it is written.
enum RequestCheck {
    /// What is wrong with it, nil if nothing is.
    static func problem(of request: HTTPRequest, timeout: Duration) -> String? {
        if timeout <= .zero { return "there is no time left for it" }
        if request.method == .get || request.method == .head, !request.body.isEmpty { return "it can't have a body" }
        return problem(ofTarget: request.target) ?? request.headers.fields.lazy.compactMap(problem(of:)).first
    }

    private static func problem(ofTarget target: String) -> String? {
        guard target.hasPrefix("/") else { return "the target must begin with /" }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
            return "the target must be percent-encoded, without a fragment"
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
