import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

extension Harness {
    /// A node that knows transfers and refunds.
    ///
    /// Unless a test is about breakers, failures of its provider are between the provider and each job.
    static func transfers(
        buckets: Int = 1, limits: Scheduler.Limits = .init(), hasBreakers: Bool = false
    ) throws -> Harness {
        var limits = limits
        if !hasBreakers { limits.breaker.failures = .max }
        return Harness(
            try RegisteredWorkflow(Transfer.self), try RegisteredWorkflow(Refund.self), buckets: buckets, limits: limits
        )
    }

    /// Enqueues a transfer that starts in the state that `first` names.
    @discardableResult
    func transfer(_ first: Transfer.First, amount: String = "100") throws -> JobID {
        try enqueue(Transfer.self, Transfer.Order(first: first, amount: amount))
    }

    /// The changing part of a job.
    func row(_ job: JobID) throws -> JobRow { try #require(store[job]).row }

    /// Where a job rests.
    func state(_ job: JobID) -> String? { store[job]?.row.state }

    /// What a job's history tells, without the rest.
    func events(_ job: JobID) -> [String] { store[job]?.history.map(\.event) ?? [] }

    /// What became of what a job was told, in order.
    func answers(_ job: JobID) -> [String] {
        (store[job]?.answers ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }

    /// What was tried in vain, and what became of it.
    func attempts(_ job: JobID) -> [String] {
        store[job]?.attempts.map { "\($0.attempt) \($0.activity) \($0.outcome.rawValue)" } ?? []
    }

    /// When the calls of an activity were made, in seconds since the clock's beginning.
    func times(_ activity: String) -> [Double] {
        provider.calls.filter { $0.activity.name == activity }
            .map { Double(($0.startedAt - .noon).microseconds) / 1_000_000 }
    }

    /// The last row of a job's history.
    func last(_ job: JobID) throws -> HistoryEntry { try #require(store[job]?.history.last) }

    /// How often the node claimed.
    var claims: Int {
        actions.count { if case .claim = $0 { true } else { false } }
    }

    /// Seconds since the clock's beginning.
    var seconds: Int64 { clock.now().seconds - Timestamp.noon.seconds }

    /// The history is gapless, ends with the job's number, and each row begins where the one before ended.
    func expectSound(_ job: JobID, sourceLocation: SourceLocation = #_sourceLocation) {
        guard let stored = store[job] else {
            Issue.record("there is no such job", sourceLocation: sourceLocation)
            return
        }
        #expect(stored.history.map(\.seq) == Array(1..<stored.seq + 1), sourceLocation: sourceLocation)
        #expect(stored.history.last?.to == stored.row.state, sourceLocation: sourceLocation)
        let row = stored.row
        let isOver = ![.queued, .waiting, .parked, .paused].contains(row.status)
        #expect(isOver == (row.finishedAt != nil), sourceLocation: sourceLocation)
        #expect(!isOver || stored.owner != nil || row.isWatched || row.dueAt == nil, sourceLocation: sourceLocation)
        #expect(row.status != .parked || row.lastError != nil, sourceLocation: sourceLocation)
        #expect((row.state == nil) == (row.data == nil), sourceLocation: sourceLocation)
        #expect(row.enteredSeq <= stored.seq, sourceLocation: sourceLocation)
        for (earlier, later) in zip(stored.history, stored.history.dropFirst()) {
            #expect(later.from == earlier.to, sourceLocation: sourceLocation)
            #expect(earlier.at <= later.at, sourceLocation: sourceLocation)
        }
    }
}

extension Timestamp {
    /// A virtual clock's beginning.
    static let noon = Timestamp(seconds: 1_772_366_400)
}

extension ActivityAnswer {
    /// It is known what happened.
    static func transfer(_ event: Transfer.Event) -> ActivityAnswer { .event(event) }
    /// The request was sent, and the connection broke.
    static let lost = ActivityAnswer.unknown(message: "timed out")
    /// The provider was not reached.
    static let down = ActivityAnswer.notApplied(retryAfter: nil, message: "503")
}

extension Scheduler.Action {
    /// The name of the activity that is called.
    var called: String? {
        guard case .perform(let invocation) = self else { return nil }
        return invocation.activity.name
    }

    /// The steps that are committed.
    var committed: [JobCommit] {
        guard case .commit(_, let batch) = self else { return [] }
        return batch.jobs
    }
}
