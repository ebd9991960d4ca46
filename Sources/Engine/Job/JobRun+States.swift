import JSONSchema
import Time
import WorkflowCore

/// How events change where a job rests, and what the history says of it.
extension JobRun {
    /// Delivers an event.
    ///
    /// Returns the answer for whoever brought it.
    mutating func deliver(
        _ event: any WorkflowEvent, leadingTo transition: ResidentTransition? = nil, actor: String,
        call: Invocation? = nil, why: String? = nil, at now: Timestamp
    ) -> String {
        guard let resident else { return "refused: the job could not be started" }
        let from = resident.state
        let name = caseName(of: event)
        let detail = describe(event, name, call: call, why: why)
        switch transition ?? resident.transition(on: event) {
        case .move(to: let next):
            do {
                let stored = try store(next)
                record(name, from: from, to: next.state, actor: actor, call: call, detail: detail, at: now)
                move(to: next, stored, from: resident, call: call, at: now)
                return "delivered"
            } catch {
                let reason = "the state \(next.state) can't be stored: \(explanation(of: error))"
                park(reason, event: name, actor: actor, detail: detail, at: now)
                return "parked: \(reason)"
            }
        case .stay:
            record(name, from: from, to: from, actor: actor, call: call, detail: detail, at: now)
            return "delivered"
        case .ignore:
            let ignored = detail.with("ignored", json: "true")
            record(name, from: from, to: from, actor: actor, call: call, detail: ignored, at: now)
            return "ignored: the job rests in \(from)"
        case .refuse(let reason):
            let refused = detail.with("refused", text: reason)
            record(name, from: from, to: from, actor: actor, call: call, detail: refused, at: now)
            return "refused: \(reason)"
        case .unexpected:
            let reason = "\(name) is not expected in \(from)\(contents(of: detail))"
            park(reason, event: name, actor: actor, detail: detail, at: now)
            return "parked: \(reason)"
        }
    }

    /// What an event says beside its name, cut to what fits a line; operators should not have to look for it.
    private func contents(of detail: EventDetail) -> String {
        guard let shown = detail.event else { return "" }
        return ": " + (shown.count > 300 ? shown.prefix(300) + "…" : shown)
    }

    /// Takes the job to another state; to the same case, entry, deadline, cadence and key stay.
    private mutating func move(
        to next: any Resident, _ stored: StoredForm, from last: any Resident, call: Invocation?, at now: Timestamp
    ) {
        guard next.state == last.state else { return enter(next, stored, at: now) }
        hold(next, stored)
        let step = next.plan.step
        if step.kind != last.plan.step.kind {
            settleAttempt()
            nextStepAt = firstStep(of: next.plan, at: now)
            if case .run(let child, _) = step { run(child, at: now) }
        } else if case .perform(_, let retry) = step, call != nil {
            // What was read leads to reading again; it is counted anew, and not done in a hurry.
            settleAttempt()
            nextStepAt = now + retry.initialInterval
        }
    }

    /// Rests in a state from now on.
    mutating func enter(_ next: any Resident, _ stored: StoredForm, at now: Timestamp) {
        hold(next, stored)
        settleAttempt()
        let plan = next.plan
        row.status = .waiting
        row.enteredSeq = seq
        row.enteredAt = now
        row.deadlineAt = plan.deadline?(now)
        row.deadlineEvent = plan.deadlineEvent.map { caseName(of: $0) }
        row.overdueAt = plan.overdue.map { now + $0.after }
        row.desk = plan.overdue?.desk
        row.finishedAt = nil
        nextStepAt = firstStep(of: plan, at: now)
        if case .run(let child, _) = plan.step { run(child, at: now) }
    }

    private func firstStep(of plan: ResidentPlan, at now: Timestamp) -> Timestamp? {
        switch plan.step {
        case .perform: now
        // There was news a moment ago: the first read is one interval away, unless a webhook asks for it.
        case .poll(_, let cadence): now + cadence.delay(before: 1)
        case .wait, .run: nil
        case .end: plan.watch.flatMap { $0.every <= $0.period ? now + $0.every : nil }
        }
    }

    /// What a state is in the database.
    struct StoredForm {
        let data: String
        let output: String?
    }

    /// Works out what is stored of a state, before anything is said of going there.
    func store(_ next: any Resident) throws -> StoredForm {
        let output = next.output
        return StoredForm(
            data: try next.data(registry.coding),
            output: output.isEmpty ? nil : try registry.coding.show(JSONValue.object(output)))
    }

    private mutating func hold(_ next: any Resident, _ stored: StoredForm) {
        let known = Set(resident?.references ?? [])
        commit.references += next.references.filter { !known.contains($0) }
        resident = next
        row.state = next.state
        row.data = stored.data
        row.output = stored.output
        row.plan = next.plan.summary
        isChanged = true
    }

    /// Nothing is under way or unknown any more, and the next attempt is the first.
    private mutating func settleAttempt() {
        row.attempt = 0
        row.attemptStatus = nil
        row.attemptAt = nil
        row.firstAttemptAt = nil
        row.lastError = nil
        row.heldBy = nil
        row.heldSince = nil
        isChanged = true
    }

    /// Enqueues the child that the state runs; a second time, it changes nothing.
    mutating func run(_ child: ChildJob, at now: Timestamp) {
        guard let workflow = registry.newest(child.workflow) else {
            return park("the child \(child.workflow) can't be started: this build does not know it", at: now)
        }
        do {
            let input = try registry.coding.store(Boxed(child.input))
            commit.children.append(
                NewJob(
                    id: id.child(seq: row.enteredSeq), workflow: workflow.name, version: workflow.version,
                    tenant: tenant, input: input, parentSeq: row.enteredSeq))
            isChanged = true
        } catch {
            park("the input of the child \(child.workflow) can't be stored: \(explanation(of: error))", at: now)
        }
    }

    /// Leaves the job to a person.
    ///
    /// An attempt whose outcome is unknown stays unknown.
    mutating func park(
        _ reason: String, event: String = "parked", actor: String = "engine", detail: EventDetail = EventDetail(),
        at now: Timestamp
    ) {
        let parked = detail.with("parked", text: reason)
        record(event: event, from: row.state, to: row.state, actor: actor, detail: parked, at: now)
        // Whatever was answered, the flow has not taken note of it: whoever retries looks before it is repeated.
        if row.attemptStatus == .started { row.attemptStatus = .unknown }
        row.status = .parked
        row.lastError = reason
        row.finishedAt = nil
        row.dueAt = nil
        row.heldBy = nil
        row.heldSince = nil
        nextStepAt = nil
    }

    // MARK: History

    /// What the history tells of an event beside its name.
    private func describe(_ event: any WorkflowEvent, _ name: String, call: Invocation?, why: String?) -> EventDetail {
        var detail = EventDetail()
        if let payload = try? registry.coding.show(event), payload != "{\"\(name)\":{}}" {
            detail.event = payload
            detail.add("event", json: payload)
        }
        if let call {
            detail.add("activity", text: call.activity.name)
            detail.add("key", text: call.key.description)
            detail.add("started_at", text: call.startedAt.description)
        }
        if let why { detail.add("reason", text: why) }
        return detail
    }

    private mutating func record(
        _ event: String, from: String, to: String, actor: String, call: Invocation?, detail: EventDetail,
        at now: Timestamp
    ) {
        record(event: event, from: from, to: to, actor: actor, attempt: call?.attempt, detail: detail, at: now)
    }

    /// Adds a row to the history: each one is a transition with a number of its own.
    mutating func record(
        event: String, from: String?, to: String?, actor: String, attempt: Int? = nil,
        detail: EventDetail = EventDetail(), at now: Timestamp
    ) {
        seq += 1
        commit.history.append(
            HistoryEntry(
                seq: seq, at: now, from: from, event: event, to: to, actor: actor, attempt: attempt,
                detail: detail.json))
        isChanged = true
    }

    func attemptRecord(
        _ outcome: AttemptRecord.Outcome, number: Int, startedAt: Timestamp, at now: Timestamp,
        activity: String? = nil, error: String?
    ) -> AttemptRecord {
        // "perform confirm" and "poll readPayout" name their activity last.
        let planned = row.plan.map { String($0.drop { $0 != " " }.dropFirst()) } ?? ""
        return AttemptRecord(
            seq: seq, attempt: number, activity: activity ?? planned, key: key.description,
            startedAt: startedAt, finishedAt: now, outcome: outcome, error: error)
    }
}

extension ResidentPlan.Step {
    /// What is done, without what it is done to.
    fileprivate var kind: String {
        switch self {
        case .perform: "perform"
        case .poll: "poll"
        case .wait: "wait"
        case .run: "run"
        case .end: "end"
        }
    }
}

/// An existential that can be encoded where a concrete type is wanted.
private struct Boxed: Encodable {
    let value: any Encodable

    init(_ value: any Encodable) { self.value = value }

    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
