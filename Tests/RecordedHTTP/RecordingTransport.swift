public import HTTPClient
public import HTTPTypes
import Synchronization

/// Writes down what is sent, and answers from a script; what comes after the script's end was not sent.
public final class RecordingTransport: Transport {
    /// One request, and how it was sent.
    public struct Sent: Hashable, Sendable {
        /// The request.
        public let request: HTTPRequest
        /// Where to.
        public let origin: Origin
        /// How long its answer was waited for.
        public let timeout: Duration
    }

    private let state: Mutex<(sent: [Sent], answers: [TransportResult])>

    /// A transport with this script.
    public init(_ answers: [TransportResult]) { state = Mutex(([], answers)) }

    /// The next answer of the script.
    public func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        state.withLock { state in
            state.sent.append(Sent(request: request, origin: origin, timeout: timeout))
            return state.answers.isEmpty ? .notSent(reason: "the script has ended") : state.answers.removeFirst()
        }
    }

    /// All that was sent, in order.
    public var sent: [Sent] { state.withLock { $0.sent } }

    /// Each request as it stands on the wire: the request line, the header fields by name, an empty line, the body.
    public var wire: [String] {
        sent.map { sent in
            let fields = sent.request.headers.fields.map { "\($0.name): \($0.value)" }.sorted()
            return (["\(sent.request.method.rawValue) \(sent.request.target)"] + fields).joined(separator: "\n")
                + (sent.request.body.isEmpty ? "" : "\n\n" + String(decoding: sent.request.body, as: UTF8.self))
        }
    }
}

/// A scripted answer of JSON.
public func answer(_ status: Int = 200, _ body: String) -> TransportResult { .response(.json(status, body)) }
