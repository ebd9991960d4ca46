import CMicroHTTPD
import HTTPTypes

/// How an answer reaches the connection; each function runs on the connection's thread and returns false to close it.
extension Exchange {
    /// Queues an answer.
    func send(_ response: HTTPResponse) -> Bool {
        let message = response.bodyToSend.withUnsafeBytes { bytes in
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        return queue(message, response)
    }

    /// Queues an answer whose body of `count` bytes is read from `drip`.
    func send(_ response: HTTPResponse, slowly drip: Drip, count: Int) -> Bool {
        let message = MHD_create_response_from_callback(
            UInt64(count), 1024, readDrip, Unmanaged.passRetained(drip).toOpaque(), endDrip)
        return queue(message, response)
    }

    private func queue(_ message: OpaquePointer?, _ response: HTTPResponse) -> Bool {
        guard let message else { return false }
        defer { MHD_destroy_response(message) }
        guard (200...599).contains(response.status) else {
            return send(.text(500, "The handler answered with the status \(response.status).\n"))
        }
        for field in response.headers.fields where !Self.framing.contains(field.name.lowercased()) {
            guard MHD_add_response_header(message, field.name, field.value) == .YES else {
                return send(.text(500, "The handler's answer has a malformed header field.\n"))
            }
        }
        return MHD_queue_response(connection, UInt32(response.status), message) == .YES
    }

    /// How long the body is, and how it is sent, is for the server to say.
    private static let framing: Set<String> = ["content-length", "transfer-encoding"]
}

extension HTTPResponse {
    /// The body, but none where the status has none: there it would be taken for the next answer.
    var bodyToSend: [UInt8] { status == 204 || status == 304 ? [] : body }
}
