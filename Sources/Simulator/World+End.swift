import DfnsPayout
import Engine
import LockstepTesting
import SandboxCore
import Time
import WorkflowCore

/// What is checked when all is over.
extension World {
    func checkEnd() {
        for id in jobs {
            guard let job = database.memory[id] else {
                watch.broken(.everyJobEnds, id, "it is gone", at: now)
                continue
            }
            checkEnded(id, job)
            checkHistory(id, job)
            checkMoney(id, job)
        }
        for (number, node) in nodes where node.scheduler.heldJobs > 0 && watch.unfinished == 0 {
            watch.broken(.everyJobEnds, nil, "\(Self.name(of: number)) holds jobs that are over", at: now)
        }
    }

    private func checkEnded(_ id: JobID, _ job: StoredJob) {
        guard job.row.finishedAt == nil else { return }
        let row = job.row
        let why = [
            row.state ?? "queued", row.status.rawValue, row.plan, row.lastError,
            row.dueAt.map { "due \($0)" } ?? "never due", row.overdueAt.map { "overdue \($0)" },
        ]
        watch.broken(
            .everyJobEnds, id, "it has not ended: \(why.compactMap(\.self).joined(separator: ", "))", at: now)
    }

    /// Reads the flow's rows along the history: each row has to be one of them, and the last state the stored one.
    private func checkHistory(_ id: JobID, _ job: StoredJob) {
        let coding = registry.coding
        var state: DfnsPayout.State?
        func broken(_ row: HistoryEntry, _ what: String) {
            watch.broken(.historyFollowsTheFlow, id, "row \(row.seq), \(row.event): \(what)", at: now)
        }
        for (index, row) in job.history.enumerated() {
            if row.seq != index + 1 {
                watch.broken(.gaplessHistory, id, "row \(index + 1) has the number \(row.seq)", at: now)
            }
            guard let from = state else {
                guard let order = try? coding.read(DfnsPayout.Order.self, from: job.input) else { return }
                state = DfnsPayout.start(order)
                continue
            }
            guard row.from == caseName(of: from) else {
                return broken(row, "it does not begin in \(caseName(of: from))")
            }
            guard let next = Self.next(after: row, from: from, coding) else {
                return broken(row, "from \(row.from ?? "-") to \(row.to ?? "-") is no row of the flow")
            }
            state = next
        }
        guard let state, let data = job.row.data else { return }
        guard let stored = try? coding.read(DfnsPayout.State.self, from: data), stored == state else {
            return watch.broken(
                .historyFollowsTheFlow, id, "its history leads to \(state), and it is in \(data)", at: now)
        }
    }

    private struct Detail: Decodable {
        var event: DfnsPayout.Event?
        var parked: String?
    }

    /// Where a row of history leads by the flow's own rows; nil where they don't lead to what the row says.
    private static func next(
        after row: HistoryEntry, from state: DfnsPayout.State, _ coding: JSONCoding
    ) -> DfnsPayout.State? {
        if ["parked", "retried", "paused", "resumed"].contains(row.event) { return row.to == row.from ? state : nil }
        guard let detail = try? coding.read(Detail.self, from: row.detail) else { return nil }
        // What carries nothing is told by its name alone. Signals that the flow knows nothing of are told by theirs.
        guard let event = detail.event ?? (try? coding.read(DfnsPayout.Event.self, from: "{\"\(row.event)\":{}}"))
        else {
            return row.to == row.from ? state : nil
        }
        switch DfnsPayout.transition(from: state, on: event) {
        case .move(to: let next) where detail.parked == nil: return caseName(of: next) == row.to ? next : nil
        case .move, .stay, .ignore, .refuse, .unexpected: return row.to == row.from ? state : nil
        }
    }

    /// What an ending says about the money has to be what the ledger says.
    private func checkMoney(_ id: JobID, _ job: StoredJob) {
        guard job.row.finishedAt != nil, let effects = watch.seen[id]?.effects else { return }
        let hasLeft = effects[.transfer] != nil && effects[.reverted] == nil
        let hasArrived = effects[.disbursed] != nil
        let saysSent = job.row.output?.contains(#""funds":"sent""#) == true
        let says = "it ended as \(job.row.status.rawValue)" + (saysSent ? ", funds sent" : "")
        func broken(_ what: String) { watch.broken(.moneyIsWhereTheJobSays, id, "\(says), and \(what)", at: now) }
        switch job.row.status {
        case .completed where !hasArrived: broken("nothing was paid out")
        case .failed where saysSent && !hasLeft: broken("no transfer has left the wallet")
        case .failed where !saysSent && hasLeft: broken("a transfer has left the wallet")
        case .expired where hasLeft, .canceled where hasLeft, .rejected where hasLeft:
            broken("a transfer has left the wallet")
        case .failed where hasArrived, .expired where hasArrived, .canceled where hasArrived,
            .rejected where hasArrived:
            broken("the money was paid out")
        case .refunded, .reversed, .queued, .waiting, .parked, .paused: broken("the flow has no such ending")
        case .completed, .failed, .expired, .canceled, .rejected: break
        }
    }
}

extension StoredJobView {
    init(_ job: StoredJob) {
        self.init(
            owner: job.owner, lease: job.lease, leaseEnds: job.row.dueAt, enteredSeq: job.row.enteredSeq,
            attempt: job.row.attemptStatus)
    }
}
