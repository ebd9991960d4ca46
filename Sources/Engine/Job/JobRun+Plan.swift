import JSONSchema
import Time
import WorkflowCore

/// What is done in the state that a job rests in.
extension JobRun {
    mutating func followPlan(at now: Timestamp) -> Next {
        guard let resident, row.status != .parked, row.status != .paused else { return release(due: nil) }
        // Entered after its time, with a quote that has expired for example: nothing is done here before it is told so.
        if isPastDeadline(at: now) { return release(due: now) }
        switch resident.plan.step {
        case .perform(let activity, let retry): return perform(activity, retry, at: now)
        case .poll(let activity, _):
            guard let due = nextStepAt, due <= now else { return release(due: nextStepAt) }
            goOn(at: now)
            return call(activity, for: .poll, at: now)
        case .wait, .run: return release(due: nil)
        case .end(let outcome): return end(outcome, at: now)
        }
    }

    /// Gives the job back, to be claimed again at the given time, at the deadline, or when it is told something.
    mutating func release(due: Timestamp?) -> Next {
        let holds = row.status == .parked || row.status == .paused
        // While an outcome is unknown the deadline is not delivered, so there is no use in waking for it; what is over
        // has none, only a time until which it is looked at.
        let deadline = isOutcomeUnknown || row.finishedAt != nil ? nil : row.deadlineAt
        row.dueAt = holds ? nil : [due, deadline].compactMap { $0 }.min()
        return .release
    }

    /// The job is over for everybody; whoever watches it goes on reading all the same.
    private mutating func end(_ outcome: Outcome, at now: Timestamp) -> Next {
        let watch = resident?.plan.watch
        if row.finishedAt == nil {
            row.status = JobStatus(outcome)
            row.finishedAt = now
            row.overdueAt = nil
            row.desk = nil
            row.deadlineAt = watch.map { (row.enteredAt ?? now) + $0.period }
            isChanged = true
            tellParent(outcome)
        }
        guard let watch, let due = nextStepAt else { return release(due: nil) }
        guard due <= now else { return release(due: due) }
        goOn(at: now)
        return call(watch.activity, for: .poll, at: now)
    }

    private mutating func tellParent(_ outcome: Outcome) {
        guard let parent, let resident,
            let payload = try? registry.coding.show(
                ChildMessage(job: id, outcome: outcome, output: .object(resident.output)))
        else { return }
        commit.messages.append(JobMessage(to: parent, name: "$child", payload: payload, key: "child:\(id):\(seq)"))
    }

    private mutating func perform(_ activity: ResidentActivity, _ retry: RetryPolicy, at now: Timestamp) -> Next {
        guard let due = nextStepAt, due <= now else { return release(due: nextStepAt) }
        goOn(at: now)
        if isOutcomeUnknown, case .unguarded(let lookup, _) = activity.effect {
            return call(lookup, for: .lookup, at: now)
        }
        return attempt(activity, at: now)
    }

    /// Starts an attempt.
    ///
    /// Unless it is a mere read, it is made durable before the provider is called.
    private mutating func attempt(_ activity: ResidentActivity, at now: Timestamp) -> Next {
        before = EarlierAttempts(
            number: row.attempt, status: row.attemptStatus, at: row.attemptAt, firstAt: row.firstAttemptAt)
        row.attempt += 1
        row.firstAttemptAt = row.firstAttemptAt ?? now
        if activity.isWrite {
            row.attemptStatus = .started
            row.attemptAt = now
            isChanged = true
        }
        return call(activity, for: .perform, at: now)
    }

    private mutating func call(
        _ activity: ResidentActivity, for purpose: Invocation.Purpose, at now: Timestamp
    ) -> Next {
        guard let resident else { return .release }
        let invocation = Invocation(
            job: id, lease: lease, workflow: name.workflow, version: name.version, activity: activity, purpose: purpose,
            key: key,
            account: resident.account, attempt: purpose == .poll ? row.attempt + 1 : max(1, row.attempt),
            startedAt: now, sendBefore: now)
        calling = invocation
        return .perform(invocation)
    }
}

/// Giving back a job whose call was prepared but not made.
extension JobRun {
    /// Takes back the attempt that was about to start: it certainly was not made.
    mutating func withdraw(at now: Timestamp) -> Next {
        takeBack()
        nextStepAt = now
        return release(due: now)
    }

    /// The same because the account takes no calls for now; what is due before (a deadline) is not put off.
    mutating func hold(for account: ProviderAccount, until: Timestamp, at now: Timestamp) -> Next {
        takeBack()
        nextStepAt = until
        waitFor(account, at: now)
        return release(due: until)
    }

    private mutating func takeBack() {
        if calling?.purpose == .perform {
            uncountAttempt()
            undoAttempt()
        }
        calling = nil
        isChanged = true
    }

    /// From now on it waits for its account, which is not its own fault: see `goOn`.
    mutating func waitFor(_ account: ProviderAccount, at now: Timestamp) {
        row.heldBy = account.description
        row.heldSince = row.heldSince ?? now
    }

    /// Its account may be called again, or at least it is tried: the time that it was held counts for no retry policy.
    private mutating func goOn(at now: Timestamp) {
        guard let since = row.heldSince else { return }
        row.firstAttemptAt = row.firstAttemptAt.map { $0 + (now - since) }
        row.heldBy = nil
        row.heldSince = nil
    }

    /// The attempt under way does not count.
    mutating func uncountAttempt() {
        row.attempt = before.number
        row.firstAttemptAt = before.firstAt
    }

    /// The last attempt certainly was not made.
    ///
    /// What is unknown of those before it stays unknown.
    mutating func undoAttempt() {
        row.attemptStatus = before.status
        row.attemptAt = before.at
    }
}

extension ResidentActivity {
    /// Whether it changes something at the provider.
    var isWrite: Bool {
        switch effect {
        case .read: false
        case .deduplicated, .unguarded: true
        }
    }
}
