public import JSONSchema
public import WorkflowCore
public import Time

/// A job's state, whatever its flow: what the engine sees of a typed state.
public protocol Resident: Sendable {
    /// The state's case name.
    var state: String { get }
    /// What to do there.
    var plan: ResidentPlan { get }
    /// What the app may show its customer.
    var output: [String: JSONValue] { get }
    /// By which names something outside knows the job.
    var references: [Reference] { get }
    /// The provider's account that the job runs against.
    var account: ProviderAccount { get }

    /// Where an event takes the job.
    func transition(on event: any WorkflowEvent) -> ResidentTransition
    /// The event that a signal is in this flow.
    func event(for signal: Signal) -> (any WorkflowEvent)?
    /// The event that a provider's “no” is in this flow.
    func event(for refusal: ProviderRefusal) -> any WorkflowEvent
    /// The whole state as JSON for the database.
    func data(_ coding: JSONCoding) throws -> String
    /// The whole state as JSON for people, with sensitive fields redacted.
    func shown(_ coding: JSONCoding) throws -> String
}

/// One account at one provider: what limits and pauses apply to.
public struct ProviderAccount: Hashable, Sendable, CustomStringConvertible {
    /// The provider, such as `dfns`.
    public let provider: String
    /// The configured name, such as `main`.
    public let name: String

    /// An account.
    public init(provider: String, name: String) {
        self.provider = provider
        self.name = name
    }

    /// Such as `dfns/main`.
    public var description: String { "\(provider)/\(name)" }
}

/// A plan without its flow's types. It is looked at again and again, and so shared rather than copied.
public final class ResidentPlan: Sendable {
    /// The one thing to do.
    public enum Step: Sendable {
        /// Do it once, with retries.
        case perform(ResidentActivity, retry: RetryPolicy)
        /// Read it again and again.
        case poll(ResidentActivity, Cadence)
        /// Wait for a signal or the deadline.
        case wait
        /// Run another job.
        case run(ChildJob, ended: @Sendable (ChildEnding) -> any WorkflowEvent)
        /// The job is over.
        case end(Outcome)
    }

    /// The one thing to do.
    public let step: Step
    /// When waiting ends by itself, given the time of entry.
    public let deadline: (@Sendable (Timestamp) -> Timestamp)?
    /// What the deadline delivers.
    public let deadlineEvent: (any WorkflowEvent)?
    /// When it counts as overdue, after entry, and on whose desk.
    public let overdue: (after: Duration, desk: String)?
    /// What is still read after the end, how often, and for how long.
    public let watch: ResidentWatch?
    /// In a few words, such as `poll readPayout`: the same as `Plan.summary`.
    public let summary: String

    init(
        step: Step, deadline: (@Sendable (Timestamp) -> Timestamp)?, deadlineEvent: (any WorkflowEvent)?,
        overdue: (after: Duration, desk: String)?, watch: ResidentWatch?, summary: String
    ) {
        self.step = step
        self.deadline = deadline
        self.deadlineEvent = deadlineEvent
        self.overdue = overdue
        self.watch = watch
        self.summary = summary
    }
}

/// What is read after an end, without its flow's type.
public struct ResidentWatch: Sendable {
    /// What is read.
    public let activity: ResidentActivity
    /// How often.
    public let every: Duration
    /// For how long after entry.
    public let period: Duration
}

/// An activity without its flow's type.
public struct ResidentActivity: Sendable {
    /// What it takes to do it a second time.
    public indirect enum Effect: Sendable {
        /// It changes nothing.
        case read
        /// The provider deduplicates on our key.
        case deduplicated
        /// The lookup is run before it is repeated.
        case unguarded(lookup: ResidentActivity, settle: Duration)
    }

    /// The flow's own value.
    public let activity: any WorkflowActivity
    /// Its case name.
    public let name: String
    /// What it takes to do it a second time.
    public let effect: Effect

    init<Activity: WorkflowActivity>(_ activity: Activity) {
        self.activity = activity
        name = caseName(of: activity)
        effect =
            switch activity.effect {
            case .read: .read
            case .deduplicated: .deduplicated
            case .unguarded(let lookup, let settle): .unguarded(lookup: ResidentActivity(lookup), settle: settle)
            }
    }
}

/// A transition without its flow's types.
public enum ResidentTransition: Sendable {
    /// To another state, or to the same case with other contents.
    case move(to: any Resident)
    /// Taken note of.
    case stay
    /// Late or repeated.
    case ignore
    /// Can't be granted now.
    case refuse(String)
    /// Nobody thought of this.
    case unexpected
}

/// The state of a job of one flow. Its name and plan are asked for again and again, and worked out once.
final class ResidentState<Flow: Workflow>: Resident {
    let value: Flow.State
    let state: String
    let plan: ResidentPlan

    init(value: Flow.State) {
        self.value = value
        state = caseName(of: value)
        plan = Self.plan(for: value)
    }

    var output: [String: JSONValue] { Flow.output(of: value) }
    var references: [Reference] { Flow.references(of: value) }
    var account: ProviderAccount { ProviderAccount(provider: Flow.provider, name: Flow.account(of: value)) }

    private static func plan(for value: Flow.State) -> ResidentPlan {
        let plan = Flow.plan(for: value)
        var deadline: (@Sendable (Timestamp) -> Timestamp)?
        if let limit = plan.deadline?.limit { deadline = { limit.instant(entry: $0) } }
        return ResidentPlan(
            step: step(of: plan), deadline: deadline, deadlineEvent: plan.deadline?.event,
            overdue: plan.overdue.map { (after: $0.after, desk: $0.desk) },
            watch: plan.outcome == nil
                ? nil
                : plan.watch.map { watch in
                    ResidentWatch(activity: ResidentActivity(watch.activity), every: watch.every, period: watch.period)
                }, summary: plan.summary)
    }

    func transition(on event: any WorkflowEvent) -> ResidentTransition {
        // Only a handler registered for another flow could bring a foreign event: parked, like all that is unexpected.
        guard let event = event as? Flow.Event else { return .unexpected }
        return switch Flow.transition(from: value, on: event) {
        case .move(to: let next): .move(to: ResidentState<Flow>(value: next))
        case .stay: .stay
        case .ignore: .ignore
        case .refuse(let reason): .refuse(reason)
        case .unexpected: .unexpected
        }
    }

    func event(for signal: Signal) -> (any WorkflowEvent)? { Flow.event(for: signal) }
    func event(for refusal: ProviderRefusal) -> any WorkflowEvent { Flow.refused(refusal) }
    func data(_ coding: JSONCoding) throws -> String { try coding.store(value) }
    func shown(_ coding: JSONCoding) throws -> String { try coding.show(value) }

    private static func step(of plan: Plan<Flow>) -> ResidentPlan.Step {
        switch plan.step {
        case .perform(let activity, let retry): .perform(ResidentActivity(activity), retry: retry)
        case .poll(let activity, let cadence): .poll(ResidentActivity(activity), cadence)
        case .wait: .wait
        case .run(let child, let ended): .run(child, ended: { ended($0) })
        case .end(let outcome): .end(outcome)
        }
    }
}
