internal import Time

extension Faults {
    /// The two bodies that are neither a fault of requests nor one of webhooks.
    static let moreHelp: [(name: String, meaning: String)] = [
        (
            "{\"fault\": \"rate_limit\", \"per_minute\": 100}",
            "answer 429 beyond so many requests in a minute; 0 for no limit"
        ),
        (
            "{\"fault\": \"random\", \"seed\": 7, \"rates\": {\"drop_after\": 0.05}}",
            "draw faults of requests (and under “webhook_rates” of webhooks) from a seed"
        ),
    ]

    /// Adds what a body of the control plane asks for.
    mutating func add(_ body: JSONReader, operations: [String]) throws(InvalidField) {
        let name = try body.string("fault")
        switch name {
        case "rate_limit": try setRateLimit(body)
        case "random": try setRandom(body)
        default:
            if body.value("webhook") == nil {
                try addRequestRule(body, operations: operations)
            } else {
                try addWebhookRule(body)
            }
        }
    }

    private mutating func setRateLimit(_ body: JSONReader) throws(InvalidField) {
        try body.refuseOthers(than: ["fault", "per_minute"])
        guard let limit = try body.optionalInt("per_minute", in: 0...1_000_000) else {
            throw InvalidField("per_minute", "is required: a number of requests, or 0 for no limit")
        }
        requestsPerMinute = limit == 0 ? nil : limit
    }

    private mutating func setRandom(_ body: JSONReader) throws(InvalidField) {
        try body.refuseOthers(than: ["fault", "seed", "rates", "webhook_rates"])
        let seed = try body.optionalInt("seed", in: 0...Int.max) ?? 0
        var rates = FaultRates()
        if body.value("rates") != nil { rates.requests = try Self.rates(body.object("rates")) }
        if body.value("webhook_rates") != nil { rates.webhooks = try Self.rates(body.object("webhook_rates")) }
        random = RandomFaults(seed: UInt64(seed), rates: rates)
    }

    private static func rates<Fault: RawRepresentable<String> & CaseIterable & Hashable>(
        _ body: JSONReader
    ) throws(InvalidField) -> [Fault: Double] {
        try body.refuseOthers(than: Fault.allCases.map(\.rawValue))
        var rates: [Fault: Double] = [:]
        for fault in Fault.allCases {
            if let rate = try body.optionalNumber(fault.rawValue, in: 0...1) { rates[fault] = rate }
        }
        return rates
    }

    private mutating func addRequestRule(_ body: JSONReader, operations: [String]) throws(InvalidField) {
        try body.refuseOthers(than: ["fault", "operation", "method", "path", "times", "seconds", "retry_after"])
        guard let fault: RequestFault = try body.optionalChoice("fault") else {
            throw InvalidField("fault", "is required")
        }
        var rule = RequestRule(fault)
        rule.operation = try body.optionalString("operation")
        if let operation = rule.operation, !operations.contains(operation) {
            throw InvalidField("operation", "must be one of \(operations.joined(separator: ", ")), not “\(operation)”")
        }
        rule.method = try body.optionalString("method")
        rule.path = try body.optionalString("path")
        rule.times = try body.optionalInt("times", in: 1...1_000_000) ?? 1
        rule.duration = try body.optionalSeconds("seconds") ?? rule.duration
        rule.retryAfter = try body.optionalInt("retry_after", in: 0...86_400)
        guard rule.retryAfter == nil || fault == .rateLimited || fault == .unavailable else {
            throw InvalidField("retry_after", "goes with rate_limited and unavailable only")
        }
        add(rule)
    }

    private mutating func addWebhookRule(_ body: JSONReader) throws(InvalidField) {
        try body.refuseOthers(than: ["fault", "webhook", "times", "seconds"])
        guard let fault: WebhookFault = try body.optionalChoice("fault") else {
            throw InvalidField("fault", "is required")
        }
        var rule = WebhookRule(fault)
        let kind = try body.string("webhook")
        rule.kind = kind == "*" ? nil : kind
        rule.times = try body.optionalInt("times", in: 1...1_000_000) ?? 1
        rule.duration = try body.optionalSeconds("seconds")
        add(rule)
    }

    /// What is scripted.
    var json: JSON {
        .fields([
            "requests": .array(
                requestRules.map { rule in
                    .fields([
                        "fault": .string(rule.fault.rawValue), "operation": .text(rule.operation),
                        "method": .text(rule.method), "path": .text(rule.path), "times": .int(rule.times),
                    ])
                }),
            "webhooks": .array(
                webhookRules.map { rule in
                    .fields([
                        "fault": .string(rule.fault.rawValue), "webhook": .string(rule.kind ?? "*"),
                        "times": .int(rule.times),
                    ])
                }),
            "requestsPerMinute": requestsPerMinute.map { .int($0) }, "random": .bool(random != nil),
        ])
    }
}
