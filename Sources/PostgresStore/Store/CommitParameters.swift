import Engine
import Postgres
import WorkflowCore

/// The parameters of `commit.sql`, in its order.
func commitParameters(_ batch: CommitBatch) -> [Parameter] {
    let jobs = batch.jobs
    let (rows, more) = rows(of: jobs)
    return [.int(batch.bucket), .text(batch.node.description)] + rows + history(of: jobs) + handled(of: jobs)
        + references(of: jobs) + messages(of: jobs) + children(of: jobs) + attempts(of: jobs) + more
}

/// One array of an aspect of many things.
private func array<Thing>(
    _ things: [Thing], width: Int = 8, _ append: (inout ArrayText, Thing) -> Void
) -> Parameter {
    var array = ArrayText(capacity: 2 + things.count * width)
    for thing in things { append(&array, thing) }
    return array.parameter
}

/// $3 to $25, and $62 to $64. Job by job: a step is large, and is taken in the hand once.
private func rows(of jobs: [JobCommit]) -> (rows: [Parameter], more: [Parameter]) {
    var columns = Columns(
        rows: jobs.count,
        widths: [
            37, 4, 4, 4, 2, 12, 24, 384, 32, 28, 24, 4, 12, 28, 28, 4, 28, 28, 16, 28, 16, 16, 28, 4, 4, 4,
        ])
    for job in jobs {
        columns.next()
        columns.put(job.id)
        columns.put(job.expectedSeq)
        columns.put(job.lease)
        columns.put(job.seq)
        columns.put(job.keepsLease)
        put(job.row, in: &columns)
        columns.put(job.expectedCommits)
        columns.put(job.row.heldBy)
        columns.put(job.row.heldSince)
    }
    let parameters = columns.parameters
    return (Array(parameters.dropLast(3)), Array(parameters.suffix(3)))
}

/// $8 to $25.
private func put(_ row: JobRow, in columns: inout Columns) {
    columns.put(row.status.rawValue)
    columns.put(row.state)
    columns.put(row.data)
    columns.put(row.output)
    columns.put(row.dueAt)
    columns.put(row.plan)
    columns.put(row.attempt)
    columns.put(row.attemptStatus?.rawValue)
    columns.put(row.attemptAt)
    columns.put(row.firstAttemptAt)
    columns.put(row.enteredSeq)
    columns.put(row.enteredAt)
    columns.put(row.deadlineAt)
    columns.put(row.deadlineEvent)
    columns.put(row.overdueAt)
    columns.put(row.desk)
    columns.put(row.lastError)
    columns.put(row.finishedAt)
}

/// Each job's things with the job that they belong to.
private func all<Thing>(_ things: (JobCommit) -> [Thing], of jobs: [JobCommit]) -> [(id: JobID, it: Thing)] {
    var found: [(id: JobID, it: Thing)] = []
    for job in jobs { for thing in things(job) { found.append((job.id, thing)) } }
    return found
}

/// $26 to $34.
private func history(of jobs: [JobCommit]) -> [Parameter] {
    var columns = Columns(rows: jobs.count, widths: [37, 4, 28, 24, 24, 24, 12, 4, 256])
    for job in jobs {
        for entry in job.history {
            columns.next()
            columns.put(job.id)
            columns.put(entry.seq)
            columns.put(entry.at)
            columns.put(entry.from)
            columns.put(entry.event)
            columns.put(entry.to)
            columns.put(entry.actor)
            columns.put(entry.attempt)
            columns.put(entry.detail)
        }
    }
    return columns.parameters
}

/// $35 to $37.
private func handled(of jobs: [JobCommit]) -> [Parameter] {
    let signals = all(\.handled, of: jobs)
    return [
        array(signals, width: 37) { $0.append($1.id) },
        array(signals) { $0.append(Int($1.it.id)) },
        array(signals, width: 16) { $0.append($1.it.answer) },
    ]
}

/// $38 to $40.
private func references(of jobs: [JobCommit]) -> [Parameter] {
    let references = all(\.references, of: jobs)
    return [
        array(references, width: 37) { $0.append($1.id) },
        array(references, width: 16) { $0.append($1.it.provider) },
        array(references, width: 40) { $0.append($1.it.value) },
    ]
}

/// $41 to $45.
private func messages(of jobs: [JobCommit]) -> [Parameter] {
    let messages = all(\.messages, of: jobs)
    return [
        array(messages, width: 37) { $0.append($1.id) },
        array(messages, width: 37) { $0.append($1.it.to) },
        array(messages) { $0.append($1.it.name) },
        array(messages, width: 128) { $0.append($1.it.payload) },
        array(messages, width: 48) { $0.append($1.it.key) },
    ]
}

/// $46 to $52.
private func children(of jobs: [JobCommit]) -> [Parameter] {
    let children = all(\.children, of: jobs)
    return [
        array(children, width: 37) { $0.append($1.id) },
        array(children, width: 37) { $0.append($1.it.id) },
        array(children, width: 24) { $0.append($1.it.workflow) },
        array(children) { $0.append($1.it.version) },
        array(children, width: 16) { $0.append($1.it.tenant) },
        array(children, width: 256) { $0.append($1.it.input) },
        array(children) { $0.append($1.it.parentSeq) },
    ]
}

/// $53 to $61.
private func attempts(of jobs: [JobCommit]) -> [Parameter] {
    let attempts = all(\.attempts, of: jobs)
    return [
        array(attempts, width: 37) { $0.append($1.id) },
        array(attempts) { $0.append($1.it.seq) },
        array(attempts) { $0.append($1.it.attempt) },
        array(attempts, width: 24) { $0.append($1.it.activity) },
        array(attempts, width: 48) { $0.append($1.it.key) },
        array(attempts, width: 28) { $0.append($1.it.startedAt) },
        array(attempts, width: 28) { $0.append($1.it.finishedAt) },
        array(attempts, width: 12) { $0.append($1.it.outcome.rawValue) },
        array(attempts, width: 64) { $0.append($1.it.error) },
    ]
}
