import BorderlessXYZ
import BorderlessXYZSandbox
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
    static let home = "0x00000000000000000000000000000000000000aa"

    private struct State {
        var sandbox: Sandbox<BorderlessXYZSimulator>
        var now = Bench.start
        var posted: [WebhookDelivery] = []
        var webhookStatus: Int? = 200
    }

    private let state: Mutex<State>

    init(
        world change: (inout BorderlessXYZWorld) -> Void = { _ in },
        _ options: (inout BorderlessXYZOptions) -> Void = { _ in }
    ) {
        var organisation = BorderlessXYZWorld.Organisation(
            id: "clxt1", clientID: "client-1", clientSecret: "secret-1",
            webhookURL: "http://127.0.0.1:9/webhooks/borderless_xyz/main")
        organisation.refundAddresses = ["POLYGON": Self.home]
        var world = BorderlessXYZWorld(seed: 1, organisations: [organisation])
        change(&world)
        var chosen = BorderlessXYZOptions()
        options(&chosen)
        state = Mutex(State(sandbox: Sandbox(BorderlessXYZSimulator(world, options: chosen))))
    }

    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        switch state.withLock({ $0.sandbox.handle(request, at: $0.now) }) {
        case .respond(let response), .respondSlowly(let response, _, _): .response(response)
        case .drop: .unknown(reason: "connection broken")
        case .respondAfterDelivery(_, let answer): .response(answer(200))
        }
    }

    func client(
        id: String = "client-1", secret: String = "secret-1", personalData: BorderlessXYZAccount.PersonalData = .all
    ) throws -> BorderlessXYZClient {
        let account = try BorderlessXYZAccount(
            name: "main", mode: .test, origin: try #require(Origin("http://127.0.0.1:1")), clientID: id,
            clientSecret: Secret(secret), personalData: personalData)
        return BorderlessXYZClient(account: account, transport: self, now: { [self] in now })
    }

    /// A token, for requests that the client would not write.
    func token() async throws -> String {
        let request = HTTPRequest(
            .post, "/v1/auth/m2m/token", body: Array(#"{"clientId":"client-1","clientSecret":"secret-1"}"#.utf8))
        guard let origin = Origin("http://127.0.0.1:1"),
            case .response(let response) = await send(request, to: origin, timeout: .seconds(1))
        else { throw CancellationError() }
        return try #require(JSON(parsing: response.body)?["accessToken"]?.string)
    }

    var now: Timestamp { state.withLock { $0.now } }
    var ledger: Ledger { state.withLock { $0.sandbox.ledger } }
    var posted: [WebhookDelivery] { state.withLock { $0.posted } }

    /// Lets time pass, and posts what is to be posted.
    func pass(_ interval: Duration) {
        state.withLock { state in
            let end = state.now + interval
            while let due = state.sandbox.nextDue, due <= end {
                state.now = max(state.now, due)
                for delivery in state.sandbox.advance(to: state.now) {
                    state.posted.append(delivery)
                    state.sandbox.delivered(delivery.id, status: state.webhookStatus, at: state.now)
                }
            }
            state.now = end
        }
    }

    /// What our address answers from now on; nil: nothing.
    func answerWebhooks(_ status: Int?) { state.withLock { $0.webhookStatus = status } }

    func fault(_ fault: RequestFault, on operation: BorderlessXYZOperation, times: Int = 1) {
        state.withLock { $0.sandbox.faults.add(.init(fault, operation: operation.rawValue, times: times)) }
    }

    func change(_ body: (inout BorderlessXYZSimulator) -> Void) { state.withLock { body(&$0.sandbox.provider) } }

    /// Asks the control plane for an outcome.
    func script(_ body: String) {
        let request = HTTPRequest(.post, "/__sandbox/outcome", body: Array(body.utf8))
        let response = state.withLock { $0.sandbox.handle(request, at: $0.now).response }
        #expect(response?.status == 200, "\(String(decoding: response?.body ?? [], as: UTF8.self))")
    }
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

func request(_ amount: String = "100.00", asset: String = "USDC_POLYGON") throws -> BorderlessXYZClient.QuoteRequest {
    BorderlessXYZClient.QuoteRequest(
        accountID: "acc-1", paymentInstructionID: "ins-1", asset: asset, amount: amount,
        fiat: try CurrencyCode(text: "USD"), country: try CountryCode(text: "US"))
}

func order(
    _ amount: String = "100.00", quote: String? = nil, reference: String = "ref-1",
    to destination: BorderlessXYZClient.RefundDestination? = nil
) throws -> BorderlessXYZClient.WithdrawalOrder {
    BorderlessXYZClient.WithdrawalOrder(
        request: try request(amount), quoteID: quote, purpose: .other, purposeDescription: nil, reference: reference,
        refundDestination: destination)
}

/// Keys of the form that is sent.
func key(_ number: Int) -> String { "6f2b8a52-0f9d-4d65-9c3f-00000000000\(number)" }
