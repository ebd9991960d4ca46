import JSONSchema
import Time
import WorkflowCore

/// An invented flow with everything that touches a store: attempts of each effect, polls, signals, deadlines, children,
/// references.
enum Parcel: Workflow {
    static let name = "parcel"
    static let version = 1
    static let provider = "post"
    static let signals = ["release"]

    struct Input: Codable, Sendable {
        var number: Int
        /// Whether somebody has to release it first; after an hour it expires.
        var isHeld = false
        /// Whether another job insures it first.
        var isInsured = false
    }

    enum State: WorkflowState {
        case packing(number: Int, isHeld: Bool, isInsured: Bool)
        case holding(number: Int, isInsured: Bool)
        case insuring(number: Int)
        case sending(number: Int)
        case travelling(number: Int, receipt: String)
        case delivered
        case expired
        case refused(code: String)
    }

    enum Event: WorkflowEvent {
        case packed, released, timedOut, insured, sent(receipt: String), arrived, refused(code: String)
    }

    enum Activity: WorkflowActivity {
        case pack(number: Int)
        case send(number: Int)
        case find(number: Int)
        case track(number: Int)

        var effect: Effect<Self> {
            switch self {
            case .pack: .deduplicated
            case .send(let number): .unguarded(lookup: .find(number: number), settle: .seconds(30))
            case .find, .track: .read
            }
        }
    }

    static func start(_ input: Input) -> State {
        .packing(number: input.number, isHeld: input.isHeld, isInsured: input.isInsured)
    }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .packing(let number, _, _): .perform(.pack(number: number))
        case .holding: .wait.deadline(after: .hours(1), .timedOut).overdue(after: .minutes(30), desk: "post")
        case .insuring(let number):
            .run(child: ChildJob(workflow: Insurance.name, input: Insurance.Input(number: number))) { _ in .insured }
        case .sending(let number): .perform(.send(number: number))
        case .travelling(let number, _): .poll(.track(number: number), every: .seconds(30), upTo: .minutes(2))
        case .delivered: .end(.completed)
        case .expired: .end(.expired)
        case .refused: .end(.rejected)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.packing(let number, true, let isInsured), .packed):
            .move(to: .holding(number: number, isInsured: isInsured))
        case (.packing(let number, false, true), .packed), (.holding(let number, true), .released):
            .move(to: .insuring(number: number))
        case (.packing(let number, false, false), .packed), (.holding(let number, false), .released),
            (.insuring(let number), .insured):
            .move(to: .sending(number: number))
        case (.holding, .timedOut): .move(to: .expired)
        case (.sending(let number), .sent(let receipt)): .move(to: .travelling(number: number, receipt: receipt))
        case (.travelling, .arrived): .move(to: .delivered)
        case (.packing, .refused(let code)), (.sending, .refused(let code)): .move(to: .refused(code: code))
        case (.packing, .released), (.sending, .released), (.travelling, .released), (.insuring, .released),
            (.delivered, .released), (.expired, .released), (.refused, .released):
            .ignore
        case (_, .packed), (_, .timedOut), (_, .insured), (_, .sent), (_, .arrived), (_, .refused): .unexpected
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused(code: refusal.code) }
    static func event(for signal: Signal) -> Event? { signal.name == "release" ? .released : nil }

    static func output(of state: State) -> [String: JSONValue] {
        guard case .travelling(_, let receipt) = state else { return [:] }
        return ["receipt": .string(receipt)]
    }

    static func references(of state: State) -> [Reference] {
        guard case .travelling(_, let receipt) = state else { return [] }
        return [Reference(provider: provider, value: receipt)]
    }

    static let samples = Samples<Parcel>(
        states: [
            .packing(number: 1, isHeld: false, isInsured: false), .holding(number: 1, isInsured: false),
            .insuring(number: 1), .sending(number: 1), .travelling(number: 1, receipt: "r-1"), .delivered, .expired,
            .refused(code: "forbidden"),
        ],
        events: [
            .packed, .released, .timedOut, .insured, .sent(receipt: "r-1"), .arrived, .refused(code: "forbidden"),
        ])
}

/// What a parcel runs as its child: one read, and it is over; for two days somebody looks whether it was revoked.
enum Insurance: Workflow {
    static let name = "insurance"
    static let version = 1
    static let provider = "post"

    struct Input: Codable, Sendable {
        var number: Int
    }

    enum State: WorkflowState {
        case asking(number: Int)
        case insured(number: Int)
        case revoked
    }

    enum Event: WorkflowEvent {
        case agreed
        case revoked
        case refused(code: String)
    }

    enum Activity: WorkflowActivity {
        case ask(number: Int)
        case check(number: Int)

        var effect: Effect<Self> { .read }
    }

    static func start(_ input: Input) -> State { .asking(number: input.number) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .asking(let number): .perform(.ask(number: number))
        case .insured(let number): .end(.completed).watch(.check(number: number), every: .days(1), for: .days(2))
        case .revoked: .end(.reversed)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.asking(let number), .agreed): .move(to: .insured(number: number))
        case (.insured, .revoked): .move(to: .revoked)
        case (.insured, _), (.revoked, _): .ignore
        case (.asking, .revoked), (.asking, .refused): .unexpected
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused(code: refusal.code) }

    static func references(of state: State) -> [Reference] {
        guard case .insured(let number) = state else { return [] }
        return [Reference(provider: provider, value: "i-\(number)")]
    }

    static let samples = Samples<Insurance>(
        states: [.asking(number: 1), .insured(number: 1), .revoked], events: [.agreed, .revoked, .refused(code: "no")])
}
