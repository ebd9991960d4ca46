import Activities
import BorderlessXYZSandbox
import Domain
import Engine
import LockstepTesting
import Refund
import SandboxCore
import Time
import Webhooks
import WorkflowCore

/// `refund` in a run: for payouts that were opened through Dfns, and have failed after their crypto had arrived.
struct RefundRail: Rail {
    let flows: [any Workflow.Type] = [Refund.self]
    /// What people have to send off, they may see late.
    let patience: Duration = .days(14)
    /// Nothing but people ends what is stuck.
    let looksInTheCalm = true
    let successes: Set<JobStatus> = [.refunded]

    private let borderless: BorderlessXYZSite
    private let isPlain: Bool

    init(_ dice: inout Dice, isPlain: Bool) throws {
        borderless = try BorderlessXYZSite(&dice, isPlain: isPlain)
        self.isPlain = isPlain
    }

    func sites(_ dice: inout Dice) throws -> [Site] { [borderless.site(&dice)] }

    func addHandlers(to desk: inout Desk) {
        desk.add(RefundActivities(clients: ["main": borderless.client(for: desk)]))
    }

    var sources: [any WebhookSource] { [BorderlessXYZWebhookSource(accounts: [borderless.account])] }
}

/// What treasury and operators do.
extension RefundRail {
    func input(of number: Int, isPlain: Bool, _ people: inout Dice) -> String {
        let trigger = isPlain ? "automatic" : people.pick(["automatic", "dispatch", "ask"])
        let observe = people.chance(0.3) ? "ask" : "skip"
        let destination =
            trigger != "automatic" && people.chance(0.3)
            ? #""refund_destination":{"type":"Address","address":"\#(Self.elsewhere)"},"# : ""
        return """
            {"transaction_id":"\(transaction(of: number))","trigger":"\(trigger)",\(destination)"observe":"\(observe)",\
            "money_has_left":true,"sent_amount":"1000","sent_asset":"USDC_POLYGON"}
            """
    }

    private static let elsewhere = "0x00000000000000000000000000000000000000bb"

    private func transaction(of number: Int) -> String { "bpo-\(100_000 + number)" }

    private func transaction(in input: String) -> String? {
        guard let start = input.firstRange(of: "bpo-")?.lowerBound else { return nil }
        return String(input[start...].prefix(10))
    }

    func names(of job: JobID, input: String) -> [String] { transaction(in: input).map { [$0] } ?? [] }

    var wishes: [Wish] {
        [
            // At the wrong time, or for a second time.
            Wish(name: "dispatch", share: 0.2, times: 2),
            Wish(name: "approve", payload: #"{"address":"0xbb"}"#, share: 0.1),
        ]
    }

    func look(at job: StoredJob, _ people: inout Dice) -> [Deed] {
        switch job.row.state {
        case "awaitingDispatch": [.tell("dispatch")]
        // Whoever has asked can't be who approves.
        case "approving":
            ["app", "treasury"].map { .tell("approve", payload: #"{"address":"\#(Self.elsewhere)"}"#, by: $0) }
        case "observing": [.tell("observed", payload: #"{"amount":"997.50","asset":"USDC_POLYGON"}"#)]
        case "atDesk": [people.chance(0.2) ? .tell("give_up") : .tell("dispatch")]
        // What shows no plan may have failed long ago.
        case "underWay" where job.row.attempt > 80: [.tell("give_up")]
        case "underWay": (job.row.attempt > 40 ? [.tell("dispatch")] : []) + mishap(job, &people)
        default: []
        }
    }

    /// What may become of a refund, whatever was said before.
    private func mishap(_ job: StoredJob, _ people: inout Dice) -> [Deed] {
        guard !isPlain, let id = transaction(in: job.input), people.chance(0.1) else { return [] }
        let status = people.pick(["Failed", "Blocked", "ManualRequired", "Unsupported"])
        return [.act(#"{"outcome":"refund_status","transactionId":"\#(id)","value":"\#(status)"}"#)]
    }

    var support: [Deed] { [.act(#"{"outcome":"succeed","all":true}"#)] }
}

/// What Borderless.xyz's ledger may show.
extension RefundRail {
    func isWrite(_ request: SentRequest) -> Bool { request.path.hasSuffix("/refund") }

    var acts: Set<Ledger.Kind> { [.dispatched] }

    /// A refund may be sent off by itself or by us, and not by both.
    var once: Set<Ledger.Kind> { [.dispatched, .refunded] }

    /// A person may give a refund up that is under way all the same.
    func isUnderWay(_ effects: Effects) -> Bool { false }

    func contradiction(of job: StoredJob, _ effects: Effects) -> String? {
        switch job.row.status {
        case .refunded where effects[.refunded] == nil: "the money is not back"
        case .completed, .expired, .rejected, .reversed, .canceled, .queued, .waiting, .parked, .paused:
            "the flow has no such ending here"
        // Whoever gives a refund up may be mistaken.
        case .refunded, .failed: nil
        }
    }
}
