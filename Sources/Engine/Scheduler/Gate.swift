import Time
import WorkflowCore

/// Whether calls to an account go through, as this node knows it: pauses, holds, and its breaker.
struct Gate: Sendable {
    /// What a call to the account has to expect.
    enum Passage: Equatable {
        /// It goes through.
        case free
        /// It goes through, and no other: the account is being tried.
        case one
        /// It would be the one that tries the account, if this node gets leave.
        case ask
        /// It waits at least until then; nil: nobody knows until when.
        case blocked(until: Timestamp?)
    }

    var breaker = AccountReading.Breaker.closed
    var version = 0
    var heldUntil: Timestamp?
    var isPaused = false
    /// Failures in a row, and of which jobs.
    var failures = 0
    var failedJobs: Set<JobID> = []
    /// The call that tries the account.
    var probe: Lease?
    /// For which probe a job was told to come back in time.
    var scoutAt: Timestamp?

    /// How many calls at once are this node's; nil: as many as the engine makes.
    var places: Int?
    /// Calls per second; nil: no limit. How many calls it may make now, whether it asks for more, when it may ask
    /// again, and up to when the turns of jobs are given away that were told to come back.
    var rate: Int?
    var permits = 0
    var isTaking = false
    var permitsAt: Timestamp?
    var takenUntil: Timestamp?

    /// What others have to learn, in order; whether they are just being told, and when to tell them again.
    var news: [AccountChange] = []
    var isTelling = false
    var tellAt: Timestamp?

    /// What is to be made due again, bucket by bucket.
    var release: Release?
    var isReleasing = false

    /// Held jobs that are to be made due again.
    struct Release: Sendable {
        var buckets: [Int]
        /// One job is enough, and then: it tries the account.
        var scoutAt: Timestamp?
    }

    /// Whether nothing is under way with the store.
    var isAtRest: Bool { news.isEmpty && !isReleasing }

    func passage(for node: NodeID, at now: Timestamp) -> Passage {
        if isPaused { return .blocked(until: nil) }
        if let heldUntil, heldUntil > now { return .blocked(until: heldUntil) }
        switch breaker {
        case .closed:
            if rate != nil, permits == 0, let permitsAt, permitsAt > now { return .blocked(until: permitsAt) }
            return .free
        case .open(let probeAt): return probeAt > now ? .blocked(until: probeAt) : .ask
        case .probing(node, _) where probe == nil: return .one
        case .probing(_, let until): return until > now ? .blocked(until: until) : .ask
        }
    }

    /// Whether calls have to wait for longer than that. While this node tries the account, they wait for its answer.
    func isShut(for node: NodeID, longerThan short: Duration, at now: Timestamp) -> Bool {
        guard probe == nil, case .blocked(let until) = passage(for: node, at: now), !isRationed(until) else {
            return false
        }
        return until.map { $0 - now > short } ?? true
    }

    /// Whether only its rate keeps calls away until then.
    func isRationed(_ until: Timestamp?) -> Bool { rate != nil && until != nil && until == permitsAt && !isPaused }

    /// How many calls may wait here: all, unless its rate lets through fewer within so short a time.
    func waitingRoom(for node: NodeID, within short: Duration, at now: Timestamp) -> Int {
        if isShut(for: node, longerThan: short, at: now) { return 0 }
        guard let rate, probe == nil, case .blocked(let until) = passage(for: node, at: now), isRationed(until) else {
            return .max
        }
        return Int(Double(rate) * short.seconds)
    }

    /// When the next job may come back that has to wait for its turn, one after the other at the account's rate.
    mutating func nextTurn(_ rate: Int, after earliest: Timestamp) -> Timestamp {
        let turn = max(takenUntil ?? earliest, earliest)
        takenUntil = turn + .microseconds(1_000_000 / Int64(rate))
        return turn
    }

    /// Adds something that others have to learn.
    mutating func tell(_ change: AccountChange) { news.append(change) }

    mutating func forgetFailures() {
        guard failures > 0 else { return }
        failures = 0
        failedJobs = []
    }
}

extension Scheduler {
    /// When an account's breaker opens and what follows.
    public struct Breaker: Hashable, Sendable {
        /// It opens after so many failures in a row: connections refused, time-outs, server errors; not refusals.
        public var failures = 5
        /// So many different jobs have to be among them: one job whose request is too much for the provider can't
        /// close the account to all others.
        public var jobs = 3
        /// How long it rests before it is tried; twice as long after each probe that fails.
        public var rest: Duration = .seconds(5)
        /// The longest that it rests.
        public var longestRest: Duration = .seconds(60)
        /// How long a probe may take before somebody else may try.
        public var patience: Duration = .seconds(60)

        /// The defaults.
        public init() {}
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(microseconds) / 1_000_000 }
}
