import CLibCurl
import HTTPTypes

/// How a request is told to libcurl; all on the loop's thread.
extension Transfer {
    /// libcurl's handle for this transfer, nil if there is none to be had; the loop frees it.
    func makeHandle() -> UnsafeMutableRawPointer? {
        guard let easy = curl_easy_init() else {
            abort("libcurl has no memory")
            return nil
        }
        self.easy = easy
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = shim_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
        _ = shim_set_receiver(easy, CURLOPT_WRITEFUNCTION, receivePart)
        _ = shim_set_pointer(easy, CURLOPT_WRITEDATA, context)
        _ = shim_set_receiver(easy, CURLOPT_HEADERFUNCTION, receiveLine)
        _ = shim_set_pointer(easy, CURLOPT_HEADERDATA, context)
        _ = shim_set_gate(easy, CURLOPT_PREREQFUNCTION, askToGo)
        _ = shim_set_pointer(easy, CURLOPT_PREREQDATA, context)
        // Signals are the process's own, and a name server that hangs must not hold up the others.
        _ = shim_set_number(easy, CURLOPT_NOSIGNAL, 1)
        _ = shim_set_number(easy, CURLOPT_QUICK_EXIT, 1)
        _ = shim_set_text(easy, CURLOPT_PROXY, proxy ?? "")
        _ = shim_set_number(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        // The path as it was signed, with its dots.
        _ = shim_set_number(easy, CURLOPT_PATH_AS_IS, 1)
        _ = shim_set_text(easy, CURLOPT_URL, "\(origin)\(request.target)")
        if !request.method.isRead {
            _ = shim_set_number(easy, CURLOPT_FRESH_CONNECT, 1)
            _ = shim_set_number(easy, CURLOPT_FORBID_REUSE, 1)
        }
        setMethodAndBody(easy)
        setFields(easy)
        return easy
    }

    /// Frees the handle; the transfer is over.
    func freeHandle() {
        curl_easy_cleanup(easy)
        curl_slist_free_all(fields)
        easy = nil
        fields = nil
    }

    private func setMethodAndBody(_ easy: UnsafeMutableRawPointer) {
        switch request.method {
        case .get:
            return
        case .head:
            _ = shim_set_number(easy, CURLOPT_NOBODY, 1)
        case .delete where request.body.isEmpty, .options where request.body.isEmpty:
            _ = shim_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case .post, .put, .patch, .delete, .options:
            _ = shim_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(request.body.count))
            // One byte more than is sent, so that there is a place to point to even where no body is.
            var body = request.body + [0]
            _ = shim_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, &body)
            _ = shim_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    private func setFields(_ easy: UnsafeMutableRawPointer) {
        // How long the body is, and how it is sent, is for libcurl to say; waiting for a "100 Continue" is never
        // wanted.
        let framing: Set<String> = ["content-length", "transfer-encoding", "expect"]
        var lines = ["Expect:"]
        if request.headers["User-Agent"] == nil { lines.append("User-Agent: lockstep") }
        if request.headers["Content-Type"] == nil {
            // Else libcurl would call it a form.
            lines.append(request.body.isEmpty ? "Content-Type:" : "Content-Type: application/octet-stream")
        }
        for field in request.headers.fields where !framing.contains(field.name.lowercased()) {
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        for line in lines { fields = curl_slist_append(fields, line) }
        _ = shim_set_list(easy, CURLOPT_HTTPHEADER, fields)
    }
}

extension HTTPMethod {
    /// Whether repeating it can do no harm (RFC 9110, section 9.2.1).
    fileprivate var isRead: Bool {
        switch self {
        case .get, .head, .options: true
        case .post, .put, .patch, .delete: false
        }
    }
}

/// A part of an answer's body, from libcurl; taking less than there is breaks the transfer off.
private func receivePart(
    bytes: UnsafeMutablePointer<CChar>?, one: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let part = UnsafeRawBufferPointer(start: bytes, count: one * count)
    return transfer.receive(part: part) ? part.count : 0
}

/// A line of an answer's head, from libcurl.
private func receiveLine(
    bytes: UnsafeMutablePointer<CChar>?, one: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: one * count)
    Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().receive(line: line)
    return line.count
}

/// The last question before a request is written, from libcurl; 0 lets it go.
private func askToGo(
    context: UnsafeMutableRawPointer?, theirs: UnsafeMutablePointer<CChar>?, ours: UnsafeMutablePointer<CChar>?,
    theirPort: Int32, ourPort: Int32
) -> Int32 {
    guard let context else { return 1 }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().mayGo() ? 0 : 1
}
