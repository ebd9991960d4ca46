import Time
import WorkflowCore

/// One job in the hands of its owner: what came in, what it changes, what to do next. Pure: no clock, no I/O.
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
    var seq: Int
    var row: JobRow
    var resident: (any Resident)?
    var signals: [PendingSignal]
    /// When the plan's step is due; nil: only a signal or the deadline brings the job on.
    var nextStepAt: Timestamp?
    /// The call under way.
    var calling: Invocation?
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
        seq = job.seq
        row = job.row
        signals = job.signals
        nextStepAt = job.row.dueAt
        if job.ownerVanished || row.attemptStatus == .started { crashed(at: now) }
    }

    /// Works out what to do with a job that was just claimed.
    mutating func begin(at now: Timestamp) -> Next {
        // A job that can't be opened stays with a person; it is tried again only when that person says so.
        let wasParked = row.status == .parked
        if wasParked, row.data == nil, !signals.contains(where: { $0.name == "$retry" }) { return turnAway(at: now) }
        guard open(at: now) else { return turnAway(at: now) }
        return proceed(at: now)
    }

    /// Delivers what waits, then follows the plan.
    mutating func proceed(at now: Timestamp) -> Next {
        deliverSignals(at: now)
        deliverDeadline(at: now)
        return followPlan(at: now)
    }

    /// Answers whatever was told to a job that can't be opened.
    private mutating func turnAway(at now: Timestamp) -> Next {
        for signal in signals {
            commit.handled.append(
                HandledSignal(id: signal.id, answer: "refused: \(row.lastError ?? "the job is parked")"))
            isChanged = true
        }
        signals = []
        row.dueAt = nil
        return .release
    }

    /// All changes since the last commit. The lease is kept when the run goes on.
    mutating func flush(keepsLease: Bool) -> JobCommit {
        var made = JobCommit(
            id: id, expectedSeq: committedSeq, lease: lease, seq: seq, keepsLease: keepsLease, row: row)
        made.history = commit.history
        made.handled = commit.handled
        made.references = commit.references
        made.messages = commit.messages
        made.children = commit.children
        made.attempts = commit.attempts
        commit = Gathered()
        isChanged = false
        committedSeq = seq
        return made
    }

    /// The key of whatever the job does in the state that it rests in.
    var key: IdempotencyKey { IdempotencyKey(job: id, enteredSeq: row.enteredSeq) }

    /// Whether something may have been done at the provider that we don't know of.
    var isOutcomeUnknown: Bool { row.attemptStatus == .unknown }

    /// The last owner vanished while it may have been calling: its attempt may have happened.
    private mutating func crashed(at now: Timestamp) {
        guard row.attemptStatus == .started else { return }
        commit.attempts.append(
            attemptRecord(.crashed, startedAt: row.attemptAt ?? now, at: now, error: "the daemon that made it vanished")
        )
        row.attemptStatus = .unknown
        row.attemptAt = now
        nextStepAt = now
        isChanged = true
    }

    /// Makes a typed state of what the store holds: the start state from the input, or the state from its JSON.
    private mutating func open(at now: Timestamp) -> Bool {
        guard let workflow else {
            return park("this build does not know \(name.workflow) version \(name.version)", at: now)
        }
        do {
            if let data = row.data {
                resident = try workflow.restore(data, registry.coding)
            } else if let input {
                try start(workflow.start(input, registry.coding), at: now)
            } else {
                return park("the job has neither a state nor an input", at: now)
            }
            return true
        } catch {
            let what = row.data == nil ? "the input does not fit" : "the stored state can't be read by this build"
            return park("\(what): \(explanation(of: error))", at: now)
        }
    }

    private mutating func start(_ first: any Resident, at now: Timestamp) throws {
        record(event: "started", from: nil, to: first.state, actor: "engine", at: now)
        try enter(first, at: now)
    }
}
