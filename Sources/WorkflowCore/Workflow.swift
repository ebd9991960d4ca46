public import JSONSchema

/// A payment flow: three enums and two pure functions.
///
/// A job rests in exactly one `State`. `plan(for:)` says what the engine does there, `transition(from:on:)` where an
/// event takes it. Both are pure: no clock, no randomness, no I/O. So one stored state is the whole truth: after a
/// crash, a deploy or an operator's move, the right thing to do follows from where the job rests.
public protocol Workflow: Sendable {
    /// What an app asks for; the schema that `lockstep.enqueue` checks is derived from this type.
    associatedtype Input: Codable & Sendable
    /// Where a job can rest.
    associatedtype State: WorkflowState
    /// What can become known.
    associatedtype Event: WorkflowEvent
    /// What the world can be asked to do.
    associatedtype Activity: WorkflowActivity

    /// The name under which apps enqueue it, such as `dfns_payout`. It never changes.
    static var name: String { get }
    /// Rises when stored states change their meaning or shape.
    static var version: Int { get }
    /// The provider that the activities call, such as `dfns`.
    static var provider: String { get }

    /// Where a new job rests first.
    static func start(_ input: Input) -> State
    /// What the engine does while a job rests in `state`.
    static func plan(for state: State) -> Plan<Self>
    /// Where `event` takes a job that rests in `state`: one row for each arrow, no `default`.
    static func transition(from state: State, on event: Event) -> Transition<Self>

    /// The event that a provider's “no” is in this flow.
    static func refused(_ refusal: ProviderRefusal) -> Event
    /// The names of the signals that apps and operators may send, `cancel` among them where the flow takes it.
    static var signals: [String] { get }
    /// The event that a signal is in this flow; nil where its payload makes no sense.
    static func event(for signal: Signal) -> Event?

    /// What the app may show its customer, in `job_status.output`.
    static func output(of state: State) -> [String: JSONValue]
    /// The provider's ids, and ours at the provider, by which a webhook finds the job.
    static func references(of state: State) -> [Reference]
    /// The account at the provider that the job runs against, by its configured name.
    static func account(of state: State) -> String

    /// What decides about an event in a state, by names such as `isEnough`, where it can't be seen in the payloads: for
    /// pictures and tables, which otherwise have to guess it from the samples. `transition` decides by the same
    /// functions.
    static func conditions(on event: Event, in state: State) -> [(name: String, holds: Bool)]

    /// How jobs of older versions come to this one.
    static var migrations: [Migration<Self>] { get }

    /// A state for each way of resting and an event for each kind of news: what the picture and the checks run over.
    static var samples: Samples<Self> { get }
}

extension Workflow {
    /// No signals unless the flow lists some.
    public static var signals: [String] { [] }
    /// No signal means anything unless the flow says so.
    public static func event(for signal: Signal) -> Event? { nil }
    /// Nothing to show unless the flow says so.
    public static func output(of state: State) -> [String: JSONValue] { [:] }
    /// No references unless the flow has some.
    public static func references(of state: State) -> [Reference] { [] }
    /// Nothing but what the payloads show unless the flow says so.
    public static func conditions(on event: Event, in state: State) -> [(name: String, holds: Bool)] { [] }
    /// No way from older versions unless the flow lists some.
    public static var migrations: [Migration<Self>] { [] }
    /// The account called `main` unless the flow says otherwise.
    public static func account(of state: State) -> String { "main" }
}

/// Where a job can rest: an enum with labelled payloads, stored as JSON under its case names.
public protocol WorkflowState: Codable, Hashable, Sendable {}

/// What can become known: an enum in the past tense, kept in the history as JSON.
public protocol WorkflowEvent: Codable, Hashable, Sendable {}

/// What the world can be asked to do: an enum in the imperative.
public protocol WorkflowActivity: Hashable, Sendable {
    /// What it takes to do this safely a second time.
    var effect: Effect<Self> { get }
}

/// Sample values of a flow, for pictures and checks.
public struct Samples<Flow: Workflow>: Sendable {
    /// At least one state of each case.
    public let states: [Flow.State]
    /// At least one event of each case.
    public let events: [Flow.Event]

    /// Samples; a check refuses them when a case is missing that a transition leads to.
    public init(states: [Flow.State], events: [Flow.Event]) {
        self.states = states
        self.events = events
    }
}

/// A name by which something outside knows a job.
public struct Reference: Hashable, Sendable {
    /// Whose name it is, such as `dfns`.
    public let provider: String
    /// The name itself, such as a payout's id.
    public let value: String

    /// A reference.
    public init(provider: String, value: String) {
        self.provider = provider
        self.value = value
    }
}

/// What somebody tells a job.
public struct Signal: Hashable, Sendable {
    /// Its name, such as `payment_sent`.
    public let name: String
    /// What came with it.
    public let payload: JSONValue
    /// Who sent it, by the name of their role in the database; nil where nobody knows.
    public let actor: String?

    /// A signal.
    public init(name: String, payload: JSONValue = [:], actor: String? = nil) {
        self.name = name
        self.payload = payload
        self.actor = actor
    }
}

/// A provider's “no”: it certainly did not do what it was asked.
public struct ProviderRefusal: Hashable, Sendable, Codable {
    /// A stable word of ours, such as `forbidden`.
    public let code: String
    /// What the provider said, for a person.
    public let message: String

    /// A refusal.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// The name of an enum's case, as it stands in stored JSON and in history.
public func caseName<Value>(of value: Value) -> String {
    if let name = runtimeCaseName(of: value) { return String(cString: name) }
    let mirror = Mirror(reflecting: value)
    // A case without payload has no children: its description is its name.
    return mirror.children.first?.label ?? String(describing: value)
}

/// What `Mirror` asks the Swift runtime for, without the mirror: names are asked for with every transition, and it
/// costs as much as encoding the state. Nil where the value is no enum.
@_silgen_name("swift_EnumCaseName")
private func runtimeCaseName<Value>(of value: Value) -> UnsafePointer<CChar>?
