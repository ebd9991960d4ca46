public import Engine
public import Postgres
import Time
public import WorkflowCore

/// Unfinished jobs of some flows and versions, page by page in the order of their ids; nothing is locked.
public struct RestingJobs: Sendable {
    private let database: any QueryRunner
    private let workflows: [(name: String, version: Int)]
    private let pageSize: Int

    /// The unfinished jobs of these flows and versions, so many at a time.
    public init(
        _ database: any QueryRunner, of workflows: [(name: String, version: Int)], pageSize: Int
    ) {
        self.database = database
        self.workflows = workflows
        self.pageSize = pageSize
    }

    /// The jobs after this one; none: there are no more.
    public func page(after last: JobID?) async throws(PostgresError) -> [RestingJob] {
        guard !workflows.isEmpty else { return [] }
        let rows = try await database.query(
            .unfinishedJobs,
            [
                .texts(workflows.map(\.name)), .ints(workflows.map(\.version)), .text(last?.description),
                .int(pageSize),
            ], timeout: .minutes(5))
        var jobs: [RestingJob] = []
        jobs.reserveCapacity(rows.count)
        for row in rows { jobs.append(try RestingJob(row)) }
        return jobs
    }
}

extension RestingJob {
    fileprivate init(_ row: Row) throws(PostgresError) {
        self.init(
            id: try row["id"], workflow: try row["workflow"], version: try row["version"], seq: try row["seq"],
            commits: try row["commits"], lease: try row["lease"], isLeased: try row["leased"], input: try row["input"],
            row: try JobRow(resting: row),
            now: try row["now"])
    }
}

extension JobRow {
    fileprivate init(resting row: Row) throws(PostgresError) {
        self.init()
        status = try row["status"]
        state = try row["state"]
        data = try row["data"]
        output = try row["output"]
        dueAt = try row["due_at"]
        plan = try row["plan"]
        attempt = try row["attempt"]
        attemptStatus = try row["attempt_status"]
        attemptAt = try row["attempt_at"]
        firstAttemptAt = try row["first_attempt_at"]
        enteredSeq = try row["entered_seq"]
        enteredAt = try row["entered_at"]
        deadlineAt = try row["deadline_at"]
        deadlineEvent = try row["deadline_event"]
        overdueAt = try row["overdue_at"]
        desk = try row["desk"]
        lastError = try row["last_error"]
        finishedAt = try row["finished_at"]
    }
}
