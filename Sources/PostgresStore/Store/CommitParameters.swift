import Engine
import Postgres
import WorkflowCore

/// The parameters of `commit.sql`, in its order.
func commitParameters(_ batch: CommitBatch) -> [Parameter] {
    let jobs = batch.jobs
    let (rows, more) = rows(of: jobs)
    return [.int(batch.bucket), .text(batch.node.description)] + rows + history(of: jobs) + handled(of: jobs)
        + references(of: jobs) + messages(of: jobs) + children(of: jobs) + attempts(of: jobs) + more
        + sealedInputs(of: jobs)
}

/// $3 to $25, and $62 to $64. Job by job: a step is large, and is taken in the hand once.
private func rows(of jobs: [JobCommit]) -> (rows: [Parameter], more: [Parameter]) {
    let types: [ArrayBytes.Element] = [
        .uuid, .int, .int, .int, .bool, .text, .text, .jsonb, .jsonb, .timestamptz, .text, .int, .text, .timestamptz,
        .timestamptz, .int, .timestamptz, .timestamptz, .text, .timestamptz, .text, .text, .timestamptz, .int, .text,
        .timestamptz,
    ]
    var columns = Columns(types, rows: jobs.count)
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

/// $26 to $34.
private func history(of jobs: [JobCommit]) -> [Parameter] {
    var columns = Columns(
        [.uuid, .int, .timestamptz, .text, .text, .text, .text, .int, .jsonb], rows: jobs.count)
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
    table([.uuid, .bigint, .text], of: jobs, \.handled) { columns, signal in
        columns.put(Int(signal.id))
        columns.put(signal.answer)
    }
}

/// $38 to $40.
private func references(of jobs: [JobCommit]) -> [Parameter] {
    table([.uuid, .text, .text], of: jobs, \.references) { columns, reference in
        columns.put(reference.provider)
        columns.put(reference.value)
    }
}

/// $41 to $45.
private func messages(of jobs: [JobCommit]) -> [Parameter] {
    table([.uuid, .uuid, .text, .jsonb, .text], of: jobs, \.messages) { columns, message in
        columns.put(message.to)
        columns.put(message.name)
        columns.put(message.payload)
        columns.put(message.key)
    }
}

/// $46 to $52.
private func children(of jobs: [JobCommit]) -> [Parameter] {
    table([.uuid, .uuid, .text, .int, .text, .jsonb, .int], of: jobs, \.children) { columns, child in
        columns.put(child.id)
        columns.put(child.workflow)
        columns.put(child.version)
        columns.put(child.tenant)
        columns.put(child.input)
        columns.put(child.parentSeq)
    }
}

/// $53 to $61.
private func attempts(of jobs: [JobCommit]) -> [Parameter] {
    let types: [ArrayBytes.Element] = [.uuid, .int, .int, .text, .text, .timestamptz, .timestamptz, .text, .text]
    return table(types, of: jobs, \.attempts) { columns, attempt in
        columns.put(attempt.seq)
        columns.put(attempt.attempt)
        columns.put(attempt.activity)
        columns.put(attempt.key)
        columns.put(attempt.startedAt)
        columns.put(attempt.finishedAt)
        columns.put(attempt.outcome.rawValue)
        columns.put(attempt.error)
    }
}

/// $65 to $66.
private func sealedInputs(of jobs: [JobCommit]) -> [Parameter] {
    table([.uuid, .jsonb], of: jobs, { $0.sealedInput.map { [$0] } ?? [] }, put: { $0.put($1) })
}

/// What jobs bring seldom: a row for each such thing, the job's id before what `put` says of it.
private func table<Thing>(
    _ types: [ArrayBytes.Element], of jobs: [JobCommit], _ things: (JobCommit) -> [Thing],
    put: (inout Columns, Thing) -> Void
) -> [Parameter] {
    var columns = Columns(types, rows: 0)
    for job in jobs {
        for thing in things(job) {
            columns.next()
            columns.put(job.id)
            put(&columns, thing)
        }
    }
    return columns.parameters
}
