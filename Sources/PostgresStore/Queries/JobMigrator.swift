public import Engine
public import Postgres
import Time
import WorkflowCore

/// Takes jobs of older versions to the newest that a build knows: in batches, each one statement, while daemons run.
///
/// It can be interrupted at any point and run again: what was migrated has the newer version, and the rest is looked at
/// anew.
public struct JobMigrator: Sendable {
    /// What is asked of it.
    public struct Request: Sendable {
        /// Only jobs of this flow; nil: of all.
        public var workflow: String?
        /// Counts and shows, and changes nothing.
        public var isDryRun = false
        /// How many jobs are looked at, and migrated, at a time.
        public var batch = 500
        /// Whether jobs may be migrated of which it is unknown whether their call to the provider happened.
        public var includesUnknown = false

        /// All flows, in batches of 500, not dry.
        public init() {}
    }

    private let registry: Registry
    private let database: any QueryRunner

    /// A migrator for the flows of a build.
    public init(_ registry: Registry, over database: any QueryRunner) {
        self.registry = registry
        self.database = database
    }

    /// Migrates what can be, and returns what became of each job.
    ///
    /// - Parameter progress: is given the number of jobs looked at so far, after each batch.
    public func run(
        _ request: Request, progress: @Sendable (Int) -> Void = { _ in }
    ) async throws(PostgresError) -> MigrationReport {
        let jobs = RestingJobs(database, of: try await versions(request), pageSize: request.batch)
        var report = MigrationReport()
        var last: JobID?
        while true {
            let page = try await jobs.page(after: last)
            guard let end = page.last else { return report }
            last = end.id
            try await migrate(page, request, &report)
            progress(report.total)
        }
    }

    /// The older versions of which there are unfinished jobs.
    private func versions(_ request: Request) async throws(PostgresError) -> [(name: String, version: Int)] {
        var found: [(name: String, version: Int)] = []
        for row in try await database.query(.liveVersions) {
            let (name, version): (String, Int) = (try row["workflow"], try row["version"])
            guard request.workflow == nil || request.workflow == name else { continue }
            if registry.target(of: name, from: version) != nil { found.append((name, version)) }
        }
        return found
    }

    private func migrate(
        _ page: [RestingJob], _ request: Request, _ report: inout MigrationReport
    ) async throws(PostgresError) {
        var movable: [Int: [MigratedJob]] = [:]
        for job in page {
            let target = registry.target(of: job.workflow, from: job.version) ?? job.version
            switch registry.migrate(job, includingUnknown: request.includesUnknown) {
            case .migrates(let migrated): movable[job.id.bucket, default: []].append(migrated)
            case .later(because: let reason): report.note(job, target, .later(because: reason))
            case .stays(because: let reason, let shown):
                report.note(job, target, .stays(because: reason), old: shown)
            }
        }
        for (bucket, jobs) in movable.sorted(by: { $0.key < $1.key }) {
            let done = request.isDryRun ? Set(jobs.map(\.job.id)) : try await write(jobs, bucket: bucket)
            for migrated in jobs {
                let outcome: MigrationReport.Outcome =
                    done.contains(migrated.job.id)
                    ? .migrates(to: migrated.row.state) : .later(because: "it went on while it was looked at")
                report.note(migrated.job, migrated.version, outcome, old: migrated.old, new: migrated.new)
            }
        }
        if !request.isDryRun, !movable.isEmpty { try await database.query(.ring) }
    }

    func write(_ jobs: [MigratedJob], bucket: Int) async throws(PostgresError) -> Set<JobID> {
        try await database.query(.migrateJobs, migrationParameters(jobs, bucket: bucket), timeout: .minutes(1)).ids()
    }
}

/// The parameters of `migrate_jobs.sql`, in its order.
private func migrationParameters(_ jobs: [MigratedJob], bucket: Int) -> [Parameter] {
    let references = jobs.flatMap { job in job.references.map { (id: job.job.id, it: $0) } }
    let fence: [Parameter] = [
        .int(bucket), .ids(jobs.map(\.job.id)), .ints(jobs.map(\.job.seq)), .ints(jobs.map(\.job.commits)),
        .ints(jobs.map(\.job.lease)),
    ]
    let state: [Parameter] = [
        .ints(jobs.map(\.version)), .texts(jobs.map(\.row.state)), .texts(jobs.map(\.row.data)),
        .texts(jobs.map(\.row.output)), .timestamps(jobs.map(\.row.dueAt)), .texts(jobs.map(\.row.plan)),
        .ints(jobs.map(\.row.attempt)), .timestamps(jobs.map(\.row.attemptAt)),
        .timestamps(jobs.map(\.row.firstAttemptAt)), .ints(jobs.map(\.row.enteredSeq)),
        .timestamps(jobs.map(\.row.deadlineAt)), .texts(jobs.map(\.row.deadlineEvent)),
        .timestamps(jobs.map(\.row.overdueAt)), .texts(jobs.map(\.row.desk)), .texts(jobs.map(\.row.lastError)),
        .texts(jobs.map(\.detail)),
    ]
    let names: [Parameter] = [
        .ids(references.map(\.id)), .texts(references.map(\.it.provider)), .texts(references.map(\.it.value)),
    ]
    return fence + state + names
}
