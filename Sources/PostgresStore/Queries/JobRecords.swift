import Postgres
public import Time

/// One row of `lockstep.history`.
public struct JobTransition: Hashable, Sendable {
    /// Its number, from 1.
    public let seq: Int
    /// When.
    public let at: Timestamp
    /// The state before; nil at the start.
    public let from: String?
    /// The event.
    public let event: String
    /// The state after; nil where the job could not be started.
    public let to: String?
    /// Who brought the event.
    public let actor: String
    /// The attempt that brought it, where one did.
    public let attempt: Int?
    /// What else there is to know, as a JSON object.
    public let detail: String

    init(_ row: Row) throws(PostgresError) {
        seq = try row["seq"]
        at = try row["at"]
        from = try row["from_state"]
        event = try row["event"]
        to = try row["to_state"]
        actor = try row["actor"]
        attempt = try row["attempt"]
        detail = try row["detail"]
    }
}

/// One row of `lockstep.signals`.
public struct JobSignal: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// What came with it, as JSON.
    public let payload: String
    /// The sender's own name for it.
    public let key: String?
    /// Who sent it.
    public let actor: String
    /// When it was sent.
    public let sentAt: Timestamp
    /// When the job heard it; nil: not yet.
    public let handledAt: Timestamp?
    /// What became of it.
    public let answer: String?

    init(_ row: Row) throws(PostgresError) {
        name = try row["name"]
        payload = try row["payload"]
        key = try row["key"]
        actor = try row["actor"]
        sentAt = try row["sent_at"]
        handledAt = try row["handled_at"]
        answer = try row["answer"]
    }
}

/// One row of `lockstep.provider_calls`.
public struct ProviderCall: Hashable, Sendable {
    /// How many transitions the job had made.
    public let seq: Int
    /// The number of the attempt; nil where none was counted.
    public let attempt: Int?
    /// What was asked.
    public let activity: String?
    /// The key it was asked with.
    public let key: String?
    /// When.
    public let startedAt: Timestamp?
    /// When its outcome was known; nil: in flight.
    public let finishedAt: Timestamp?
    /// The event, or `not_applied`, `unknown`, `nothing`, `crashed`, `in flight`.
    public let outcome: String
    /// What went wrong.
    public let error: String?

    init(_ row: Row) throws(PostgresError) {
        seq = try row["seq"]
        attempt = try row["attempt"]
        activity = try row["activity"]
        key = try row["key"]
        startedAt = try row["started_at"]
        finishedAt = try row["finished_at"]
        outcome = try row["outcome"]
        error = try row["error"]
    }
}
