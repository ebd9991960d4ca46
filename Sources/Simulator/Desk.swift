import Engine
import HTTPClient
import Time
import WorkflowCore

/// The handlers of one call after another, over clients of their own.
///
/// A daemon's calls share a client, and wait for each other where it fetches a token. A run goes on with one call at a
/// time, and could wait for ever for one that waits for another. So each desk has clients of its own, and a desk serves
/// one call at a time: what clients remember from call to call, such as tokens, they remember here too.
struct Desk {
    /// Where clients send what they send.
    let transport: any Transport
    /// The run's clock.
    let now: @Sendable () -> Timestamp
    let defect: Defect?
    private(set) var handlers = ActivityHandlers()

    init(transport: any Transport, now: @escaping @Sendable () -> Timestamp, defect: Defect?) {
        self.transport = transport
        self.now = now
        self.defect = defect
    }

    /// Adds the handler of a flow, with the run's defect around it.
    mutating func add(_ handler: some ActivityHandler) { handlers.add(DefectiveHandler(handler, defect: defect)) }
}

/// A flow's own handler, with a defect where one is built in.
struct DefectiveHandler<Real: ActivityHandler>: ActivityHandler {
    typealias Flow = Real.Flow

    let real: Real
    let defect: Defect?

    init(_ real: Real, defect: Defect?) {
        self.real = real
        self.defect = defect
    }

    func perform(_ activity: Flow.Activity, in context: ActivityContext) async -> Answer<Flow.Event> {
        switch defect {
        case .blindRepeats:
            let answer = await real.perform(activity, in: context)
            guard case .unguarded = activity.effect, case .unknown = answer else { return answer }
            return await real.perform(activity, in: context)
        case .freshKeys:
            let attempt = Int(truncatingIfNeeded: context.startedAt.microseconds % 1_000_000_000)
            let fresh = ActivityContext(
                job: context.job, key: IdempotencyKey(job: context.job, enteredSeq: attempt), account: context.account,
                startedAt: context.startedAt, permit: context.permit)
            return await real.perform(activity, in: fresh)
        case .unfencedCommits, .uncountedCommits, .forgetfulStore, .forgottenAnswers, .forgottenAttempts,
            .breakersThatNeverOpen, nil:
            return await real.perform(activity, in: context)
        }
    }
}
