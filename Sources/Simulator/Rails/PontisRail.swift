import Activities
import Crypto
import Domain
import Engine
import HTTPClient
import LockstepTesting
import PontisGlobe
import PontisPayout
import PontisSandbox
import SandboxCore
import Synchronization
import Time
import Webhooks
import WorkflowCore

/// `pontis_payout` in a run: PontisGlobe's sandbox, and our account there. Requests are sealed and signed for real.
struct PontisRail: Rail {
    let flows: [any Workflow.Type] = [PontisPayout.self]
    /// Some days until the limits of a day have let everybody through, and a week in which a payout may come back.
    let patience: Duration = .days(14)

    private let isPlain: Bool
    private let options: PontisOptions
    private let account: PontisAccount

    private static let encryptionSecret = Base64URL.encode(Array(0..<32))
    private static let hmacSecret = Base64URL.encode(Array((0..<32).reversed()))

    init(_ dice: inout Dice, isPlain: Bool) throws {
        self.isPlain = isPlain
        options = isPlain ? Self.plainOptions : Self.options(&dice)
        let used = Counter()
        account = try PontisAccount(
            name: "main", mode: .test, origin: try Site.origin(), apiKey: Secret("key-of-the-run"),
            email: "owner@example.com", password: Secret("password-of-the-run"),
            sealer: try GCMSealer(secret: Secret(Self.encryptionSecret)) { used.bytes($0) },
            signer: try HMACSigner(secret: Secret(Self.hmacSecret)))
    }

    private static var plainOptions: PontisOptions {
        var options = PontisOptions()
        // Each desk of a run logs in by itself.
        options.logInsPerMinute = 1000
        return options
    }

    private static func options(_ dice: inout Dice) -> PontisOptions {
        var options = plainOptions
        options.face = dice.chance(0.8) ? .production : .sandbox
        options.replayStatus = dice.pick([200, 201])
        options.replay = dice.pick(PontisOptions.ReplayReading.allCases)
        options.tokenLifetime = dice.pick([.minutes(2), .minutes(15)])
        options.mostPerDay = dice.chance(0.3) ? 1_500_000 : nil
        options.delays.approval = dice.spread(.seconds(10), .hours(5))
        options.delays.queueing = dice.spread(.milliseconds(100), .minutes(2))
        options.delays.processing = dice.spread(.seconds(1), .minutes(30))
        options.delays.sandbox = dice.spread(.seconds(1), .minutes(10))
        return options
    }

    func sites(_ dice: inout Dice) throws -> [Site] {
        let customer = PontisWorld.Account(
            apiKey: account.apiKey.reveal(), email: account.email, password: account.password.reveal(),
            encryptionSecret: Self.encryptionSecret, hmacSecret: Self.hmacSecret,
            callbackURL: "http://127.0.0.1:1/webhooks/pontis/main")
        guard let customer else { throw InvalidValue("the secrets of the run are not of 32 bytes") }
        let world = PontisWorld(seed: dice.number(), accounts: [customer])
        return [Site("pontis", at: account.origin, Sandbox(PontisSimulator(world, options: options)))]
    }

    func addHandlers(to desk: inout Desk) {
        let client = PontisClient(account: account, transport: desk.transport, now: desk.now)
        desk.add(PontisPayoutActivities(clients: ["main": client]))
    }

    var sources: [any WebhookSource] { [PontisWebhookSource(accounts: [account])] }
}

/// What apps and PontisGlobe's people do.
extension PontisRail {
    func input(of number: Int, isPlain: Bool, _ people: inout Dice) -> String {
        // The cents make something happen; what is above 10,000.00 somebody approves.
        let cents = isPlain || people.chance(0.4) ? 0 : people.whole(1...12)
        let whole = !isPlain && people.chance(0.05) ? 10_500 : 90 + people.whole(0...60)
        let accept = people.chance(0.3) ? "ask" : "auto"
        let days = people.chance(0.3) ? #""watch_days":"5","# : ""
        return """
            {"country_code":"IN","currency_code":"INR","payment_method":"bank_local",\
            "source_amount":"\(whole).\(cents < 10 ? "0" : "")\(cents)",\(days)\
            "recipient_details":{"name":"Asha Rao","account_number":"0000\(number)","ifsc":"HDFC0000001"},\
            "accept":"\(accept)"}
            """
    }

    var wishes: [Wish] { [Wish(name: "accept", share: 0.1, times: 2)] }

    func look(at job: StoredJob, _ people: inout Dice) -> [Deed] {
        guard let state = job.row.state, job.row.finishedAt == nil else { return [] }
        if state == "reconfirming" { return [.tell(people.chance(0.1) ? "cancel" : "accept")] }
        guard !isPlain, let id = job.references.map(\.value).min(), people.chance(0.1) else { return [] }
        let outcome = people.pick(["unknown_status", "no_callback", "double_callback", "reverse"])
        return [.act(#"{"outcome":"\#(outcome)","transactionId":"\#(id)"}"#)]
    }

    /// Support frees what is stuck.
    var support: [Deed] { [.act(#"{"outcome":"succeed","all":true}"#)] }
}

/// What PontisGlobe's ledger may show.
extension PontisRail {
    func isWrite(_ request: SentRequest) -> Bool { request.path.hasSuffix("/sendPayoutRequest") }

    var acts: Set<Ledger.Kind> { [.created] }
    var once: Set<Ledger.Kind> { [.created, .disbursed, .returned] }

    func isUnderWay(_ effects: Effects) -> Bool {
        effects[.created] != nil && effects[.disbursed] == nil && effects[.failed] == nil
    }

    func contradiction(of job: StoredJob, _ effects: Effects) -> String? {
        let isBack = effects[.returned] != nil
        switch job.row.status {
        case .completed where effects[.disbursed] == nil: return "nothing was paid out"
        case .completed where isBack: return "the money has come back since"
        case .reversed where !isBack: return "nothing has come back"
        case .failed where effects[.disbursed] != nil, .rejected where effects[.disbursed] != nil,
            .canceled where effects[.disbursed] != nil:
            return "the money was paid out"
        case .expired where effects[.created] != nil: return "a payout was ordered"
        case .refunded, .queued, .waiting, .parked, .paused: return "the flow has no such ending"
        case .completed, .reversed, .failed, .rejected, .expired, .canceled: return nil
        }
    }
}

/// Bytes that are never the same twice, as a seal needs them.
private final class Counter: Sendable {
    private let count = Mutex<UInt64>(0)

    func bytes(_ length: Int) -> [UInt8] {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return (0..<length).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) : 0 }
    }
}
