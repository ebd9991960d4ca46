internal import Crypto
public import HTTPTypes
public import SandboxCore
public import Time

/// PontisGlobe's payouts as a value: accounts, tokens, payouts and callbacks, on a clock that somebody else holds.
///
/// It behaves as PontisGlobe's documentation says; where that leaves a choice, `PontisOptions` has it.
public struct PontisSimulator: Sendable {
    /// How it behaves where the documentation leaves a choice.
    public var options: PontisOptions
    /// What really happened.
    public internal(set) var ledger = Ledger()
    /// The callbacks to post: places in `callbacks`.
    public var outbox = Outbox<Int>()

    var accounts: [PontisWorld.Account]
    var identifiers: SplitMix64
    let tokenKey: [UInt8]
    /// Raised when credentials are replaced: tokens of an older generation are void.
    var generations: [Int]
    var logIns: [Int: (since: Timestamp, count: Int)] = [:]

    var payouts: [Payout] = []
    var payoutsByID: [String: Int] = [:]
    var payoutsByKey: [Key: Int] = [:]
    var callbacks: [Callback] = []
    var timers = Timeline<PayoutTimer>()
    var rules: [PayoutSelector: [ScriptedOutcome]] = [:]
    var nextRefusals: [PontisError] = []
    /// The keys of recipients whose first order was refused for its cents.
    var refusedOnce: Set<String> = []
    var spentToday: [Int: (day: Int64, cents: Int)] = [:]
    var spentThisMonth: [Int: (month: String, cents: Int)] = [:]

    /// Where an idempotency key is unique.
    struct Key: Hashable {
        let account: Int
        let text: String
    }

    /// A simulator of this world.
    public init(_ world: PontisWorld, options: PontisOptions = PontisOptions()) {
        self.options = options
        accounts = world.accounts
        generations = Array(repeating: 0, count: world.accounts.count)
        identifiers = SplitMix64(seed: world.seed)
        tokenKey = identifiers.bytes(32)
    }
}

extension PontisSimulator: SimulatedProvider {
    /// PontisGlobe.
    public static var title: String { "PontisGlobe" }

    /// The API's paths.
    public static var router: Router<PontisOperation> { PontisOperation.router }

    /// The largest body, in bytes (PontisGlobe documentation, “Errors”).
    static let largestBody = 64 * 1024

    /// An error in PontisGlobe's envelope.
    public mutating func errorResponse(_ status: Int, _ message: String) -> HTTPResponse {
        let code =
            switch status {
            case 404: "not_found"
            case 413: "bad_request"
            case 429: "rate_limited"
            default: "internal_error"
            }
        return response(PontisError(status, code, message))
    }

    /// Answers a call.
    public mutating func respond(to call: Call<PontisOperation>, at now: Timestamp) -> SandboxAnswer {
        do throws(PontisError) {
            guard call.request.body.count <= Self.largestBody else {
                throw PontisError(413, "bad_request", "The body is larger than 64 KB.")
            }
            let account = try authenticate(call.request, at: now)
            let payload = try open(call.request, of: account)
            switch call.operation {
            case .logIn: return .respond(try logIn(payload, account, at: now))
            case .send:
                try checkToken(of: call.request, account, at: now)
                return .respond(try send(payload, account, at: now))
            case .read:
                try checkToken(of: call.request, account, at: now)
                return .respond(try read(payload, account))
            }
        } catch {
            return .respond(response(error))
        }
    }

    /// When a payout next moves.
    public var nextTimer: Timestamp? { timers.nextDue }

    func ok(_ status: Int, _ data: JSON) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "application/json"],
            body: JSON.fields(["ok": .bool(true), "data": data]).bytes)
    }

    private mutating func response(_ error: PontisError) -> HTTPResponse {
        let crockford = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        let envelope = JSON.fields([
            "ok": .bool(false), "request_id": .string("01" + identifiers.text(24, from: crockford)),
            "error": .fields(["code": .string(error.code), "message": .string(error.message)]),
        ])
        return HTTPResponse(
            status: error.status, headers: ["Content-Type": "application/json"], body: envelope.bytes)
    }

    /// All payouts, and what is to be posted.
    public var state: JSON {
        .fields([
            "face": .string(options.face.rawValue),
            "payouts": .array(
                payouts.map { payout in
                    .fields([
                        "transactionId": .string(payout.id), "idempotencyKey": .string(payout.key),
                        "cents": .int(payout.cents), "currency": .string(payout.currency),
                        "status": .string(payout.status.rawValue), "statusMessage": .text(payout.message),
                    ])
                }),
            "nextTimer": .text(timers.nextDue?.description), "nextCallback": .text(outbox.nextDue?.description),
        ])
    }
}
