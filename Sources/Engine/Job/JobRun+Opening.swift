import JSONSchema
import Time
import WorkflowCore

/// Making a typed state of what the store holds, and what becomes of a job where that can't be done.
extension JobRun {
    /// The start state from the input, or the state from its JSON.
    ///
    /// Returns why not, for a person, where it can't.
    mutating func open(at now: Timestamp) -> String? {
        guard let workflow else { return "this build does not know \(name.workflow) version \(name.version)" }
        // A job that could not be started is started only when a person says so, not by a mere signal.
        if row.status == .parked, row.data == nil, !isTriedAgain { return row.lastError ?? "the job is parked" }
        do {
            if let data = row.data {
                resident = try workflow.restore(data, registry.coding)
            } else if let input {
                // Children's inputs were sealed when they were enqueued.
                let sealed = parent == nil ? try workflow.seal?(input, registry.coding) : nil
                try start(workflow.start(input, registry.coding), at: now)
                commit.sealedInput = sealed
            } else {
                return "the job has neither a state nor an input"
            }
            return nil
        } catch let error as EncodingError {
            return "it can't be stored: \(explanation(of: error))"
        } catch {
            let what = row.data == nil ? "the input does not fit" : "the stored state can't be read by this build"
            return "\(what): \(explanation(of: error))"
        }
    }

    private mutating func start(_ first: any Resident, at now: Timestamp) throws {
        let stored = try store(first)
        record(event: "started", from: nil, to: first.state, actor: "engine", at: now)
        enter(first, stored, at: now)
    }

    private var isTriedAgain: Bool { signals.contains { $0.name == "$retry" } }

    /// Leaves a job that can't be opened to a person, and answers whatever it was told.
    mutating func turnAway(because reason: String, at now: Timestamp) -> Next {
        let isForAPerson = row.status != .parked || isTriedAgain
        for signal in signals {
            let answer: String
            switch signal.name {
            case "$retry" where row.finishedAt == nil:
                operate("retried", signal, at: now)
                answer = "delivered"
            case "$wake", "$pause", "$resume", "$retry": answer = "refused: \(reason)"
            default: answer = turnDown(signal, as: signal.plainName, reason, at: now)
            }
            commit.handled.append(HandledSignal(id: signal.id, answer: answer))
            isChanged = true
        }
        signals = []
        // What is over stays over: somebody merely came late.
        if isForAPerson, row.finishedAt == nil { park(reason, at: now) }
        row.dueAt = nil
        // Another build may read what this one can't: a watched end is not given up for it.
        if row.finishedAt != nil, let until = row.deadlineAt, until > now {
            row.lastError = reason
            row.dueAt = min(now + .hours(1), until)
            isChanged = true
        }
        return .release
    }
}
