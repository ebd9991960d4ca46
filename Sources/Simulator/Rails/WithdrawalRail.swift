import Activities
import BorderlessWithdrawal
import BorderlessXYZ
import BorderlessXYZSandbox
import Domain
import Engine
import LockstepTesting
import Refund
import SandboxCore
import Time
import Webhooks
import WorkflowCore

/// `borderless_withdrawal` in a run, and the jobs of `refund` that it runs: over Borderless.xyz's sandbox, where the
/// app sends the crypto.
struct WithdrawalRail: Rail {
    let flows: [any Workflow.Type] = [BorderlessWithdrawal.self, Refund.self]
    /// A day for the crypto, and then a refund that waits for people.
    let patience: Duration = .days(14)
    /// Crypto and refunds wait for people for a long time.
    let looksInTheCalm = true

    private let borderless: BorderlessXYZSite

    init(_ dice: inout Dice, isPlain: Bool) throws { borderless = try BorderlessXYZSite(&dice, isPlain: isPlain) }

    func sites(_ dice: inout Dice) throws -> [Site] { [borderless.site(&dice)] }

    func addHandlers(to desk: inout Desk) {
        let client = borderless.client(for: desk)
        desk.add(BorderlessWithdrawalActivities(clients: ["main": client]))
        desk.add(RefundActivities(clients: ["main": client]))
    }

    var sources: [any WebhookSource] { [BorderlessXYZWebhookSource(accounts: [borderless.account])] }
}

/// What apps, their treasury and Borderless.xyz's support do.
extension WithdrawalRail {
    /// The reference by which people find a job's withdrawal; the last digit of the amount chooses its ending.
    func input(of number: Int, isPlain: Bool, _ people: inout Dice) -> String {
        let digit = isPlain || people.chance(0.4) ? 0 : people.whole(7...9)
        let accept = people.chance(0.3) ? "ask" : "auto"
        let observe = people.chance(0.3) ? "ask" : "skip"
        let isElsewhere = people.chance(0.3)
        // Only a destination of its own can say that a refund waits.
        let auto = isPlain || !isElsewhere || people.chance(0.3) ? "true" : "false"
        let destination =
            isElsewhere
            ? #""refund_destination":{"type":"Address","address":"0x00000000000000000000000000000000000000bb"},"# : ""
        let minimum = !isPlain && people.chance(0.05) ? #""min_fiat_amount":"99999999","# : ""
        return """
            {"borderless_account_id":"acc-\(number % 7)","asset":"USDC_POLYGON","amount":"\(10 + number)\(digit).50",\
            "fiat_currency":"USD","country":"US","payment_instructions_id":"ins-\(number)",\(destination)\(minimum)\
            "payment_purpose":"salary payment","reference":"\(reference(of: number))","auto_refund":\(auto),\
            "observe_refund":"\(observe)","accept":"\(accept)"}
            """
    }

    private func reference(of number: Int) -> String { "withdrawal-\(10_000 + number)" }

    /// The reference that a job's input holds.
    private func reference(in input: String) -> String? {
        guard let start = input.firstRange(of: "withdrawal-")?.lowerBound else { return nil }
        return String(input[start...].prefix(16))
    }

    func names(of job: JobID, input: String) -> [String] { reference(in: input).map { [$0] } ?? [] }

    var wishes: [Wish] {
        [
            Wish(name: "accept", share: 0.1, times: 3),
            // Said at the wrong time, and for nothing.
            Wish(name: "dispatch", share: 0.05),
        ]
    }

    func look(at job: StoredJob, _ people: inout Dice) -> [Deed] {
        job.workflow == Refund.name ? look(atRefund: job) : look(atWithdrawal: job, &people)
    }

    private func look(atWithdrawal job: StoredJob, _ people: inout Dice) -> [Deed] {
        let name = reference(in: job.input) ?? ""
        let pay = Deed.act(#"{"outcome":"fund","reference":"\#(name)"}"#)
        switch job.row.state {
        case "awaitingAcceptance": return [.tell("accept")]
        // Who pays says so, before or after it has arrived, or forgets to.
        case "awaitingFunds":
            return people.pick([[.tell("funded"), pay], [pay, .tell("funded")], [pay]])
        default: return []
        }
    }

    /// Treasury sends refunds off that wait for a word, and says what it has seen come back.
    private func look(atRefund job: StoredJob) -> [Deed] {
        switch job.row.state {
        case "awaitingDispatch", "atDesk": [.tell("dispatch")]
        case "underWay": job.row.attempt > 40 ? [.tell("dispatch")] : []
        case "observing": [.tell("observed", payload: #"{"amount":"97.50","asset":"USDC_POLYGON"}"#)]
        default: []
        }
    }

    var support: [Deed] { [.act(#"{"outcome":"auto_refund","all":true,"value":"yes"}"#)] }
}

/// What Borderless.xyz's ledger may show.
extension WithdrawalRail {
    func isWrite(_ request: SentRequest) -> Bool {
        request.method == "POST" && !request.path.hasSuffix("/token") && !request.path.hasSuffix("/quotes")
    }

    func isRepeat(_ request: SentRequest, after effects: Effects) -> Bool {
        switch request.activity {
        case "create": request.path.hasSuffix("/withdrawals") && effects[.created] != nil
        default: false
        }
    }

    var acts: Set<Ledger.Kind> { [.created, .canceled, .dispatched] }

    var once: Set<Ledger.Kind> { [.created, .canceled, .disbursed, .refunded, .returned] }

    var consent: Consent? {
        Consent(effect: .created, signal: "accept") { $0.contains(#""accept":"auto""#) }
    }

    func isUnderWay(_ effects: Effects) -> Bool {
        effects[.transfer] != nil && effects[.disbursed] == nil && effects[.refunded] == nil
    }

    func contradiction(of job: StoredJob, _ effects: Effects) -> String? {
        // What Borderless.xyz did stands under the withdrawal's reference, and is its parent's.
        if job.workflow == Refund.name { return nil }
        let (isThere, hasArrived) = (effects[.transfer] != nil, effects[.disbursed] != nil)
        let isBack = effects[.refunded] != nil
        switch job.row.status {
        case .completed where !hasArrived: return "nothing was paid out"
        case .refunded where !isBack, .reversed where !isBack: return "the money is not back"
        case .failed where hasArrived && !isBack: return "the money was paid out"
        case .failed where isThere && job.row.output?.contains(#""funds":"in_wallet""#) == true && !isBack:
            return "its crypto is at Borderless.xyz"
        case .expired where hasArrived, .canceled where hasArrived: return "the money was paid out"
        case .rejected, .queued, .waiting, .parked, .paused: return "the flow has no such ending"
        case .completed, .failed, .refunded, .reversed, .expired, .canceled: return nil
        }
    }
}
