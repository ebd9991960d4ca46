import BorderlessPayments
import BorderlessPaymentsSandbox
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
    static let wallet = "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"

    private struct State {
        var sandbox: Sandbox<PartnerSimulator>
        var now = Bench.start
        var posted: [WebhookDelivery] = []
        /// What our endpoint answers; nil: nothing at all.
        var answer: Int? = 200
    }

    private let state: Mutex<State>

    init(isLive: Bool = false, _ change: (inout PartnerOptions) -> Void = { _ in }) {
        var options = PartnerOptions()
        change(&options)
        let world = PartnerWorld(
            seed: 1,
            keys: [
                .init("sk_test_1"), .init("sk_live"), .init("sk_test_read", scopes: ["users:read", "orders:read"]),
            ],
            teammates: [.init(email: "dev@acme.example", password: "correct-horse-battery-staple")],
            webhooks: [.init(url: "http://127.0.0.1:9/webhooks/borderless_payments/main", secret: "whsec_1")],
            users: [.init(id: "user-known", email: "known@example.com", country: "ES")], isLiveEnabled: isLive)
        state = Mutex(State(sandbox: Sandbox(PartnerSimulator(world, options: options))))
    }

    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        switch state.withLock({ $0.sandbox.handle(request, at: $0.now) }) {
        case .respond(let response), .respondSlowly(let response, _, _): .response(response)
        case .drop: .unknown(reason: "connection broken")
        case .respondAfterDelivery(_, let answer): .response(answer(200))
        }
    }

    func client(_ key: String = "sk_test_1") throws -> PartnerClient {
        let mode: Mode = key.hasPrefix("sk_test_") ? .test : .live
        let origin = mode == .live ? PartnerAccount.productionHost : "http://127.0.0.1:1"
        return PartnerClient(
            account: try PartnerAccount(
                name: "main", mode: mode, origin: try #require(Origin(origin)), apiKey: Secret(key)),
            transport: self)
    }

    /// A request without our client; the answer's body as JSON.
    @discardableResult
    func ask(
        _ method: HTTPMethod, _ path: String, _ body: String = "", key: String = "sk_test_1",
        headers: HTTPHeaders = [:], expect status: Int = 200
    ) throws -> JSON {
        var headers = headers
        if headers["Authorization"] == nil { headers["Authorization"] = "Bearer \(key)" }
        let request = HTTPRequest(method, path, headers: headers, body: Array(body.utf8))
        let response = state.withLock { $0.sandbox.handle(request, at: $0.now).response }
        #expect(response?.status == status, "\(String(decoding: response?.body ?? [], as: UTF8.self))")
        return JSON(parsing: response?.body ?? []) ?? .null
    }

    var now: Timestamp { state.withLock { $0.now } }
    var ledger: Ledger { state.withLock { $0.sandbox.ledger } }
    var posted: [WebhookDelivery] { state.withLock { $0.posted } }
    var kinds: [String] { posted.compactMap { $0.request.headers["Borderlesspayments-Event-Type"] } }

    /// From now on our endpoint answers this.
    func endpoint(answers status: Int?) { state.withLock { $0.answer = status } }

    /// Lets time pass, and posts what is to be posted.
    func pass(_ interval: Duration) {
        state.withLock { state in
            let end = state.now + interval
            while let due = state.sandbox.nextDue, due <= end {
                state.now = max(state.now, due)
                for delivery in state.sandbox.advance(to: state.now) {
                    state.posted.append(delivery)
                    state.sandbox.delivered(delivery.id, status: state.answer, at: state.now)
                }
            }
            state.now = end
        }
    }

    func fault(_ fault: RequestFault, on operation: PartnerOperation, times: Int = 1) {
        state.withLock { $0.sandbox.faults.add(.init(fault, operation: operation.rawValue, times: times)) }
    }

    func fault(_ fault: WebhookFault) { state.withLock { $0.sandbox.faults.add(.init(fault)) } }

    /// Asks the control plane for an outcome.
    func script(_ body: String) throws { try ask(.post, "/__sandbox/outcome", body) }
}

/// The answer of an outcome that has to be one.
func value<Value>(_ outcome: ProviderOutcome<Value>) throws -> Value {
    guard case .answered(let value) = outcome else {
        Issue.record("\(outcome)")
        throw CancellationError()
    }
    return value
}

/// The refusal of an outcome that has to be one.
func refusal<Value>(_ outcome: ProviderOutcome<Value>) throws -> CallRefusal {
    guard case .refused(let refusal) = outcome else {
        Issue.record("\(outcome)")
        throw CancellationError()
    }
    return refusal
}

func person(_ name: String = "maria", reference: String? = nil) -> PartnerClient.NewUser {
    PartnerClient.NewUser(
        email: "\(name)@example.com", firstName: "Maria", lastName: "Garcia", mobile: "+34685555555",
        reference: reference)
}

func order(
    _ reference: String = "job-1", amount: String = "100.00", by instrument: String = "sepa_bank_transfer",
    user: String = "user-known", wallet: String = Bench.wallet, network: String = "polygon", memo: String? = nil
) -> PartnerClient.NewOrder {
    PartnerClient.NewOrder(
        user: user, wallet: wallet, memo: memo, fiatAmount: amount, fiatCurrency: "EUR", crypto: "USDC",
        network: network, instrument: instrument, reference: reference)
}
