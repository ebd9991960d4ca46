import Activities
import BorderlessPayments
import BorderlessPaymentsSandbox
import Domain
import Engine
import Foundation
import HTTPClient
import LockstepTesting
import Onramp
import SandboxCore
import Time
import Webhooks
import WorkflowCore

/// `onramp` in a run: the sandbox of Borderless Payments, and our account there. Customers pay, or pay wrongly, or
/// never.
struct OnrampRail: Rail {
    let flows: [any Workflow.Type] = [Onramp.self]
    /// A transfer may take two days, and three sessions a day or two each.
    let patience: Duration = .days(21)
    /// The app says what the crypto is for, and yes to a price that has changed, at any time.
    let looksInTheCalm = true

    private let options: PartnerOptions
    private let account: PartnerAccount
    private let isPlain: Bool

    /// How many users there are from the beginning: some have several orders at once.
    private static let users = 40
    private static let wallet = "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"
    private static let stellar = "GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN"

    init(_ dice: inout Dice, isPlain: Bool) throws {
        self.isPlain = isPlain
        options = isPlain ? PartnerOptions() : Self.options(&dice)
        account = try PartnerAccount(
            name: "main", mode: .test, origin: try Site.origin(), apiKey: Secret("sk_test_run"),
            webhookSecret: Secret("whsec_run"))
    }

    private static func options(_ dice: inout Dice) -> PartnerOptions {
        var options = PartnerOptions()
        options.storedAnswers = dice.pick(PartnerOptions.StoredAnswers.allCases)
        options.bodies = dice.pick(PartnerOptions.BodyReading.allCases)
        options.createdUserStatus = dice.pick([200, 201])
        options.startsPending = dice.chance(0.3)
        options.oneOpenOrder = dice.chance(0.3)
        options.retryDelays = dice.pick(PartnerOptions.RetryReading.allCases)
        options.signing = dice.pick(PartnerOptions.SigningReading.allCases)
        options.delays.submission = dice.spread(.seconds(10), .hours(2))
        options.delays.review = dice.spread(.seconds(10), .hours(2))
        options.delays.session = dice.spread(.hours(1), .days(1))
        options.delays.registration = dice.spread(.seconds(1), .hours(1))
        options.grace = dice.pick([.zero, .hours(12)])
        options.delays.transfer = dice.spread(.minutes(1), .hours(3))
        options.delays.verification = dice.spread(.seconds(10), .minutes(30))
        options.delays.processing = dice.spread(.seconds(10), .hours(1))
        options.delays.reconciliation = dice.spread(.seconds(10), .hours(1))
        return options
    }

    func sites(_ dice: inout Dice) throws -> [Site] {
        let world = PartnerWorld(
            seed: dice.number(), keys: [.init("sk_test_run")],
            webhooks: [.init(url: "http://127.0.0.1:1/webhooks/borderless_payments/main", secret: "whsec_run")],
            users: (0..<Self.users).map { .init(id: "u-\($0)", email: "known-\($0)@example.com", country: "ES") })
        return [Site("borderless_payments", at: account.origin, Sandbox(PartnerSimulator(world, options: options)))]
    }

    func addHandlers(to desk: inout Desk) {
        desk.add(OnrampActivities(clients: ["main": PartnerClient(account: account, transport: desk.transport)]))
    }

    var sources: [any WebhookSource] { [OnrampWebhookSource(accounts: [account])] }
}

/// What apps, customers and the provider's support do.
extension OnrampRail {
    func input(of number: Int, isPlain: Bool, _ people: inout Dice) -> String {
        let customer =
            people.chance(0.5)
            ? #"{"kind":"known","user_id":"u-\#(number % Self.users)","country":"ES"}"#
            : #"{"kind":"new","person":{"email":"\#(Self.email(of: number))","first_name":"Maria","#
                + #""last_name":"Garcia","mobile":"+34685555555"}}"#
        let wallet = people.pick([
            #"{"kind":"polygon","address":"\#(Self.wallet)"}"#, #"{"kind":"stellar","address":"\#(Self.stellar)"}"#,
            #"{"kind":"stellar_exchange","address":"\#(Self.stellar)","memo":"10\#(number)"}"#,
        ])
        let instrument = people.chance(0.3) ? "pm_open_banking" : "sepa_bank_transfer"
        let accept = people.chance(0.3) ? "ask" : "auto"
        let least = isPlain ? "" : people.pick(["", #""min_crypto_amount":"100","#, #""min_crypto_amount":"120","#])
        let purposes = people.chance(0.5) ? #""purposes":["investing"],"# : ""
        return """
            {"customer":\(customer),"fiat_currency":"EUR","fiat_amount":"100.0\(number % 10)",\
            "crypto_currency":"USDC","wallet":\(wallet),"payment_instrument":"\(instrument)",\(least)\(purposes)\
            "accept":"\(accept)"}
            """
    }

    /// Some customers come twice, and are known the second time.
    private static func email(of number: Int) -> String { "new-\(number % 150)@example.com" }

    var wishes: [Wish] {
        [
            // Yes to the price, and the customer's word, once more or at the wrong time.
            Wish(name: "accept", share: 0.1, times: 3), Wish(name: "payment_sent", share: 0.1, times: 3),
            Wish(name: "purposes", payload: #"{"purposes":["gifts"]}"#, share: 0.05),
            Wish(name: "purposes", payload: "{}", share: 0.05),
        ]
    }

    func look(at job: StoredJob, _ people: inout Dice) -> [Deed] {
        let shown = Shown(job)
        switch job.row.state {
        case "awaitingAcceptance", "reconfirming":
            // Most apps say what they have seen; what they saw may have been replaced by then.
            let seen = people.chance(0.7) ? shown.crypto_amount.map { #"{"crypto_amount":"\#($0)"}"# } : nil
            return [.tell("accept", payload: seen ?? "{}")]
        case "awaitingPurpose": return [.tell("purposes", payload: #"{"purposes":["investing"]}"#)]
        case "awaitingPayment", "lapsed":
            return [.tell("payment_sent")] + (shown.order_id.map { payment(of: $0, &people) } ?? [])
        case "verifying", "awaitingRegistration":
            return shown.user_id.map { check(of: $0, &people) } ?? []
        case "quoting", "checking", "ordering": return mishap(&people)
        case "processing", "verifyingPayment":
            guard !isPlain, people.chance(0.3), let order = shown.order_id else { return [] }
            let outcome = people.pick([
                #""fail""#, #""refund""#, #""hold""#, #""stuck""#, #""unknown_status""#,
                #""refund","at":"PAYMENT_VERIFYING""#, #""refund","at":"COMPLETED""#,
            ])
            return [.act(#"{"outcome":\#(outcome),"name":"\#(order)"}"#)]
        default: return []
        }
    }

    /// What an app sees of a job.
    private struct Shown: Decodable {
        var order_id: String?
        var user_id: String?
        var crypto_amount: String?

        init(_ job: StoredJob) {
            let output = job.row.output.map { Data($0.utf8) } ?? Data()
            self = (try? JSONDecoder().decode(Shown.self, from: output)) ?? Shown()
        }

        private init() {}
    }

    private func payment(of order: String, _ people: inout Dice) -> [Deed] {
        guard !isPlain, people.chance(0.4) else { return [] }
        let how = people.pick(["exact", "under", "over", "wrong_reference", "third_party", "twice", "never"])
        // At once, or when the time to pay is over.
        let seconds = people.pick([0, 0, 0, 180_000])
        return [
            people.chance(0.8)
                ? .act(#"{"outcome":"pay","how":"\#(how)","name":"\#(order)","seconds":\#(seconds)}"#)
                : .act(#"{"outcome":"\#(people.pick(["cancel", "new_page"]))","name":"\#(order)"}"#)
        ]
    }

    private func check(of user: String, _ people: inout Dice) -> [Deed] {
        guard !isPlain, people.chance(0.3) else { return [] }
        let outcome = people.pick(["reject", "veto", "forget", "ask_purpose", "expire_session", "miss"])
        return [.act(#"{"outcome":"\#(outcome)","name":"\#(user)"}"#)]
    }

    /// What the provider may do to whoever orders next.
    private func mishap(_ people: inout Dice) -> [Deed] {
        guard !isPlain, people.chance(0.4) else { return [] }
        return [
            people.pick([
                .act(#"{"outcome":"price","value":"\#(people.whole(950_000...1_300_000))"}"#),
                .act(#"{"outcome":"reconcile","name":"u-\#(people.whole(0...39))"}"#),
                .act(#"{"outcome":"reconcile","name":"u-\#(people.whole(0...39))","at":"FAILED"}"#),
                .act(#"{"outcome":"reprice","name":"u-\#(people.whole(0...39))","value":"9000"}"#),
                .act(#"{"outcome":"refuse","operation":"create_order","code":"conflict"}"#),
                .act(#"{"outcome":"refuse","operation":"create_order","code":"upstream_error"}"#),
                .act(#"{"outcome":"strange_webhook"}"#),
            ])
        ]
    }

    /// Support frees what is stuck, and whoever was forgotten.
    var support: [Deed] {
        [
            .act(#"{"outcome":"succeed","all":true}"#), .act(#"{"outcome":"approve","all":true}"#),
            .act(#"{"outcome":"register","all":true}"#),
        ]
    }
}

/// What the ledger of Borderless Payments may show.
extension OnrampRail {
    /// Asking for a missed word changes nothing but what the next read shows.
    func isWrite(_ request: SentRequest) -> Bool { request.method == "POST" && request.activity != "refreshCheck" }

    func isRepeat(_ request: SentRequest, after effects: Effects) -> Bool {
        switch request.activity {
        case "createOrder": effects[.created] != nil
        case "confirmPayment": effects[.confirmed] != nil
        default: false
        }
    }

    var acts: Set<Ledger.Kind> { [.created, .confirmed, .userCreated] }

    var once: Set<Ledger.Kind> { [.created, .confirmed, .paid, .transfer, .refunded, .failed] }

    /// Orders are known by the job's own id there, and new users by their address.
    func names(of job: JobID, input: String) -> [String] {
        let parts = input.split(separator: #""email":""#, maxSplits: 1)
        return parts.count < 2 ? [] : [String(parts[1].prefix { $0 != "\"" })]
    }

    var consent: Consent? {
        Consent(effect: .created, signal: "accept") { $0.contains(#""accept":"auto""#) }
    }

    func isUnderWay(_ effects: Effects) -> Bool {
        effects[.created] != nil && effects[.transfer] == nil && effects[.failed] == nil && effects[.refunded] == nil
    }

    func contradiction(of job: StoredJob, _ effects: Effects) -> String? {
        let (wasOrdered, hasArrived) = (effects[.created] != nil, effects[.transfer] != nil)
        let saysUnpaid = job.row.output?.contains(#""payment":"none""#) == true
        switch job.row.status {
        case .completed where !hasArrived: return "nothing was delivered"
        case .refunded where effects[.refunded] == nil: return "the payment was not sent back"
        // A day later at most the end is looked at once more, for weeks.
        case .completed where effects[.refunded] != nil, .failed where effects[.refunded] != nil,
            .expired where effects[.refunded] != nil, .canceled where effects[.refunded] != nil:
            return "the payment was sent back"
        case .failed where hasArrived, .expired where hasArrived, .canceled where hasArrived:
            return "the crypto was delivered"
        case .failed where wasOrdered && effects[.failed] == nil, .expired where wasOrdered && effects[.failed] == nil,
            .canceled where wasOrdered && effects[.failed] == nil:
            return "the order has not come to nothing"
        case .failed where saysUnpaid && effects[.paid] != nil: return "it says that nobody could have paid"
        case .rejected where wasOrdered: return "an order was placed"
        case .reversed, .queued, .waiting, .parked, .paused: return "the flow has no such ending"
        case .completed, .refunded, .failed, .expired, .canceled, .rejected: return nil
        }
    }
}

extension Ledger.Kind {
    /// A user was created.
    fileprivate static let userCreated: Self = "user_created"
}
