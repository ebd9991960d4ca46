/// One run of the whole daemon on virtual time: the real scheduler, flow, handlers and clients, the sandboxes' own
/// functions and the store in memory, in an order that is drawn from a seed, with faults and crashes.
///
/// The same seed gives the same run, to the last row of history.
///
/// ```swift
/// let report = try await SeededRun(seed: 42).play()
/// #expect(report.violation == nil, "\(report)")
/// ```
public struct SeededRun: Sendable {
    /// What everything is drawn from.
    public let seed: UInt64
    /// Which flow, over which providers.
    public let rail: KnownRail
    /// What kind of run.
    public let setting: Setting
    /// A mistake that is built in on purpose.
    public let defect: Defect?
    /// Promises that nobody watches: to see whether a defect shows by what follows from it, too.
    public let unwatched: Set<Promise>

    /// A run of a seed.
    public init(
        seed: UInt64, rail: KnownRail = .dfnsPayout, setting: Setting = .drawn, defect: Defect? = nil,
        unwatched: Set<Promise> = []
    ) {
        self.seed = seed
        self.rail = rail
        self.setting = setting
        self.defect = defect
        self.unwatched = unwatched
    }

    /// Plays it until all jobs are over, or a promise is broken.
    ///
    /// - Parameter isTraced: whether the report tells each step; it costs time, and changes nothing.
    public func play(isTraced: Bool = false) async throws -> RunReport {
        try await World(self, isTraced: isTraced).play()
    }
}

/// What came of a run.
public struct RunReport: Sendable, CustomStringConvertible {
    /// The run's seed.
    public let seed: UInt64
    /// The first promise that was broken; nil: all were kept.
    public let violation: Violation?
    /// SHA-256 over the history of all jobs, in hexadecimal digits.
    public let historyHash: String
    /// One line for each step, where the run was traced: seconds since the start, who, what, which job, details.
    public let trace: [String]
    /// How the jobs stand at the end: the names of their states, in the order in which they were enqueued.
    public let endings: [String]
    /// The same as outcomes, such as `completed`; of jobs that are not over, their status.
    public let outcomes: [String]
    /// What was counted, by name: crashes, lost answers, repeated confirmations, and so on.
    public let counts: [String: Int]
    /// How long it took on the virtual clock.
    public let lasted: Duration

    /// The seed, the broken promise and the last lines of the trace.
    public var description: String {
        let verdict = violation.map(\.description) ?? "all promises kept; \(endings.joined(separator: ", "))"
        let last = trace.suffix(60).map { "\n" + $0 }.joined()
        return "seed \(seed): \(verdict)\(last)"
    }
}
