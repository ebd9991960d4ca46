import DollarPe
import DollarPeSandbox
import Domain
import HTTPClient
import HTTPTypes
import ProviderCore
import SandboxCore
import Synchronization
import Testing
import Time

/// A sandbox that Lockstep's own client calls, and a clock that the test moves.
final class Bench: Transport {
    static let start = Timestamp(seconds: 1_772_366_400)  // 2026-03-01T12:00:00Z
    static let key = "3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
    static let secret = "test-secret-do-not-use"

    private struct State {
        var sandbox: Sandbox<DollarPeSimulator>
        var now = Bench.start
        var posted: [(at: Timestamp, delivery: WebhookDelivery)] = []
        /// What is answered to webhooks.
        var webhookAnswer: Int? = 200
    }

    private let state: Mutex<State>

    init(_ change: (inout DollarPeOptions) -> Void = { _ in }, limit: Int = 50_000_000) {
        var options = DollarPeOptions()
        options.delays = .moving
        change(&options)
        var customer = DollarPeWorld.Customer(id: "c-1", name: "Zoë Rao")
        customer.dailyLimit = limit
        let world = DollarPeWorld(
            seed: 1,
            accounts: [
                .init(
                    apiKey: Self.key, apiSecret: Self.secret, webhookURL: "http://127.0.0.1:9/webhooks/dollarpe/main"),
                .init(apiKey: "another", apiSecret: "another"),
            ], customers: [customer], banks: [.init(id: "b-1", customer: "c-1")])
        state = Mutex(State(sandbox: Sandbox(DollarPeSimulator(world, options: options))))
    }

    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        switch state.withLock({ $0.sandbox.handle(request, at: $0.now) }) {
        case .respond(let response), .respondSlowly(let response, _, _): .response(response)
        case .drop: .unknown(reason: "connection broken")
        case .respondAfterDelivery(_, let answer): .response(answer(200))
        }
    }

    func account(key: String = key, secret: String = secret) throws -> DollarPeAccount {
        try DollarPeAccount(
            name: "main", mode: .test, origin: try #require(Origin("http://127.0.0.1:1")), apiKey: Secret(key),
            apiSecret: Secret(secret))
    }

    /// A client whose clock runs this much ahead of the sandbox's.
    func client(ahead: Duration = .zero, key: String = key, secret: String = secret) throws -> DollarPeClient {
        DollarPeClient(
            account: try account(key: key, secret: secret), transport: self, now: { [self] in now + ahead })
    }

    /// The answer to any request.
    func answer(_ request: HTTPRequest) throws -> HTTPResponse {
        try #require(state.withLock { $0.sandbox.handle(request, at: $0.now).response })
    }

    /// A call that our client has no use for, such as DollarPe's own sandbox calls; signed like any other.
    @discardableResult
    func call(_ method: HTTPMethod, _ target: String, _ body: String = "") throws -> (status: Int, body: JSON) {
        let timestamp = String(now.seconds)
        let canonical = body.isEmpty ? Array("{}".utf8) : try #require(CanonicalJSON.rewrite(Array(body.utf8)))
        let request = HTTPRequest(
            method, target,
            headers: [
                "X-API-KEY": Self.key, "X-TIMESTAMP": timestamp,
                "X-SIGNATURE": DollarPeSignature.sign(
                    canonical, timestamp: timestamp, apiKey: Secret(Self.key), apiSecret: Secret(Self.secret)),
            ], body: Array(body.utf8))
        let response = try answer(request)
        return (response.status, try #require(JSON(parsing: response.body)))
    }

    var now: Timestamp { state.withLock { $0.now } }
    var ledger: Ledger { state.withLock { $0.sandbox.ledger } }
    var posted: [(at: Timestamp, delivery: WebhookDelivery)] { state.withLock { $0.posted } }
    func answerWebhooks(with status: Int?) { state.withLock { $0.webhookAnswer = status } }
    func change(_ change: (inout DollarPeOptions) -> Void) {
        state.withLock { change(&$0.sandbox.provider.options) }
    }

    /// Lets time pass, and posts what is to be posted.
    func pass(_ interval: Duration) {
        state.withLock { state in
            let end = state.now + interval
            while let due = state.sandbox.nextDue, due <= end {
                state.now = max(state.now, due)
                for delivery in state.sandbox.advance(to: state.now) {
                    state.posted.append((state.now, delivery))
                    state.sandbox.delivered(delivery.id, status: state.webhookAnswer, at: state.now)
                }
            }
            state.now = end
        }
    }

    func fault(_ fault: RequestFault, on operation: DollarPeOperation, times: Int = 1) {
        state.withLock { $0.sandbox.faults.add(.init(fault, operation: operation.rawValue, times: times)) }
    }

    func fault(_ fault: WebhookFault, of kind: String? = nil, duration: Duration? = nil) {
        state.withLock { $0.sandbox.faults.add(.init(fault, kind: kind, duration: duration)) }
    }

    /// Asks the control plane for an outcome; the status of its answer.
    @discardableResult
    func script(_ body: String) -> Int? { control("outcome", body) }

    /// Asks the control plane for an outcome, or for other options; the status of its answer.
    func control(_ what: String, _ body: String) -> Int? {
        let request = HTTPRequest(.post, "/__sandbox/\(what)", body: Array(body.utf8))
        return state.withLock { $0.sandbox.handle(request, at: $0.now).response?.status }
    }

    // MARK: The journey

    func quote(_ amount: String = "51") async throws -> ProviderOutcome<DollarPeClient.Quotation> {
        await (try client()).quote(
            .init(asset: "usdt", fiat: "inr", amount: amount, customer: "c-1", bank: "b-1", risk: nil))
    }

    func initiate(
        _ quotation: String, order: String = "1", reference: String = "r-1"
    ) async throws -> ProviderOutcome<DollarPeClient.Payout> {
        await (try client()).initiate(
            .init(quotation: quotation, customer: "c-1", exchangeOrder: order, reference: reference))
    }

    /// Quotes and orders; the payout's id.
    func payout(_ amount: String = "51", order: String = "1", reference: String = "r-1") async throws -> String {
        let quotation = try value(try await quote(amount))
        return try value(try await initiate(quotation.id, order: order, reference: reference)).id
    }

    func status(of id: String) async throws -> String {
        try value(await (try client()).payout(id)).status.description
    }
}

/// The answer of an outcome that has to be one.
func value<Value>(_ outcome: ProviderOutcome<Value>, at location: SourceLocation = #_sourceLocation) throws -> Value {
    guard case .answered(let value) = outcome else {
        Issue.record("\(outcome)", sourceLocation: location)
        throw CancellationError()
    }
    return value
}

/// The code and words of the refusal of an outcome that has to be one.
func refusal<Value>(
    _ outcome: ProviderOutcome<Value>, at location: SourceLocation = #_sourceLocation
) throws -> CallRefusal {
    guard case .refused(let refusal) = outcome else {
        Issue.record("\(outcome)", sourceLocation: location)
        throw CancellationError()
    }
    return refusal
}
