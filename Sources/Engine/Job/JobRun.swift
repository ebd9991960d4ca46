import Time
import WorkflowCore

/// One job in the hands of its owner: what came in, what it changes, what to do next.
///
/// Pure: no clock, no I/O.
///
/// Changes gather in the run until `flush` makes a commit of them. There is no way back: a commit whose fence does
/// not hold ends the run, and the next owner starts from what the store holds.
struct JobRun: Sendable {
    /// What the owner does next.
    enum Next: Sendable {
        /// Commits the changes, keeps the lease, and then calls the activity.
        case perform(Invocation)
        /// Commits the changes and gives the job back.
        case release
    }

    let id: JobID
    let lease: Int
    let tenant: String
    let parent: JobID?
    let input: String?
    let name: (workflow: String, version: Int)
    let workflow: RegisteredWorkflow?
    let registry: Registry

    /// The last transition that the store is known to hold, and the last one made here.
    var committedSeq: Int
    /// The commits that the store is known to hold, or was sent.
    var commits: Int
    var seq: Int
    var row: JobRow
    var resident: (any Resident)?
    var signals: [PendingSignal]
    /// When the plan's step is due; nil: only a signal or the deadline brings the job on.
    var nextStepAt: Timestamp?
    /// The call under way.
    var calling: Invocation?
    /// What the row said of earlier attempts before the one under way: it holds again if that one did not happen.
    var before = EarlierAttempts()
    /// The account that the answer being taken has tried in vain.
    var probed: ProviderAccount?
    /// Whether the row differs from what the store is known to hold.
    var isChanged = false
    var commit = Gathered()

    /// What the next commit brings beside the row.
    struct Gathered: Sendable {
        var history: [HistoryEntry] = []
        var handled: [HandledSignal] = []
        var references: [Reference] = []
        var messages: [JobMessage] = []
        var children: [NewJob] = []
        var attempts: [AttemptRecord] = []
        var sealedInput: String?
    }

    init(_ job: ClaimedJob, registry: Registry, at now: Timestamp) {
        id = job.id
        lease = job.lease
        tenant = job.tenant
        parent = job.parent
        input = job.input
        name = (job.workflow, job.version)
        workflow = registry[job.workflow, job.version]
        self.registry = registry
        committedSeq = job.seq
        commits = job.commits
        seq = job.seq
        row = job.row
        signals = job.signals
        nextStepAt = job.row.dueAt
        // Nobody gives a job back with an attempt under way: its owner vanished.
        if row.attemptStatus == .started { crashed(at: now) }
    }

    /// Works out what to do with a job that was just claimed.
    mutating func begin(at now: Timestamp) -> Next {
        if let reason = open(at: now) { return turnAway(because: reason, at: now) }
        return proceed(at: now)
    }

    /// Delivers what waits, then follows the plan.
    mutating func proceed(at now: Timestamp) -> Next {
        deliverSignals(at: now)
        deliverDeadline(at: now)
        return followPlan(at: now)
    }

    /// All changes since the last commit.
    ///
    /// The lease is kept when the run goes on.
    mutating func flush(keepsLease: Bool) -> JobCommit {
        var made = JobCommit(
            id: id, expectedSeq: committedSeq, expectedCommits: commits, lease: lease, seq: seq, keepsLease: keepsLease,
            row: row)
        made.history = commit.history
        made.handled = commit.handled
        made.references = commit.references
        made.messages = commit.messages
        made.children = commit.children
        made.attempts = commit.attempts
        made.sealedInput = commit.sealedInput
        commit = Gathered()
        isChanged = false
        committedSeq = seq
        commits += 1
        return made
    }

    /// The key of whatever the job does in the state that it rests in.
    var key: IdempotencyKey { IdempotencyKey(job: id, enteredSeq: row.enteredSeq) }

    /// Whether something may have been done at the provider that we don't know of.
    var isOutcomeUnknown: Bool { row.attemptStatus == .unknown }

    /// The last owner vanished while it may have been calling: its attempt may have happened.
    private mutating func crashed(at now: Timestamp) {
        commit.attempts.append(
            attemptRecord(
                .crashed, number: row.attempt, startedAt: row.attemptAt ?? now, at: now,
                error: "the daemon that made it vanished"))
        row.attemptStatus = .unknown
        row.attemptAt = now
        nextStepAt = now
        isChanged = true
    }
}

/// What the row said of attempts before the one under way.
struct EarlierAttempts: Hashable, Sendable {
    var number = 0
    var status: AttemptStatus?
    var at: Timestamp?
    var firstAt: Timestamp?
}
