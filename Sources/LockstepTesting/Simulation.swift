public import WorkflowCore

/// One job of one flow as a script: give it events, look at where it rests.
///
/// No engine, no store, no time.
///
/// ```swift
/// var payout = Simulation(of: DfnsPayout.self, in: .creating(order: order))
/// payout.receive(.opened(opened))
/// #expect(payout.state == .awaitingInstructions(order: order, payout: opened))
/// ```
///
/// It shows what the flow decides. What the engine makes of it (retries, leases, crashes) is the `Harness`'s subject.
public struct Simulation<Flow: Workflow>: Sendable {
    /// One event and what the flow said to it.
    public struct Step: Hashable, Sendable {
        /// Where the job rested.
        public let from: Flow.State
        /// What it was told.
        public let event: Flow.Event
        /// What the flow made of it.
        public let transition: Transition<Flow>
        /// Where the job rested afterwards.
        public let to: Flow.State
    }

    /// Where the job rests.
    public private(set) var state: Flow.State
    /// What it was told so far, in order.
    public private(set) var steps: [Step] = []
    /// Whether an event that the flow did not expect has left the job to a person; a move frees it.
    public private(set) var isParked = false

    /// A job of a flow that rests in this state.
    public init(of flow: Flow.Type, in state: Flow.State) { self.state = state }

    /// A new job of a flow with this input.
    public init(of flow: Flow.Type, input: Flow.Input) { self.init(of: flow, in: flow.start(input)) }

    /// Delivers an event, and returns what the flow made of it.
    @discardableResult
    public mutating func receive(_ event: Flow.Event) -> Transition<Flow> {
        let from = state
        let transition = Flow.transition(from: from, on: event)
        switch transition {
        case .move(to: let next):
            // Like in the engine: an update of the same case leaves a parked job parked.
            if caseName(of: next) != caseName(of: from) { isParked = false }
            state = next
        case .unexpected: isParked = true
        case .stay, .ignore, .refuse: break
        }
        steps.append(Step(from: from, event: event, transition: transition, to: state))
        return transition
    }

    /// Delivers the event that a signal is in this flow; nil where the flow makes nothing of it.
    @discardableResult
    public mutating func receive(signal: Signal) -> Transition<Flow>? {
        Flow.event(for: signal).map { receive($0) }
    }

    /// Delivers the event that the provider's “no” is in this flow.
    @discardableResult
    public mutating func receive(refusal: ProviderRefusal) -> Transition<Flow> { receive(Flow.refused(refusal)) }

    /// Lets the deadline of the present state pass; nil where it has none.
    @discardableResult
    public mutating func passDeadline() -> Transition<Flow>? { plan.deadline.map { receive($0.event) } }

    /// Delivers the ending of the child that the present state runs; nil where it runs none.
    @discardableResult
    public mutating func receive(ending: ChildEnding) -> Transition<Flow>? {
        guard case .run(_, let ended) = plan.step else { return nil }
        return receive(ended(ending))
    }

    /// What the engine does while the job rests here.
    public var plan: Plan<Flow> { Flow.plan(for: state) }

    /// What the engine asks the provider here; nil where it waits, runs a child, or is over.
    public var activity: Flow.Activity? {
        switch plan.step {
        case .perform(let activity, _), .poll(let activity, _): activity
        case .wait, .run, .end: nil
        }
    }

    /// How the job ended; nil while it goes on.
    public var outcome: Outcome? { plan.outcome }

    /// The names of the states it has been in, in order, an update of the same case counted once.
    public var path: [String] {
        var names = [caseName(of: steps.first?.from ?? state)]
        for step in steps where caseName(of: step.to) != names.last { names.append(caseName(of: step.to)) }
        return names
    }
}
