import Engine
import JSONSchema
import Postgres
import Time
import WorkflowCore

/// The parameters of the statements that make up one claim.
struct ClaimCall {
    private let bucket: Parameter
    private let workflows: Parameter
    private let versions: Parameter
    private let limit: Parameter
    private let marks: Parameter
    private let node: Parameter
    private let term: Parameter

    init(_ request: ClaimRequest, marks: [Timestamp?]) {
        bucket = .int(request.bucket)
        workflows = .texts(request.workflows.map(\.name))
        versions = .ints(request.workflows.map(\.version))
        limit = .int(request.limit)
        self.marks = .texts(marks.map { $0?.description ?? "-infinity" })
        node = .text(request.node.description)
        term = .interval(request.term)
    }

    /// Of `claim.sql`.
    var due: [Parameter] { [bucket, workflows, versions, limit, marks, node, term] }

    /// Of `claim_turns.sql`.
    func turn(_ turn: ClaimRequest.Turn) -> [Parameter] {
        [bucket, workflows, versions, limit, .int(turn.quantum), .text(turn.after), .texts(turn.without), node, term]
    }

    /// Of `claim_signaled.sql`.
    func told(_ room: Int) -> [Parameter] { [bucket, workflows, versions, .int(room), node, term] }

    /// Of `next_due.sql`.
    var next: [Parameter] { [bucket, workflows, versions] }
}

/// What `next_due.sql` says.
struct NextDue {
    /// When the next job is due; nil: none is by itself.
    let dueAt: Timestamp?
    /// `lockstep.now()`.
    let now: Timestamp

    init(_ rows: Rows) throws(PostgresError) {
        let row = try rows.only
        dueAt = try row["due_at"]
        now = try row["now"]
    }
}

/// What a claim leased.
struct ClaimedRows {
    /// The jobs, in order.
    private(set) var jobs: [ClaimedJob] = []
    /// For each priority the latest due time among them.
    private(set) var levels: [Timestamp?] = Array(repeating: nil, count: Marks.levels)
    /// Where tenants took turns: behind which tenant the next turn begins.
    private(set) var turnedTo = ""
    /// `lockstep.now()` in the claim; nil where there was nothing.
    private(set) var now: Timestamp?

    init(_ rows: Rows) throws(PostgresError) {
        guard let first = rows.first else { return }
        let columns = try ClaimColumns(rows)
        now = try first[columns.now]
        jobs.reserveCapacity(rows.count)
        if let place = rows.columns.firstIndex(of: "turned_to") { turnedTo = try first[place] }
        for row in rows where try columns.isJob(row) {
            let job = try columns.job(row)
            jobs.append(job)
            let level: Int = try row[columns.priority]
            if levels.indices.contains(level - 1), let due = job.row.dueAt {
                levels[level - 1] = max(levels[level - 1] ?? due, due)
            }
        }
    }
}

/// Where the columns of `claim.sql` stand: looked up once for all rows.
private struct ClaimColumns {
    let now, priority: Int
    private let id, workflow, version, tenant, seq, commits, lease, input, parent, previousOwner, signals: Int
    private let status, state, data, output, wasDue, plan, attempt, attemptStatus, attemptAt, firstAttemptAt: Int
    private let enteredSeq, enteredAt, deadlineAt, deadlineEvent, overdueAt, desk, lastError, finishedAt: Int
    private let heldBy, heldSince: Int

    init(_ rows: Rows) throws(PostgresError) {
        let places = Dictionary(zip(rows.columns, 0...)) { first, _ in first }
        func place(_ name: String) throws(PostgresError) -> Int {
            guard let place = places[name] else {
                throw PostgresError(
                    kind: .unreadableAnswer, message: "the answer has no column \(name)", statement: "claim")
            }
            return place
        }
        (now, priority) = (try place("now"), try place("priority"))
        (id, workflow, version) = (try place("id"), try place("workflow"), try place("version"))
        (tenant, seq, lease) = (try place("tenant"), try place("seq"), try place("lease"))
        commits = try place("commits")
        (input, parent) = (try place("input"), try place("parent_id"))
        (previousOwner, signals) = (try place("previous_owner"), try place("signals"))
        (status, state, data) = (try place("status"), try place("state"), try place("data"))
        (output, wasDue, plan) = (try place("output"), try place("was_due"), try place("plan"))
        (attempt, attemptStatus) = (try place("attempt"), try place("attempt_status"))
        (attemptAt, firstAttemptAt) = (try place("attempt_at"), try place("first_attempt_at"))
        (enteredSeq, enteredAt) = (try place("entered_seq"), try place("entered_at"))
        (deadlineAt, deadlineEvent) = (try place("deadline_at"), try place("deadline_event"))
        (overdueAt, desk) = (try place("overdue_at"), try place("desk"))
        (lastError, finishedAt) = (try place("last_error"), try place("finished_at"))
        (heldBy, heldSince) = (try place("held_by"), try place("held_since"))
    }

    /// Where tenants take turns there is a row even if nothing was taken.
    func isJob(_ row: Row) throws(PostgresError) -> Bool { try row[id, as: JobID?.self] != nil }

    func job(_ row: Row) throws(PostgresError) -> ClaimedJob {
        let previousOwner: String? = try row[self.previousOwner]
        return ClaimedJob(
            id: try row[id], workflow: try row[workflow], version: try row[version], tenant: try row[tenant],
            seq: try row[seq], commits: try row[commits], lease: try row[lease], input: try row[input],
            parent: try row[parent],
            ownerVanished: previousOwner != nil, row: try jobRow(row), signals: try pendingSignals(row))
    }

    private func jobRow(_ row: Row) throws(PostgresError) -> JobRow {
        var job = JobRow()
        job.status = try row[status]
        job.state = try row[state]
        job.data = try row[data]
        job.output = try row[output]
        job.dueAt = try row[wasDue]
        job.plan = try row[plan]
        job.attempt = try row[attempt]
        job.attemptStatus = try row[attemptStatus]
        job.attemptAt = try row[attemptAt]
        job.firstAttemptAt = try row[firstAttemptAt]
        job.enteredSeq = try row[enteredSeq]
        job.enteredAt = try row[enteredAt]
        job.deadlineAt = try row[deadlineAt]
        job.deadlineEvent = try row[deadlineEvent]
        job.overdueAt = try row[overdueAt]
        job.desk = try row[desk]
        job.lastError = try row[lastError]
        job.finishedAt = try row[finishedAt]
        job.heldBy = try row[heldBy]
        job.heldSince = try row[heldSince]
        return job
    }

    private func pendingSignals(_ row: Row) throws(PostgresError) -> [PendingSignal] {
        let text: String = try row[signals]
        // Nearly always: it spares the decoder.
        if text == "[]" { return [] }
        let coding = JSONCoding()
        do {
            return try coding.read([StoredSignal].self, from: text).map { signal in
                PendingSignal(
                    id: signal.id, name: signal.name, payload: try coding.store(signal.payload), actor: signal.actor)
            }
        } catch {
            throw PostgresError(
                kind: .unreadableAnswer, message: "the signals of a job can't be read", statement: "claim")
        }
    }
}

/// A signal as `claim.sql` writes it.
private struct StoredSignal: Decodable {
    let id: Int64
    let name: String
    let payload: JSONValue
    let actor: String
}

extension Rows {
    /// The column `id` of all rows.
    func ids() throws(PostgresError) -> Set<JobID> {
        var ids: Set<JobID> = []
        ids.reserveCapacity(count)
        for row in self { ids.insert(try row["id"]) }
        return ids
    }
}
