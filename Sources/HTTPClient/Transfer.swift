import CLibCurl
import HTTPTypes
import Synchronization

/// One request on its way, and what is known of it; the first that is known counts.
///
/// Everything but `result` and `settle` belongs to the loop's thread.
final class Transfer: @unchecked Sendable {
    /// The longest answer, in bytes.
    static let maximumBody = 16 << 20

    /// The request in an error's words.
    let name: String
    let request: HTTPRequest
    let origin: Origin
    let proxy: String?
    /// Whether it may not be sent any more.
    let isTooLate: @Sendable () -> Bool
    /// Whether it was held back at the last moment.
    private var isHeldBack = false
    /// When it is given up.
    let deadline: ContinuousClock.Instant
    private let timeout: Duration
    /// libcurl's handle while the transfer is under way.
    var easy: UnsafeMutableRawPointer?
    var fields: OpaquePointer?
    let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []
    private var isHeadComplete = false
    private let state = Mutex<(result: TransportResult?, waiter: CheckedContinuation<TransportResult, Never>?)>(
        (nil, nil))

    init(
        _ request: HTTPRequest, to origin: Origin, through proxy: String?, within timeout: Duration,
        unless isTooLate: @escaping @Sendable () -> Bool
    ) {
        self.isTooLate = isTooLate
        name = "\(request.method.rawValue) to \(origin)"
        self.request = request
        self.origin = origin
        self.proxy = proxy
        self.timeout = timeout
        deadline = .now + min(timeout, .seconds(86_400 * 365))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit { message.deallocate() }

    /// Waits for what is known; called once.
    func result() async -> TransportResult {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.result == nil { state.waiter = continuation }
                return state.result
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Makes the result known.
    func settle(_ result: TransportResult) {
        let waiter = state.withLock { state -> CheckedContinuation<TransportResult, Never>? in
            guard state.result == nil else { return nil }
            state.result = result
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: result)
    }

    /// Whether the result is known.
    var isSettled: Bool { state.withLock { $0.result != nil } }

    /// The connection stands and nothing is written yet: whether the request may go.
    func mayGo() -> Bool {
        isHeldBack = isTooLate()
        return !isHeldBack
    }

    /// Takes in one line of the answer's head, or of what follows a chunked body.
    func receive(line: UnsafeRawBufferPointer) {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // A new head: what stood before was an interim answer, such as 100.
            headers = HTTPHeaders()
            isHeadComplete = false
        } else if text == "\r\n" || text == "\n" {
            isHeadComplete = true
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop { $0.isWhitespace }
            let end = value.lastIndex { !$0.isWhitespace }
            headers.add(String(text[..<colon]), end.map { String(value[...$0]) } ?? "")
        }
    }

    /// Takes in a part of the answer's body; false if it has become too long.
    func receive(part: UnsafeRawBufferPointer) -> Bool {
        body.append(contentsOf: part)
        return body.count <= Self.maximumBody
    }

    /// The transfer is over, with libcurl's code.
    func complete(_ code: Int) {
        if isHeldBack {
            settle(.tooLate(name))
        } else if code == CURLE_OK, !isHeadComplete {
            // libcurl is content with a status line.
            settle(.unknown(reason: "\(name): the answer broke off before its body"))
        } else if code == CURLE_OK {
            settle(.response(HTTPResponse(status: number(CURLINFO_RESPONSE_CODE), headers: headers, body: body)))
        } else if body.count > Self.maximumBody {
            settle(.unknown(reason: "\(name): the answer is longer than \(Self.maximumBody) bytes"))
        } else {
            let text = message.pointee == 0 ? String(cString: shim_words(code)) : String(cString: message)
            settle(failure(text, isBeforeSending: Self.beforeSending.contains(code)))
        }
    }

    /// The time is over.
    func expire() { abort("no complete answer within \(timeout)") }

    /// The transfer is given up.
    func abort(_ reason: String) {
        var connected: Int64 = 0
        if let easy {
            let moment = origin.isSecure ? CURLINFO_APPCONNECT_TIME_T : CURLINFO_CONNECT_TIME_T
            _ = shim_get_size(easy, moment, &connected)
        }
        settle(failure(reason, isBeforeSending: connected == 0))
    }

    /// Codes of failures that come before the first byte of a request.
    private static let beforeSending: Set<Int> = [
        CURLE_URL_MALFORMAT, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST,
        CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
        CURLE_SSL_CACERT_BADFILE,
    ]

    /// Not sent only if both say so: the kind of failure, and libcurl's count of the bytes that it sent.
    private func failure(_ text: String, isBeforeSending: Bool) -> TransportResult {
        let sent = easy == nil ? 0 : number(CURLINFO_REQUEST_SIZE)
        let reason = "\(name): \(text)"
        return isBeforeSending && sent == 0 ? .notSent(reason: reason) : .unknown(reason: reason)
    }

    private func number(_ info: Int) -> Int {
        var value = 0
        if let easy { _ = shim_get_number(easy, info, &value) }
        return value
    }
}
