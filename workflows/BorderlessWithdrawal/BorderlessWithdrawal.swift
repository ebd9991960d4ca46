public import Domain
import Time
public import WorkflowCore

/// Withdraws stablecoin to a bank account through Borderless.xyz: the app sends the crypto, Borderless.xyz pays the
/// fiat.
///
/// Nothing moves before the app has sent the crypto, so that until then every way out is harmless. After it, none is
/// taken on our own word: failed with money moved is a refund that is followed to its end, as a job of its own.
///
/// A price that ages is replaced by itself. So an app that says `accept` should say what it has seen,
/// `{"fiat_amount": "985.5"}`: its yes then holds for no worse price, and is refused where there is one by now.
public enum BorderlessWithdrawal: Workflow {
    /// What apps enqueue.
    public static let name = "borderless_withdrawal"
    /// Rises when stored states change their meaning.
    public static let version = 1
    /// Whom the activities call.
    public static let provider = "borderless_xyz"

    /// Where a withdrawal rests. Stored as JSON under these names: renaming a case is a migration.
    public enum State: WorkflowState {
        /// Does anybody serve the corridor, and can a refund go where the order wants it? To `quoting` or `failed`.
        case checkingRefund(order: Order)
        /// Asking for a price that can be taken. To `creating`, `awaitingAcceptance`, `expired` or `failed`.
        case quoting(order: Order, asking: Asking?)
        /// The app decides whether the price is good. To `creating`, `quoting` (it has run out) or `canceled`.
        case awaitingAcceptance(order: Order, quote: Quote, asking: Asking)
        /// Opening the withdrawal under our own reference. To `preparing`, `tidying`, `searching`, `quoting` or
        /// `failed`.
        case creating(order: Order, quote: Quote, asking: Asking)
        /// The quote counts as used: an earlier attempt was taken, and is looked for by our reference. To `preparing`,
        /// `tidying` or `quoting`.
        case searching(order: Order, asking: Asking)
        /// Lost answers have left more than one withdrawal: calling off one that nobody will fund. To `preparing`.
        case tidying(withdrawal: Withdrawal)
        /// Borderless.xyz fetches an address. To `awaitingFunds`, `canceling`, or any end in which nothing has moved.
        case preparing(withdrawal: Withdrawal)
        /// The app sends the crypto, and says so. To `settling`, `canceling` or an end.
        case awaitingFunds(withdrawal: Withdrawal)
        /// Calling it off while that is legal. To `retracting`, `refunding` or an end.
        case canceling(withdrawal: Withdrawal, reason: Refusal)
        /// Reading whether it was called off. To an end, or to `settling` where the money won.
        case retracting(withdrawal: Withdrawal, reason: Refusal)
        /// The crypto is on its way or there. To `completed`, or to `refunding`.
        case settling(withdrawal: Withdrawal)
        /// Over without success after money had moved: a job of `refund` follows it. To `refunded` or `failed`.
        case refunding(withdrawal: Withdrawal, funds: Funds, cause: Refusal)
        /// Delivered; looked at daily for a while. To `reversed` or `refunding`.
        case completed(withdrawal: Withdrawal)
        case refunded(withdrawal: Withdrawal, refund: RefundEnding)
        /// Delivered once, and sent back since.
        case reversed(withdrawal: Withdrawal, refund: RefundEnding)
        case failed(refusal: Refusal, funds: Funds, withdrawal: Withdrawal?)
        case expired(withdrawal: Withdrawal?)
        case canceled(withdrawal: Withdrawal?)
    }

    /// Facts that somebody else established, and what the app says.
    public enum Event: WorkflowEvent {
        case assessed(capabilities: [Capability])
        case quoted(quote: Quote)
        case accepted(price: Acceptance)
        case opened(report: Report)
        case found(reports: [Report])
        case reported(report: Report)
        case retracted
        case funded(transactionHash: String?)
        case refundEnded(refund: RefundEnding)
        case timedOut
        case cancelRequested
        case refused(refusal: Refusal)
    }

    /// What the world is asked to do.
    public enum Activity: WorkflowActivity {
        case readCapabilities(country: CountryCode, fiat: CurrencyCode)
        case requestQuote(order: Order)
        case create(order: Order, quote: Quote)
        case find(order: Order)
        case search(order: Order)
        case read(id: Identifier)
        case cancel(id: Identifier)

        /// Whether a key is honoured is not documented: we look for our reference before we repeat.
        public var effect: Effect<Self> {
            switch self {
            case .readCapabilities, .requestQuote, .find, .search, .read: .read
            case .create(let order, _): .unguarded(lookup: .find(order: order), settle: BorderlessWithdrawal.settle)
            case .cancel(let id): .unguarded(lookup: .read(id: id), settle: BorderlessWithdrawal.settle)
            }
        }
    }

    /// How long a write may still be on its way after its owner has lost the job: log-in, call, and the call once more
    /// with a new token, of up to 30 s each.
    static let settle: Duration = .minutes(3)

    /// Corridor and destination of refunds are checked first, while nothing has moved.
    public static func start(_ order: Order) -> State {
        order.fault.map { .failed(refusal: $0, funds: .inWallet, withdrawal: nil) } ?? .checkingRefund(order: order)
    }

    /// What is done in each state, how it is retried, and what happens on a time-out.
    public static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .checkingRefund(let order):
            .perform(.readCapabilities(country: order.country, fiat: order.fiatCurrency))
        case .quoting(let order, _):
            .perform(.requestQuote(order: order))
        case .awaitingAcceptance(_, let quote, _):
            .wait.deadline(at: quote.expiresAt - margin, .timedOut)
        case .creating(let order, let quote, _):
            // A quote that has run out is never used; whether one was, is looked up before the deadline counts.
            .perform(.create(order: order, quote: quote)).deadline(at: quote.expiresAt, .timedOut)
        case .searching(let order, _):
            .perform(.search(order: order))
        case .tidying(let withdrawal):
            // Without an orphan there is nothing to call off, least of all our own withdrawal.
            withdrawal.orphans.first.map { .perform(.cancel(id: $0)) } ?? .perform(.read(id: withdrawal.id))
        case .preparing(let withdrawal):
            .poll(.read(id: withdrawal.id), every: .seconds(5), upTo: .minutes(2)).overdue(after: .hours(1), desk: desk)
        case .awaitingFunds(let withdrawal):
            // How long Borderless.xyz waits is not documented. Dfns gives such a withdrawal 24 hours.
            .poll(.read(id: withdrawal.id), every: .seconds(30), upTo: .minutes(10))
                .deadline(after: .hours(24), .timedOut)
        case .canceling(let withdrawal, _):
            .perform(.cancel(id: withdrawal.id))
        case .retracting(let withdrawal, _):
            .poll(.read(id: withdrawal.id), every: .seconds(5), upTo: .minutes(15))
                .overdue(after: .hours(1), desk: desk)
        case .settling(let withdrawal):
            .poll(.read(id: withdrawal.id), every: .seconds(15), upTo: .minutes(15))
                .overdue(after: .hours(24), desk: desk)
        case .refunding(let withdrawal, let funds, let cause):
            .run(child: ChildJob(workflow: "refund", input: withdrawal.refundOrder(funds, cause))) { ending in
                .refundEnded(
                    refund: RefundEnding(
                        job: ending.job.description, isRefunded: ending.outcome == .refunded, output: ending.output))
            }
            .overdue(after: .days(10), desk: desk)
        case .completed(let withdrawal):
            .end(.completed).watch(.read(id: withdrawal.id), every: .days(1), for: .days(7))
        case .refunded: .end(.refunded)
        case .reversed: .end(.reversed)
        case .failed(_, _, let withdrawal): watched(.end(.failed), withdrawal)
        case .expired(let withdrawal): watched(.end(.expired), withdrawal)
        case .canceled(let withdrawal): watched(.end(.canceled), withdrawal)
        }
    }

    /// Crypto that was on its way may still arrive at what was called off.
    private static func watched(_ end: Plan<Self>, _ withdrawal: Withdrawal?) -> Plan<Self> {
        withdrawal.map { end.watch(.read(id: $0.id), every: .hours(6), for: .days(3)) } ?? end
    }

    /// How long before its end a quote is no longer shown for acceptance: creating takes two calls.
    static let margin: Duration = .seconds(15)
    /// Whose desk a withdrawal lies on that takes longer than it should.
    static let desk = "payments operations"
}
