import WorkflowCore

/// A job whose only call takes as long as the figure that asks for it.
enum SlowCall: Workflow {
    static let name = "bench_slow_call"
    static let version = 1
    static let provider = "bench"

    struct Input: Codable, Sendable {
        var user: String
    }

    enum State: WorkflowState {
        case calling(user: String)
        case completed
    }

    enum Event: WorkflowEvent {
        case answered
        case refused(code: String)
    }

    enum Activity: WorkflowActivity {
        case call(user: String)

        var effect: Effect<Self> { .deduplicated }
    }

    static func start(_ input: Input) -> State { .calling(user: input.user) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .calling(let user): .perform(.call(user: user))
        case .completed: .end(.completed)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.calling, .answered): .move(to: .completed)
        case (.calling, .refused), (.completed, .answered), (.completed, .refused): .unexpected
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused(code: refusal.code) }

    static let samples = Samples<SlowCall>(
        states: [.calling(user: "abc"), .completed], events: [.answered, .refused(code: "no")])
}
