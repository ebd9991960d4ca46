import Testing
import Time
import WorkflowCore

/// Ends that are looked at for a while, in the checks and in the picture.
@Suite struct WatchChecksTests {
    /// A flow whose end is watched, with one fault at most.
    private enum Letter<Fault: Planted>: Workflow {
        static var name: String { "letter" }
        static var version: Int { 1 }
        static var provider: String { "post" }

        struct Input: Codable, Sendable {}

        enum State: WorkflowState { case writing, sent, returned }
        enum Event: WorkflowEvent { case written, cameBack, refused }
        enum Activity: WorkflowActivity {
            case write, look
            var effect: Effect<Self> {
                switch self {
                case .write: .deduplicated
                case .look: .read
                }
            }
        }

        static func start(_ input: Input) -> State { .writing }

        static func plan(for state: State) -> Plan<Self> {
            switch state {
            case .writing where Fault.kind == .notAnEnd:
                .perform(.write).watch(.look, every: .days(1), for: .days(7))
            case .writing: .perform(.write)
            case .sent where Fault.kind == .write: .end(.completed).watch(.write, every: .days(1), for: .days(7))
            case .sent where Fault.kind == .noPause: .end(.completed).watch(.look, every: .zero, for: .days(7))
            case .sent: .end(.completed).watch(.look, every: .days(1), for: .days(7))
            case .returned: .end(.reversed)
            }
        }

        static func transition(from state: State, on event: Event) -> Transition<Self> {
            switch (state, event) {
            case (.writing, .written): .move(to: .sent)
            case (.writing, .cameBack), (.writing, .refused): .move(to: .returned)
            case (.sent, .cameBack): Fault.kind == .noWayOut ? .ignore : .move(to: .returned)
            case (.sent, _), (.returned, _): .ignore
            }
        }

        static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
        static var samples: Samples<Self> {
            Samples(states: [.writing, .sent, .returned], events: [.written, .cameBack, .refused])
        }
    }

    private enum Kind { case notAnEnd, write, noPause, noWayOut }
    private protocol Planted { static var kind: Kind? { get } }
    private enum Sound: Planted { static let kind: Kind? = nil }
    private enum NotAnEnd: Planted { static let kind: Kind? = .notAnEnd }
    private enum Write: Planted { static let kind: Kind? = .write }
    private enum NoPause: Planted { static let kind: Kind? = .noPause }
    private enum NoWayOut: Planted { static let kind: Kind? = .noWayOut }

    @Test("A watched end is sound, if the way out of it is listed")
    func sound() {
        #expect(Checks.all(Letter<Sound>.self, reopening: ["sent on cameBack"]) == [])
        #expect(Checks.all(Letter<Sound>.self) == ["letter: sent on cameBack leaves an end, to returned"])
    }

    @Test("Only ends are watched, by reads with pauses, for something that leads away")
    func faults() {
        #expect(Checks.watches(Letter<NotAnEnd>.self) == ["letter: writing watches look: only an end is watched"])
        #expect(
            Checks.watches(Letter<Write>.self) == ["letter: sent watches write: what is watched has to be a read"])
        #expect(
            Checks.watches(Letter<NoPause>.self)
                == ["letter: sent watches look: it has to pause between two reads"])
        #expect(
            Checks.watches(Letter<NoWayOut>.self)
                == ["letter: sent watches look: no event leads away from it: there is nothing to watch for"])
    }

    @Test("Picture and matrix say what is looked at, how often and for how long")
    func shown() {
        let matrix = Matrix(of: Letter<Sound>.self)
        #expect(matrix.description.contains("end: completed; watch look every 24 h for 7 d"))
        let sent = Diagram(matrix).nodes.first { $0.name == "sent" }
        #expect(sent?.notes == ["completed", "watch look", "every 24 h for 7 d"])
        #expect(sent?.kind == .end(.completed))
    }
}
