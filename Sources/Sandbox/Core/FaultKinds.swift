/// What can go wrong with a request, by the name under which the control plane knows it.
public enum RequestFault: String, Sendable, Hashable, CaseIterable {
    /// The answer comes late.
    case latency
    /// The body of the answer comes in small pieces.
    case drip
    /// The connection breaks before anything was done.
    case dropBefore = "drop_before"
    /// It was done, and then the connection breaks.
    case dropAfter = "drop_after"
    /// 429, and nothing was done.
    case rateLimited = "rate_limited"
    /// 500, and nothing was done.
    case errorBefore = "error_before"
    /// It was done, and then 500.
    case errorAfter = "error_after"
    /// 503, and nothing was done.
    case unavailable
    /// It was done, and then 202 with an empty object.
    case accepted

    /// One line for the help text.
    public var explanation: String {
        switch self {
        case .latency: "answer after “seconds”"
        case .drip: "send the answer's body in small pieces over “seconds”"
        case .dropBefore: "break the connection before anything is done"
        case .dropAfter: "do it, then break the connection without an answer"
        case .rateLimited: "answer 429 and do nothing; with “times”, a burst; “retry_after” seconds in its header"
        case .errorBefore: "answer 500 and do nothing"
        case .errorAfter: "do it, then answer 500"
        case .unavailable: "answer 503 and do nothing"
        case .accepted: "do it, then answer 202 with {}"
        }
    }

    /// Whether it says how long the answer takes, and not what the answer is.
    var isDelay: Bool { self == .latency || self == .drip }
}

/// What can go wrong with a webhook, by the name under which the control plane knows it.
public enum WebhookFault: String, Sendable, Hashable, CaseIterable {
    /// It is never posted, and the provider believes that it was.
    case lost
    /// It is posted twice.
    case doubled
    /// It is posted late.
    case late
    /// It is held back and posted after the one that follows it.
    case reversed
    /// Its signature does not fit.
    case badSignature = "bad_signature"
    /// The provider's clock is wrong when it is signed.
    case skewed

    /// One line for the help text.
    public var explanation: String {
        switch self {
        case .lost: "never post it, and never try again"
        case .doubled: "post it twice"
        case .late: "post it “seconds” late"
        case .reversed: "hold it back until the next one was posted, or for “seconds” (60)"
        case .badSignature: "sign it wrongly"
        case .skewed: "sign it with a clock that is “seconds” behind (600)"
        }
    }
}

/// How a webhook is posted.
public struct WebhookTreatment: Sendable, Hashable {
    /// Whether its signature is to be wrong.
    public var badSignature = false
    /// How far behind the provider's clock is; negative where it is ahead.
    public var clockBehind: Duration = .zero

    /// As it should be.
    public init() {}
}
