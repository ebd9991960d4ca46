import Engine
public import WorkflowCore

/// What became of the jobs that a migration looked at, counted by what they have in common.
public struct MigrationReport: Sendable {
    /// What became of a job.
    public enum Outcome: Hashable, Sendable {
        /// It rests in this state of the newer version (or would, in a dry run); nil: it has not started.
        case migrates(to: String?)
        /// Not now, for this reason: run it again.
        case later(because: String)
        /// It stays where it is, for this reason, until somebody does something about it.
        case stays(because: String)
    }

    /// Jobs that fared alike.
    public struct Line: Sendable {
        /// The flow.
        public let workflow: String
        /// The version that they had.
        public let from: Int
        /// The newest version.
        public let to: Int
        /// The state that they had; nil: not started.
        public let state: String?
        /// What became of them.
        public let outcome: Outcome
        /// How many.
        public fileprivate(set) var jobs = 0
        /// A few of them.
        public fileprivate(set) var samples: [Sample] = []
    }

    /// One of them.
    public struct Sample: Hashable, Sendable {
        /// The job.
        public let id: JobID
        /// Its state as it was, as JSON with sensitive fields redacted; nil: not started, or not looked at.
        public let old: String?
        /// Its state as it is, likewise.
        public let new: String?
    }

    private struct Key: Hashable {
        let workflow: String
        let from: Int
        let state: String?
        let outcome: Outcome
    }

    private static let samples = 3
    private var found: [Key: Line] = [:]
    /// How many jobs were looked at.
    public private(set) var total = 0

    /// In the order of flow, version and state, those that migrate first.
    public var lines: [Line] {
        found.values.sorted { lhs, rhs in
            (lhs.workflow, lhs.from, lhs.state ?? "", lhs.outcome.rank, lhs.outcome.words)
                < (rhs.workflow, rhs.from, rhs.state ?? "", rhs.outcome.rank, rhs.outcome.words)
        }
    }

    /// How many jobs are (or, in a dry run, would be) of the newest version now.
    public var migrated: Int {
        lines.reduce(0) { count, line in
            if case .migrates = line.outcome { count + line.jobs } else { count }
        }
    }

    mutating func note(
        _ job: RestingJob, _ target: Int, _ outcome: Outcome, old: String? = nil, new: String? = nil
    ) {
        let key = Key(workflow: job.workflow, from: job.version, state: job.row.state, outcome: outcome)
        var line =
            found[key]
            ?? Line(
                workflow: job.workflow, from: job.version, to: target, state: job.row.state, outcome: outcome)
        line.jobs += 1
        if line.samples.count < Self.samples { line.samples.append(Sample(id: job.id, old: old, new: new)) }
        found[key] = line
        total += 1
    }
}

extension MigrationReport.Outcome {
    fileprivate var rank: Int {
        switch self {
        case .migrates: 0
        case .later: 1
        case .stays: 2
        }
    }

    fileprivate var words: String {
        switch self {
        case .migrates(to: let state): state ?? ""
        case .later(because: let reason), .stays(because: let reason): reason
        }
    }
}

extension MigrationReport.Line: CustomStringConvertible {
    /// In a line, for a person.
    public var description: String {
        let place = state.map { "in \($0)" } ?? "not started"
        let what =
            switch outcome {
            case .migrates(to: let state): "→ \(state ?? "to start as that version")"
            case .later(because: let reason): "left for later: \(reason)"
            case .stays(because: let reason): "stays: \(reason)"
            }
        return "\(workflow) \(from) → \(to): \(jobs) \(place) \(what)"
    }
}
