import JSONSchema
import Time
import WorkflowCore

/// An invented flow whose end is watched: a parcel that was delivered may come back for a week.
enum Delivery: Workflow {
    static let name = "delivery"
    static let version = 1
    static let provider = "post"

    struct Order: Codable, Hashable, Sendable {
        var days = 7
    }

    enum State: WorkflowState {
        case sending(days: Int)
        case delivered(days: Int, notes: Int)
        /// It comes back, and is not there yet.
        case returning
        case returned
    }

    enum Event: WorkflowEvent {
        case arrived(days: Int)
        case noted
        case turnedBack
        case cameBack
        case lost
        case refused
    }

    enum Activity: WorkflowActivity {
        case send(days: Int)
        case read

        var effect: Effect<Self> {
            switch self {
            case .send: .deduplicated
            case .read: .read
            }
        }
    }

    static func start(_ order: Order) -> State { .sending(days: order.days) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .sending(let days): .perform(.send(days: days))
        case .delivered(let days, _): .end(.completed).watch(.read, every: .days(1), for: .days(days))
        case .returning: .poll(.read, every: .hours(1)).overdue(after: .days(1), desk: "post office")
        case .returned: .end(.reversed)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.sending, .arrived(let days)): .move(to: .delivered(days: days, notes: 0))
        case (.delivered(let days, let notes), .noted): .move(to: .delivered(days: days, notes: notes + 1))
        case (.delivered, .turnedBack): .move(to: .returning)
        case (.delivered, .cameBack), (.returning, .cameBack): .move(to: .returned)
        case (.delivered, .lost): .unexpected
        case (.delivered, _), (.returned, _), (.returning, _): .ignore
        case (.sending, _): .unexpected
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static let signals = ["back"]
    static func event(for signal: Signal) -> Event? { signal.name == "back" ? .cameBack : nil }
    static func output(of state: State) -> [String: JSONValue] { [:] }

    static func references(of state: State) -> [Reference] {
        if case .delivered = state { [Reference(provider: provider, value: "parcel-1")] } else { [] }
    }

    static let samples = Samples<Self>(
        states: [.sending(days: 7), .delivered(days: 7, notes: 0), .returning, .returned],
        events: [.arrived(days: 7), .noted, .turnedBack, .cameBack, .lost, .refused])
}

/// A job whose child is a delivery.
enum Errand: Workflow {
    static let name = "errand"
    static let version = 1
    static let provider = "post"

    enum State: WorkflowState {
        case waiting(order: Delivery.Order)
        case done(outcome: Outcome)
    }

    enum Event: WorkflowEvent {
        case ended(outcome: Outcome)
        case refused
    }

    enum Activity: WorkflowActivity {
        case none
        var effect: Effect<Self> { .read }
    }

    static func start(_ order: Delivery.Order) -> State { .waiting(order: order) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .waiting(let order):
            .run(child: ChildJob(workflow: Delivery.name, input: order)) { .ended(outcome: $0.outcome) }
                .overdue(after: .days(1), desk: "post office")
        case .done(let outcome): .end(outcome)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.waiting, .ended(let outcome)): .move(to: .done(outcome: outcome))
        case (.waiting, .refused): .unexpected
        case (.done, _): .ignore
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static let signals: [String] = []
    static func event(for signal: Signal) -> Event? { nil }
    static func output(of state: State) -> [String: JSONValue] { [:] }
    static let samples = Samples<Self>(
        states: [.waiting(order: Delivery.Order()), .done(outcome: .completed)], events: [.ended(outcome: .completed)])
}
