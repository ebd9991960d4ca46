import Time
import WorkflowCore

/// What the answer of an activity means for the job.
extension JobRun {
    /// Takes the answer to the call under way, and works out what comes next.
    ///
    /// A failed probe tried the account on behalf of all: it is not counted against this job.
    mutating func answered(_ answer: ActivityAnswer, isFailedProbe: Bool = false, at now: Timestamp) -> Next {
        guard let call = calling, let step = resident?.plan.step else { return .release }
        calling = nil
        probed = isFailedProbe ? call.account : nil
        defer { probed = nil }
        switch (call.purpose, step) {
        case (.perform, .perform(let activity, let retry)): performed(activity, retry, call, answer, at: now)
        case (.lookup, .perform(let activity, let retry)): lookedUp(activity, retry, call, answer, at: now)
        case (.poll, .poll(_, let cadence)): polled(cadence, call, answer, at: now)
        case (.poll, .end): watched(call, answer, at: now)
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
        case .event(let event): conclude(event, of: activity, call, at: now)
        case .refused(let refusal):
            guard let event = resident?.event(for: refusal) else { return }
            // A “no” is certain: should a person have to look, a retry may simply ask again.
            undoAttempt()
            if let since = olderCopy(of: activity, at: call.startedAt) {
                askAgain(refusal, call, since: since, at: now)
            } else {
                conclude(event, of: activity, call, at: now)
            }
        case .nothing:
            if activity.isWrite {
                park("\(activity.name) was performed and answered nothing", at: now)
            } else {
                retryLater(retry, since: now, "\(activity.name) found nothing yet", at: now)
            }
        case .notApplied(let retryAfter, let message):
            note(.notApplied, call, message, at: now)
            undoAttempt()
            retryLater(retry, since: now, atLeast: retryAfter, message, at: now)
        case .unknown(let message):
            note(.unknown, call, message, at: now)
            outcomeUnknown(activity, retry, message, at: now)
        }
    }

    /// Since when it has been unknown what became of an earlier copy of the same write, where that may still be on its
    /// way: it may arrive after this one, and be taken where this one was refused.
    private func olderCopy(of activity: ResidentActivity, at instant: Timestamp) -> Timestamp? {
        guard case .deduplicated = activity.effect, row.attemptStatus == .unknown, let since = row.attemptAt,
            instant < since + Self.straggling
        else { return nil }
        return since
    }

    /// A refusal that doesn't end it yet: the same is asked again, under its key, when no older copy can arrive.
    private mutating func askAgain(
        _ refusal: ProviderRefusal, _ call: Invocation, since: Timestamp, at now: Timestamp
    ) {
        let message = "\(refusal.code): \(refusal.message)"
        note(.notApplied, call, message, at: now)
        row.lastError = "\(message) (asked again, since an earlier copy may still arrive)"
        nextStepAt = since + Self.straggling
    }

    /// How long a write may still be on its way after its outcome became unknown: a call is up to three requests, and
    /// nobody waits longer than 30 seconds for one of them.
    private static var straggling: Duration { .minutes(2) }

    /// It is known what happened: the flow says what that means.
    ///
    /// If it says nothing, a person has to.
    private mutating func conclude(
        _ event: any WorkflowEvent, of activity: ResidentActivity, _ call: Invocation, at now: Timestamp
    ) {
        guard let resident else { return }
        let transition = resident.transition(on: event)
        switch transition {
        case .move(to: let next) where activity.isWrite && next.state == resident.state:
            // The key stays with the state: what follows from this answer could not be told from what led to it.
            let answered = "\(call.activity.name) answered \(caseName(of: event))"
            park("\(answered), which leaves the job in \(next.state): a write is made once in a state", at: now)
        case .move, .unexpected:
            let actor = call.purpose == .lookup ? "lookup" : "activity"
            _ = deliver(event, leadingTo: transition, actor: actor, call: call, at: now)
        case .stay, .ignore, .refuse:
            park(
                "\(call.activity.name) answered \(caseName(of: event)), which \(resident.state) does not take", at: now)
        }
    }

    private mutating func outcomeUnknown(
        _ activity: ResidentActivity, _ retry: RetryPolicy, _ message: String, at now: Timestamp
    ) {
        switch activity.effect {
        case .read:
            retryLater(retry, since: now, message, at: now)
        case .deduplicated:
            row.attemptStatus = .unknown
            row.attemptAt = now
            retryLater(retry, since: now, message, at: now)
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
            case .move, .stay, .unexpected: conclude(event, of: activity, call, at: now)
            case .ignore, .refuse, nil: nothingHappened(activity, retry, call, at: now)
            }
        case .nothing:
            nothingHappened(activity, retry, call, at: now)
        case .notApplied(let retryAfter, let message):
            lookupFailed(retry, call, message, atLeast: retryAfter, at: now)
        case .unknown(let message):
            lookupFailed(retry, call, message, at: now)
        case .refused(let refusal):
            lookupFailed(retry, call, "\(refusal.code): \(refusal.message)", at: now)
        }
    }

    /// The lookup shows nothing.
    ///
    /// It is believed only when it was asked after the settle time: reads may lag behind.
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
        // The settle time counts as waiting.
        retryLater(retry, since: since, row.lastError ?? "its outcome was unknown", at: now)
    }

    /// Looks again later: after as long as it has been unknown so far, within the policy's bounds.
    private mutating func lookupFailed(
        _ retry: RetryPolicy, _ call: Invocation, _ message: String, atLeast: Duration? = nil, at now: Timestamp
    ) {
        note(.unknown, call, message, at: now)
        // A person's retry gives it the same time once more.
        let since = [row.attemptAt, row.firstAttemptAt].compactMap { $0 }.max() ?? now
        let unknownFor = now - since
        let wait = max(min(max(unknownFor, retry.initialInterval), retry.maximumInterval), atLeast ?? .zero)
        if let probed { waitFor(probed, at: now) }
        guard probed != nil || unknownFor + wait < retry.maximumElapsed ?? .hours(24) else {
            let what = row.plan ?? "the attempt"
            park("it is unknown whether \(what) happened, and the lookup fails: \(message)", at: now)
            return
        }
        row.lastError = message
        nextStepAt = now + wait
    }

    private mutating func polled(_ cadence: Cadence, _ call: Invocation, _ answer: ActivityAnswer, at now: Timestamp) {
        switch answer {
        case .event(let event): heard(event, cadence, call, error: nil, at: now)
        case .nothing: pollLater(cadence, error: nil, at: now)
        case .refused(let refusal):
            guard let event = resident?.event(for: refusal) else { return }
            heard(event, cadence, call, error: "\(refusal.code): \(refusal.message)", at: now)
        case .notApplied(let retryAfter, let message):
            note(.notApplied, call, message, at: now)
            pollLater(cadence, atLeast: retryAfter, error: message, at: now)
        case .unknown(let message):
            note(.unknown, call, message, at: now)
            pollLater(cadence, error: message, at: now)
        }
    }

    /// A poll has news.
    ///
    /// Unless it leads elsewhere, polling goes on.
    private mutating func heard(
        _ event: any WorkflowEvent, _ cadence: Cadence, _ call: Invocation, error: String?, at now: Timestamp
    ) {
        let entered = row.enteredSeq
        let transition = resident?.transition(on: event)
        switch transition {
        case .move, .stay, .refuse, .unexpected:
            _ = deliver(event, leadingTo: transition, actor: "activity", call: call, at: now)
        // A fact that the state ignores is no news: not worth a row in the history each time it is read.
        case .ignore, nil: break
        }
        guard row.enteredSeq == entered, case .poll = resident?.plan.step else { return }
        pollLater(cadence, error: error, at: now)
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

    /// Another attempt by the policy, counted from the given instant, or a person's desk.
    private mutating func retryLater(
        _ retry: RetryPolicy, since: Timestamp, atLeast: Duration? = nil, _ message: String, at now: Timestamp
    ) {
        isChanged = true
        row.lastError = message
        let delay = max(retry.delay(after: row.attempt, seed: id.low), atLeast ?? .zero)
        let next = max(now, since + delay)
        if let probed {
            uncountAttempt()
            waitFor(probed, at: now)
            nextStepAt = next
            return
        }
        let first = row.firstAttemptAt ?? now
        guard retry.allows(attemptAfter: row.attempt, elapsed: next - first) else {
            let tries = row.attempt == 1 ? "1 attempt" : "\(row.attempt) attempts in \((now - first).inWords)"
            park("\(row.plan ?? "the step") failed after \(tries): \(message)", at: now)
            return
        }
        nextStepAt = next
    }

    mutating func note(
        _ outcome: AttemptRecord.Outcome, _ call: Invocation, _ error: String?, at now: Timestamp
    ) {
        commit.attempts.append(
            attemptRecord(
                outcome, number: call.attempt, startedAt: call.startedAt, at: now, activity: call.activity.name,
                error: error))
        isChanged = true
    }
}
