import JSONSchema
import Time
import WorkflowCore

/// An invented flow in its third version, with what its older versions stored.
enum Wire: Workflow {
    static let name = "wire"
    static let version = 3
    static let provider = "bank"
    static let signals = ["approve"]

    struct Input: Codable, Sendable {
        var amount: Int
        var currency: String
    }

    enum State: WorkflowState {
        case approving(amount: Int, currency: String, iban: Sensitive<String>?)
        case sending(amount: Int, currency: String)
        case tracking(id: String)
        case insuring
        case done
    }

    enum Event: WorkflowEvent {
        case approved, timedOut, sent(id: String), arrived, refused
    }

    enum Activity: WorkflowActivity {
        case send(amount: Int, currency: String)
        case track(id: String)

        var effect: Effect<Self> {
            switch self {
            case .send: .deduplicated
            case .track: .read
            }
        }
    }

    /// What version 1 stored: amounts as text, always euros.
    enum V1: WorkflowState {
        case approving(amount: String, iban: Sensitive<String>)
        case sending(amount: String)
        case charging(amount: String)
        case lost
    }

    /// What version 2 stored.
    enum V2: WorkflowState {
        case approving(amount: Int, iban: Sensitive<String>?)
        case sending(amount: Int)
        case charging(amount: Int)
        case following(id: String)
        case covering
    }

    static let migrations: [Migration<Self>] = [
        .from(1, V1.self, to: 2, V2.self) { old in
            switch old {
            case .approving(let amount, let iban): .rests(in: .approving(amount: Int(amount) ?? 0, iban: iban))
            case .sending(let amount): .rests(in: .sending(amount: Int(amount) ?? 0))
            case .charging(let amount): .rests(in: .charging(amount: Int(amount) ?? 0))
            case .lost: .stays(because: "nobody knows where the money is")
            }
        },
        .from(2, V2.self) { old in
            switch old {
            case .approving(let amount, let iban):
                .rests(in: .approving(amount: amount, currency: "EUR", iban: iban))
            case .sending(let amount), .charging(let amount): .rests(in: .sending(amount: amount, currency: "EUR"))
            case .following(let id): .rests(in: .tracking(id: id))
            case .covering: .rests(in: .insuring)
            }
        },
    ]

    static func start(_ input: Input) -> State {
        .approving(amount: input.amount, currency: input.currency, iban: nil)
    }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .approving: .wait.deadline(after: .hours(2), .timedOut).overdue(after: .hours(1), desk: "treasury")
        case .sending(let amount, let currency): .perform(.send(amount: amount, currency: currency))
        case .tracking(let id): .poll(.track(id: id), every: .minutes(1))
        case .insuring: .run(child: ChildJob(workflow: "insurance", input: ["a": 1])) { _ in .arrived }
        case .done: .end(.completed)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.approving(let amount, let currency, _), .approved):
            .move(to: .sending(amount: amount, currency: currency))
        case (.approving, .timedOut): .move(to: .done)
        case (.sending, .sent(let id)): .move(to: .tracking(id: id))
        case (.tracking, .arrived), (.insuring, .arrived): .move(to: .done)
        case (_, .approved), (_, .timedOut), (_, .sent), (_, .arrived), (_, .refused): .unexpected
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static func event(for signal: Signal) -> Event? { signal.name == "approve" ? .approved : nil }

    static func output(of state: State) -> [String: JSONValue] {
        guard case .tracking(let id) = state else { return [:] }
        return ["id": .string(id)]
    }

    static func references(of state: State) -> [Reference] {
        guard case .tracking(let id) = state else { return [] }
        return [Reference(provider: provider, value: id)]
    }

    static let samples = Samples<Self>(
        states: [
            .approving(amount: 1, currency: "EUR", iban: nil), .sending(amount: 1, currency: "EUR"),
            .tracking(id: "w-1"), .insuring, .done,
        ], events: [.approved, .timedOut, .sent(id: "w-1"), .arrived, .refused])
}
