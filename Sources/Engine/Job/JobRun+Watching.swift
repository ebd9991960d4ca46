import Time
import WorkflowCore

/// Looking at what is over.
extension JobRun {
    /// What reading a finished job's watched activity brought.
    ///
    /// An event that moves the job reopens it. Nothing else changes it: no answer parks or fails a finished job.
    mutating func watched(_ call: Invocation, _ answer: ActivityAnswer, at now: Timestamp) {
        switch answer {
        case .event(let event):
            let entered = row.enteredSeq
            if let transition = resident?.transition(on: event), case .move = transition {
                _ = deliver(event, leadingTo: transition, actor: "activity", call: call, at: now)
            }
            if row.enteredSeq == entered, row.finishedAt != nil { lookAgain(at: now) }
        case .nothing:
            lookAgain(at: now)
        case .refused(let refusal):
            lookAgain(error: "\(refusal.code): \(refusal.message)", at: now)
        case .notApplied(let retryAfter, let message):
            note(.notApplied, call, message, at: now)
            lookAgain(failed: true, atLeast: retryAfter, error: message, at: now)
        case .unknown(let message):
            note(.unknown, call, message, at: now)
            lookAgain(failed: true, error: message, at: now)
        }
    }

    /// The next look, unless the time for it is over.
    ///
    /// What failed is tried again sooner, and once more when the time is over.
    private mutating func lookAgain(
        failed: Bool = false, atLeast: Duration? = nil, error: String? = nil, at now: Timestamp
    ) {
        guard let watch = resident?.plan.watch else { return }
        row.attempt = failed ? row.attempt + 1 : 0
        let backoff = RetryPolicy.exponential(from: .seconds(1), upTo: watch.every)
        let pause = failed ? backoff.delay(after: row.attempt, seed: id.low) : watch.every
        let next = now + max(pause, atLeast ?? .zero)
        if let until = row.deadlineAt, now < until, failed || next <= until {
            nextStepAt = min(next, until)
        } else {
            nextStepAt = nil
        }
        // Nobody is to find an error at an end that nothing is done about any more.
        row.lastError = nextStepAt == nil ? nil : error
        isChanged = true
    }
}
