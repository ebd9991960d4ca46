public import HTTPTypes
public import Time

/// A simulated provider: requests in, answers out, on a clock that somebody else holds.
///
/// It opens no socket, starts no thread and reads no clock. Whoever hosts it passes requests in, wakes it when it asks
/// to be woken, posts the webhooks it hands out and tells it how that went.
public protocol Simulator: Sendable {
    /// Answers a request; everything that was due by now has happened before.
    mutating func handle(_ request: HTTPRequest, at now: Timestamp) -> SandboxAnswer

    /// When `advance` next has something to do; nil if never, unless a request comes.
    var nextDue: Timestamp? { get }

    /// Lets everything happen that is due at or before this instant, in order; returns the webhooks to post now.
    mutating func advance(to now: Timestamp) -> [WebhookDelivery]

    /// Takes note of how posting a webhook went: the status that was answered, or nil if there was no answer.
    mutating func delivered(_ id: WebhookDelivery.ID, status: Int?, at now: Timestamp)

    /// What really happened.
    var ledger: Ledger { get }

    /// What goes wrong on purpose.
    var faults: Faults { get set }
}

/// What a simulator does with a request.
public enum SandboxAnswer: Sendable {
    /// Answer at once.
    case respond(HTTPResponse)
    /// Answer after a delay; the body then takes as long as `drip` to arrive (zero: it comes at once).
    case respondSlowly(HTTPResponse, delay: Duration, drip: Duration)
    /// Break the connection without an answer; whether something was done before, the client can't know.
    case drop
    /// Post this webhook first; its result (a status, or nil for no answer) makes the answer.
    case respondAfterDelivery(WebhookDelivery, @Sendable (Int?) -> HTTPResponse)

    /// The response, where there is one and it hangs on nothing else.
    public var response: HTTPResponse? {
        switch self {
        case .respond(let response), .respondSlowly(let response, _, _): response
        case .drop, .respondAfterDelivery: nil
        }
    }
}

/// A webhook that is to be posted.
public struct WebhookDelivery: Sendable, Hashable, Identifiable {
    /// Numbers the deliveries of one simulator, from 1.
    public struct ID: RawRepresentable, Sendable, Hashable {
        /// The number.
        public let rawValue: Int

        /// A delivery's number.
        public init(rawValue: Int) { self.rawValue = rawValue }
    }

    /// Which delivery.
    public let id: ID
    /// Where to, absolute: `http://127.0.0.1:8080/webhooks/dfns`.
    public let url: String
    /// What to post; its target is the path and query of `url`.
    public let request: HTTPRequest

    /// A delivery.
    public init(id: ID, url: String, headers: HTTPHeaders, body: [UInt8]) {
        self.id = id
        self.url = url
        // “http:”, nothing, the host, and all that follows.
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        request = HTTPRequest(.post, "/" + (parts.count > 3 ? parts[3] : ""), headers: headers, body: body)
    }
}
