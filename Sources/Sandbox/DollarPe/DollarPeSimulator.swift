internal import Crypto
public import HTTPTypes
public import SandboxCore
public import Time

/// DollarPe's payouts for exchanges as a value: customers, banks, limits, quotations, payouts and webhooks, on a clock
/// that somebody else holds.
///
/// It behaves as DollarPe's documentation says; where that leaves a choice, `DollarPeOptions` has it.
public struct DollarPeSimulator: Sendable {
    /// How it behaves where the documentation leaves a choice.
    public var options: DollarPeOptions
    /// What really happened.
    public internal(set) var ledger = Ledger()
    /// The webhooks to post: places in `events`.
    public var outbox = Outbox<Int>()

    var accounts: [DollarPeWorld.Account]
    var customers: [String: DollarPeWorld.Customer]
    var banks: [String: DollarPeWorld.Bank]
    /// How often a customer's or bank account's check has changed: a timer set before is void.
    var changes: [String: Int] = [:]
    /// How far each customer's due diligence is.
    var diligence: [String: DollarPeWorld.Verification] = [:]
    var identifiers: SplitMix64

    var quotations: [Quotation] = []
    var quotationsByID: [String: Int] = [:]
    var payouts: [Payout] = []
    var payoutsByID: [String: Int] = [:]
    var payoutsByReference: [String: Int] = [:]
    var payoutsByOrder: [String: [Int]] = [:]
    var payoutsByCustomer: [String: [Int]] = [:]
    var events: [WebhookEvent] = []
    var timers = Timeline<DollarPeTimer>()
    var rules: [PayoutSelector: [ScriptedOutcome]] = [:]
    var nextRefusals: [DollarPeOperation: [String]] = [:]
    var nextQuotationEndsAtOnce = false

    /// A simulator of this world.
    public init(_ world: DollarPeWorld, options: DollarPeOptions = DollarPeOptions()) {
        self.options = options
        accounts = world.accounts
        customers = Dictionary(world.customers.map { ($0.id, $0) }) { first, _ in first }
        banks = Dictionary(world.banks.map { ($0.id, $0) }) { first, _ in first }
        identifiers = SplitMix64(seed: world.seed)
    }
}

extension DollarPeSimulator: SimulatedProvider {
    /// DollarPe.
    public static var title: String { "DollarPe" }

    /// The API's paths.
    public static var router: Router<DollarPeOperation> { DollarPeOperation.router }

    /// An error in DollarPe's envelope.
    public mutating func errorResponse(_ status: Int, _ message: String) -> HTTPResponse {
        let code =
            switch status {
            case 404: "NOT_FOUND"
            case 413: "INPUT_MALFORMED"
            case 429: "TOO_MANY_REQUESTS"
            default: "SYS_INTERNAL_ERROR"
            }
        return DollarPeError(status, code, message).response(in: options.era)
    }

    /// Answers a call.
    public mutating func respond(to call: Call<DollarPeOperation>, at now: Timestamp) -> SandboxAnswer {
        do throws(DollarPeError) {
            let account = try authenticate(call.request, at: now)
            return .respond(try answer(call, account, at: now))
        } catch {
            return .respond(error.response(in: options.era))
        }
    }

    private mutating func answer(
        _ call: Call<DollarPeOperation>, _ account: Int, at now: Timestamp
    ) throws(DollarPeError) -> HTTPResponse {
        let id = call.parameters.last ?? ""
        switch call.operation {
        case .configuration: return ok(configuration())
        case .rate: return ok(try rate(call.request))
        case .quote: return ok(try quote(try body(call), account, at: now))
        case .readQuotation: return ok(try readQuotation(id, account, at: now))
        case .initiate: return ok(try initiate(try body(call), account, at: now), status: 201)
        case .history: return ok(try history(QueryItems(call.request.query), account))
        case .link: return ok(try link(try body(call), account, at: now))
        case .mockPayout: return ok(try mockPayout(try body(call), account, at: now))
        case .read: return ok(try read(id, account))
        case .createCustomer: return ok(try createCustomer(try body(call), account))
        case .customer: return ok(json(of: try customer(id, account)))
        case .addKYC: return ok(try addKYC(try body(call), account, at: now))
        case .resetKYC: return ok(try resetKYC(try body(call), account))
        case .mockKYC: return ok(try mockKYC(try body(call), account, at: now))
        case .createBank: return ok(try createBank(try body(call), account, at: now))
        case .banks: return ok(try listBanks(id, account))
        case .mockBank: return ok(try mockBank(try body(call), account))
        case .bank: return ok(json(of: try bank(id, of: call.parameters[0], account)))
        case .limits: return ok(limits(of: try customer(id, account), at: now))
        case .saveEDD: return ok(try saveEDD(try body(call), account, at: now))
        case .webhook: return ok(try setWebhook(try body(call), account))
        }
    }

    private func body(_ call: Call<DollarPeOperation>) throws(DollarPeError) -> JSONReader {
        try checking { () throws(InvalidField) in try JSONReader(body: call.request.body) }
    }

    /// An answer in the envelope of the era.
    private func ok(_ data: JSON, status: Int = 200) -> HTTPResponse {
        let none = options.era == .september2026 ? JSON.null : nil
        return HTTPResponse(
            status: status, headers: ["Content-Type": "application/json"],
            body: JSON.fields([
                "status": .bool(true), "message": .string("Success"), "data": data, "err_code": none, "errors": none,
            ]).bytes)
    }

    /// An id of the form of a UUID.
    mutating func makeID() -> String {
        let hexadecimal = Array("0123456789abcdef".utf8)
        return [8, 4, 4, 4, 12].map { identifiers.text($0, from: hexadecimal) }.joined(separator: "-")
    }

    /// When something next happens by itself.
    public var nextTimer: Timestamp? { timers.nextDue }

    /// Customers, bank accounts, quotations, payouts, and what is to be posted.
    public var state: JSON {
        .fields([
            "era": .string(options.era.rawValue),
            "customers": .array(customers.values.sorted { $0.id < $1.id }.map(json(of:))),
            "banks": .array(banks.values.sorted { $0.id < $1.id }.map(json(of:))),
            "quotations": .int(quotations.count),
            "payouts": .array(payouts.indices.map { json(ofPayout: $0, whole: true) }),
            "nextTimer": .text(timers.nextDue?.description), "nextWebhook": .text(outbox.nextDue?.description),
        ])
    }
}
