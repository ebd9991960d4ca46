import Engine
import JSONSchema
import Synchronization
import Time
import WorkflowCore

/// An invented flow in its first version: a ticket is made, approved and printed.
enum TicketV1: Workflow {
    static let name = "ticket"
    static let version = 1
    static let provider = "booth"
    static let signals = ["approve"]

    struct Input: Codable, Sendable {
        var number: Int
    }

    enum State: WorkflowState {
        case issuing(number: Int)
        case waiting(number: Int)
        case printing(number: Int)
        case printed
        case expired
    }

    enum Event: WorkflowEvent {
        case issued, approved, printed, timedOut, refused
    }

    enum Activity: WorkflowActivity {
        case issue(number: Int)
        case print(number: Int)

        var effect: Effect<Self> { .deduplicated }
    }

    static func start(_ input: Input) -> State { .issuing(number: input.number) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .issuing(let number): .perform(.issue(number: number))
        case .waiting: .wait.deadline(after: .hours(24), .timedOut)
        case .printing(let number): .perform(.print(number: number))
        case .printed: .end(.completed)
        case .expired: .end(.expired)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.issuing(let number), .issued): .move(to: .waiting(number: number))
        case (.waiting(let number), .approved): .move(to: .printing(number: number))
        case (.waiting, .timedOut): .move(to: .expired)
        case (.printing, .printed): .move(to: .printed)
        case (_, .issued), (_, .approved), (_, .printed), (_, .timedOut), (_, .refused): .unexpected
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static func event(for signal: Signal) -> Event? { signal.name == "approve" ? .approved : nil }

    static let samples = Samples<Self>(
        states: [.issuing(number: 1), .waiting(number: 1), .printing(number: 1), .printed, .expired],
        events: [.issued, .approved, .printed, .timedOut, .refused])
}

/// The same in its second version: the wait has another name and a desk, and a ticket has a colour.
enum Ticket: Workflow {
    static let name = "ticket"
    static let version = 2
    static let provider = "booth"
    static let signals = ["approve"]

    typealias Input = TicketV1.Input
    typealias Event = TicketV1.Event
    typealias Activity = TicketV1.Activity

    enum State: WorkflowState {
        case issuing(number: Int)
        case approving(number: Int, colour: String)
        case printing(number: Int, colour: String)
        case printed
        case expired
    }

    static let migrations: [Migration<Self>] = [
        .from(1, TicketV1.State.self) { old in
            switch old {
            case .issuing(let number): .rests(in: .issuing(number: number))
            case .waiting(let number) where number == 13: .stays(because: "nobody prints number 13")
            case .waiting(let number): .rests(in: .approving(number: number, colour: "white"))
            case .printing(let number): .rests(in: .printing(number: number, colour: "white"))
            case .printed: .rests(in: .printed)
            case .expired: .rests(in: .expired)
            }
        }
    ]

    static func start(_ input: Input) -> State { .issuing(number: input.number) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .issuing(let number): .perform(.issue(number: number))
        case .approving: .wait.deadline(after: .hours(48), .timedOut).overdue(after: .hours(1), desk: "box office")
        case .printing(let number, _): .perform(.print(number: number))
        case .printed: .end(.completed)
        case .expired: .end(.expired)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.issuing(let number), .issued): .move(to: .approving(number: number, colour: "red"))
        case (.approving(let number, let colour), .approved): .move(to: .printing(number: number, colour: colour))
        case (.approving, .timedOut): .move(to: .expired)
        case (.printing, .printed): .move(to: .printed)
        case (_, .issued), (_, .approved), (_, .printed), (_, .timedOut), (_, .refused): .unexpected
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static func event(for signal: Signal) -> Event? { signal.name == "approve" ? .approved : nil }

    static let samples = Samples<Self>(
        states: [
            .issuing(number: 1), .approving(number: 1, colour: "red"), .printing(number: 1, colour: "red"), .printed,
            .expired,
        ], events: [.issued, .approved, .printed, .timedOut, .refused])
}

/// Who makes and prints tickets, and which build asked for each.
final class Booth: Sendable {
    private let ledger = Mutex<[Int: [String]]>([:])

    /// What was done for each ticket, in order, each with the version of the handler that asked.
    var done: [Int: [String]] { ledger.withLock(\.self) }

    /// The handlers of a build that knows these versions.
    func handlers(_ versions: Set<Int>) -> ActivityHandlers {
        var handlers = ActivityHandlers()
        if versions.contains(1) { handlers.add(Old(booth: self)) }
        if versions.contains(2) { handlers.add(New(booth: self)) }
        return handlers
    }

    private struct Old: ActivityHandler {
        typealias Flow = TicketV1
        let booth: Booth

        func perform(_ activity: Flow.Activity, in context: ActivityContext) async -> Answer<Flow.Event> {
            booth.perform(activity, version: 1)
        }
    }

    private struct New: ActivityHandler {
        typealias Flow = Ticket
        let booth: Booth

        func perform(_ activity: Flow.Activity, in context: ActivityContext) async -> Answer<Flow.Event> {
            booth.perform(activity, version: 2)
        }
    }

    private func perform(_ activity: TicketV1.Activity, version: Int) -> Answer<TicketV1.Event> {
        ledger.withLock { ledger in
            switch activity {
            case .issue(let number):
                ledger[number, default: []].append("issued by \(version)")
                return .event(.issued)
            case .print(let number):
                ledger[number, default: []].append("printed by \(version)")
                return .event(.printed)
            }
        }
    }
}
