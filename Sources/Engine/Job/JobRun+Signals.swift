import JSONSchema
import Time
import WorkflowCore

/// What a job is told: in order, and once.
extension JobRun {
    /// Delivers what waits in the inbox.
    ///
    /// While it is unknown whether something was done at the provider, nothing that could move the job is delivered:
    /// it waits until the lookup has shown what happened.
    mutating func deliverSignals(at now: Timestamp) {
        // A paused job hears only that it may go on; then everything else, in its order.
        if row.status == .paused {
            guard let resume = signals.firstIndex(where: { $0.name == "$resume" }) else { return }
            deliver(signals.remove(at: resume), at: now)
        }
        var held: [PendingSignal] = []
        while !signals.isEmpty {
            let signal = signals.removeFirst()
            if row.status == .paused || (isOutcomeUnknown && row.status != .parked && !signal.isEngines) {
                held.append(signal)
            } else {
                deliver(signal, at: now)
            }
        }
        signals = held
    }

    private mutating func deliver(_ signal: PendingSignal, at now: Timestamp) {
        let answer =
            switch signal.name {
            case "$wake": wake(at: now)
            case "$retry": retry(signal, at: now)
            case "$pause": pause(signal, at: now)
            case "$resume": resume(signal, at: now)
            case "$child": childEnded(signal, at: now)
            default: tell(signal, as: signal.plainName, at: now)
            }
        commit.handled.append(HandledSignal(id: signal.id, answer: answer))
        isChanged = true
    }

    /// A webhook: not believed, but a reason to read the provider now.
    private mutating func wake(at now: Timestamp) -> String {
        guard row.finishedAt == nil else { return look(at: now) ? "woken" : "late: the job is over" }
        guard row.status != .parked, let step = resident?.plan.step else { return "ignored: the job is parked" }
        switch step {
        case .poll: nextStepAt = now
        // A retry waits for as long as it was asked to, and an unknown outcome for its settle time.
        case .perform, .wait, .run, .end: return "ignored: nothing to read in \(row.state ?? "this state")"
        }
        return "woken"
    }

    /// Reads what a finished job watches now, also when nobody would have looked any more.
    ///
    /// Returns whether it watches anything.
    private mutating func look(at now: Timestamp) -> Bool {
        guard resident?.plan.watch != nil else { return false }
        nextStepAt = now
        return true
    }

    private mutating func retry(_ signal: PendingSignal, at now: Timestamp) -> String {
        if row.finishedAt != nil {
            guard look(at: now) else { return "refused: the job is over" }
            operate("retried", signal, at: now)
            return "delivered"
        }
        operate("retried", signal, at: now)
        row.status = .waiting
        row.attempt = 0
        // A lookup that goes on failing has as long as the first time.
        row.firstAttemptAt = isOutcomeUnknown ? now : nil
        row.lastError = nil
        nextStepAt = now
        // The child of a job that was parked because nobody knew its flow was never enqueued.
        if case .run(let child, _) = resident?.plan.step { run(child, at: now) }
        return "delivered"
    }

    private mutating func pause(_ signal: PendingSignal, at now: Timestamp) -> String {
        guard row.finishedAt == nil else { return "refused: the job is over" }
        guard row.status != .parked else { return "refused: the job is parked already" }
        operate("paused", signal, at: now)
        row.status = .paused
        return "delivered"
    }

    private mutating func resume(_ signal: PendingSignal, at now: Timestamp) -> String {
        guard row.status == .paused else { return "ignored: the job is not paused" }
        operate("resumed", signal, at: now)
        row.status = .waiting
        nextStepAt = now
        return "delivered"
    }

    mutating func operate(_ event: String, _ signal: PendingSignal, at now: Timestamp) {
        record(
            event: event, from: row.state, to: row.state, actor: signal.actor,
            detail: signal.payload == "{}" ? EventDetail() : EventDetail().with("payload", json: signal.payload),
            at: now)
    }

    private mutating func childEnded(_ signal: PendingSignal, at now: Timestamp) -> String {
        guard case .run(_, let ended) = resident?.plan.step,
            let message = try? registry.coding.read(ChildMessage.self, from: signal.payload),
            message.job == id.child(seq: row.enteredSeq)
        else { return "ignored: the job does not wait for this child" }
        let ending = ChildEnding(job: message.job, outcome: message.outcome, output: message.output)
        return deliver(ended(ending), actor: "child:\(message.job)", at: now)
    }

    private mutating func tell(_ signal: PendingSignal, as name: String, at now: Timestamp) -> String {
        guard let resident else { return "refused: the job could not be started" }
        let payload = (try? registry.coding.read(JSONValue.self, from: signal.payload)) ?? .null
        if isOutcomeUnknown {
            return turnDown(signal, as: name, "an attempt's outcome is unknown; retry the job first", at: now)
        }
        guard let event = resident.event(for: Signal(name: name, payload: payload, actor: signal.actor))
        else {
            let isKnown = workflow?.signals.contains(name) == true
            let reason =
                isKnown
                ? "\(self.name.workflow) can't make sense of what came with \(name)"
                : "\(self.name.workflow) takes no such signal \(name)"
            return turnDown(signal, as: name, reason, at: now)
        }
        return deliver(event, actor: signal.actor, why: because(signal), at: now)
    }

    /// Why somebody wants a job to be cancelled, where they said so.
    private func because(_ signal: PendingSignal) -> String? {
        guard signal.name == "$cancel",
            case .object(let payload) = try? registry.coding.read(JSONValue.self, from: signal.payload),
            case .string(let reason) = payload["reason"]
        else { return nil }
        return reason
    }

    mutating func turnDown(
        _ signal: PendingSignal, as name: String, _ reason: String, at now: Timestamp
    ) -> String {
        record(
            event: name, from: row.state, to: row.state, actor: signal.actor,
            detail: EventDetail(reason: because(signal)).with("refused", text: reason), at: now)
        return "refused: \(reason)"
    }

    /// Delivers the deadline's event, once for each entry into a state.
    mutating func deliverDeadline(at now: Timestamp) {
        // Asked first, and alone: most states have none.
        guard let deadline = row.deadlineAt, deadline <= now, isPastDeadline(at: now) else { return }
        row.deadlineAt = nil
        row.deadlineEvent = nil
        isChanged = true
        // An update of the same case may have left the state without one.
        guard let event = resident?.plan.deadlineEvent else { return }
        _ = deliver(event, actor: "deadline", at: now)
    }

    /// Whether there is a deadline to deliver.
    func isPastDeadline(at now: Timestamp) -> Bool {
        guard row.status == .waiting, row.finishedAt == nil, !isOutcomeUnknown, let deadline = row.deadlineAt
        else { return false }
        return deadline <= now
    }
}

extension PendingSignal {
    /// Whether it is the engine's own kind, which never moves the job to another state.
    fileprivate var isEngines: Bool { ["$wake", "$retry", "$pause", "$resume"].contains(name) }

    /// Its name as flows know it.
    var plainName: String { name == "$cancel" ? "cancel" : name }
}

/// How a child tells its parent that it is over.
struct ChildMessage: Codable {
    let job: JobID
    let outcome: Outcome
    let output: JSONValue
}
