import WorkflowCore

/// A flow of one state, in as many versions as there are `Edition`s.
enum Hop<Edition: HopEdition>: Workflow {
    static var name: String { "hop" }
    static var version: Int { Edition.version }
    static var provider: String { "nobody" }
    static var migrations: [Migration<Self>] { Edition.migrations() }

    struct Input: Codable, Sendable {}

    enum State: WorkflowState {
        case at(version: Int)
    }

    enum Event: WorkflowEvent {
        case refused
    }

    enum Activity: WorkflowActivity {
        case none

        var effect: Effect<Self> { .read }
    }

    static func start(_ input: Input) -> State { .at(version: version) }
    static func plan(for state: State) -> Plan<Self> { .wait }
    static func transition(from state: State, on event: Event) -> Transition<Self> { .ignore }
    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static var samples: Samples<Self> { Samples(states: [.at(version: version)], events: [.refused]) }
}

/// A version of `Hop`, with its migrations.
protocol HopEdition: Sendable {
    static var version: Int { get }
    static func migrations() -> [Migration<Hop<Self>>]
}

extension HopEdition {
    /// From the state of the edition before.
    static func step<Old: HopEdition>(from old: Old.Type) -> Migration<Hop<Self>> {
        .from(Old.version, Hop<Old>.State.self) { state in
            switch state {
            case .at(let before): .rests(in: .at(version: before + 1))
            }
        }
    }
}

enum One: HopEdition {
    static let version = 1
    static func migrations() -> [Migration<Hop<Self>>] { [] }
}

enum Two: HopEdition {
    static let version = 2
    static func migrations() -> [Migration<Hop<Self>>] { [step(from: One.self)] }
}

enum Three: HopEdition {
    static let version = 3
    static func migrations() -> [Migration<Hop<Self>>] { [step(from: Two.self)] }
}

/// Its one migration ends half way.
enum Short: HopEdition {
    static let version = 4
    static func migrations() -> [Migration<Hop<Self>>] {
        [.from(1, Wire.V1.self, to: 2, Wire.V2.self) { _ in .stays(because: "") }]
    }
}

enum Forked: HopEdition {
    static let version = 4
    static func migrations() -> [Migration<Hop<Self>>] { [step(from: Three.self), step(from: Three.self)] }
}

enum Backward: HopEdition {
    static let version = 4
    static func migrations() -> [Migration<Hop<Self>>] {
        [.from(3, Wire.V1.self, to: 3, Wire.V1.self) { .rests(in: $0) }]
    }
}

/// What one migration makes, the next can't read.
enum Gap: HopEdition {
    static let version = 4
    static func migrations() -> [Migration<Hop<Self>>] {
        [
            .from(2, Wire.V1.self, to: 3, Wire.V1.self) { .rests(in: $0) },
            .from(3, Wire.V2.self) { _ in .stays(because: "") },
        ]
    }
}
