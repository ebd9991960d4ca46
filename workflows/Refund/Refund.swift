public import Domain
public import Time
public import WorkflowCore

/// Follows the refund of a transaction at Borderless.xyz to its end, and sets it going where that is asked.
///
/// A refund begins by itself or is dispatched, and takes minutes or business days. Nothing that has failed, is blocked
/// or wants a person ends the job: it goes to a desk, with a sentence that says what to do, and Borderless.xyz is read
/// on. How much has come back is never told by Borderless.xyz: it stays unknown until somebody has seen it.
public enum Refund: Workflow {
    /// What apps enqueue, and what other flows run as a child.
    public static let name = "refund"
    /// Rises when stored states change their meaning.
    public static let version = 1
    /// Whom the activities call.
    public static let provider = "borderless_xyz"

    /// Where a refund rests. Stored as JSON under these names: renaming a case is a migration.
    public enum State: WorkflowState {
        /// Reading the transaction until it has failed, or its money is back. To `assessing` or any later state.
        case looking(order: RefundOrder)
        /// Reading what the corridor's partners can do. To `checkingDefault`, or to where the plan belongs.
        case assessing(refund: Claim)
        /// Is the organisation's default still fresh? Automatic refunds to a stale one pause. To `underWay` or
        /// `atDesk`.
        case checkingDefault(refund: Claim)
        /// The refund is ours to dispatch, when somebody says so. To `approving`, `dispatching`, or an end.
        case awaitingDispatch(refund: Claim)
        /// A second person repeats the address that replaces the stored one. To `dispatching`.
        case approving(refund: Claim, target: RefundTarget, askedBy: String?)
        /// Sending it off. To `underWay`, `doubting` or wherever the plan is.
        case dispatching(refund: Claim, target: RefundTarget?)
        /// The dispatch was turned down: is it under way already? To `underWay`, `atDesk` or an end.
        case doubting(refund: Claim, refusal: Refusal)
        /// Automatic or dispatched: reading until it is done. To `observing`, `refunded` or `atDesk`.
        case underWay(refund: Claim)
        /// A person has to do something, and Borderless.xyz is read on. To wherever the plan goes.
        case atDesk(refund: Claim, reason: Refusal)
        /// Said to be done: has anybody seen the money? To `refunded`.
        case observing(refund: Claim)
        case refunded(refund: Claim, receipt: Receipt?)
        case notNeeded(refund: Claim, reason: Refusal)
        case failed(order: RefundOrder, refusal: Refusal, refund: Claim?)
    }

    /// Facts that somebody else established, and what people decide.
    public enum Event: WorkflowEvent {
        case reported(report: Report)
        case assessed(capabilities: [Capability])
        case defaultRead(standing: Standing, networks: [String]?)
        case dispatched(plan: RefundPlan, at: Timestamp? = nil)
        case dispatchRequested(target: RefundTarget?, by: String?)
        case approved(address: String?, by: String?)
        case observed(receipt: Receipt)
        case givenUp(reason: String)
        case refused(refusal: Refusal)
    }

    /// What the world is asked to do.
    public enum Activity: WorkflowActivity {
        case readTransaction(id: String)
        case readCapabilities(country: CountryCode, fiat: CurrencyCode)
        case readDefault
        case dispatch(id: String, target: RefundTarget?)

        /// A dispatch carries a key that may be ignored: the transaction is read before it is repeated.
        public var effect: Effect<Self> {
            switch self {
            case .readTransaction, .readCapabilities, .readDefault: .read
            case .dispatch(let id, _): .unguarded(lookup: .readTransaction(id: id), settle: Refund.settle)
            }
        }
    }

    /// How long a write may still be on its way after its owner has lost the job: log-in, call, and the call once more
    /// with a new token, of up to 30 s each.
    static let settle: Duration = .minutes(3)

    /// Every refund begins with a look at its transaction.
    public static func start(_ order: RefundOrder) -> State {
        guard order.trigger == .automatic, order.target != nil else { return .looking(order: order) }
        let why = "refund_destination: Borderless.xyz sends an automatic refund where it likes; write another trigger"
        return .failed(order: order, refusal: Refusal(.invalid, why), refund: nil)
    }

    /// What is done in each state, how it is retried, and whose desk it lands on.
    public static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .looking(let order):
            .poll(read(order), every: .seconds(15), upTo: .minutes(15)).overdue(after: .hours(24), desk: desk)
        case .assessing(let claim):
            assess(claim)
        case .checkingDefault:
            .perform(.readDefault)
        case .awaitingDispatch(let claim), .approving(let claim, _, _):
            .poll(read(claim.order), every: .minutes(5), upTo: .hours(1)).overdue(after: .zero, desk: desk)
        case .dispatching(let claim, let target):
            .perform(.dispatch(id: claim.order.transactionID.text, target: target))
        case .doubting(let claim, _):
            .perform(read(claim.order))
        case .underWay(let claim):
            .poll(read(claim.order), every: .minutes(1), upTo: .hours(1)).overdue(after: claim.patience, desk: desk)
        case .atDesk(let claim, _):
            .poll(read(claim.order), every: .minutes(15), upTo: .hours(6)).overdue(after: .zero, desk: desk)
        case .observing: .wait.overdue(after: .days(1), desk: treasury)
        case .refunded: .end(.refunded)
        case .notNeeded: .end(.canceled)
        case .failed: .end(.failed)
        }
    }

    /// Without country and currency there is no corridor to ask about: the transaction is read once more.
    private static func assess(_ claim: Claim) -> Plan<Self> {
        guard let country = claim.country, let fiat = claim.fiat else { return .perform(read(claim.order)) }
        return .perform(.readCapabilities(country: country, fiat: fiat))
    }

    private static func read(_ order: RefundOrder) -> Activity { .readTransaction(id: order.transactionID.text) }

    /// Whose desk a refund lies on that wants a person.
    static let desk = "payments operations"
    /// Who sees what comes in.
    static let treasury = "treasury"
}
