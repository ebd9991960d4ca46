import Engine
import Postgres
import WorkflowCore

/// The parameters of `commit.sql`, in its order.
func commitParameters(_ batch: CommitBatch) -> [Parameter] {
    let jobs = batch.jobs
    return [.int(batch.bucket), .text(batch.node.description)] + rows(of: jobs)
        + history(of: jobs) + handled(of: jobs) + references(of: jobs) + messages(of: jobs) + children(of: jobs)
        + attempts(of: jobs) + [array(jobs) { $0.append($1.expectedCommits) }]
}

/// One array of an aspect of many things.
private func array<Thing>(
    _ things: [Thing], width: Int = 8, _ append: (inout ArrayText, Thing) -> Void
) -> Parameter {
    var array = ArrayText(capacity: 2 + things.count * width)
    for thing in things { append(&array, thing) }
    return array.parameter
}

/// $3 to $25.
private func rows(of jobs: [JobCommit]) -> [Parameter] {
    [
        array(jobs, width: 37) { $0.append($1.id) },
        array(jobs) { $0.append($1.expectedSeq) },
        array(jobs) { $0.append($1.lease) },
        array(jobs) { $0.append($1.seq) },
        array(jobs, width: 2) { $0.append($1.keepsLease) },
        array(jobs, width: 12) { $0.append($1.row.status.rawValue) },
        array(jobs, width: 24) { $0.append($1.row.state) },
        array(jobs, width: 512) { $0.append($1.row.data) },
        array(jobs, width: 64) { $0.append($1.row.output) },
        array(jobs, width: 28) { $0.append($1.row.dueAt) },
        array(jobs, width: 24) { $0.append($1.row.plan) },
        array(jobs) { $0.append($1.row.attempt) },
        array(jobs) { $0.append($1.row.attemptStatus?.rawValue) },
        array(jobs, width: 28) { $0.append($1.row.attemptAt) },
        array(jobs, width: 28) { $0.append($1.row.firstAttemptAt) },
        array(jobs) { $0.append($1.row.enteredSeq) },
        array(jobs, width: 28) { $0.append($1.row.enteredAt) },
        array(jobs, width: 28) { $0.append($1.row.deadlineAt) },
        array(jobs) { $0.append($1.row.deadlineEvent) },
        array(jobs, width: 28) { $0.append($1.row.overdueAt) },
        array(jobs) { $0.append($1.row.desk) },
        array(jobs) { $0.append($1.row.lastError) },
        array(jobs, width: 28) { $0.append($1.row.finishedAt) },
    ]
}

/// Each job's things with the job that they belong to.
private func all<Thing>(_ things: (JobCommit) -> [Thing], of jobs: [JobCommit]) -> [(id: JobID, it: Thing)] {
    var found: [(id: JobID, it: Thing)] = []
    for job in jobs { for thing in things(job) { found.append((job.id, thing)) } }
    return found
}

/// $26 to $34.
private func history(of jobs: [JobCommit]) -> [Parameter] {
    let entries = all(\.history, of: jobs)
    return [
        array(entries, width: 37) { $0.append($1.id) },
        array(entries) { $0.append($1.it.seq) },
        array(entries, width: 28) { $0.append($1.it.at) },
        array(entries, width: 24) { $0.append($1.it.from) },
        array(entries, width: 24) { $0.append($1.it.event) },
        array(entries, width: 24) { $0.append($1.it.to) },
        array(entries, width: 12) { $0.append($1.it.actor) },
        array(entries) { $0.append($1.it.attempt) },
        array(entries, width: 256) { $0.append($1.it.detail) },
    ]
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
