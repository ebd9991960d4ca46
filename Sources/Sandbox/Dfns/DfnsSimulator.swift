internal import Crypto
internal import Domain
public import HTTPTypes
public import SandboxCore
public import Time

/// Dfns Payouts with Borderless behind it, as a value: the organisation's wallets, payouts, transfers, approvals and
/// webhooks, on a clock that somebody else holds.
///
/// It behaves as Dfns's documentation says; where that leaves a choice, `DfnsOptions` has it.
public struct DfnsSimulator: Sendable {
    /// How it behaves where the documentation leaves a choice.
    public var options: DfnsOptions
    /// What really happened.
    public internal(set) var ledger = Ledger()
    /// The webhooks to post: places in `events`.
    public var outbox = Outbox<Int>()

    let wallets: [String: DfnsWorld.Wallet]
    let tokens: [DfnsWorld.Token]
    let usersByBearer: [String: DfnsWorld.User]
    let rates: Rates
    let tokenSecret: [UInt8]

    var identifiers: Identifiers
    var jitter: SplitMix64
    var challenges: ExpiringStore<Challenge>
    var actionTokens: ExpiringStore<ActionToken>
    var timers = Timeline<PayoutTimer>()

    var payouts: [Payout] = []
    var payoutsByID: [String: Int] = [:]
    var payoutsByExternalID: [ExternalID: Int] = [:]
    var transfers: [Transfer] = []
    var transfersByID: [String: Int] = [:]
    var approvals: [Approval] = []
    var approvalsByID: [String: Int] = [:]
    var deposits: [Deposit] = []
    var webhooks: [Webhook] = []
    var events: [WebhookEvent] = []
    var rules = OutcomeRules()

    /// An `externalId`, and the wallet where it must be unique only there.
    struct ExternalID: Hashable {
        let text: String
        let walletID: String?
    }

    /// A simulator of this world.
    public init(_ world: DfnsWorld, options: DfnsOptions = DfnsOptions()) {
        self.options = options
        wallets = Dictionary(world.wallets.map { ($0.id, $0) }) { first, _ in first }
        tokens = world.tokens
        usersByBearer = Dictionary(world.users.map { ($0.bearer, $0) }) { first, _ in first }
        rates = Rates(seed: world.seed)
        identifiers = Identifiers(seed: world.seed)
        // Its own generator, so that jitter can be turned on without changing any id.
        jitter = SplitMix64(seed: ~world.seed)
        tokenSecret = jitter.bytes(32)
        challenges = ExpiringStore(lifetime: options.challengeLifetime)
        // Spent tokens are remembered longer than they live, so that their reuse is recognised.
        actionTokens = ExpiringStore(lifetime: options.tokenLifetime + .hours(1))
        for webhook in world.webhooks {
            webhooks.append(Webhook(webhook, id: identifiers.make("wh")))
        }
    }
}

extension DfnsSimulator: SimulatedProvider {
    /// Dfns Payouts.
    public static var title: String { "Dfns Payouts" }

    /// The API's paths.
    public static var router: Router<DfnsOperation> { DfnsOperation.router }

    /// What a request asks for; the body of an action tells confirming from canceling.
    public static func operation(of request: HTTPRequest) -> (operation: DfnsOperation, parameters: [String])? {
        guard let match = router.match(request) else { return nil }
        guard match.operation == .confirm else { return match }
        let isCancel = JSON(parsing: request.body)?["action"]?.string == "Cancel"
        return (isCancel ? .cancel : .confirm, match.parameters)
    }

    /// An error in Dfns's envelope.
    public mutating func errorResponse(_ status: Int, _ message: String) -> HTTPResponse {
        response(DfnsError(status, message))
    }

    /// Answers a call.
    public mutating func respond(to call: Call<DfnsOperation>, at now: Timestamp) -> SandboxAnswer {
        var answer: SandboxAnswer
        do throws(DfnsError) {
            let user = try authenticate(call)
            let token = call.operation.isSigned ? try checkToken(of: call, user: user, at: now) : nil
            do throws(DfnsError) {
                answer = try perform(call, as: user, at: now)
                if let token { spend(token) }
            } catch {
                if let token, options.refusalsSpendTokens { spend(token) }
                throw error
            }
        } catch {
            answer = .respond(response(error))
        }
        if case .respond(var response) = answer, (call.request.headers["User-Agent"] ?? "").isEmpty {
            response.headers.add("X-Sandbox-Warning", "Dfns requires a User-Agent that is not empty")
            answer = .respond(response)
        }
        dropVoidTimers()
        return answer
    }

    private mutating func perform(
        _ call: Call<DfnsOperation>, as user: DfnsWorld.User, at now: Timestamp
    ) throws(DfnsError) -> SandboxAnswer {
        let id = call.parameters.first ?? ""
        let request = call.request
        switch call.operation {
        case .initiateAction: return .respond(try initiateAction(request, user: user, at: now))
        case .completeAction: return .respond(try completeAction(request, user: user, at: now))
        case .quote: return .respond(try quote(request, at: now))
        case .create: return try createPayout(request, user: user, at: now)
        case .read: return .respond(ok(bytes: render(try payoutIndex(id))))
        case .list: return .respond(try listPayouts(request))
        case .confirm, .cancel: return try act(on: try payoutIndex(id), request, user: user, at: now)
        case .transfer: return .respond(try readTransfer(call.parameters))
        case .history: return .respond(try readHistory(of: id))
        case .approvals: return .respond(try listApprovals(request))
        case .approval: return .respond(ok(approvalJSON(try approvalIndex(id))))
        case .decision: return .respond(try decide(try approvalIndex(id), request, user: user, at: now))
        case .webhookCreate: return .respond(try createWebhook(request, at: now))
        case .webhookList: return .respond(try listWebhooks(request))
        case .webhookRead: return .respond(ok(webhooks[try webhookIndex(id)].json(withSecret: false)))
        case .webhookUpdate: return .respond(try updateWebhook(try webhookIndex(id), request, at: now))
        case .webhookDelete: return .respond(deleteWebhook(try webhookIndex(id)))
        case .webhookPing: return ping(try webhookIndex(id), at: now)
        case .webhookEvents: return .respond(try listEvents(of: try webhookIndex(id), request, at: now))
        case .webhookEvent: return .respond(try readEvent(call.parameters))
        }
    }

    func ok(_ value: JSON) -> HTTPResponse { ok(bytes: value.bytes) }

    func ok(bytes: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: bytes)
    }

    /// The error envelope (API reference, error codes).
    private mutating func response(_ error: DfnsError) -> HTTPResponse {
        let envelope = JSON.fields([
            "error": .fields([
                "id": .string(identifiers.makeErrorID()), "status": .int(error.status),
                "message": .string(error.message), "details": error.details,
            ])
        ])
        return HTTPResponse(
            status: error.status, headers: ["Content-Type": "application/json"], body: envelope.bytes)
    }
}
