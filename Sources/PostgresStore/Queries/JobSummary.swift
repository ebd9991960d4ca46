import Postgres
public import Time
public import WorkflowCore

/// One row of `lockstep.job_status`: where a job stands, for people.
public struct JobSummary: Hashable, Sendable {
    /// The job.
    public let id: JobID
    /// The app's own name for it.
    public let key: String?
    /// On whose behalf.
    public let tenant: String
    /// Its flow.
    public let workflow: String
    /// Its flow's version.
    public let version: Int
    /// The state's case name; nil: not started.
    public let state: String?
    /// `queued`, `running`, `waiting`, `parked`, `paused`, or an outcome.
    public let status: String
    /// What is done in the state, such as `poll readPayout`.
    public let plan: String?
    /// Since when it rests there.
    public let since: Timestamp?
    /// When a daemon looks next.
    public let due: Timestamp?
    /// When waiting in the state ends.
    public let deadline: Timestamp?
    /// With which event.
    public let deadlineEvent: String?
    /// Whether it rests there for longer than is usual.
    public let isOverdue: Bool
    /// Who looks at it then.
    public let desk: String?
    /// Attempts (or polls) in this state.
    public let attempt: Int
    /// What went wrong last.
    public let lastError: String?
    /// How it ended; nil: it has not.
    public let outcome: String?
    /// What the app may show, as JSON.
    public let output: String?
    /// How many transitions it has made.
    public let seq: Int
    /// 1 first, 4 last.
    public let priority: Int
    /// Free words.
    public let tags: [String]
    /// The job that runs it as its child.
    public let parent: JobID?
    /// When it was enqueued.
    public let enqueuedAt: Timestamp
    /// By whom.
    public let enqueuedBy: String
    /// When it ended.
    public let finishedAt: Timestamp?
    /// The account that takes no calls for now, and that it waits for.
    public let heldBy: String?

    init(_ row: Row) throws(PostgresError) {
        id = try row["id"]
        key = try row["key"]
        tenant = try row["tenant"]
        workflow = try row["workflow"]
        version = try row["version"]
        state = try row["state"]
        status = try row["status"]
        plan = try row["plan"]
        since = try row["since"]
        due = try row["due"]
        deadline = try row["deadline"]
        deadlineEvent = try row["deadline_event"]
        isOverdue = try row["overdue"]
        desk = try row["desk"]
        attempt = try row["attempt"]
        lastError = try row["last_error"]
        outcome = try row["outcome"]
        output = try row["output"]
        seq = try row["seq"]
        priority = try row["priority"]
        tags = try row["tags"]
        parent = try row["parent"]
        enqueuedAt = try row["enqueued_at"]
        enqueuedBy = try row["enqueued_by"]
        finishedAt = try row["finished_at"]
        heldBy = try row["held_by"]
    }
}

/// Which jobs to list; what is nil does not matter.
public struct JobFilter: Hashable, Sendable {
    /// The job.
    public var id: JobID?
    /// The app's own name.
    public var key: String?
    /// On whose behalf.
    public var tenant: String?
    /// The flow.
    public var workflow: String?
    /// The status.
    public var status: String?
    /// The state.
    public var state: String?
    /// One of the tags.
    public var tag: String?
    /// Only jobs that are (or are not) overdue.
    public var isOverdue: Bool?
    /// Only older jobs than this one: what a next page starts after.
    public var before: JobID?
    /// The most jobs.
    public var limit = 50

    /// All jobs, up to the limit.
    public init() {}
}
