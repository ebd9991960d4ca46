import Activities
import DollarPe
import DollarPePayout
import DollarPeSandbox
import Domain
import Engine
import Foundation
import HTTPClient
import LockstepTesting
import SandboxCore
import Time
import Webhooks
import WorkflowCore

/// `dollarpe_payout` in a run: DollarPe's sandbox, and our account there. Nothing there deduplicates.
struct DollarPeRail: Rail {
    let flows: [any Workflow.Type] = [DollarPePayout.self]
    /// A failed payout is waited for during seven days, and a used-up limit for a day or three before it.
    let patience: Duration = .days(14)
    /// A payout that has arrived waits for its transfer for ever.
    let looksInTheCalm = true

    private let options: DollarPeOptions
    /// Whether a customer may be paid no more than two payouts a day.
    private let isLimited: Bool
    private let account: DollarPeAccount

    /// How many customers there are: some have several payouts at once.
    private static let customers = 40

    init(_ dice: inout Dice, isPlain: Bool) throws {
        options = isPlain ? Self.plain : Self.options(&dice)
        isLimited = !isPlain && dice.chance(0.3)
        account = try DollarPeAccount(
            name: "main", mode: .test, origin: try Site.origin(), apiKey: Secret("key-of-the-run"),
            apiSecret: Secret("secret-of-the-run"))
    }

    private static var plain: DollarPeOptions {
        var options = DollarPeOptions()
        options.delays = .moving
        return options
    }

    private static func options(_ dice: inout Dice) -> DollarPeOptions {
        var options = DollarPeOptions()
        options.era = dice.pick(DollarPeOptions.Era.allCases)
        options.configuration = dice.pick(DollarPeOptions.ConfigurationShape.allCases)
        options.duplicate = dice.pick(DollarPeOptions.DuplicateReading.allCases)
        options.link = dice.pick(DollarPeOptions.LinkReading.allCases)
        options.requiredRisk = dice.chance(0.5) ? ["ip_address", "law_enforcement_agency_report"] : []
        options.linkedQuotation = dice.pick(DollarPeOptions.LinkedReading.allCases)
        options.delays.payout = dice.spread(.seconds(10), .minutes(50))
        options.delays.refund = dice.spread(.seconds(10), .hours(3))
        options.delays.review = dice.spread(.minutes(1), .hours(3))
        return options
    }

    func sites(_ dice: inout Dice) throws -> [Site] {
        let customers = (0..<Self.customers).map { number in
            var customer = DollarPeWorld.Customer(id: "c-\(number)")
            customer.dailyLimit = isLimited ? 1_000_000 : 5_000_000_000
            customer.verifiedLimit = customer.dailyLimit
            return customer
        }
        let world = DollarPeWorld(
            seed: dice.number(),
            accounts: [
                .init(
                    apiKey: "key-of-the-run", apiSecret: "secret-of-the-run",
                    webhookURL: "http://127.0.0.1:1/webhooks/dollarpe/main")
            ], customers: customers,
            banks: (0..<Self.customers).map { .init(id: "b-\($0)", customer: "c-\($0)") })
        return [Site("dollarpe", at: account.origin, Sandbox(DollarPeSimulator(world, options: options)))]
    }

    func addHandlers(to desk: inout Desk) {
        let client = DollarPeClient(account: account, transport: desk.transport, now: desk.now)
        desk.add(DollarPePayoutActivities(clients: ["main": client]))
    }

    var sources: [any WebhookSource] { [DollarPeWebhookSource(accounts: [account])] }
}

/// What apps and DollarPe's support do.
extension DollarPeRail {
    func input(of number: Int, isPlain: Bool, _ people: inout Dice) -> String {
        let hundredths = isPlain || people.chance(0.4) ? 0 : people.whole(1...10)
        let amount = hundredths < 10 ? "51.0\(hundredths)" : "51.\(hundredths)"
        let accept = people.chance(0.3) ? "ask" : "auto"
        let link = people.chance(0.4) ? "after_initiate" : "after_success"
        let transfer = people.chance(0.7) ? #""exchange_transfer_id":"\#(Self.transfer(of: number))","# : ""
        let minimum = !isPlain && people.chance(0.05) ? #""min_fiat_amount":"99999999","# : ""
        let customer = number % Self.customers
        let risk =
            options.requiredRisk.isEmpty
            ? ""
            : #""risk_parameters":{"ip_address":"203.0.113.10","law_enforcement_agency_report":false},"#
        return """
            {"customer_id":"c-\(customer)","bank_id":"b-\(customer)","asset":"usdt","sending_amount":"\(amount)",\
            "exchange_order_id":"9223372036854775\(1000 + number)",\(transfer)\(minimum)\(risk)"link":"\(link)",\
            "accept":"\(accept)","on_limit":"wait"}
            """
    }

    private static func transfer(of number: Int) -> String { "transfer-\(1000 + number)" }

    /// The transfer that the app names for a job: its order's number says which.
    private func transfer(of job: StoredJob) -> String {
        let order = (try? JSONDecoder().decode(ExchangeOrder.self, from: Data(job.input.utf8)))?.exchange_order_id
        return "transfer-\(order?.suffix(4) ?? "unknown")"
    }

    private struct ExchangeOrder: Decodable { let exchange_order_id: String }

    var wishes: [Wish] {
        [
            // Yes to the price, once more or at the wrong time.
            Wish(name: "accept", share: 0.1, times: 3),
            // Nobody's transfer, and no transfer at all: too early mostly, and then refused.
            Wish(name: "transfer", payload: "{}", share: 0.05, times: 2),
        ]
    }

    func look(at job: StoredJob, _ people: inout Dice) -> [Deed] {
        let name = Deed.tell("transfer", payload: #"{"id":"\#(transfer(of: job))"}"#)
        switch job.row.state {
        case "awaitingAcceptance": return [.tell("accept")] + mishap(&people)
        case "awaitingTransfer": return [name]
        case "monitoring", "provingLink": return people.chance(0.3) ? [name] : []
        case "quoting", "checkingLimits": return mishap(&people)
        default: return []
        }
    }

    /// What DollarPe may do to whoever asks next: a rate that moves, a quotation that ends, a refusal that passes.
    private func mishap(_ people: inout Dice) -> [Deed] {
        guard people.chance(0.3) else { return [] }
        return [
            people.pick([
                .act(#"{"outcome":"expire_quotation"}"#),
                .act(#"{"outcome":"rate","value":"8100"}"#),
                .act(#"{"outcome":"refuse","operation":"quote","value":"Bank account is unverified"}"#),
                .act(#"{"outcome":"refuse","operation":"initiate","value":"Customer is unverified"}"#),
            ])
        ]
    }

    /// Support frees what is stuck, on hold or canceled.
    var support: [Deed] { [.act(#"{"outcome":"succeed","all":true}"#)] }
}

/// What DollarPe's ledger may show.
extension DollarPeRail {
    func isWrite(_ request: SentRequest) -> Bool {
        request.path.hasSuffix("/payout/initiate") || request.path.hasSuffix("/payout/update-transfer-id")
    }

    func isRepeat(_ request: SentRequest, after effects: Effects) -> Bool {
        switch request.activity {
        case "initiate": request.path.hasSuffix("/payout/initiate") && effects[.created] != nil
        case "link": request.path.hasSuffix("/update-transfer-id") && effects[.linked] != nil
        default: false
        }
    }

    var acts: Set<Ledger.Kind> { [.created, .linked] }

    var once: Set<Ledger.Kind> { [.created, .linked, .disbursed, .failed, .refunded, .returned] }

    var consent: Consent? {
        Consent(effect: .created, signal: "accept") { $0.contains(#""accept":"auto""#) }
    }

    func isUnderWay(_ effects: Effects) -> Bool {
        let ends: [Ledger.Kind] = [.disbursed, .failed, .refunded, .canceled]
        return effects[.created] != nil && ends.allSatisfy { effects[$0] == nil }
    }

    func contradiction(of job: StoredJob, _ effects: Effects) -> String? {
        let (wasOrdered, hasArrived) = (effects[.created] != nil, effects[.disbursed] != nil)
        let isBack = effects[.refunded] != nil || effects[.returned] != nil
        switch job.row.status {
        case .completed where !hasArrived: return "nothing was paid out"
        case .completed where effects[.linked] == nil: return "no transfer is linked"
        // It is looked at for days after its end, and anything that comes back comes within these.
        case .completed where effects[.returned] != nil, .failed where effects[.refunded] != nil,
            .canceled where effects[.refunded] != nil:
            return "the money is back"
        case .failed where hasArrived, .canceled where hasArrived: return "the money was paid out"
        case .failed where wasOrdered && effects[.failed] == nil: return "the payout has not failed"
        case .canceled where wasOrdered && effects[.canceled] == nil: return "the payout is not canceled"
        case .refunded where !isBack, .reversed where !isBack: return "the money is not back"
        case .reversed where !hasArrived: return "nothing was paid out before"
        case .rejected where wasOrdered, .expired where wasOrdered: return "a payout was ordered"
        case .queued, .waiting, .parked, .paused: return "the flow has no such ending"
        case .completed, .failed, .refunded, .reversed, .rejected, .canceled, .expired: return nil
        }
    }
}

extension Ledger.Kind {
    /// A transfer was linked to a payout.
    fileprivate static let linked: Self = "linked"
}
