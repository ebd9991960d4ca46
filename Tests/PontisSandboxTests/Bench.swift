import Domain
import HTTPClient
import HTTPTypes
import PontisGlobe
import PontisSandbox
import ProviderCore
import SandboxCore
import Synchronization
import Testing
import Time

/// A sandbox that Lockstep's own client calls, and a clock that the test moves.
final class Bench: Transport {
    static let start = Timestamp(seconds: 1_772_366_400)  // 2026-03-01T12:00:00Z
    static let encryptionSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    static let hmacSecret = "__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA"

    private struct State {
        var sandbox: Sandbox<PontisSimulator>
        var now = Bench.start
        var posted: [WebhookDelivery] = []
        var nonces = 0
        /// What is answered to callbacks; nil: nothing is said of it.
        var callbackAnswer: Int?
    }

    private let state: Mutex<State>

    init(_ face: PontisOptions.Face = .production, _ change: (inout PontisOptions) -> Void = { _ in }) throws {
        var options = PontisOptions()
        options.face = face
        change(&options)
        let account = try #require(
            PontisWorld.Account(
                apiKey: "key-1", email: "owner@example.com", password: "password-1",
                encryptionSecret: Self.encryptionSecret, hmacSecret: Self.hmacSecret,
                callbackURL: "http://127.0.0.1:9/webhooks/pontis/main"))
        let world = PontisWorld(seed: 1, accounts: [account])
        state = Mutex(State(sandbox: Sandbox(PontisSimulator(world, options: options))))
    }

    func send(_ request: HTTPRequest, to origin: Origin, timeout: Duration) async -> TransportResult {
        switch state.withLock({ $0.sandbox.handle(request, at: $0.now) }) {
        case .respond(let response), .respondSlowly(let response, _, _): .response(response)
        case .drop: .unknown(reason: "connection broken")
        case .respondAfterDelivery(_, let answer): .response(answer(200))
        }
    }

    /// A client whose clock runs this much ahead of the sandbox's.
    func client(ahead: Duration = .zero, password: String = "password-1") throws -> PontisClient {
        let account = try PontisAccount(
            name: "main", mode: .test, origin: try #require(Origin("http://127.0.0.1:1")), apiKey: Secret("key-1"),
            email: "owner@example.com", password: Secret(password),
            sealer: try GCMSealer(secret: Secret(Self.encryptionSecret)) { [self] count in nonce(count) },
            signer: try HMACSigner(secret: Secret(Self.hmacSecret)))
        return PontisClient(account: account, transport: self, now: { [self] in now + ahead })
    }

    /// Bytes that never come twice.
    private func nonce(_ count: Int) -> [UInt8] {
        let number = state.withLock { state in
            state.nonces += 1
            return state.nonces
        }
        return (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8 % 56)) }
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
                let due = state.sandbox.advance(to: state.now)
                state.posted += due
                guard let answer = state.callbackAnswer else { continue }
                for delivery in due { state.sandbox.delivered(delivery.id, status: answer, at: state.now) }
            }
            state.now = end
        }
    }

    func fault(_ fault: RequestFault, on operation: PontisOperation, times: Int = 1) {
        state.withLock { $0.sandbox.faults.add(.init(fault, operation: operation.rawValue, times: times)) }
    }

    func answerCallbacks(with status: Int) { state.withLock { $0.callbackAnswer = status } }

    /// Asks the control plane for an outcome.
    func script(_ body: String) throws { try control("outcome", body) }

    /// Asks the control plane to change options.
    func change(_ body: String, expecting status: Int = 200) throws { try control("options", body, expecting: status) }

    private func control(_ what: String, _ body: String, expecting status: Int = 200) throws {
        let request = HTTPRequest(.post, "/__sandbox/\(what)", body: Array(body.utf8))
        let response = state.withLock { $0.sandbox.handle(request, at: $0.now).response }
        #expect(response?.status == status, "\(String(decoding: response?.body ?? [], as: UTF8.self))")
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

func order(_ amount: String = "125.00", name: String = "Asha Rao") throws -> PontisClient.PayoutOrder {
    PontisClient.PayoutOrder(
        country: try CountryCode(text: "IN"), currency: try CurrencyCode(text: "INR"), method: "bank_local",
        network: nil, sourceAmount: amount, sourceCurrency: nil,
        recipient: ["name": name, "account_number": "50100012345678", "ifsc": "HDFC0000001"],
        purpose: nil, sourceOfFunds: nil)
}

/// Keys of the form that PontisGlobe wants.
func key(_ number: Int) -> String { "6f2b8a52-0f9d-4d65-9c3f-00000000000\(number)" }
