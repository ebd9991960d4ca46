internal import Crypto
public import HTTPTypes
public import SandboxCore
public import Time

/// Borderless.xyz's withdrawals and refunds as a value, on a clock that somebody else holds.
///
/// It behaves as Borderless.xyz's documentation says; where that leaves a choice, `BorderlessXYZOptions` has it.
public struct BorderlessXYZSimulator: Sendable {
    /// How it behaves where the documentation leaves a choice.
    public var options: BorderlessXYZOptions
    /// What really happened.
    public internal(set) var ledger = Ledger()
    /// The webhooks to post: places in `events`.
    public var outbox = Outbox<Int>()

    var organisations: [BorderlessXYZWorld.Organisation]
    let partners: [BorderlessXYZWorld.Partner]
    var identifiers: SplitMix64
    let tokenKey: [UInt8]
    /// Raised when credentials are replaced: tokens of an older generation are void.
    var generations: [Int]
    var signingKey: PrivateKey?

    var transactions: [Transaction] = []
    var transactionsByID: [String: Int] = [:]
    var quotes: [String: Quote] = [:]
    var instructions: [String: JSON] = [:]
    var answers: [Key: KeptAnswer] = [:]
    var webhooks: [Webhook] = []
    var events: [Event] = []
    var timers = Timeline<Timer>()
    var rules: [Selector: [ScriptedOutcome]] = [:]

    /// Where an idempotency key is unique.
    struct Key: Hashable {
        let organisation: Int
        let text: String
    }

    /// What was answered under a key.
    struct KeptAnswer: Sendable {
        let path: String
        let body: [UInt8]
        let response: HTTPResponse
    }

    /// A price that can be taken once.
    struct Quote: Sendable {
        let organisation: Int
        let asset: String
        let amount: String
        let instructionID: String
        let fiat: String
        let country: String
        let net: String
        let expires: Timestamp
        var isUsed = false
    }

    /// A simulator of this world.
    public init(_ world: BorderlessXYZWorld, options: BorderlessXYZOptions = BorderlessXYZOptions()) {
        self.options = options
        organisations = world.organisations
        partners = world.partners
        generations = Array(repeating: 0, count: world.organisations.count)
        identifiers = SplitMix64(seed: world.seed)
        tokenKey = identifiers.bytes(32)
        signingKey = world.signingKey.flatMap { try? PrivateKey(pem: $0) }
        for (index, organisation) in organisations.enumerated() {
            guard let url = organisation.webhookURL else { continue }
            webhooks.append(Webhook(id: makeID(), organisation: index, url: url, created: Timestamp(seconds: 0)))
        }
    }

    /// 25 letters and digits, as Borderless.xyz's ids are.
    mutating func makeID() -> String { "cm" + identifiers.text(23, from: Self.alphabet) }

    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
}

extension BorderlessXYZSimulator: SimulatedProvider {
    /// Borderless.xyz.
    public static var title: String { "Borderless.xyz" }

    /// The API's paths.
    public static var router: Router<BorderlessXYZOperation> { BorderlessXYZOperation.router }

    /// An error in Borderless.xyz's form.
    public mutating func errorResponse(_ status: Int, _ message: String) -> HTTPResponse {
        response(BorderlessXYZError(status, message))
    }

    /// Answers a call.
    public mutating func respond(to call: Call<BorderlessXYZOperation>, at now: Timestamp) -> SandboxAnswer {
        do throws(BorderlessXYZError) {
            if call.operation == .logIn { return .respond(try logIn(call.request, at: now)) }
            let visitor = try authenticate(call.request, at: now)
            noteFirstVisit(of: visitor.organisation, at: now)
            return .respond(try once(call, visitor, at: now))
        } catch {
            return .respond(response(error))
        }
    }

    /// A repeated request under one key is answered as the first was, where the options say so.
    private mutating func once(
        _ call: Call<BorderlessXYZOperation>, _ visitor: Visitor, at now: Timestamp
    ) throws(BorderlessXYZError) -> HTTPResponse {
        let request = call.request
        let text = request.headers["idempotency-key"]
        let isWrite = [.create, .cancel, .dispatch].contains(call.operation)
        guard isWrite, options.idempotency != .ignored else { return try perform(call, visitor, at: now) }
        guard let text else {
            if options.idempotency == .required { throw BorderlessXYZError(400, "idempotency-key is required") }
            return try perform(call, visitor, at: now)
        }
        let key = Key(organisation: visitor.organisation, text: text)
        if let kept = answers[key] {
            guard kept.path == request.path, isSame(kept.body, request.body) else {
                throw BorderlessXYZError(409, "idempotency-key was used for another request")
            }
            return kept.response
        }
        let response = try perform(call, visitor, at: now)
        answers[key] = KeptAnswer(path: request.path, body: request.body, response: response)
        return response
    }

    private func isSame(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        options.comparison == .bytes ? first == second : JSON(parsing: first) == JSON(parsing: second)
    }

    private mutating func perform(
        _ call: Call<BorderlessXYZOperation>, _ visitor: Visitor, at now: Timestamp
    ) throws(BorderlessXYZError) -> HTTPResponse {
        let (body, parameters) = (call.request.body, call.parameters)
        switch call.operation {
        case .logIn: throw .notFound
        case .createInstruction: return try createInstruction(body, at: now)
        case .readInstruction: return try readInstruction(parameters[1])
        case .quote: return try quote(body, visitor, at: now)
        case .create: return try create(body, visitor, key: call.request.headers["idempotency-key"], at: now)
        case .list: return try list(QueryItems(call.request.query), visitor)
        case .read:
            adopt(parameters[0], visitor, at: now)
            return ok(200, json(of: transactions[try find(parameters[0], visitor)], visitor))
        case .cancel: return try cancel(parameters[0], visitor, at: now)
        case .dispatch: return try dispatch(parameters[0], body, visitor, at: now)
        case .capabilities: return capabilities(country: parameters[0], fiat: parameters[1])
        case .readDefault: return ok(200, defaultJSON(visitor.organisation, at: now))
        case .setDefault: return try setDefault(body, visitor, at: now)
        case .reconfirmDefault: return try reconfirmDefault(visitor, at: now)
        case .listWebhooks, .createWebhook, .readWebhook, .updateWebhook, .deleteWebhook, .publicKey, .rotateKey:
            return try performOnWebhooks(call, visitor, at: now)
        }
    }

    /// When a transaction next moves.
    public var nextTimer: Timestamp? { timers.nextDue }

    func ok(_ status: Int, _ body: JSON) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: body.bytes)
    }

    private func response(_ error: BorderlessXYZError) -> HTTPResponse {
        ok(
            error.status,
            .fields([
                "statusCode": .int(error.status), "message": .string(error.message),
                "error": .string(BorderlessXYZError.title(error.status)),
            ]))
    }

    func json(of transaction: Transaction, _ visitor: Visitor) -> JSON {
        transaction.json(given: options, masked: visitor.isMasked)
    }

    /// All transactions, and what is to be posted.
    public var state: JSON {
        .fields([
            "transactions": .array(
                transactions.map { transaction in
                    .fields([
                        "id": .string(transaction.id), "reference": .text(transaction.order.reference),
                        "amount": .string("\(transaction.order.amount) \(transaction.order.asset)"),
                        "status": .string(transaction.status.rawValue), "refund": transaction.plan.json,
                    ])
                }),
            "webhooks": .array(webhooks.filter { !$0.isDeleted }.map(\.json)),
            "nextTimer": .text(timers.nextDue?.description), "nextWebhook": .text(outbox.nextDue?.description),
        ])
    }
}
