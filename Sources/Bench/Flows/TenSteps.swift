import JSONSchema
import WorkflowCore

/// A payment of ten states that cost nothing: what is left is the engine and the database.
enum TenSteps: Workflow {
    static let name = "bench_ten_steps"
    static let version = 1
    static let provider = "bench"
    /// A job's transitions: its start, and nine moves.
    static let transitions = 10

    struct Input: Codable, Sendable {
        var user: String
        var amount: String
    }

    struct Order: Codable, Hashable, Sendable {
        var user: String
        var amount: String
        var quote: Quote?
    }

    struct Quote: Codable, Hashable, Sendable {
        var id: String
        var rate: String
    }

    enum State: WorkflowState {
        case received(order: Order)
        case checked(order: Order)
        case quoted(order: Order)
        case accepted(order: Order)
        case reserved(order: Order)
        case created(order: Order)
        case confirmed(order: Order)
        case submitted(order: Order)
        case settled(order: Order)
        case completed(order: Order)
    }

    enum Event: WorkflowEvent {
        case checked, quoted(quote: Quote), accepted, reserved, created, confirmed, submitted, settled, arrived
        case refused(code: String)
    }

    /// Each is a write that the provider deduplicates: so each attempt has to be durable before it is made.
    enum Activity: WorkflowActivity {
        case check, quote, accept, reserve, create, confirm, submit, settle, awaitArrival

        var effect: Effect<Self> { .deduplicated }
    }

    static func start(_ input: Input) -> State { .received(order: Order(user: input.user, amount: input.amount)) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .received: .perform(.check)
        case .checked: .perform(.quote)
        case .quoted: .perform(.accept)
        case .accepted: .perform(.reserve)
        case .reserved: .perform(.create)
        case .created: .perform(.confirm)
        case .confirmed: .perform(.submit)
        case .submitted: .perform(.settle)
        case .settled: .perform(.awaitArrival)
        case .completed: .end(.completed)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.received(let order), .checked): .move(to: .checked(order: order))
        case (.checked(let order), .quoted(let quote)):
            .move(to: .quoted(order: Order(user: order.user, amount: order.amount, quote: quote)))
        case (.quoted(let order), .accepted): .move(to: .accepted(order: order))
        case (.accepted(let order), .reserved): .move(to: .reserved(order: order))
        case (.reserved(let order), .created): .move(to: .created(order: order))
        case (.created(let order), .confirmed): .move(to: .confirmed(order: order))
        case (.confirmed(let order), .submitted): .move(to: .submitted(order: order))
        case (.submitted(let order), .settled): .move(to: .settled(order: order))
        case (.settled(let order), .arrived): .move(to: .completed(order: order))
        case (_, .checked), (_, .quoted), (_, .accepted), (_, .reserved), (_, .created), (_, .confirmed),
            (_, .submitted), (_, .settled), (_, .arrived), (_, .refused):
            .unexpected
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused(code: refusal.code) }

    private static let sample = Order(user: "abc", amount: "100.00", quote: Quote(id: "q1", rate: "0.99"))

    static let samples = Samples<TenSteps>(
        states: [
            .received(order: sample), .checked(order: sample), .quoted(order: sample), .accepted(order: sample),
            .reserved(order: sample), .created(order: sample), .confirmed(order: sample), .submitted(order: sample),
            .settled(order: sample), .completed(order: sample),
        ],
        events: [
            .checked, .quoted(quote: Quote(id: "q1", rate: "0.99")), .accepted, .reserved, .created, .confirmed,
            .submitted, .settled, .arrived, .refused(code: "no"),
        ])
}
