public import Time
public import WorkflowCore

/// Where a job stands, for operators to filter on. (`running` is not stored: it is a job with a lease.)
public enum JobStatus: String, Hashable, Sendable, CaseIterable {
    /// Enqueued, not started.
    case queued
    /// Under way: something is due now or later, or a signal is awaited.
    case waiting
    /// A person has to look; nothing happens by itself.
    case parked
    /// Held by an operator.
    case paused
    /// See `Outcome`.
    case completed, failed, rejected, expired, canceled, refunded, reversed

    /// The status of a finished job.
    public init(_ outcome: Outcome) {
        self =
            switch outcome {
            case .completed: .completed
            case .failed: .failed
            case .rejected: .rejected
            case .expired: .expired
            case .canceled: .canceled
            case .refunded: .refunded
            case .reversed: .reversed
            }
    }
}

/// What is known about the attempt that a job made last.
public enum AttemptStatus: String, Hashable, Sendable {
    /// It was about to be made; stored before the provider is called, so that a crash can't hide it.
    case started
    /// It may have happened.
    case unknown
}

/// The part of a job that changes: one row of `lockstep.job_state`, without its fence.
public struct JobRow: Hashable, Sendable {
    /// For operators.
    public var status: JobStatus = .queued
    /// The state's case name; nil before the start.
    public var state: String?
    /// The whole state as JSON; nil before the start.
    public var data: String?
    /// What the app may show, as JSON.
    public var output: String?
    /// When a daemon has to look next; nil: nothing to do by itself.
    public var dueAt: Timestamp?
    /// What is done in the state, such as `poll readPayout`.
    public var plan: String?
    /// Attempts (or polls) since the state was entered; of a finished job: looks that failed, one after the other.
    public var attempt = 0
    /// Whether an attempt is under way or its outcome unknown; nil: neither.
    public var attemptStatus: AttemptStatus?
    /// When it was started, or became unknown.
    public var attemptAt: Timestamp?
    /// When the first attempt was started.
    public var firstAttemptAt: Timestamp?
    /// The transition that entered the state: the key's second half.
    public var enteredSeq = 0
    /// When the state was entered.
    public var enteredAt: Timestamp?
    /// When waiting in it ends; of a finished job: until when it is looked at, in case it is undone.
    public var deadlineAt: Timestamp?
    /// What then happens.
    public var deadlineEvent: String?
    /// From when on it counts as overdue.
    public var overdueAt: Timestamp?
    /// On whose desk it then lies.
    public var desk: String?
    /// What went wrong last, for a person.
    public var lastError: String?
    /// The account for which it waits, such as `dfns/main`; nil: it does not wait for one.
    public var heldBy: String?
    /// Since when.
    public var heldSince: Timestamp?
    /// When the job was over.
    public var finishedAt: Timestamp?

    /// Whether the job is over, and something is read after its end in case it is undone.
    public var isWatched: Bool { finishedAt != nil && plan?.hasPrefix("watch ") == true }

    /// The row of a job that was just enqueued.
    public init() {}
}

/// Something that was told to a job and not delivered yet.
public struct PendingSignal: Hashable, Sendable {
    /// Its number in the inbox: the order of delivery.
    public let id: Int64
    /// Its name; names that begin with `$` are the engine's own.
    public let name: String
    /// What came with it, as JSON.
    public let payload: String
    /// Who sent it.
    public let actor: String

    /// A signal.
    public init(id: Int64, name: String, payload: String, actor: String) {
        self.id = id
        self.name = name
        self.payload = payload
        self.actor = actor
    }
}

/// A job that a claim handed to this node.
public struct ClaimedJob: Sendable {
    /// Its id.
    public let id: JobID
    /// Its flow's name.
    public let workflow: String
    /// Its flow's version.
    public let version: Int
    /// Whose it is.
    public let tenant: String
    /// The number of its last transition: a part of the fence.
    public let seq: Int
    /// The number of its commits so far: another part.
    public let commits: Int
    /// The lease's token: the third part.
    public let lease: Int
    /// What it was asked, as JSON; only before the start.
    public let input: String?
    /// The job that runs it as its child.
    public let parent: JobID?
    /// Whether the last owner vanished without giving the job back.
    public let ownerVanished: Bool
    /// The row, with `dueAt` as it was before the claim.
    public let row: JobRow
    /// What was told to it, in order.
    public let signals: [PendingSignal]

    /// A claimed job.
    public init(
        id: JobID, workflow: String, version: Int, tenant: String, seq: Int, commits: Int, lease: Int,
        input: String?, parent: JobID?, ownerVanished: Bool, row: JobRow, signals: [PendingSignal]
    ) {
        self.id = id
        self.workflow = workflow
        self.version = version
        self.tenant = tenant
        self.seq = seq
        self.commits = commits
        self.lease = lease
        self.input = input
        self.parent = parent
        self.ownerVanished = ownerVanished
        self.row = row
        self.signals = signals
    }
}
