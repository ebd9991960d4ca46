public import HTTPTypes
public import Time

/// A provider's simulator with all that sandboxes have in common: faults, the control plane under `/__sandbox/`, the
/// posting of webhooks.
public struct Sandbox<Provider: SimulatedProvider>: Simulator {
    /// The largest body of a request that is read, in bytes; larger ones get 413.
    public static var maximumBody: Int { 1 << 20 }

    /// The provider, for tests that look inside.
    public var provider: Provider
    /// What goes wrong on purpose.
    public var faults: Faults

    /// A sandbox of this provider.
    public init(_ provider: Provider, faults: Faults = Faults()) {
        self.provider = provider
        self.faults = faults
    }

    /// What really happened.
    public var ledger: Ledger { provider.ledger }

    /// Answers a request; everything that was due by now has happened before.
    public mutating func handle(_ request: HTTPRequest, at now: Timestamp) -> SandboxAnswer {
        provider.runTimers(to: now)
        if request.target.hasPrefix("/__sandbox") { return .respond(control(request, at: now)) }
        guard request.body.count <= Self.maximumBody else {
            return .respond(provider.errorResponse(413, "the body is larger than \(Self.maximumBody) bytes"))
        }
        let match = Provider.operation(of: request)
        let verdict = faults.judge(request, operation: match?.operation.rawValue, at: now)
        let answer = answer(request, match, verdict, at: now)
        guard verdict.delay > .zero || verdict.drip > .zero, let response = answer.response else { return answer }
        return .respondSlowly(response, delay: verdict.delay, drip: verdict.drip)
    }

    private mutating func answer(
        _ request: HTTPRequest, _ match: (operation: Provider.Operation, parameters: [String])?,
        _ verdict: Faults.RequestVerdict, at now: Timestamp
    ) -> SandboxAnswer {
        switch verdict.fault {
        case .dropBefore: return .drop
        case .rateLimited: return .respond(later(429, "Too Many Requests", verdict.retryAfter))
        case .errorBefore: return .respond(provider.errorResponse(500, "Internal Server Error"))
        case .unavailable: return .respond(later(503, "Service Unavailable", verdict.retryAfter))
        case .dropAfter, .errorAfter, .accepted, .latency, .drip, nil: break
        }
        guard let (operation, parameters) = match else {
            return .respond(provider.errorResponse(404, "Not Found"))
        }
        let answer = provider.respond(
            to: Call(operation, parameters: parameters, request: request), at: now)
        switch verdict.fault {
        case .dropAfter: return .drop
        case .errorAfter: return .respond(provider.errorResponse(500, "Internal Server Error"))
        case .accepted: return (answer.response?.status).map { $0 < 300 } == true ? .respond(.json(202, "{}")) : answer
        case .dropBefore, .rateLimited, .errorBefore, .unavailable, .latency, .drip, nil: return answer
        }
    }

    /// An error that says when to come again, where the fault says so.
    private mutating func later(_ status: Int, _ message: String, _ seconds: Int?) -> HTTPResponse {
        var response = provider.errorResponse(status, message)
        if let seconds { response.headers.add("Retry-After", String(seconds)) }
        return response
    }

    /// When `advance` next has something to do; nil if never, unless a request comes.
    public var nextDue: Timestamp? {
        [provider.nextTimer, provider.outbox.nextDue].compactMap { $0 }.min()
    }

    /// Lets everything happen that is due at or before this instant, in order; returns the webhooks to post now.
    public mutating func advance(to now: Timestamp) -> [WebhookDelivery] {
        provider.runTimers(to: now)
        return provider.outbox.takeDue(at: now, faults: &faults).compactMap { posting in
            let id = provider.outbox.makeID()
            let delivery = provider.delivery(of: posting.message, id: id, treatment: posting.treatment, at: now)
            if delivery != nil, !posting.isCopy { provider.outbox.await(id, of: posting.message) }
            return delivery
        }
    }

    /// Takes note of how posting a webhook went: the status that was answered, or nil if there was no answer.
    public mutating func delivered(_ id: WebhookDelivery.ID, status: Int?, at now: Timestamp) {
        provider.runTimers(to: now)
        guard let message = provider.outbox.takeAwaited(id) else { return }
        provider.delivered(message, status: status, at: now)
    }
}
