import Time
import WorkflowCore

/// What the answer of an activity means for the job.
extension JobRun {
    /// Takes the answer to the call under way, and works out what comes next.
    mutating func answered(_ answer: ActivityAnswer, at now: Timestamp) -> Next {
        guard let call = calling, let step = resident?.plan.step else { return .release }
        calling = nil
        switch (call.purpose, step) {
        case (.perform, .perform(let activity, let retry)): performed(activity, retry, call, answer, at: now)
        case (.lookup, .perform(let activity, let retry)): lookedUp(activity, retry, call, answer, at: now)
        case (.poll, .poll(_, let cadence)): polled(cadence, call, answer, at: now)
        // The state can't have changed under a call: only its owner changes it.
        case (.perform, _), (.lookup, _), (.poll, _): break
        }
        return proceed(at: now)
    }

    private mutating func performed(
        _ activity: ResidentActivity, _ retry: RetryPolicy, _ call: Invocation, _ answer: ActivityAnswer,
        at now: Timestamp
    ) {
        switch answer {
        case .event(let event): conclude(event, call, at: now)
        case .refused(let refusal):
            guard let event = resident?.event(for: refusal) else { return }
            // A “no” is certain: should a person have to look, a retry may simply ask again.
            row.attemptStatus = nil
            row.attemptAt = nil
            conclude(event, call, at: now)
        case .nothing:
            if case .read = activity.effect {
                retryLater(retry, atLeast: nil, "\(activity.name) found nothing yet", at: now)
            } else {
                row.attemptStatus = .unknown
                _ = park("\(activity.name) was performed and answered nothing", at: now)
            }
        case .notApplied(let retryAfter, let message):
            note(.notApplied, call, message, at: now)
            row.attemptStatus = nil
            row.attemptAt = nil
            retryLater(retry, atLeast: retryAfter, message, at: now)
        case .unknown(let message):
            note(.unknown, call, message, at: now)
            outcomeUnknown(activity, retry, message, at: now)
        }
    }

    /// It is known what happened: the flow says what that means. If it says nothing, a person has to.
    private mutating func conclude(_ event: any WorkflowEvent, _ call: Invocation, at now: Timestamp) {
        guard let resident else { return }
        switch resident.transition(on: event) {
        case .unexpected:
            // Something was done, though not what the flow knows of: a retry has to look first.
            if row.attemptStatus == .started { row.attemptStatus = .unknown }
            _ = deliver(event, actor: "activity", call: call, at: now)
        case .move:
            _ = deliver(event, actor: call.purpose == .lookup ? "lookup" : "activity", call: call, at: now)
        case .stay, .ignore, .refuse:
            if row.attemptStatus == .started { row.attemptStatus = .unknown }
            _ = park(
                "\(call.activity.name) answered \(caseName(of: event)), which \(resident.state) does not take", at: now)
        }
    }

    private mutating func outcomeUnknown(
        _ activity: ResidentActivity, _ retry: RetryPolicy, _ message: String, at now: Timestamp
    ) {
        switch activity.effect {
        case .read:
            retryLater(retry, atLeast: nil, message, at: now)
        case .deduplicated:
            row.attemptStatus = .unknown
            row.attemptAt = now
            retryLater(retry, atLeast: nil, message, at: now)
        case .unguarded:
            row.attemptStatus = .unknown
            row.attemptAt = now
            row.lastError = message
            nextStepAt = now
            isChanged = true
        }
    }

    private mutating func lookedUp(
        _ activity: ResidentActivity, _ retry: RetryPolicy, _ call: Invocation, _ answer: ActivityAnswer,
        at now: Timestamp
    ) {
        switch answer {
        case .event(let event):
            switch resident?.transition(on: event) {
            case .move, .stay, .unexpected: conclude(event, call, at: now)
            case .ignore, .refuse, nil: nothingHappened(activity, retry, call, at: now)
            }
        case .nothing:
            nothingHappened(activity, retry, call, at: now)
        case .notApplied(_, let message), .unknown(let message):
            lookupFailed(retry, call, message, at: now)
        case .refused(let refusal):
            lookupFailed(retry, call, "\(refusal.code): \(refusal.message)", at: now)
        }
    }

    /// The lookup shows nothing. It is believed only when it was asked after the settle time: reads may lag behind.
    private mutating func nothingHappened(
        _ activity: ResidentActivity, _ retry: RetryPolicy, _ call: Invocation, at now: Timestamp
    ) {
        guard case .unguarded(_, let settle) = activity.effect, let since = row.attemptAt else { return }
        guard call.startedAt >= since + settle else {
            nextStepAt = since + settle
            isChanged = true
            return
        }
        note(.nothing, call, nil, at: now)
        row.attemptStatus = nil
        row.attemptAt = nil
        retryLater(retry, atLeast: .zero, row.lastError ?? "its outcome was unknown", wait: false, at: now)
    }

    /// Looks again later: after as long as it has been unknown so far, within the policy's bounds.
    private mutating func lookupFailed(
        _ retry: RetryPolicy, _ call: Invocation, _ message: String, at now: Timestamp
    ) {
        note(.unknown, call, message, at: now)
        let unknownFor = now - (row.attemptAt ?? now)
        guard retry.maximumElapsed.map({ unknownFor < $0 }) ?? true else {
            _ = park(
                "it is unknown whether \(row.plan ?? "the attempt") happened, and the lookup fails: \(message)", at: now
            )
            return
        }
        row.lastError = message
        nextStepAt = now + min(max(unknownFor, retry.initialInterval), retry.maximumInterval)
    }

    private mutating func polled(_ cadence: Cadence, _ call: Invocation, _ answer: ActivityAnswer, at now: Timestamp) {
        switch answer {
        case .event(let event):
            // A fact that the state ignores is no news: not worth a row in the history each time it is read.
            let entered = row.enteredSeq
            switch resident?.transition(on: event) {
            case .move, .stay, .refuse, .unexpected: _ = deliver(event, actor: "activity", call: call, at: now)
            case .ignore, nil: break
            }
            if row.enteredSeq == entered { pollLater(cadence, error: nil, at: now) }
        case .nothing:
            pollLater(cadence, error: nil, at: now)
        case .refused(let refusal):
            guard let event = resident?.event(for: refusal) else { return }
            _ = deliver(event, actor: "activity", call: call, at: now)
        case .notApplied(let retryAfter, let message):
            note(.notApplied, call, message, at: now)
            pollLater(cadence, atLeast: retryAfter, error: message, at: now)
        case .unknown(let message):
            note(.unknown, call, message, at: now)
            pollLater(cadence, error: message, at: now)
        }
    }

    private mutating func pollLater(
        _ cadence: Cadence, atLeast: Duration? = nil, error: String?, at now: Timestamp
    ) {
        guard row.status == .waiting, row.finishedAt == nil else { return }
        row.attempt += 1
        row.lastError = error
        nextStepAt = now + max(cadence.delay(before: row.attempt + 1), atLeast ?? .zero)
        isChanged = true
    }

    /// Another attempt by the policy, or a person's desk.
    private mutating func retryLater(
        _ retry: RetryPolicy, atLeast: Duration?, _ message: String, wait: Bool = true, at now: Timestamp
    ) {
        isChanged = true
        row.lastError = message
        let elapsed = now - (row.firstAttemptAt ?? now)
        guard retry.allows(attemptAfter: row.attempt, elapsed: elapsed) else {
            let tries = row.attempt == 1 ? "1 attempt" : "\(row.attempt) attempts in \(elapsed.inWords)"
            _ = park("\(row.plan ?? "the step") failed after \(tries): \(message)", at: now)
            return
        }
        let delay = wait ? retry.delay(after: row.attempt, seed: id.low) : .zero
        nextStepAt = now + max(delay, atLeast ?? .zero)
    }

    private mutating func note(
        _ outcome: AttemptRecord.Outcome, _ call: Invocation, _ error: String?, at now: Timestamp
    ) {
        commit.attempts.append(
            attemptRecord(outcome, startedAt: call.startedAt, at: now, activity: call.activity.name, error: error))
        isChanged = true
    }
}
