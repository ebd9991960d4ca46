import Activities
import BorderlessXYZSandbox
import Crypto
import Dfns
import DfnsPayout
import DfnsSandbox
import Domain
import Engine
import HTTPClient
import LockstepTesting
import Refund
import SandboxCore
import Time
import Webhooks
import WorkflowCore

/// `dfns_payout` in a run, and the jobs of `refund` that it runs: Dfns's sandbox, Borderless.xyz's, and our accounts
/// there. Signatures are made and checked for real.
struct DfnsRail: Rail {
    let flows: [any Workflow.Type] = [DfnsPayout.self, Refund.self]
    /// Nothing takes longer than a confirmation's 24 hours, a submission's four, and what people need to help.
    let patience: Duration = .hours(90)

    private let options: DfnsOptions
    private let key: PrivateKey
    private let account: DfnsAccount
    private let borderless: BorderlessXYZSite

    /// What our webhook wants to know.
    private static let kinds = [
        "payout.action.required", "wallet.transfer.requested", "wallet.transfer.broadcasted",
        "wallet.transfer.confirmed", "wallet.transfer.failed", "wallet.transfer.rejected",
    ]

    /// Made for simulations and used nowhere else.
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIIqra5JZN8Jv7iCa0w9dxJ8uJG37B96uxNf3NsSQf+Mz
        -----END PRIVATE KEY-----
        """

    init(_ dice: inout Dice, isPlain: Bool) throws {
        options = isPlain ? DfnsOptions() : Self.options(&dice)
        // Whether our configuration names another service account than the one that the token belongs to.
        let hasWrongUser = !isPlain && dice.chance(0.02)
        key = try PrivateKey(pem: Self.key)
        let user =
            hasWrongUser ? "us-anoth-eruse-rservice000009" : try Self.world(seed: 0, key: key).users.first?.id
        account = try DfnsAccount(
            name: "main", mode: .test, origin: try Site.origin(), token: Secret("token-of-the-run"),
            credentialID: "cr-run", privateKey: key, userID: user, webhookSecret: Secret("secret-of-the-run"))
        // Dice of its own: what Dfns and the rest of the run draw doesn't depend on it.
        var others = dice
        borderless = try BorderlessXYZSite(&others, isPlain: isPlain, address: 2)
    }

    private static func options(_ dice: inout Dice) -> DfnsOptions {
        var options = DfnsOptions()
        options.jitter = dice.pick([0, 0.5])
        options.refusalsSpendTokens = dice.chance(0.3)
        options.conflict = dice.pick(DfnsOptions.ConflictReading.allCases)
        options.confirmationWindow = dice.pick(DfnsOptions.ConfirmationWindow.allCases)
        options.policyWaitCounts = dice.chance(0.7)
        options.showsTransferEarly = dice.chance(0.3)
        options.retryDelays = dice.pick(DfnsOptions.RetryReading.allCases)
        options.retryOf = dice.pick(DfnsOptions.RetryOfReading.allCases)
        options.upperCaseSignatures = dice.chance(0.2)
        options.delays.opening = dice.spread(.milliseconds(100), .minutes(2))
        options.delays.instructions = dice.spread(.milliseconds(100), .minutes(2))
        options.delays.submission = dice.spread(.milliseconds(100), .minutes(2))
        options.delays.deposit = dice.spread(.seconds(1), .minutes(3))
        options.delays.disbursement = dice.spread(.seconds(1), .minutes(10))
        return options
    }

    private static func world(seed: UInt64, key: PrivateKey) throws -> DfnsWorld {
        try DfnsWorld(
            seed: seed, bearer: "token-of-the-run", credentialID: "cr-run", publicKeyPEM: try key.publicKey.pem(),
            webhooks: [
                .init(
                    url: "http://127.0.0.1:1/webhooks/dfns/main", secret: "secret-of-the-run", events: Self.kinds)
            ])
    }

    func sites(_ dice: inout Dice) throws -> [Site] {
        let world = try Self.world(seed: dice.number(), key: key)
        var others = dice
        return [
            Site("dfns", at: account.origin, Sandbox(DfnsSimulator(world, options: options))), borderless.site(&others),
        ]
    }

    func addHandlers(to desk: inout Desk) {
        let client = DfnsClient(account: account, transport: desk.transport)
        desk.add(DfnsPayoutActivities(clients: ["main": client]))
        desk.add(RefundActivities(clients: ["main": borderless.client(for: desk)]))
    }

    var sources: [any WebhookSource] {
        [DfnsWebhookSource(accounts: [account]), BorderlessXYZWebhookSource(accounts: [borderless.account])]
    }
}

/// What apps and Dfns's support do.
extension DfnsRail {
    func input(of number: Int, isPlain: Bool, _ people: inout Dice) -> String {
        let digits = isPlain || people.chance(0.4) ? 0 : people.whole(1...17)
        let amount = "1000000\(number)" + (digits < 10 ? "0\(digits)" : "\(digits)")
        let currency = !isPlain && people.chance(0.03) ? "XTS" : "USD"
        let accept = people.chance(0.3) ? "ask" : "auto"
        let confirm = people.chance(0.4) ? "ask" : "auto"
        let minimum = !isPlain && people.chance(0.05) ? #""min_fiat_amount":"99999999","# : ""
        return """
            {"wallet_id":"wa-polyg-usdc0-sandboxwallet01","asset":{"kind":"Erc20","amount":"\(amount)",\
            "contract":"0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"},"fiat_currency":"\(currency)","country":"US",\
            "borderless_account_id":"acc-\(number)","payment_instructions_id":"ins-\(number)",\(minimum)\
            "payment_purpose":"salary payment","accept":"\(accept)","confirm":"\(confirm)"}
            """
    }

    var wishes: [Wish] {
        [
            Wish(name: "confirm", key: "yes-1", share: 0.1, times: 2),
            // Yes to the price, once more or at the wrong time: a repeated request of an app's.
            Wish(name: "accept", share: 0.1, times: 3),
        ]
    }

    func look(at job: StoredJob, _ people: inout Dice) -> [Deed] {
        switch job.row.state {
        case "awaitingAcceptance": [.tell("accept")]
        case "awaitingConfirmation": [.tell("confirm", key: people.chance(0.3) ? "yes-2" : nil)]
        // A refund that doesn't go by itself, or is stuck.
        case "atDesk", "awaitingDispatch": [.tell("dispatch")]
        case "underWay": job.row.attempt > 40 ? [.tell("dispatch")] : []
        default: []
        }
    }

    /// Support frees what is stuck, and somebody decides about approvals.
    var support: [Deed] {
        [
            .act(#"{"outcome":"succeed","all":true}"#),
            .act(#"{"outcome":"policy_approve","all":true,"seconds":60}"#),
        ]
    }
}

/// What Dfns's ledger may show.
extension DfnsRail {
    func isWrite(_ request: SentRequest) -> Bool {
        request.method == "POST"
            && (request.path.hasPrefix("/payouts") && !request.path.hasSuffix("/quote")
                || request.path.hasSuffix("/refund"))
    }

    func isRepeat(_ request: SentRequest, after effects: Effects) -> Bool {
        request.activity == "confirm" && request.path.hasSuffix("/action") && effects[.confirmed] != nil
    }

    var acts: Set<Ledger.Kind> { [.created, .confirmed, .canceled, .dispatched] }

    var once: Set<Ledger.Kind> { [.created, .confirmed, .canceled, .transfer, .disbursed, .dispatched] }

    var consent: Consent? {
        Consent(effect: .confirmed, signal: "confirm") { $0.contains(#""confirm":"auto""#) }
    }

    func isUnderWay(_ effects: Effects) -> Bool {
        effects[.confirmed] != nil && effects[.disbursed] == nil && effects[.failed] == nil
    }

    /// Borderless.xyz knows a refund by the id that Dfns has told of the payout.
    func names(of job: JobID, input: String) -> [String] {
        guard let start = input.firstRange(of: "bpo-")?.lowerBound else { return [] }
        return [String(input[start...].prefix { $0 != "\"" })]
    }

    func contradiction(of job: StoredJob, _ effects: Effects) -> String? {
        if job.workflow == Refund.name {
            return job.row.status == .refunded && effects[.refunded] == nil ? "the money is not back" : nil
        }
        let hasLeft = effects[.transfer] != nil && effects[.reverted] == nil
        let hasArrived = effects[.disbursed] != nil
        let saysSent = job.row.output?.contains(#""funds":"sent""#) == true
        switch job.row.status {
        case .completed where !hasArrived: return "nothing was paid out"
        case .failed where saysSent && !hasLeft:
            return "it says that funds were sent, and no transfer has left the wallet"
        case .failed where !saysSent && hasLeft: return "a transfer has left the wallet"
        case .expired where hasLeft, .canceled where hasLeft, .rejected where hasLeft:
            return "a transfer has left the wallet"
        case .failed where hasArrived, .expired where hasArrived, .canceled where hasArrived,
            .rejected where hasArrived:
            return "the money was paid out"
        case .refunded where !hasLeft: return "no transfer has left the wallet"
        case .reversed, .queued, .waiting, .parked, .paused: return "the flow has no such ending"
        case .completed, .failed, .expired, .canceled, .rejected, .refunded: return nil
        }
    }
}
