import CMicroHTTPD
import HTTPTypes
import Synchronization

/// One request and its answer, from the first line to the last byte.
///
/// The intake belongs to the thread of the connection, which hands it over once, complete, to the handler's task. What
/// both sides touch afterwards is `state`, under its lock.
final class Exchange: @unchecked Sendable {
    /// Where the exchange stands.
    enum State {
        /// Header fields or body are still coming in.
        case receiving
        /// The connection is suspended, and the handler works.
        case handling
        /// The connection goes on; what to send is known.
        case answered(ServerAnswer)
    }

    let connection: OpaquePointer
    private let target: String
    private let state = Mutex(State.receiving)
    private var method: HTTPMethod?
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []
    private var received = 0
    /// The slow body of the answer, if it has one; written by the connection's thread, under the engine's lock.
    var drip: Drip?
    /// Whether nothing of it has been looked at yet.
    private(set) var isNew = true
    /// Whether the engine waits for the end of this exchange.
    var isCounted = false

    init(connection: OpaquePointer, target: String) {
        self.connection = connection
        self.target = target
    }

    /// Reads request line and header fields; an answer if the request goes no further.
    func begin(method name: String, limits: ServerLimits) -> HTTPResponse? {
        isNew = false
        guard let method = HTTPMethod(rawValue: name) else {
            return .text(501, "The method \(name.prefix(32)) is not known here.\n")
        }
        guard target.hasPrefix("/") || target == "*" else {
            return .text(400, "The request target must be a path.\n")
        }
        guard let headers = readHeaders(atMost: limits.headerFields) else {
            return .text(431, "A request may have \(limits.headerFields) header fields.\n")
        }
        self.method = method
        self.headers = headers
        let announced = headers["Content-Length"].flatMap { Int($0) } ?? 0
        return announced > Self.bearable(limits) ? Self.tooLong(limits) : nil
    }

    /// Takes in a part of the body; false if the client sends without end.
    ///
    /// What is too long is read off for a while: a client that still sends would not see an answer.
    func receive(_ part: UnsafeRawBufferPointer, limits: ServerLimits) -> Bool {
        received += part.count
        if received <= limits.bodyBytes {
            body.append(contentsOf: part)
        } else {
            body = []
        }
        return received <= Self.bearable(limits)
    }

    /// The complete request, or the answer to one that is too long.
    func complete(limits: ServerLimits) -> (request: HTTPRequest?, refusal: HTTPResponse?) {
        guard received <= limits.bodyBytes, let method else { return (nil, Self.tooLong(limits)) }
        defer { body = [] }
        return (HTTPRequest(method, target, headers: headers, body: body), nil)
    }

    /// The answer, once there is one.
    var answer: ServerAnswer? {
        state.withLock { state in
            if case .answered(let answer) = state { answer } else { nil }
        }
    }

    /// Lets the connection rest until `finish`.
    func suspend() {
        state.withLock { state in
            state = .handling
            MHD_suspend_connection(connection)
        }
    }

    /// Wakes the connection to send the answer; the first answer counts, a later one finds the connection gone perhaps.
    func finish(with answer: ServerAnswer) {
        state.withLock { state in
            guard case .handling = state else { return }
            state = .answered(answer)
            MHD_resume_connection(connection)
        }
    }

    /// Ends it now: a working handler's request gets 503, a slow body breaks off.
    func abandon() {
        finish(with: .respond(ServerEngine.stopping))
        drip?.breakOff()
    }

    private static func bearable(_ limits: ServerLimits) -> Int { limits.bodyBytes + 8 << 20 }

    private static func tooLong(_ limits: ServerLimits) -> HTTPResponse {
        .text(413, "A body may have \(limits.bodyBytes) bytes.\n")
    }

    private func readHeaders(atMost count: Int) -> HTTPHeaders? {
        var reader = HeaderReader(limit: count)
        _ = withUnsafeMutablePointer(to: &reader) {
            MHD_get_connection_values_n(connection, .HEADER_KIND, readHeader, $0)
        }
        return reader.isFull ? nil : reader.headers
    }
}

/// What `readHeader` fills.
struct HeaderReader {
    let limit: Int
    var headers = HTTPHeaders()
    var isFull = false
}
