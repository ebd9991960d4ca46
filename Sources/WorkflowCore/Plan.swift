public import JSONSchema
public import Time

/// What the engine does while a job rests in a state: a function of the state alone.
public struct Plan<Flow: Workflow>: Sendable {
    /// The one thing to do.
    public enum Step: Sendable {
        /// Do this once, with retries while it certainly or possibly did not happen.
        case perform(Flow.Activity, retry: RetryPolicy)
        /// Read this again and again until it yields an event.
        case poll(Flow.Activity, Cadence)
        /// Wait for a signal or the deadline.
        case wait
        /// Run another job, enqueued with the transition; its ending comes back as an event.
        case run(child: ChildJob, ended: @Sendable (ChildEnding) -> Flow.Event)
        /// Nothing more: the job is over.
        case end(Outcome)
    }

    /// When waiting in this state ends by itself, and with which event.
    public struct Deadline: Sendable {
        /// The instant, or the time after entry.
        public let limit: Limit
        /// What is then delivered.
        public let event: Flow.Event
    }

    /// A point in time, absolute or counted from entry into the state.
    public enum Limit: Hashable, Sendable {
        /// This long after the state was entered.
        case after(Duration)
        /// At this instant, a quote's expiry for example.
        case at(Timestamp)

        /// The instant it means for a state entered at `entry`.
        public func instant(entry: Timestamp) -> Timestamp {
            switch self {
            case .after(let interval): entry + interval
            case .at(let instant): instant
            }
        }
    }

    /// When resting here becomes suspicious, and whose desk it then lands on.
    public struct Overdue: Hashable, Sendable {
        /// Time after entry.
        public let after: Duration
        /// Who looks, such as `payments operations`.
        public let desk: String
    }

    /// Looking at what is over, in case it is undone.
    public struct Watch: Sendable {
        /// What is read.
        public let activity: Flow.Activity
        /// How often.
        public let every: Duration
        /// For how long after entry.
        public let period: Duration
    }

    /// The one thing to do.
    public let step: Step
    /// When it ends by itself; nil means never.
    public private(set) var deadline: Deadline?
    /// When it counts as overdue; nil means never.
    public private(set) var overdue: Overdue?
    /// What is still looked at after the end; nil means nothing.
    public private(set) var watch: Watch?

    /// Do this once, with retries.
    public static func perform(_ activity: Flow.Activity, retry: RetryPolicy = .standard) -> Self {
        Self(step: .perform(activity, retry: retry))
    }

    /// Read this every so often, less and less often up to the second interval, until it yields an event.
    public static func poll(_ activity: Flow.Activity, every interval: Duration, upTo: Duration? = nil) -> Self {
        Self(step: .poll(activity, Cadence(every: interval, upTo: upTo ?? interval)))
    }

    /// Wait for a signal or the deadline.
    public static var wait: Self { Self(step: .wait) }

    /// Run another job and take its ending as an event.
    public static func run(child: ChildJob, ended: @escaping @Sendable (ChildEnding) -> Flow.Event) -> Self {
        Self(step: .run(child: child, ended: ended))
    }

    /// The job is over.
    public static func end(_ outcome: Outcome) -> Self { Self(step: .end(outcome)) }

    /// The same, but after this long in the state the event is delivered.
    public func deadline(after interval: Duration, _ event: Flow.Event) -> Self {
        with { $0.deadline = Deadline(limit: .after(interval), event: event) }
    }

    /// The same, but at this instant the event is delivered.
    public func deadline(at instant: Timestamp, _ event: Flow.Event) -> Self {
        with { $0.deadline = Deadline(limit: .at(instant), event: event) }
    }

    /// The same, but after this long in the state the job is shown as overdue on somebody's desk.
    public func overdue(after interval: Duration, desk: String) -> Self {
        with { $0.overdue = Overdue(after: interval, desk: desk) }
    }

    /// The same end, but this is read every so often for a while after it, in case what was done is undone.
    ///
    /// The job counts as over all the same. An event that its state moves on reopens it; anything else, a failed read
    /// too, leaves it as it is. A webhook about it, or an operator's retry, makes it be read at once, also later. For a
    /// period of zero that is all that is done.
    public func watch(_ activity: Flow.Activity, every interval: Duration, for period: Duration) -> Self {
        with { $0.watch = Watch(activity: activity, every: interval, period: period) }
    }

    private init(step: Step) { self.step = step }

    private func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}

extension Plan {
    /// What is being done in a few words, such as `poll readPayout`: for operators, and for `lockstep.why`.
    ///
    /// An end that is looked at for a while is `watch readPayout`.
    public var summary: String {
        switch step {
        case .perform(let activity, _): "perform \(caseName(of: activity))"
        case .poll(let activity, _): "poll \(caseName(of: activity))"
        case .wait: "wait"
        case .run(let child, _): "run \(child.workflow)"
        case .end: watch.map { "watch \(caseName(of: $0.activity))" } ?? "end"
        }
    }

    /// The outcome, where the job is over.
    public var outcome: Outcome? {
        guard case .end(let outcome) = step else { return nil }
        return outcome
    }
}

/// Another job that a state runs: its workflow by name, and its input.
public struct ChildJob: Sendable {
    /// The workflow's name.
    public let workflow: String
    /// What it is asked.
    public let input: any Encodable & Sendable

    /// A child.
    public init(workflow: String, input: any Encodable & Sendable) {
        self.workflow = workflow
        self.input = input
    }
}

/// How a child ended.
public struct ChildEnding: Hashable, Sendable {
    /// The child's job.
    public let job: JobID
    /// Its outcome.
    public let outcome: Outcome
    /// What it had to show, as its `job_status.output`.
    public let output: JSONValue

    /// An ending.
    public init(job: JobID, outcome: Outcome, output: JSONValue) {
        self.job = job
        self.outcome = outcome
        self.output = output
    }
}

/// How a job ended.
///
/// Failed with money moved is not the same as failed: the state says where the money is.
public enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
    /// The money arrived.
    case completed
    /// It could not be done.
    case failed
    /// Somebody's policy said no.
    case rejected
    /// Nobody acted in time.
    case expired
    /// It was taken back before it was done.
    case canceled
    /// The money came back.
    case refunded
    /// It was done, and later undone.
    case reversed
}
