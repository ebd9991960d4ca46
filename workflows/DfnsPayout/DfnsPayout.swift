public import Domain
import Time
public import WorkflowCore

/// Sends stablecoin from a Dfns wallet to a bank account, through Borderless.
///
/// The customer's crypto leaves the wallet only after `confirming`. Before it, every way out is harmless; after it,
/// none is taken on our own word: silence is answered by reading the payout again, never by giving up.
///
/// A price that ages is replaced by itself. So an app that says `accept` should say what it has seen,
/// `{"fiat_amount": "985.5"}`: its yes then holds for no worse price, and is refused where there is one by now.
public enum DfnsPayout: Workflow {
    /// What apps enqueue.
    public static let name = "dfns_payout"
    /// Rises when stored states change their meaning.
    public static let version = 1
    /// Whom the activities call.
    public static let provider = "dfns"

    /// Where a payout rests. Stored as JSON under these names: renaming a case is a migration.
    public enum State: WorkflowState {
        /// Asking what the recipient would get. To `creating`, `awaitingAcceptance`, `expired` or `failed`.
        case quoting(order: Order, asking: Asking?)
        /// The app decides whether the price is good. To `creating`, `quoting` (the price aged) or `canceled`.
        case awaitingAcceptance(order: Order, quote: Quote, asking: Asking)
        /// Opening the payout under our own id. To `awaitingInstructions` or `failed`.
        case creating(order: Order)
        /// Dfns is fetching a deposit address. To a confirmation, or to any end in which nothing has moved.
        case awaitingInstructions(payout: Payout)
        /// Somebody approves that this amount goes to this address. To `verifying`, `canceling` or an end.
        case awaitingConfirmation(payout: Payout, transfer: Transfer)
        /// One more look, right before the money moves. To `confirming`, `canceling`, `settling` or an end.
        case verifying(payout: Payout, transfer: Transfer)
        /// Echoing the transfer back: from here on money may move. To `settling`, `doubting`, `stranded` or an end.
        case confirming(payout: Payout, transfer: Transfer)
        /// Dfns turned the confirmation down: what does it say of the payout? To `settling`, `canceling` or an end.
        case doubting(payout: Payout, refusal: Refusal)
        /// Another identity than ours opened the payout, so we may neither confirm nor cancel. To what that one does.
        case stranded(payout: Payout, refusal: Refusal)
        /// Taking the payout back before it was confirmed. To `retracting`.
        case canceling(payout: Payout, reason: Refusal)
        /// Reading whether it was taken back. To an end, or to `settling` where a confirmation won.
        case retracting(payout: Payout, reason: Refusal)
        /// Transfer, policy approval, deposit and disbursement, as Dfns reports them. To any end.
        case settling(payout: Payout)
        /// Over without success, but a transfer was started: did it leave the wallet? To `refunding` or an end.
        case tracing(payout: Payout, ending: Ending)
        /// It failed after the money had left: a job of `refund` follows that at Borderless. To `refunded` or `failed`.
        case refunding(payout: Payout, cause: Refusal)
        case completed(payout: Payout)
        case refunded(payout: Payout, refund: RefundEnding)
        case failed(refusal: Refusal, funds: Funds, payout: Payout?)
        case rejected(refusal: Refusal, payout: Payout)
        case expired(payout: Payout?)
        case canceled(payout: Payout?)
    }

    /// Facts that somebody else established.
    public enum Event: WorkflowEvent {
        case quoted(quote: Quote)
        case accepted(price: Acceptance)
        case approved
        case opened(id: String, by: Requester)
        case instructed(transfer: Transfer)
        case confirmed
        case progressed(progress: Progress)
        case ended(ending: Ending, progress: Progress)
        case retracted
        case traced(funds: Funds)
        case refundEnded(refund: RefundEnding)
        case timedOut
        case cancelRequested
        case refused(refusal: Refusal)
    }

    /// What the world is asked to do.
    public enum Activity: WorkflowActivity {
        case requestQuote(order: Order)
        case createPayout(order: Order)
        case readPayout(id: String)
        case confirm(payout: Payout, transfer: Transfer)
        case cancel(payout: Payout)
        case readTransfer(id: String, wallet: WalletID)

        /// Dfns deduplicates payouts by `externalId`; actions have no key, so we look before we repeat one.
        public var effect: Effect<Self> {
            switch self {
            case .requestQuote, .readPayout, .readTransfer: .read
            case .createPayout: .deduplicated
            case .confirm(let payout, _), .cancel(let payout):
                .unguarded(lookup: .readPayout(id: payout.id), settle: DfnsPayout.settle)
            }
        }
    }

    /// How long a write may still be on its way after its owner has lost the job: it is three requests of up to 30 s
    /// each, and only when none of them can arrive any more is a look at the payout to be believed.
    static let settle: Duration = .minutes(2)

    /// Every payout begins with its price.
    public static func start(_ order: Order) -> State { .quoting(order: order, asking: nil) }

    /// What is done in each state, how it is retried, and what happens on a time-out.
    public static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .quoting(let order, _):
            .perform(.requestQuote(order: order))
        case .awaitingAcceptance:
            .wait.deadline(after: .minutes(10), .timedOut)
        case .creating(let order):
            .perform(.createPayout(order: order))
        case .awaitingInstructions(let payout):
            .poll(.readPayout(id: payout.id), every: .seconds(15), upTo: .minutes(5)).overdue(
                after: .hours(1), desk: desk)
        case .awaitingConfirmation(let payout, _):
            // Dfns expires an unconfirmed payout after 24 h. We take it back a little earlier, so that nobody's late
            // confirmation can meet the expiry half way.
            .poll(.readPayout(id: payout.id), every: .minutes(5), upTo: .minutes(30))
                .deadline(after: .hours(23) + .minutes(30), .timedOut)
        case .verifying(let payout, _):
            .perform(.readPayout(id: payout.id))
        case .confirming(let payout, let transfer):
            .perform(.confirm(payout: payout, transfer: transfer))
        case .doubting(let payout, _):
            .perform(.readPayout(id: payout.id))
        case .stranded(let payout, _):
            .poll(.readPayout(id: payout.id), every: .minutes(5), upTo: .minutes(30)).overdue(after: .zero, desk: desk)
        case .canceling(let payout, _):
            .perform(.cancel(payout: payout))
        case .retracting(let payout, _):
            .poll(.readPayout(id: payout.id), every: .seconds(5), upTo: .minutes(15)).overdue(
                after: .hours(1), desk: desk)
        case .settling(let payout):
            .poll(.readPayout(id: payout.id), every: .seconds(30), upTo: .minutes(15)).overdue(
                after: .hours(24), desk: desk)
        case .tracing(let payout, _):
            .poll(
                .readTransfer(id: payout.transferID ?? "", wallet: payout.order.walletID), every: .seconds(30),
                upTo: .hours(1)
            )
            .overdue(after: .hours(4), desk: desk)
        case .refunding(let payout, _):
            .run(child: ChildJob(workflow: "refund", input: payout.refundOrder)) { ending in
                .refundEnded(
                    refund: RefundEnding(
                        job: ending.job.description, isRefunded: ending.outcome == .refunded, output: ending.output))
            }
            .overdue(after: .days(10), desk: desk)
        case .completed: .end(.completed)
        case .refunded: .end(.refunded)
        case .failed: .end(.failed)
        case .rejected: .end(.rejected)
        case .expired: .end(.expired)
        case .canceled: .end(.canceled)
        }
    }

    /// Whose desk a payout lies on that takes longer than it should.
    static let desk = "payments operations"
}
