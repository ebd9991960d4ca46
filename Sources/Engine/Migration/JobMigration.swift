import JSONSchema
import Time
public import WorkflowCore

/// What becomes of a job of an older version.
public enum MigrationVerdict: Sendable {
    /// It comes to rest in a state of the newer version.
    case migrates(MigratedJob)
    /// Not now: somebody owns it, or something is under way at the provider; asked again later, it may.
    case later(because: String)
    /// It stays where it is until somebody does something about it.
    case stays(because: String, shown: String?)
}

/// A job as it is after a migration, with the fence that has to hold.
public struct MigratedJob: Sendable {
    /// The job as it was found.
    public let job: RestingJob
    /// The version whose states it speaks from now on.
    public let version: Int
    /// Its row.
    public let row: JobRow
    /// The number of its last transition: the migration's.
    public let seq: Int
    /// What the history tells beside the states, as a JSON object with sensitive fields redacted.
    public let detail: String
    /// All names by which something outside knows it.
    public let references: [Reference]
    /// The state as it was, as JSON with sensitive fields redacted; nil: it had not started.
    public let old: String?
    /// The state as it is, likewise.
    public let new: String?
}

extension Registry {
    /// The version to which jobs of this one are migrated: the newest that this build knows; nil: this is the newest.
    public func target(of workflow: String, from version: Int) -> Int? {
        newest(workflow).flatMap { $0.version > version ? $0.version : nil }
    }

    /// Whether there is a way from a version of a flow to the newest.
    public func migrates(_ workflow: String, from version: Int) -> Bool {
        guard let target = target(of: workflow, from: version) else { return false }
        guard let step = step(of: workflow, from: version) else { return false }
        return step.version == target || migrates(workflow, from: step.version)
    }

    /// The flow that takes jobs of a version furthest.
    private func step(of workflow: String, from version: Int) -> RegisteredWorkflow? {
        workflows.filter { $0.name == workflow && $0.version > version && $0.migrations[version] != nil }
            .max { $0.version < $1.version }
    }

    /// What becomes of a job.
    ///
    /// Pure. The job goes on with what it was about: the time of its entry stays, and with it what its deadline and its
    /// desk count from; its idempotency key stays, unless the old state made a call and the new one does something
    /// else; its attempts stay where the new state does the same.
    ///
    /// - Parameter includingUnknown: whether a job may be migrated of which it is unknown whether its call to the
    ///   provider happened. Even then it is only where the new state makes the same call, under the same key.
    public func migrate(_ job: RestingJob, includingUnknown: Bool = false) -> MigrationVerdict {
        guard let target = target(of: job.workflow, from: job.version) else {
            return .stays(because: "version \(job.version) is the newest that this build knows", shown: nil)
        }
        if let reason = job.reasonToWait(includingUnknown: includingUnknown) { return .later(because: reason) }
        guard let data = job.row.data else { return adopt(job, target) }
        guard migrates(job.workflow, from: job.version) else {
            return .stays(
                because: "no migration leads from version \(job.version) to version \(target) in this build", shown: nil
            )
        }
        do {
            let migrated = try state(of: job.workflow, from: job.version, data)
            switch migrated.outcome {
            case .stays(because: let reason): return .stays(because: reason, shown: migrated.shown)
            case .rests(in: let next):
                if let reason = job.objection(to: next.plan) { return .stays(because: reason, shown: migrated.shown) }
                return .migrates(try job.migrated(to: next, target, from: migrated.shown, coding))
            }
        } catch {
            return .stays(because: "its state can't be read or stored: \(explanation(of: error))", shown: nil)
        }
    }

    /// A job that has not started is started as the newer version, if what it was asked fits.
    private func adopt(_ job: RestingJob, _ target: Int) -> MigrationVerdict {
        guard let input = job.input, let workflow = self[job.workflow, target] else {
            return .stays(because: "the job has neither a state nor an input", shown: nil)
        }
        do {
            _ = try workflow.start(input, coding)
        } catch {
            return .stays(because: "its input does not fit version \(target): \(explanation(of: error))", shown: nil)
        }
        return .migrates(
            MigratedJob(
                job: job, version: target, row: job.row, seq: job.seq + 1,
                detail: job.detail(target, old: nil, keepsKey: true), references: [], old: nil, new: nil))
    }

    /// From version to version, each as far as its migrations lead.
    func state(of workflow: String, from version: Int, _ data: String) throws -> MigratedState {
        guard let step = step(of: workflow, from: version), let migrate = step.migrations[version] else {
            throw MigrationFault(description: "no migration leads on from version \(version) of \(workflow)")
        }
        let made = try migrate(data, coding)
        guard case .rests(in: let next) = made.outcome, step.version != newest(workflow)?.version else { return made }
        let further = try state(of: workflow, from: step.version, try next.data(coding))
        return MigratedState(shown: made.shown, outcome: further.outcome)
    }
}

extension RestingJob {
    /// Why it can't be migrated now, but perhaps later.
    fileprivate func reasonToWait(includingUnknown: Bool) -> String? {
        if isLeased { return "a daemon owns it" }
        switch row.attemptStatus {
        case .started: return "\(activity) may be under way"
        case .unknown where !includingUnknown: return "it is not known whether \(activity) happened"
        case .unknown, nil: return nil
        }
    }

    /// What speaks against going on with this plan.
    fileprivate func objection(to plan: ResidentPlan) -> String? {
        let isSame = plan.summary == row.plan
        if row.attemptStatus == .unknown, !isSame {
            return "it is not known whether \(activity) happened, and the new state would not look: its plan is "
                + plan.summary
        }
        // The child's id is derived from the transition that entered the state, and its ending is heard only there.
        if verb == "run", !isSame { return "it waits for its child \(activity), whose ending would not be heard" }
        if case .run(let child, _) = plan.step, !isSame {
            return "a migration starts no child, and the new state waits for one: \(child.workflow)"
        }
        return nil
    }

    fileprivate func migrated(
        to next: any Resident, _ target: Int, from old: String, _ coding: JSONCoding
    ) throws -> MigratedJob {
        let keepsKey = self.keepsKey(in: next.plan)
        var row = row
        row.state = next.state
        row.data = try next.data(coding)
        row.output = next.output.isEmpty ? nil : try coding.show(JSONValue.object(next.output))
        if !keepsKey { row.enteredSeq = seq + 1 }
        follow(next.plan, &row)
        return MigratedJob(
            job: self, version: target, row: row, seq: seq + 1,
            detail: detail(target, old: old, keepsKey: keepsKey), references: next.references, old: old,
            new: try next.shown(coding))
    }

    /// A call may have been made under the key: another one must not be taken for it.
    private func keepsKey(in plan: ResidentPlan) -> Bool { verb != "perform" || plan.summary == row.plan }

    private func follow(_ plan: ResidentPlan, _ row: inout JobRow) {
        let entry = row.enteredAt ?? now
        let isSame = plan.summary == row.plan
        row.plan = plan.summary
        row.deadlineAt = plan.deadline?(entry)
        row.deadlineEvent = plan.deadlineEvent.map { caseName(of: $0) }
        row.overdueAt = plan.overdue.map { entry + $0.after }
        row.desk = plan.overdue?.desk
        if !isSame {
            row.attempt = 0
            row.attemptAt = nil
            row.firstAttemptAt = nil
            if row.status == .waiting { row.lastError = nil }
        }
        guard row.status == .waiting else { return }
        let step: Timestamp? =
            switch plan.step {
            case .perform, .poll, .end: isSame ? row.dueAt ?? now : now
            case .wait, .run: nil
            }
        // While an outcome is unknown no deadline is delivered.
        let deadline = row.attemptStatus == nil ? row.deadlineAt : nil
        row.dueAt = [step, deadline].compactMap { $0 }.min().map { max($0, now) }
    }

    fileprivate func detail(_ target: Int, old: String?, keepsKey: Bool) -> String {
        var members = [#""from_version":\#(version)"#, #""to_version":\#(target)"#]
        if let old { members.append(#""old_state":\#(old)"#) }
        if !keepsKey { members.append(#""key":"new""#) }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// What is done in its state: `perform` of `perform confirm`.
    private var verb: Substring { (row.plan ?? "").prefix { $0 != " " } }

    /// To what: `confirm` of `perform confirm`.
    private var activity: Substring { (row.plan ?? "").drop { $0 != " " }.dropFirst() }
}
