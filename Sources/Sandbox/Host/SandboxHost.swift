public import HTTPClient
public import HTTPServer
public import HTTPTypes
public import SandboxCore
import Time

/// Serves a simulator on a socket: passes requests in, wakes it when it is due, posts its webhooks.
///
/// Before a request is answered, the instant at which the simulator is next due is published: whoever moves the
/// virtual clock can't jump over a timer that the request has just set.
public actor SandboxHost {
    private var simulator: any Simulator
    private let clock: any SandboxClock
    private let transport: any Transport
    private let pause: @Sendable (Duration) async -> Void
    private let log: @Sendable (String) -> Void
    private var published: (due: Timestamp?, busy: Bool)?
    private var deliveries = 0
    private var isStopped = false

    /// A host; `pause` waits in real time, for answers that are slow on purpose, and `log` takes a line for a person.
    public init(
        _ simulator: any Simulator, clock: any SandboxClock, transport: any Transport,
        pause: @escaping @Sendable (Duration) async -> Void, log: @escaping @Sendable (String) -> Void
    ) {
        self.simulator = simulator
        self.clock = clock
        self.transport = transport
        self.pause = pause
        self.log = log
    }

    /// Answers a request as the provider would. When the shared clock can't be read, the connection is dropped.
    public func answer(_ request: HTTPRequest) async -> ServerAnswer {
        do {
            let now = try await clock.now()
            let answer = simulator.handle(request, at: now)
            try await publish()
            return await serve(answer.dated(now))
        } catch {
            log("a request was dropped, since the clock can't be read: \(error)")
            return .drop
        }
    }

    /// Runs the simulator's timers until it is stopped.
    public func run() async {
        while !isStopped {
            do {
                let now = try await clock.now()
                let isDue = simulator.nextDue.map { $0 <= now } ?? false
                if isDue { try await advance(to: now) } else { try await publish() }
                if !isDue { await clock.wait(until: simulator.nextDue) }
            } catch {
                log("the clock can't be read: \(error)")
                await pause(.milliseconds(200))
            }
        }
    }

    /// Ends `run`, at the latest when the clock's wait is over.
    public func stop() { isStopped = true }

    private func advance(to now: Timestamp) async throws {
        let due = simulator.advance(to: now)
        // What is posted makes the receiver do things: until it has answered, nobody may move the clock.
        deliveries += 1
        var failure: (any Error)?
        do { try await publish() } catch { failure = error }
        for delivery in due {
            let status = await post(delivery)
            simulator.delivered(delivery.id, status: status, at: now)
        }
        deliveries -= 1
        if let failure { throw failure }
        try await publish()
    }

    private func post(_ delivery: WebhookDelivery) async -> Int? {
        let end = delivery.url.dropFirst("https://".count).firstIndex(of: "/") ?? delivery.url.endIndex
        guard let origin = Origin(String(delivery.url[..<end])) else {
            log("a webhook can't be posted to \(delivery.url)")
            return nil
        }
        switch await transport.send(delivery.request, to: origin, timeout: .seconds(5)) {
        case .response(let response): return response.status
        case .notSent, .unknown: return nil
        }
    }

    private func publish() async throws {
        let next = (due: simulator.nextDue, busy: deliveries > 0)
        if let published, published == next { return }
        published = nil
        try await clock.publish(nextDue: next.due, busy: next.busy)
        published = next
    }

    private func serve(_ answer: SandboxAnswer) async -> ServerAnswer {
        switch answer {
        case .respond(let response): return .respond(response)
        case .drop: return .drop
        case .respondSlowly(let response, let delay, let drip):
            if delay > .zero { await pause(delay) }
            guard drip > .zero, !response.body.isEmpty else { return .respond(response) }
            let seconds = max(1, Int(drip.components.seconds))
            return .dripping(response, bytesPerSecond: max(1, response.body.count / seconds))
        case .respondAfterDelivery(let delivery, let make): return .respond(make(await post(delivery)))
        }
    }
}

extension SandboxAnswer {
    /// The same with a `Date`, which providers' answers have: on a virtual clock not the machine's.
    fileprivate func dated(_ now: Timestamp) -> SandboxAnswer {
        @Sendable func dated(_ response: HTTPResponse) -> HTTPResponse {
            var response = response
            response.headers["Date"] = now.httpDate
            return response
        }
        return switch self {
        case .respond(let response): .respond(dated(response))
        case .respondSlowly(let response, let delay, let drip):
            .respondSlowly(dated(response), delay: delay, drip: drip)
        case .drop: .drop
        case .respondAfterDelivery(let delivery, let make):
            .respondAfterDelivery(delivery) { dated(make($0)) }
        }
    }
}
