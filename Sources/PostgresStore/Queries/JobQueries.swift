public import Postgres
public import WorkflowCore

/// What people ask about jobs: over the public views, and so only about the jobs of the login's own tenants.
public struct JobQueries: Sendable {
    private let database: any QueryRunner

    /// Queries over a database.
    public init(_ database: any QueryRunner) {
        self.database = database
    }

    /// The newest jobs that a filter lets through.
    public func list(_ filter: JobFilter) async throws(PostgresError) -> [JobSummary] {
        try await all(
            .listJobs,
            [
                .text(filter.id?.description), .text(filter.key), .text(filter.tenant), .text(filter.workflow),
                .text(filter.status), .text(filter.state), .text(filter.tag), .bool(filter.isOverdue),
                .text(filter.before?.description), .int(filter.limit),
            ]
        ) { row throws(PostgresError) in try JobSummary(row) }
    }

    /// Where a job stands; nil: there is none, or it is another tenant's.
    public func job(_ id: JobID) async throws(PostgresError) -> JobSummary? {
        var filter = JobFilter()
        filter.id = id
        return try await list(filter).first
    }

    /// What a job waits for, since when, until when, and what happens then: in one sentence.
    public func why(_ id: JobID) async throws(PostgresError) -> String {
        try await database.query(.why, [.text(id.description)]).only["why"]
    }

    /// A job's transitions, in order; those after `seq`, for whoever watches.
    public func history(of id: JobID, after seq: Int = 0) async throws(PostgresError) -> [JobTransition] {
        try await all(.jobHistory, [.text(id.description), .int(seq)]) { row throws(PostgresError) in
            try JobTransition(row)
        }
    }

    /// What a job was told, in order.
    public func signals(of id: JobID) async throws(PostgresError) -> [JobSignal] {
        try await all(.jobSignals, [.text(id.description)]) { row throws(PostgresError) in try JobSignal(row) }
    }

    /// What a provider was asked for a job, in order.
    public func calls(of id: JobID) async throws(PostgresError) -> [ProviderCall] {
        try await all(.jobCalls, [.text(id.description)]) { row throws(PostgresError) in try ProviderCall(row) }
    }

    /// The jobs that a job runs or has run as its children, oldest first.
    public func children(of id: JobID) async throws(PostgresError) -> [JobSummary] {
        try await all(.jobChildren, [.text(id.description)]) { row throws(PostgresError) in try JobSummary(row) }
    }

    private func all<Record: Sendable>(
        _ statement: Statement, _ parameters: [Parameter], _ read: (Row) throws(PostgresError) -> Record
    ) async throws(PostgresError) -> [Record] {
        var records: [Record] = []
        for row in try await database.query(statement, parameters) { records.append(try read(row)) }
        return records
    }
}
