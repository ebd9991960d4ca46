public import Domain
import Time
public import WorkflowCore

/// Looks at the organisation's default destination of refunds at Borderless.xyz, and has a person confirm it in time.
///
/// After 30 days without a confirmation Borderless.xyz warns, after 90 automatic refunds to it are paused, and nobody
/// is told. So a schedule runs this monthly: it ends at once while the default is fresh, and else waits for somebody
/// who has looked at the addresses.
public enum RefundDefaultCheck: Workflow {
    /// What a schedule enqueues.
    public static let name = "refund_default_check"
    /// Rises when stored states change their meaning.
    public static let version = 1
    /// Whom the activities call.
    public static let provider = "borderless_xyz"

    /// What is checked.
    public struct Order: Codable, Hashable, Sendable {
        /// The configured account of Borderless.xyz; `main` unless said otherwise.
        public var account: Identifier?
        /// The networks on which money may have to come back, such as `POLYGON`; none unless said otherwise.
        public var networks: [Network]?

        /// An order.
        public init(account: Identifier? = nil, networks: [Network]? = nil) {
            self.account = account
            self.networks = networks
        }
    }

    /// Where a check rests. Stored as JSON under these names: renaming a case is a migration.
    public enum State: WorkflowState {
        /// Reading the default. To `fresh`, `asking` or `lacking`.
        case reading(order: Order)
        /// None is set, or none on a network where money may have to come back: somebody sets it. To `fresh`, `asking`
        /// or `missing`.
        case lacking(order: Order, standing: Standing?)
        /// Somebody looks at the addresses and says `confirm`, repeating them, or does so on the dashboard. To
        /// `comparing` or an end.
        case asking(order: Order, standing: Standing)
        /// Are the addresses still those that somebody has looked at? To `confirming`, or back to `asking`.
        case comparing(order: Order, standing: Standing)
        /// Saying so at Borderless.xyz. To `reading`.
        case confirming(order: Order, standing: Standing)
        case fresh(order: Order, standing: Standing)
        case missing(order: Order)
        case unconfirmed(order: Order, standing: Standing)
        case failed(order: Order, refusal: Refusal)
    }

    /// Facts, and what people say.
    public enum Event: WorkflowEvent {
        case read(standing: Standing?)
        /// What somebody has looked at, as `confirm` repeats it.
        case confirmationGiven(addresses: [String: String]?)
        case confirmed
        case timedOut
        case refused(refusal: Refusal)
    }

    /// What the world is asked to do.
    public enum Activity: WorkflowActivity {
        case readDefault
        case confirmDefault

        /// Said twice, a confirmation is one.
        public var effect: Effect<Self> {
            switch self {
            case .readDefault: .read
            case .confirmDefault: .deduplicated
            }
        }
    }

    /// Every check begins with a look.
    public static func start(_ order: Order) -> State { .reading(order: order) }

    /// What is done in each state, and whose desk it lands on.
    public static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .reading, .comparing: .perform(.readDefault)
        case .asking, .lacking:
            // The next month's check asks again.
            .poll(.readDefault, every: .hours(6)).overdue(after: .zero, desk: "treasury")
                .deadline(after: .days(25), .timedOut)
        case .confirming: .perform(.confirmDefault)
        case .fresh: .end(.completed)
        case .missing, .failed: .end(.failed)
        case .unconfirmed: .end(.expired)
        }
    }

    /// One row for each arrow.
    public static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch (state, event) {
        case (.reading(let order), .read(let standing)): .move(to: place(order, standing))
        case (.asking(let order, let before), .read(let standing)):
            standing == before ? .ignore : .move(to: place(order, standing))
        case (.lacking(let order, let before), .read(let standing)):
            standing == before ? .ignore : .move(to: place(order, standing))
        case (.comparing(let order, let seen), .read(let standing)):
            .move(
                to: standing?.addresses == seen.addresses && standing?.age != .fresh
                    ? .confirming(order: order, standing: seen) : place(order, standing))
        case (.confirming(let order, _), .confirmed): .move(to: .reading(order: order))
        case (.asking(let order, let standing), .confirmationGiven(let seen)):
            // They are read every six hours: nobody may have seen those that are stored now.
            seen == standing.addresses
                ? .move(to: .comparing(order: order, standing: standing))
                : .refuse("these are not the addresses that are set: look at them, and repeat them all with “confirm”")
        case (.asking(let order, let standing), .timedOut):
            .move(to: .unconfirmed(order: order, standing: standing))
        case (.lacking(let order, _), .timedOut): .move(to: .missing(order: order))
        case (.lacking, .confirmationGiven): .refuse("there is nothing to confirm yet: set the missing addresses first")
        case (.reading, .confirmationGiven), (.comparing, .confirmationGiven), (.confirming, .confirmationGiven):
            .refuse("nobody has been asked; look at the addresses first")
        case (.reading(let order), .refused(let why)) where !why.concernsAccount,
            (.comparing(let order, _), .refused(let why)) where !why.concernsAccount,
            (.confirming(let order, _), .refused(let why)) where !why.concernsAccount:
            .move(to: .failed(order: order, refusal: why))
        case (.fresh, _), (.missing, _), (.unconfirmed, _), (.failed, _): .ignore
        case (.reading, _), (.lacking, _), (.asking, _), (.comparing, _), (.confirming, _): .unexpected
        }
    }

    private static func place(_ order: Order, _ standing: Standing?) -> State {
        guard let standing, order.missing(in: standing).isEmpty else {
            return .lacking(order: order, standing: standing)
        }
        return standing.age == .fresh
            ? .fresh(order: order, standing: standing) : .asking(order: order, standing: standing)
    }
}
