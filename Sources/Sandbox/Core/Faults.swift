internal import HTTPTypes
public import Time

/// What goes wrong on purpose: scripted rules, a rate limit, and faults drawn at random from a seed.
public struct Faults: Sendable {
    /// A scripted fault of requests: the next few that it fits.
    public struct RequestRule: Sendable, Hashable {
        /// What goes wrong.
        public var fault: RequestFault
        /// Only requests for this operation; nil for any.
        public var operation: String?
        /// Only requests with this verb; nil for any.
        public var method: String?
        /// Only requests whose path begins like this; nil for any.
        public var path: String?
        /// For how many more requests.
        public var times: Int
        /// How long, where the fault is about time.
        public var duration: Duration
        /// What a 429 or 503 says in `Retry-After`, in seconds; nil: nothing.
        public var retryAfter: Int?

        /// A rule for the next `times` requests that it fits.
        public init(
            _ fault: RequestFault, operation: String? = nil, method: String? = nil, path: String? = nil,
            times: Int = 1, duration: Duration = .seconds(1), retryAfter: Int? = nil
        ) {
            self.fault = fault
            self.operation = operation
            self.method = method
            self.path = path
            self.times = times
            self.duration = duration
            self.retryAfter = retryAfter
        }

        func fits(operation: String?, method: String, path: String) -> Bool {
            times > 0 && (self.operation == nil || self.operation == operation)
                && (self.method == nil || self.method == method)
                && (self.path.map { path.hasPrefix($0) } ?? true)
        }
    }

    /// A scripted fault of webhooks: the next few that it fits.
    public struct WebhookRule: Sendable, Hashable {
        /// What goes wrong.
        public var fault: WebhookFault
        /// Only webhooks whose kind begins like this; nil for any.
        public var kind: String?
        /// For how many more webhooks.
        public var times: Int
        /// How long, where the fault is about time; nil for the fault's own default.
        public var duration: Duration?

        /// A rule for the next `times` webhooks that it fits.
        public init(_ fault: WebhookFault, kind: String? = nil, times: Int = 1, duration: Duration? = nil) {
            self.fault = fault
            self.kind = kind
            self.times = times
            self.duration = duration
        }

        func fits(kind: String) -> Bool { times > 0 && (self.kind.map { kind.hasPrefix($0) } ?? true) }
    }

    /// The scripted faults of requests; the first that fits is taken.
    public private(set) var requestRules: [RequestRule] = []
    /// The scripted faults of webhooks; the first that fits is taken.
    public private(set) var webhookRules: [WebhookRule] = []
    /// How many requests are answered in a minute, beyond which they get 429; nil for no limit.
    public var requestsPerMinute: Int?
    /// The window in which requests are counted.
    private var minute: (started: Timestamp, requests: Int)?
    /// The faults that are drawn at random, if any.
    public var random: RandomFaults?

    /// Nothing goes wrong.
    public init() {}

    /// Faults drawn at random: the same seed and the same requests give the same faults.
    public static func random(seed: UInt64, rates: FaultRates) -> Faults {
        var faults = Faults()
        faults.random = RandomFaults(seed: seed, rates: rates)
        return faults
    }

    /// Adds a rule for requests, behind those that are there.
    public mutating func add(_ rule: RequestRule) { requestRules.append(rule) }

    /// Adds a rule for webhooks, behind those that are there.
    public mutating func add(_ rule: WebhookRule) { webhookRules.append(rule) }

    /// What goes wrong with one request.
    struct RequestVerdict: Sendable {
        var fault: RequestFault?
        var delay: Duration = .zero
        var drip: Duration = .zero
        var retryAfter: Int?
    }

    /// Decides about one request, and counts it.
    mutating func judge(_ request: HTTPRequest, operation: String?, at now: Timestamp) -> RequestVerdict {
        var verdict = RequestVerdict()
        if !requestRules.isEmpty {
            let delay = takeRule(isDelay: true, operation, request)
            if delay?.fault == .latency { verdict.delay = delay?.duration ?? .zero }
            if delay?.fault == .drip { verdict.drip = delay?.duration ?? .zero }
            let rule = takeRule(isDelay: false, operation, request)
            (verdict.fault, verdict.retryAfter) = (rule?.fault, rule?.retryAfter)
        }
        random?.draw(into: &verdict)
        if isOverLimit(at: now) { verdict.fault = .rateLimited }
        return verdict
    }

    /// Decides about one webhook, and counts it.
    mutating func judge(webhook kind: String) -> (fault: WebhookFault, duration: Duration?)? {
        if let index = webhookRules.firstIndex(where: { $0.fits(kind: kind) }) {
            let rule = webhookRules[index]
            webhookRules[index].times -= 1
            if webhookRules[index].times == 0 { webhookRules.remove(at: index) }
            return (rule.fault, rule.duration)
        }
        return random?.drawWebhook()
    }

    private mutating func takeRule(isDelay: Bool, _ operation: String?, _ request: HTTPRequest) -> RequestRule? {
        let path = request.path
        let fitting = requestRules.firstIndex {
            $0.fault.isDelay == isDelay && $0.fits(operation: operation, method: request.method.rawValue, path: path)
        }
        guard let index = fitting else { return nil }
        let rule = requestRules[index]
        requestRules[index].times -= 1
        if requestRules[index].times == 0 { requestRules.remove(at: index) }
        return rule
    }

    /// Counts in windows of a minute, each of which starts with a request.
    private mutating func isOverLimit(at now: Timestamp) -> Bool {
        guard let requestsPerMinute else { return false }
        guard let current = minute, now - current.started < .seconds(60) else {
            minute = (now, 1)
            return requestsPerMinute < 1
        }
        minute = (current.started, current.requests + 1)
        return current.requests + 1 > requestsPerMinute
    }
}

/// How often each fault is drawn: shares from 0 (never) to 1 (always).
public struct FaultRates: Sendable, Hashable {
    /// The share of requests with each fault.
    public var requests: [RequestFault: Double]
    /// The share of webhooks with each fault.
    public var webhooks: [WebhookFault: Double]
    /// The longest latency that is drawn.
    public var longestLatency: Duration
    /// The longest lateness of a webhook that is drawn.
    public var longestLateness: Duration

    /// Rates; faults that are not named never happen.
    public init(
        requests: [RequestFault: Double] = [:], webhooks: [WebhookFault: Double] = [:],
        longestLatency: Duration = .seconds(60), longestLateness: Duration = .minutes(10)
    ) {
        self.requests = requests
        self.webhooks = webhooks
        self.longestLatency = longestLatency
        self.longestLateness = longestLateness
    }
}

/// Faults drawn from a seed.
public struct RandomFaults: Sendable {
    private var generator: SplitMix64
    /// How often each is drawn.
    public let rates: FaultRates

    /// Faults at these rates, drawn from a seed.
    public init(seed: UInt64, rates: FaultRates) {
        generator = SplitMix64(seed: seed)
        self.rates = rates
    }

    mutating func draw(into verdict: inout Faults.RequestVerdict) {
        // In the order of the list and not of the dictionary, which is another one in each process.
        for fault in RequestFault.allCases {
            guard let rate = rates.requests[fault], rate > 0, generator.share() < rate else { continue }
            switch fault {
            case .latency: verdict.delay = upTo(rates.longestLatency)
            case .drip: verdict.drip = upTo(rates.longestLatency)
            default: verdict.fault = verdict.fault ?? fault
            }
        }
    }

    mutating func drawWebhook() -> (fault: WebhookFault, duration: Duration?)? {
        for fault in WebhookFault.allCases {
            guard let rate = rates.webhooks[fault], rate > 0, generator.share() < rate else { continue }
            return (fault, fault == .late ? upTo(rates.longestLateness) : nil)
        }
        return nil
    }

    private mutating func upTo(_ longest: Duration) -> Duration {
        .microseconds(Int64(generator.share() * Double(longest.microseconds)))
    }
}
