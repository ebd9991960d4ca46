import WorkflowCore

/// A job of one state: claimed, started, over.
enum OneStep: Workflow {
    static let name = "bench_one_step"
    static let version = 1
    static let provider = "bench"

    struct Input: Codable, Sendable {
        var user: String
    }

    enum State: WorkflowState {
        case done(user: String)
    }

    enum Event: WorkflowEvent {
        case refused(code: String)
    }

    enum Activity: WorkflowActivity {
        case nothing

        var effect: Effect<Self> { .read }
    }

    static func start(_ input: Input) -> State { .done(user: input.user) }
    static func plan(for state: State) -> Plan<Self> { .end(.completed) }
    static func transition(from state: State, on event: Event) -> Transition<Self> { .unexpected }
    static func refused(_ refusal: ProviderRefusal) -> Event { .refused(code: refusal.code) }
    static let samples = Samples<OneStep>(states: [.done(user: "abc")], events: [.refused(code: "no")])
}
