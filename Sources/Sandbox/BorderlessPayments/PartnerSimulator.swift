internal import Crypto
public import HTTPTypes
public import SandboxCore
public import Time

/// The Partner API of Borderless Payments as a value: users, checks, quotes, orders and webhooks, on a clock that somebody
/// else holds.
///
/// It behaves as the documentation says; where that leaves a choice, `PartnerOptions` has it. Nothing is documented of
/// what makes an order of the test mode go on: here customers act by themselves, and the control plane can make them act
/// otherwise.
public struct PartnerSimulator: Sendable {
    /// How it behaves where the documentation leaves a choice.
    public var options: PartnerOptions
    /// What really happened.
    public internal(set) var ledger = Ledger()
    /// The attempts to post webhooks: places in `attempts`.
    public var outbox = Outbox<Int>()

    var keys: [PartnerWorld.Key]
    let teammates: [PartnerWorld.Teammate]
    var isLiveEnabled: Bool
    var identifiers: SplitMix64
    let tokenKey: [UInt8]
    var answers: ExpiringStore<KeptAnswer>

    var users: [UserRecord] = []
    var orders: [OrderRecord] = []
    var quotes: [QuoteRecord] = []
    var webhooks: [PartnerMode: WebhookConfig] = [:]
    var deliveries: [DeliveryRecord] = []
    var attempts: [DeliveryAttempt] = []
    var timers = Timeline<PartnerTimer>()
    var rules: [ScriptedRule] = []
    var refusals: [ScriptedRefusal] = []

    /// A simulator of this world.
    public init(_ world: PartnerWorld, options: PartnerOptions = PartnerOptions()) {
        self.options = options
        keys = world.keys
        teammates = world.teammates
        isLiveEnabled = world.isLiveEnabled
        identifiers = SplitMix64(seed: world.seed)
        tokenKey = identifiers.bytes(32)
        answers = ExpiringStore(lifetime: options.keyLifetime)
        for webhook in world.webhooks {
            webhooks[webhook.mode] = WebhookConfig(url: webhook.url, secret: webhook.secret)
        }
        users = world.users.map { UserRecord(known: $0) }
    }

    /// An id in the form of a UUID.
    mutating func makeID() -> String {
        let digits = identifiers.text(32, from: Array("0123456789abcdef".utf8))
        func part(_ start: Int, _ length: Int) -> Substring { digits.dropFirst(start).prefix(length) }
        return "\(part(0, 8))-\(part(8, 4))-4\(part(13, 3))-8\(part(17, 3))-\(part(20, 12))"
    }
}

/// What an idempotency key keeps.
struct KeptAnswer: Sendable {
    let fingerprint: [UInt8]
    let response: HTTPResponse
    let until: Timestamp
}

/// What is to happen by itself; void where the user or order has moved since.
struct PartnerTimer: Sendable {
    enum Subject: Sendable {
        case user(Int)
        case order(Int)
    }

    let subject: Subject
    let moves: Int
}

extension PartnerSimulator: SimulatedProvider {
    /// Borderless Payments.
    public static var title: String { "Borderless Payments" }

    /// The API's paths.
    public static var router: Router<PartnerOperation> { PartnerOperation.router }

    /// An error in the API's envelope; what is our own fault is an upstream's here (502).
    public mutating func errorResponse(_ status: Int, _ message: String) -> HTTPResponse {
        switch status {
        case 404: response(.notFound)
        case 500: response(PartnerFailure(502, "upstream_error", "Upstream provider failed"))
        default: response(PartnerFailure(status, "error", message))
        }
    }

    /// Answers a call.
    public mutating func respond(to call: Call<PartnerOperation>, at now: Timestamp) -> SandboxAnswer {
        do throws(PartnerFailure) {
            return .respond(try answer(call, at: now))
        } catch {
            return .respond(response(error))
        }
    }

    private mutating func answer(
        _ call: Call<PartnerOperation>, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        switch call.operation {
        case .health: return json(200, .fields(["status": .string("ok")]))
        case .ready: return json(200, .fields(["status": .string("ok"), "checks": .object([])]))
        case .logIn: return try logIn(call.request, at: now)
        case _:
            let caller = try authenticate(call.request, for: call.operation, at: now)
            guard call.operation.takesKey, let key = call.request.headers["Idempotency-Key"] else {
                return try perform(call, caller, at: now)
            }
            return try once("\(caller.mode.rawValue) \(key)", call, caller, at: now)
        }
    }

    /// The same key and body: the same answer, for a day.
    private mutating func once(
        _ key: String, _ call: Call<PartnerOperation>, _ caller: Caller, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        let fingerprint = fingerprint(of: call.request)
        if let kept = answers[key], now < kept.until {
            guard kept.fingerprint == fingerprint else {
                throw PartnerFailure(
                    422, "idempotency_key_reuse_mismatch", "Idempotency-Key was used with another request")
            }
            return kept.response
        }
        let made: HTTPResponse
        do throws(PartnerFailure) {
            made = try perform(call, caller, at: now)
        } catch {
            guard options.storedAnswers == .all else { throw error }
            made = response(error)
        }
        answers.put(
            KeptAnswer(fingerprint: fingerprint, response: made, until: now + options.keyLifetime), under: key, at: now)
        return made
    }

    private func fingerprint(of request: HTTPRequest) -> [UInt8] {
        let body = options.bodies == .json ? JSON(parsing: request.body)?.bytes ?? request.body : request.body
        return SHA256.digest(Array("\(request.method.rawValue) \(request.target)\n".utf8) + body)
    }

    private mutating func perform(
        _ call: Call<PartnerOperation>, _ caller: Caller, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        try refuse(call.operation)
        switch call.operation {
        case .health, .ready, .logIn: throw .notFound
        case .context: return json(200, context(caller))
        case .createUser, .listUsers, .readUser, .editUser, .disableUser, .enableUser:
            return try performOnUsers(call, caller.mode, at: now)
        case .startKYC, .readKYC, .refreshKYC, .onboard, .declarePurpose, .listLevels:
            return try performOnChecks(call, caller.mode, at: now)
        case .quote, .catalogue, .createOrder, .listOrders, .readOrder, .confirmPayment:
            return try performOnOrders(call, caller.mode, at: now)
        case .setWebhook, .readWebhook, .subscribe, .listEventTypes, .rotateSecret, .listDeliveries, .readDelivery,
            .replayDelivery:
            return try performOnWebhooks(call, caller.mode, at: now)
        }
    }

    /// When something next happens by itself.
    public var nextTimer: Timestamp? { timers.nextDue }

    /// Runs every timer due at or before this instant, in order, each at its own instant.
    public mutating func runTimers(to now: Timestamp) {
        while let (instant, timer) = timers.takeNext(dueAt: now) {
            switch timer.subject {
            case .user(let index) where users[index].moves == timer.moves: moveUser(index, at: instant)
            case .order(let index) where orders[index].moves == timer.moves: moveOrder(index, at: instant)
            case .user, .order: break
            }
        }
    }

    func json(_ status: Int, _ value: JSON) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: value.bytes)
    }

    mutating func response(_ failure: PartnerFailure) -> HTTPResponse {
        let errors = failure.fields.map { field in
            JSON.fields(["field": .string(field.field), "message": .string(field.expected)])
        }
        return json(
            failure.status,
            .fields([
                "error": .fields([
                    "code": .string(failure.code), "message": .string(failure.message),
                    "details": failure.fields.isEmpty ? .object([]) : .fields(["errors": .array(errors)]),
                ]), "request_id": .string("req_" + makeID()),
            ]))
    }

    /// All users and orders, and what is to happen next.
    public var state: JSON {
        .fields([
            "users": .array(users.map(\.json)), "orders": .array(orders.map(\.json)),
            "nextTimer": .text(timers.nextDue?.description), "nextWebhook": .text(outbox.nextDue?.description),
        ])
    }
}

extension Timestamp {
    /// As the API writes instants.
    var offsetText: String { description.replacing("Z", with: "+00:00") }
}

extension JSON {
    /// A text, or null.
    static func orNull(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
}
