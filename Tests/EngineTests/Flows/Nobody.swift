import WorkflowCore

/// The flow that `Transfer.orphaned` runs, and that the usual build does not know: it is over at once.
enum Nobody: Workflow {
    static let name = "nobody"
    static let version = 1
    static let provider = "bank"

    enum State: WorkflowState { case over }
    enum Event: WorkflowEvent { case refused }
    enum Activity: WorkflowActivity {
        case none
        var effect: Effect<Self> { .read }
    }

    static func start(_ order: Transfer.Order) -> State { .over }
    static func plan(for state: State) -> Plan<Self> { .end(.completed) }
    static func transition(from state: State, on event: Event) -> Transition<Self> { .ignore }
    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static let samples = Samples<Self>(states: [.over], events: [.refused])
}

/// A later build of `Transfer`: it takes older inputs, and has other states.
enum LaterTransfer: Workflow {
    static let name = "transfer"
    static let version = 1
    static let provider = "bank"

    struct Order: Codable, Hashable {
        var first: String
    }

    enum State: WorkflowState {
        case reviewing(first: String)
        case archived
    }
    enum Event: WorkflowEvent { case approved, refused }
    typealias Activity = Nobody.Activity

    static func start(_ order: Order) -> State { order.first == "done" ? .archived : .reviewing(first: order.first) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .reviewing: .wait
        case .archived: .end(.completed)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> { .ignore }
    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static let signals = ["approve"]
    static func event(for signal: Signal) -> Event? { signal.name == "approve" ? .approved : nil }
    static let samples = Samples<Self>(states: [.archived], events: [.refused])
}
