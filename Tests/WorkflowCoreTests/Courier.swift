import Synchronization
import Time
import WorkflowCore

/// A fault that can be planted into the invented flow below, one for each thing that a check has to find.
enum Fault: CaseIterable {
    case unsampledTarget, unsampledDeadline, unreachable, noDesk, endlessRetry, deadlineIgnored, deadlineUpdates
    case deadEnd, writingLookup, hastyLookup, polledWrite, leftEnd, stayingEnd, parkingEnd, impureTransition, impurePlan
}

/// Says at compile time which fault a flow has.
protocol Plant: Sendable {
    static var fault: Fault? { get }
}

/// No fault.
enum Sound: Plant {
    static let fault: Fault? = nil
}

/// A parcel's way from the sender's desk to a door: every kind of plan, a loop, a fork, and an end that can be left.
enum Courier<P: Plant>: Workflow {
    static var name: String { "courier" }
    static var version: Int { 3 }
    static var provider: String { "post" }

    struct Input: Codable, Sendable {
        let address: String
    }

    enum State: WorkflowState {
        case packing(address: String)
        case shipping(address: String, fragile: Bool)
        case traveling(parcel: String)
        case atDoor(parcel: String)
        case claiming(parcel: String)
        case delivered
        case lost(where: String)
        case compensated
        case canceled
        case attic
    }

    enum News: Codable, Hashable, Sendable {
        case arrived
        case delivered(signature: String?)
        case lost
        case moved(town: String)
    }

    enum Event: WorkflowEvent {
        case packed(fragile: Bool)
        case shipped(parcel: String)
        case reported(News)
        case opened
        case nobodyHome
        case claimed(Outcome)
        case found
        case cancelRequested
        case refused
    }

    enum Activity: WorkflowActivity {
        case pack(address: String)
        case ship(address: String)
        case track(parcel: String)

        var effect: Effect<Self> {
            switch self {
            case .pack: .deduplicated
            case .ship(let address):
                .unguarded(
                    lookup: P.fault == .writingLookup ? .pack(address: address) : .track(parcel: address),
                    settle: P.fault == .hastyLookup ? .zero : .seconds(30))
            case .track: P.fault == .polledWrite ? .deduplicated : .read
            }
        }
    }

    static func start(_ input: Input) -> State { .packing(address: input.address) }
    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }

    static var samples: Samples<Self> {
        let states: [State] = [
            .packing(address: "1 Main Street"), .shipping(address: "1 Main Street", fragile: false),
            .shipping(address: "1 Main Street", fragile: true), .traveling(parcel: "p1"), .atDoor(parcel: "p1"),
            .claiming(parcel: "p1"), .delivered, .lost(where: "Town"), .compensated, .canceled,
        ]
        let events: [Event] = [
            .packed(fragile: false), .packed(fragile: true), .shipped(parcel: "p1"), .reported(.arrived),
            .reported(.delivered(signature: nil)), .reported(.lost), .reported(.moved(town: "Town")), .opened,
            .nobodyHome, .claimed(.completed), .claimed(.failed), .found, .cancelRequested, .refused,
        ]
        return Samples(
            states: P.fault == .unreachable ? states + [.attic] : states,
            events: P.fault == .unsampledDeadline ? events.filter { $0 != .nobodyHome } : events)
    }
}

// MARK: Plan

extension Courier {
    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .packing(let address): .perform(.pack(address: address), retry: packing)
        case .shipping(let address, _): .perform(.ship(address: address))
        case .traveling(let parcel):
            P.fault == .noDesk
                ? .poll(.track(parcel: parcel), every: .minutes(10), upTo: .hours(2))
                : .poll(.track(parcel: parcel), every: .minutes(10), upTo: .hours(2))
                    .overdue(after: P.fault == .impurePlan ? .days(toss()) : .days(4), desk: "parcel desk")
        case .atDoor:
            .wait.deadline(after: .minutes(10), P.fault == .deadlineIgnored ? .shipped(parcel: "p1") : .nobodyHome)
        case .claiming(let parcel):
            .run(child: ChildJob(workflow: "claim", input: parcel)) { .claimed($0.outcome) }
                .overdue(after: .days(30), desk: "claims")
        case .delivered: .end(.completed)
        case .lost: .end(.failed)
        case .compensated: .end(.refunded)
        case .canceled: .end(.canceled)
        case .attic: .end(.expired)
        }
    }

    private static var packing: RetryPolicy {
        var policy = RetryPolicy.standard
        if P.fault == .endlessRetry { policy.maximumElapsed = nil }
        return policy
    }
}

// MARK: Transitions

extension Courier {
    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.packing(let address), .packed(let fragile)):
            .move(to: .shipping(address: address, fragile: P.fault == .impureTransition ? toss() > 1 : fragile))
        case (.shipping, .shipped(let parcel)): .move(to: .traveling(parcel: parcel))
        case (.shipping(_, fragile: true), .cancelRequested): .refuse("glass is not unpacked again")
        case (.packing, .cancelRequested), (.shipping(_, fragile: false), .cancelRequested): .move(to: .canceled)
        case (.packing, .refused), (.shipping, .refused): .move(to: .canceled)

        case (.shipping(let parcel, _), .reported(let news)), (.traveling(let parcel), .reported(let news)):
            following(news, of: parcel)
        case (.atDoor, .reported(.delivered)): .move(to: .delivered)
        case (.atDoor, .reported), (.claiming, .reported), (.atDoor, .shipped): .ignore
        case (.atDoor(let parcel), .nobodyHome):
            P.fault == .deadlineUpdates ? .move(to: .atDoor(parcel: parcel)) : .move(to: .traveling(parcel: parcel))
        case (.atDoor, .opened): .move(to: .delivered)
        case (.claiming, .claimed(.completed)): P.fault == .deadEnd ? .stay : .move(to: .compensated)
        case (.claiming, .claimed): P.fault == .deadEnd ? .stay : .move(to: .lost(where: "claim"))
        case (.traveling, .cancelRequested), (.atDoor, .cancelRequested), (.claiming, .cancelRequested):
            .refuse("the parcel is on its way")
        case (.lost, .found): .move(to: .delivered)

        case (.delivered, .found):
            P.fault == .leftEnd ? .move(to: .traveling(parcel: "p1")) : P.fault == .stayingEnd ? .stay : .ignore
        case (.delivered, .refused): P.fault == .parkingEnd ? .unexpected : .ignore
        case (.delivered, _), (.lost, _), (.compensated, _), (.canceled, _), (.attic, _): .ignore
        case (.packing, _), (.shipping, _), (.traveling, _), (.atDoor, _), (.claiming, _): .unexpected
        }
    }

    private static func following(_ news: News, of parcel: String) -> Transition<Self> {
        switch news {
        case .arrived: P.fault == .unsampledTarget ? .move(to: .attic) : .move(to: .atDoor(parcel: parcel))
        case .delivered: .move(to: .delivered)
        case .lost: .move(to: .claiming(parcel: parcel))
        case .moved: .stay
        }
    }

    /// Another answer each time: what a flow must not have.
    private static func toss() -> Int {
        tosses.withLock { count in
            count += 1
            return count % 2 + 1
        }
    }
}

private let tosses = Mutex(0)
