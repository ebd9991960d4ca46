public import Time
public import WorkflowCore

/// Who asks the world.
public protocol ActivityRunner: Sendable {
    /// Does what is asked, once, and says what is known afterwards. Never throws: not knowing is an answer too.
    ///
    /// Nothing is sent when the permit is over: that certainly did not happen.
    func perform(_ invocation: Invocation, permit: SendPermit) async -> ActivityAnswer
}

/// One call of an activity. It is handed from place to place, and so shared rather than copied.
public final class Invocation: Sendable {
    /// Why it is called.
    public enum Purpose: Hashable, Sendable {
        /// It is what the state performs.
        case perform
        /// It is what the state polls, or watches where it is an end.
        case poll
        /// It finds out what became of an attempt.
        case lookup
    }

    /// The job.
    public let job: JobID
    /// The lease under which it is called.
    public let lease: Int
    /// The job's flow.
    public let workflow: String
    /// The flow's version.
    public let version: Int
    /// What is asked.
    public let activity: ResidentActivity
    /// Why.
    public let purpose: Purpose
    /// What makes repeated requests one.
    public let key: IdempotencyKey
    /// Against which account.
    public let account: ProviderAccount
    /// The number of the attempt, from 1.
    public let attempt: Int
    /// When it was handed out.
    public let startedAt: Timestamp
    /// Until when something may be sent for it, unless the lease is renewed: see `SendPermit`.
    public let sendBefore: Timestamp

    init(
        job: JobID, lease: Int, workflow: String, version: Int, activity: ResidentActivity, purpose: Purpose,
        key: IdempotencyKey, account: ProviderAccount, attempt: Int, startedAt: Timestamp, sendBefore: Timestamp
    ) {
        self.job = job
        self.lease = lease
        self.workflow = workflow
        self.version = version
        self.activity = activity
        self.purpose = purpose
        self.key = key
        self.account = account
        self.attempt = attempt
        self.startedAt = startedAt
        self.sendBefore = sendBefore
    }

    /// The same call, which may send until this instant.
    func sent(before instant: Timestamp) -> Invocation {
        Invocation(
            job: job, lease: lease, workflow: workflow, version: version, activity: activity, purpose: purpose,
            key: key, account: account, attempt: attempt, startedAt: startedAt, sendBefore: instant)
    }
}

/// What is known after an activity was called.
public enum ActivityAnswer: Sendable {
    /// It is known what happened.
    case event(any WorkflowEvent)
    /// A poll or lookup found nothing new.
    case nothing
    /// It certainly did not happen; not to be repeated before the given time.
    case notApplied(retryAfter: Duration?, message: String)
    /// The provider said no.
    case refused(ProviderRefusal)
    /// It may have happened.
    case unknown(message: String)
}

/// The calls that one flow's activities make.
///
/// Handlers hold no decisions: an `if` about money belongs in the flow.
public protocol ActivityHandler<Flow>: Sendable {
    /// The flow.
    associatedtype Flow: Workflow
    /// Does what is asked.
    func perform(_ activity: Flow.Activity, in context: ActivityContext) async -> Answer<Flow.Event>
}

/// What a handler is told beside the activity.
public struct ActivityContext: Sendable {
    /// The job.
    public let job: JobID
    /// What makes repeated requests one.
    public let key: IdempotencyKey
    /// The name of the account to use.
    public let account: String
    /// When the call was handed out: the only time that a handler knows.
    public let startedAt: Timestamp
    /// Asked right before anything is sent, each time.
    public let permit: SendPermit

    /// A context.
    public init(job: JobID, key: IdempotencyKey, account: String, startedAt: Timestamp, permit: SendPermit) {
        self.job = job
        self.key = key
        self.account = account
        self.startedAt = startedAt
        self.permit = permit
    }
}

/// An `ActivityAnswer` with its flow's type.
public enum Answer<Event: WorkflowEvent>: Sendable {
    /// It is known what happened.
    case event(Event)
    /// A poll or lookup found nothing new.
    case nothing
    /// It certainly did not happen.
    case notApplied(retryAfter: Duration?, message: String)
    /// The provider said no.
    case refused(ProviderRefusal)
    /// It may have happened.
    case unknown(message: String)
}

/// The handlers of all flows, each for one version.
public struct ActivityHandlers: ActivityRunner {
    private struct Key: Hashable {
        let workflow: String
        let version: Int
    }

    private var handlers: [Key: @Sendable (Invocation, SendPermit) async -> ActivityAnswer] = [:]

    /// No handlers.
    public init() {}

    /// Adds the handler of a flow, for the version that the flow's type says.
    public mutating func add<Handler: ActivityHandler>(_ handler: Handler) {
        handlers[Key(workflow: Handler.Flow.name, version: Handler.Flow.version)] = { invocation, permit in
            guard let activity = invocation.activity.activity as? Handler.Flow.Activity else {
                return .notApplied(retryAfter: nil, message: "\(invocation.activity.name) belongs to another flow")
            }
            let context = ActivityContext(
                job: invocation.job, key: invocation.key, account: invocation.account.name,
                startedAt: invocation.startedAt, permit: permit)
            return switch await handler.perform(activity, in: context) {
            case .event(let event): .event(event)
            case .nothing: .nothing
            case .notApplied(let retryAfter, let message): .notApplied(retryAfter: retryAfter, message: message)
            case .refused(let refusal): .refused(refusal)
            case .unknown(let message): .unknown(message: message)
            }
        }
    }

    /// Calls the handler of the job's flow and version.
    public func perform(_ invocation: Invocation, permit: SendPermit) async -> ActivityAnswer {
        guard let handler = handlers[Key(workflow: invocation.workflow, version: invocation.version)] else {
            let flow = "\(invocation.workflow) version \(invocation.version)"
            return .notApplied(retryAfter: nil, message: "no handler for \(flow) in this build")
        }
        return await handler(invocation, permit)
    }
}
