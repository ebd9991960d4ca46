import JSONSchema
import Time
import WorkflowCore

/// An invented flow that uses everything the engine offers.
///
/// A job starts in the state that its order names.
enum Transfer: Workflow {
    static let name = "transfer"
    static let version = 1
    static let provider = "bank"

    /// When the price that `accepting` waits with expires: five minutes after a virtual clock's beginning.
    static let expiry = Timestamp(seconds: 1_772_366_700)

    struct Order: Codable, Hashable, Sendable {
        var first: First
        var amount = "100"
    }

    enum First: String, Codable, CaseIterable {
        case quote, open, confirm, settle, watch, approve, accept, late, linger, refund, orphan, done
    }

    enum State: WorkflowState {
        case quoting(order: Order)
        case opening(order: Order)
        case confirming(id: String)
        case settling(id: String, stage: Int)
        case watching(id: String)
        case approving(order: Order)
        case accepting(order: Order)
        case retaking(order: Order)
        case hurrying(order: Order)
        case lingering
        case refunding(order: Order)
        case orphaned(order: Order)
        case done(id: String)
        case failed(code: String)
        case canceled
        case expired
        case reversed(id: String)
    }

    enum Event: WorkflowEvent {
        case quoted
        case opened(id: String)
        case confirmed
        case progressed(stage: Int)
        case arrived
        case approved
        case amended(amount: String)
        case noted(text: String)
        case timedOut
        case cancelRequested
        case refunded(outcome: Outcome)
        case reversed
        case refused(code: String)
    }

    enum Activity: WorkflowActivity {
        case quote(amount: String)
        case open(order: Order)
        case confirm(id: String)
        case read(id: String)

        var effect: Effect<Self> {
            switch self {
            case .quote, .read: .read
            case .open: .deduplicated
            case .confirm(let id): .unguarded(lookup: .read(id: id), settle: .seconds(30))
            }
        }
    }

    static func start(_ order: Order) -> State {
        switch order.first {
        case .quote: .quoting(order: order)
        case .open: .opening(order: order)
        case .confirm: .confirming(id: "p-1")
        case .settle: .settling(id: "p-1", stage: 0)
        case .watch: .watching(id: "p-1")
        case .approve: .approving(order: order)
        case .accept: .accepting(order: order)
        case .late: .retaking(order: order)
        case .linger: .lingering
        case .refund: .refunding(order: order)
        case .orphan: .orphaned(order: order)
        case .done: .done(id: "p-1")
        }
    }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .quoting(let order):
            .perform(
                .quote(amount: order.amount), retry: .exponential(from: .seconds(1), upTo: .seconds(8), attempts: 3))
        case .opening(let order):
            .perform(.open(order: order), retry: .exponential(from: .seconds(1), upTo: .minutes(5), elapsed: .hours(1)))
                .deadline(after: .minutes(30), .timedOut)
        case .confirming(let id):
            .perform(.confirm(id: id), retry: .exponential(from: .seconds(1), upTo: .minutes(5), elapsed: .hours(1)))
                .deadline(after: .minutes(10), .timedOut)
        case .settling(let id, _):
            .poll(.read(id: id), every: .seconds(10), upTo: .minutes(1)).overdue(after: .hours(1), desk: "payments")
        case .watching(let id):
            .poll(.read(id: id), every: .seconds(10)).deadline(after: .seconds(30), .timedOut)
        // Amended to nothing there is nothing to approve: whether it is there already is read, and no time is set.
        case .approving(let order) where order.amount == "0": .poll(.read(id: "p-0"), every: .seconds(10))
        case .approving: .wait.deadline(after: .minutes(10), .timedOut)
        case .accepting, .retaking: .wait.deadline(at: expiry, .timedOut)
        case .hurrying(let order): .perform(.open(order: order)).deadline(at: expiry, .timedOut)
        case .lingering: .wait.deadline(after: .seconds(10), .noted(text: "late"))
        case .refunding(let order): .run(child: ChildJob(workflow: Refund.name, input: order)) { .ended($0) }
        case .orphaned(let order): .run(child: ChildJob(workflow: "nobody", input: order)) { .ended($0) }
        case .done: .end(.completed)
        case .failed: .end(.failed)
        case .canceled: .end(.canceled)
        case .expired: .end(.expired)
        case .reversed: .end(.reversed)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (_, .cancelRequested): cancel(in: state)
        case (_, .timedOut): timeOut(in: state)
        case (_, .amended(let amount)): amend(state, to: amount)
        case (_, .refused(let code)): refuse(state, code)

        case (.quoting(let order), .quoted), (.approving(let order), .approved), (.accepting(let order), .approved):
            .move(to: .opening(order: order))
        case (.opening, .opened(let id)): .move(to: .confirming(id: id))
        case (.confirming(let id), .confirmed): .move(to: .settling(id: id, stage: 0))
        case (.confirming(let id), .progressed(let stage)): .move(to: .settling(id: id, stage: stage))
        // What the lookup shows of a payout that nobody has confirmed yet.
        case (.confirming, .opened): .ignore
        case (.settling(_, let old), .progressed(let stage)) where old == stage: .ignore
        case (.settling(let id, _), .progressed(let stage)): .move(to: .settling(id: id, stage: stage))
        case (.settling(let id, _), .arrived), (.watching(let id), .arrived): .move(to: .done(id: id))
        case (.approving, .arrived): .move(to: .done(id: "p-0"))
        case (.approving, .noted), (.watching, .noted), (.watching, .progressed), (.lingering, .noted): .stay
        case (.refunding, .refunded(.refunded)): .move(to: .done(id: "refund"))
        case (.refunding, .refunded): .move(to: .failed(code: "refund"))

        case (.done(let id), .reversed): .move(to: .reversed(id: id))
        case (.done, .approved): .unexpected
        case (.done, _), (.failed, _), (.canceled, _), (.expired, _), (.reversed, _): .ignore
        case (_, _): .unexpected
        }
    }

    private static func cancel(in state: State) -> Transition<Self> {
        switch state {
        case .quoting, .opening, .approving, .accepting, .refunding: .move(to: .canceled)
        case .confirming, .settling: .refuse("the transfer is on its way")
        case .watching, .retaking, .hurrying, .lingering, .orphaned: .unexpected
        case .done, .failed, .canceled, .expired, .reversed: .ignore
        }
    }

    private static func timeOut(in state: State) -> Transition<Self> {
        switch state {
        case .opening, .watching, .approving, .accepting, .confirming, .hurrying: .move(to: .expired)
        // With the old price, long expired: nothing may be done there any more.
        case .retaking(let order): .move(to: .hurrying(order: order))
        case .quoting, .settling, .lingering, .refunding, .orphaned: .unexpected
        case .done, .failed, .canceled, .expired, .reversed: .ignore
        }
    }

    private static func amend(_ state: State, to amount: String) -> Transition<Self> {
        switch state {
        case .quoting(let order): .move(to: .quoting(order: Order(first: order.first, amount: amount)))
        case .opening(let order): .move(to: .opening(order: Order(first: order.first, amount: amount)))
        case .approving(let order): .move(to: .approving(order: Order(first: order.first, amount: amount)))
        case .confirming, .settling, .watching, .accepting, .retaking, .hurrying, .lingering, .refunding, .orphaned:
            .unexpected
        case .done, .failed, .canceled, .expired, .reversed: .ignore
        }
    }

    private static func refuse(_ state: State, _ code: String) -> Transition<Self> {
        switch state {
        case .opening, .confirming: .move(to: .failed(code: code))
        case .settling, .watching: .ignore
        case .quoting, .approving, .accepting, .retaking, .hurrying, .lingering, .refunding, .orphaned: .unexpected
        case .done, .failed, .canceled, .expired, .reversed: .ignore
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused(code: refusal.code) }

    static let signals = ["cancel", "approve", "amend", "note", "sign", "reverse", "hurry"]

    static func event(for signal: Signal) -> Event? {
        switch signal.name {
        case "cancel": .cancelRequested
        case "approve": .approved
        case "amend": signal.payload["amount"]?.string.map { .amended(amount: $0) }
        case "note": signal.payload["text"]?.string.map { .noted(text: $0) }
        case "sign": .noted(text: "by \(signal.actor ?? "nobody")")
        case "reverse": .reversed
        default: nil
        }
    }

    static func output(of state: State) -> [String: JSONValue] {
        switch state {
        case .settling(let id, let stage): ["id": .string(id), "stage": .int(Int64(stage))]
        case .done(let id): ["id": .string(id)]
        default: [:]
        }
    }

    static func references(of state: State) -> [Reference] {
        switch state {
        case .confirming(let id), .settling(let id, _), .watching(let id), .done(let id):
            [Reference(provider: provider, value: id)]
        default: []
        }
    }

    static let samples = Samples<Self>(
        states: [.quoting(order: Order(first: .quote)), .confirming(id: "p-1"), .done(id: "p-1")],
        events: [.quoted, .arrived])
}

extension Transfer.Event {
    fileprivate static func ended(_ ending: ChildEnding) -> Self { .refunded(outcome: ending.outcome) }
}

/// The child that `Transfer` runs: it waits until somebody says that the money is back.
enum Refund: Workflow {
    static let name = "refund"
    static let version = 1
    static let provider = "bank"

    enum State: WorkflowState {
        case waiting(order: Transfer.Order)
        case back
        case lost
    }

    enum Event: WorkflowEvent {
        case paid, lost, refused
    }

    enum Activity: WorkflowActivity {
        case none
        var effect: Effect<Self> { .read }
    }

    static func start(_ order: Transfer.Order) -> State { .waiting(order: order) }

    static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .waiting: .wait
        case .back: .end(.refunded)
        case .lost: .end(.failed)
        }
    }

    static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.waiting, .paid): .move(to: .back)
        case (.waiting, .lost): .move(to: .lost)
        case (.waiting, .refused): .unexpected
        // A refund that was lost may turn up after all: it ends a second time.
        case (.lost, .paid): .move(to: .back)
        case (.back, _), (.lost, _): .ignore
        }
    }

    static func refused(_ refusal: ProviderRefusal) -> Event { .refused }
    static let signals = ["paid", "lost"]

    static func event(for signal: Signal) -> Event? {
        switch signal.name {
        case "paid": .paid
        case "lost": .lost
        default: nil
        }
    }

    static func output(of state: State) -> [String: JSONValue] { state == .back ? ["to": "bank"] : [:] }

    static let samples = Samples<Self>(
        states: [.waiting(order: Transfer.Order(first: .quote)), .back, .lost], events: [.paid, .lost, .refused])
}
