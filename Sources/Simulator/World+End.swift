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
        let row = job.row
        guard row.finishedAt == nil else { return }
        if row.status == .parked, row.lastError?.isEmpty == false, rail.mayStayParked(job) { return }
        let why = [
            row.state ?? "queued", row.status.rawValue, row.plan, row.lastError,
            row.dueAt.map { "due \($0)" } ?? "never due", row.overdueAt.map { "overdue \($0)" },
        ]
        watch.broken(
            .everyJobEnds, id, "it has not ended: \(why.compactMap(\.self).joined(separator: ", "))", at: now)
    }

    /// What an ending says about the money has to be what the ledger says.
    private func checkMoney(_ id: JobID, _ job: StoredJob) {
        guard job.row.finishedAt != nil, let effects = watch.seen[id]?.effects,
            let what = rail.contradiction(of: job, effects)
        else { return }
        watch.broken(.moneyIsWhereTheJobSays, id, "it ended as \(job.row.status.rawValue), and \(what)", at: now)
    }

    private func checkHistory(_ id: JobID, _ job: StoredJob) {
        guard let flow = rail.flows.first(where: { $0.name == job.workflow && $0.version == job.version }) else {
            return watch.broken(.historyFollowsTheFlow, id, "nobody knows \(job.workflow) \(job.version)", at: now)
        }
        if let (promise, what) = contradiction(between: job, and: flow, coding: registry.coding) {
            watch.broken(promise, id, what, at: now)
        }
    }
}

/// Reads a flow's rows along a job's history: each row has to be one of them, and the last state the stored one.
private func contradiction<Flow: Workflow>(
    between job: StoredJob, and flow: Flow.Type, coding: JSONCoding
) -> (Promise, String)? {
    var state: Flow.State?
    for (index, row) in job.history.enumerated() {
        if row.seq != index + 1 { return (.gaplessHistory, "row \(index + 1) has the number \(row.seq)") }
        guard let from = state else {
            guard let input = try? coding.read(Flow.Input.self, from: job.input) else { return nil }
            state = Flow.start(input)
            continue
        }
        let what = "row \(row.seq), \(row.event)"
        guard row.from == caseName(of: from) else {
            return (.historyFollowsTheFlow, "\(what): it does not begin in \(caseName(of: from))")
        }
        guard let next = next(after: row, from: from, of: flow, coding) else {
            let arrow = "from \(row.from ?? "-") to \(row.to ?? "-")"
            return (.historyFollowsTheFlow, "\(what): \(arrow) is no row of the flow")
        }
        state = next
    }
    guard let state, let data = job.row.data else { return nil }
    guard let stored = try? coding.read(Flow.State.self, from: data), stored == state else {
        return (.historyFollowsTheFlow, "its history leads to \(state), and it is in \(data)")
    }
    return nil
}

/// Where a row of history leads by the flow's own rows; nil where they don't lead to what the row says.
private func next<Flow: Workflow>(
    after row: HistoryEntry, from state: Flow.State, of flow: Flow.Type, _ coding: JSONCoding
) -> Flow.State? {
    if ["parked", "retried", "paused", "resumed"].contains(row.event) { return row.to == row.from ? state : nil }
    guard let detail = try? coding.read(Detail<Flow.Event>.self, from: row.detail) else { return nil }
    // What carries nothing is told by its name alone. Signals that the flow knows nothing of are told by theirs.
    guard let event = detail.event ?? (try? coding.read(Flow.Event.self, from: "{\"\(row.event)\":{}}")) else {
        return row.to == row.from ? state : nil
    }
    switch Flow.transition(from: state, on: event) {
    case .move(to: let next) where detail.parked == nil: return caseName(of: next) == row.to ? next : nil
    case .move, .stay, .ignore, .refuse, .unexpected: return row.to == row.from ? state : nil
    }
}

private struct Detail<Event: WorkflowEvent>: Decodable {
    var event: Event?
    var parked: String?
}

extension StoredJobView {
    init(_ job: StoredJob) {
        self.init(
            owner: job.owner, lease: job.lease, leaseEnds: job.row.dueAt, enteredSeq: job.row.enteredSeq,
            attempt: job.row.attemptStatus)
    }
}
