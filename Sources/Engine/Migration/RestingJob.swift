public import Time
public import WorkflowCore

/// An unfinished job as whoever migrates it, or checks whether a build can run it, finds it: without a lease.
public struct RestingJob: Sendable {
    /// Its id.
    public let id: JobID
    /// Its flow's name.
    public let workflow: String
    /// The version of the flow whose states its data speaks.
    public let version: Int
    /// The number of its last transition: a part of the fence.
    public let seq: Int
    /// The number of its commits so far: another part.
    public let commits: Int
    /// The last lease's token: the third part.
    public let lease: Int
    /// Whether somebody owns it now.
    public let isLeased: Bool
    /// What it was asked, as JSON; only before the start.
    public let input: String?
    /// Where it rests.
    public let row: JobRow
    /// `lockstep.now()` when it was found.
    public let now: Timestamp

    /// A job as it was found.
    public init(
        id: JobID, workflow: String, version: Int, seq: Int, commits: Int, lease: Int, isLeased: Bool, input: String?,
        row: JobRow, now: Timestamp
    ) {
        self.id = id
        self.workflow = workflow
        self.version = version
        self.seq = seq
        self.commits = commits
        self.lease = lease
        self.isLeased = isLeased
        self.input = input
        self.row = row
        self.now = now
    }
}

extension RegisteredWorkflow {
    /// What keeps this build from running a job of this flow and version, for a person; nil where it can.
    public func problem(with job: RestingJob, _ coding: JSONCoding) -> String? {
        if let data = job.row.data { return problem(reading: data, in: job.row.state, coding) }
        // A parked job that could not start waits for a person already.
        guard job.row.status != .parked, let input = job.input else { return nil }
        do {
            _ = try start(input, coding)
            return nil
        } catch {
            return "the input does not fit: \(explanation(of: error))"
        }
    }

    /// What is wrong with a stored state of this name, for a person; nil where this build has a plan for it.
    public func problem(reading data: String, in state: String?, _ coding: JSONCoding) -> String? {
        if let state, !states.contains(where: { $0.state == state }) {
            return "this build has no state \(state), and so no plan for it"
        }
        return problem(reading: data, coding).map { "this build can't read the stored state: \($0)" }
    }
}
