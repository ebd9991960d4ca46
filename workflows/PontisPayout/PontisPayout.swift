public import Domain
import Time
public import WorkflowCore

/// Pays out fiat through PontisGlobe from a balance that was funded in stablecoin.
///
/// There is no look-up by our key: as long as no transaction id is known, the same key is sent again. After that
/// PontisGlobe's word is read until it is final; and since a delivered payment may come back days later, it is read on
/// for a while after that.
public enum PontisPayout: Workflow {
    /// What apps enqueue.
    public static let name = "pontis_payout"
    /// Rises when stored states change their meaning.
    public static let version = 1
    /// Whom the activities call.
    public static let provider = "pontis"

    /// Where a payout rests. Stored as JSON under these names: renaming a case is a migration.
    public enum State: WorkflowState {
        /// Ordering it under one key until a transaction id is known. To wherever PontisGlobe says that it is.
        case sending(order: Order, tries: Tries)
        /// The rate moved: the app decides whether to try at the new one. To `sending`, `canceled` or `expired`.
        case reconfirming(order: Order, tries: Tries)
        /// A limit or the balance is exhausted, or the rate has just moved. To `sending` some hours later, `canceled`
        /// or `failed`.
        case postponed(order: Order, tries: Tries, refusal: Refusal)
        /// A person at PontisGlobe approves it. To `queued` or an end.
        case awaitingApproval(payout: Payout)
        /// Approved, not yet handed to the network. To `processing` or an end.
        case queued(payout: Payout)
        /// With the payment network. To `completed` or `failed`.
        case processing(payout: Payout)
        /// A status that nobody knows, perhaps after a delivery: a person looks. To wherever it goes on.
        case holding(payout: Payout, status: String)
        /// Delivered; looked at daily for a while. To `reversed`, or to `holding` for a status that nobody knows.
        case completed(payout: Payout)
        /// Delivered once, and returned since.
        case reversed(payout: Payout, refusal: Refusal)
        case failed(refusal: Refusal, payout: Payout?)
        case rejected(refusal: Refusal, payout: Payout?)
        case canceled(payout: Payout?)
        case expired
    }

    /// Facts that somebody else established.
    public enum Event: WorkflowEvent {
        case reported(report: Report)
        case accepted
        case timedOut
        case cancelRequested
        case refused(refusal: Refusal)
    }

    /// What the world is asked to do.
    public enum Activity: WorkflowActivity {
        case send(order: Order)
        case readPayout(id: String)

        /// PontisGlobe deduplicates by `idempotency_key`, and has no other way to find a payout whose answer was lost.
        public var effect: Effect<Self> {
            switch self {
            case .send: .deduplicated
            case .readPayout: .read
            }
        }
    }

    /// Every payout begins with its order: PontisGlobe documents no quote.
    public static func start(_ order: Order) -> State { .sending(order: order, tries: Tries()) }

    /// What is done in each state, how it is retried, and what happens on a time-out.
    public static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .sending(let order, _):
            .perform(.send(order: order))
        case .reconfirming:
            .wait.deadline(after: .hours(24), .timedOut)
        case .postponed(_, let tries, let refusal):
            // When a daily or monthly limit starts anew is not documented. Each attempt comes back here anew, so that
            // their number says how long it has lasted.
            .wait.deadline(after: refusal.code == .rateMoved ? .minutes(1) : .hours(6), .timedOut)
                .overdue(
                    after: refusal.code == .insufficientFunds || tries.isPostponedForLong ? .zero : .hours(24),
                    desk: treasury)
        case .awaitingApproval(let payout):
            .poll(.readPayout(id: payout.id), every: .minutes(1), upTo: .minutes(15))
                .overdue(after: .days(2), desk: operations)
        case .queued(let payout):
            .poll(.readPayout(id: payout.id), every: .seconds(15), upTo: .minutes(5))
                .overdue(after: .hours(4), desk: operations)
        case .processing(let payout):
            .poll(.readPayout(id: payout.id), every: .seconds(15), upTo: .minutes(5))
                .overdue(after: .hours(24), desk: operations)
        case .holding(let payout, _):
            .poll(.readPayout(id: payout.id), every: .minutes(1), upTo: .minutes(30))
                .overdue(after: .zero, desk: operations)
        case .completed(let payout):
            .end(.completed)
                .watch(.readPayout(id: payout.id), every: .days(1), for: .days(payout.order.watchedDays))
        case .reversed: .end(.reversed)
        case .failed: .end(.failed)
        case .rejected: .end(.rejected)
        case .canceled: .end(.canceled)
        case .expired: .end(.expired)
        }
    }

    /// Whose desk a payout lies on that takes longer than it should.
    static let operations = "payments operations"
    /// Who fills up the balance.
    static let treasury = "treasury"
}
