public import Time
public import WorkflowCore

/// All that one step of one job changes, at once or not at all, and only while the fence holds.
public struct JobCommit: Sendable {
    /// The job.
    public let id: JobID
    /// The number of the last transition that the owner knows: if it is another by now, nothing is changed.
    public let expectedSeq: Int
    /// The number of commits that the owner knows of, likewise; after this it is one more.
    public let expectedCommits: Int
    /// The lease's token, likewise.
    public let lease: Int
    /// The number of the last transition after this.
    public let seq: Int
    /// Whether the owner goes on with the job; `dueAt` then stays the end of its lease.
    public let keepsLease: Bool
    /// The row as it is after this.
    public let row: JobRow
    /// The history rows, gapless up to `seq`.
    public var history: [HistoryEntry] = []
    /// The signals that were delivered, with the answer to each.
    public var handled: [HandledSignal] = []
    /// New names by which webhooks find the job.
    public var references: [Reference] = []
    /// What other jobs are told.
    public var messages: [JobMessage] = []
    /// The job that this one runs.
    public var children: [NewJob] = []
    /// Attempts that ended without a transition.
    public var attempts: [AttemptRecord] = []
    /// The job's input with what is sensitive sealed, as JSON: with the first transition of a job that has such.
    public var sealedInput: String?

    /// A commit of the fence and the row; the rest is added.
    public init(
        id: JobID, expectedSeq: Int, expectedCommits: Int, lease: Int, seq: Int, keepsLease: Bool, row: JobRow
    ) {
        self.id = id
        self.expectedSeq = expectedSeq
        self.expectedCommits = expectedCommits
        self.lease = lease
        self.seq = seq
        self.keepsLease = keepsLease
        self.row = row
    }
}

/// One row of `lockstep.history`.
public struct HistoryEntry: Hashable, Sendable {
    /// The transition's number, from 1.
    public let seq: Int
    /// When.
    public let at: Timestamp
    /// The state before; nil at the start.
    public let from: String?
    /// The event.
    public let event: String
    /// The state after; nil where a job could not be started.
    public let to: String?
    /// Who brought the event, such as `app:…`, `activity`, `deadline`, `engine`.
    public let actor: String
    /// The number of the attempt that brought it, where one did.
    public let attempt: Int?
    /// What else there is to know, as a JSON object with sensitive fields redacted.
    public let detail: String
}

/// A signal that was delivered.
public struct HandledSignal: Hashable, Sendable {
    /// Its number in the inbox.
    public let id: Int64
    /// What became of it: `delivered`, `ignored`, `refused: …`.
    public let answer: String
}

/// Something that a job tells another job in the same bucket.
public struct JobMessage: Hashable, Sendable {
    /// The other job.
    public let to: JobID
    /// The signal's name.
    public let name: String
    /// What comes with it, as JSON.
    public let payload: String
    /// What makes it be told once.
    public let key: String
}

/// A job that is enqueued with a transition of its parent.
public struct NewJob: Hashable, Sendable {
    /// Its id, derived from the parent's.
    public let id: JobID
    /// Its flow.
    public let workflow: String
    /// Its flow's version.
    public let version: Int
    /// Its tenant: the parent's.
    public let tenant: String
    /// What it is asked, as JSON.
    public let input: String
    /// The transition of the parent that started it.
    public let parentSeq: Int
}

/// An attempt that ended without a transition: one row of `lockstep.provider_calls`.
public struct AttemptRecord: Hashable, Sendable {
    /// What became of it.
    public enum Outcome: String, Hashable, Sendable {
        /// It certainly did not happen.
        case notApplied = "not_applied"
        /// It may have happened.
        case unknown
        /// It was under way when its owner vanished.
        case crashed
        /// A lookup showed that nothing had happened.
        case nothing
    }

    /// The number of the last transition before it.
    public let seq: Int
    /// Its number in this state.
    public let attempt: Int
    /// What was asked.
    public let activity: String
    /// The key it was asked with.
    public let key: String
    /// When it was started.
    public let startedAt: Timestamp
    /// When its outcome was known.
    public let finishedAt: Timestamp
    /// What became of it.
    public let outcome: Outcome
    /// What went wrong, for a person.
    public let error: String?
}
