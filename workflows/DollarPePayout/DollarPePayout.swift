public import Domain
import Time
public import WorkflowCore

/// Pays out an exchange customer's crypto as rupees through DollarPe.
///
/// Nothing at DollarPe deduplicates: an order whose answer was lost is looked up by its quotation before it is sent
/// again. And a payout that has arrived is not done before DollarPe knows which transfer carried the crypto.
///
/// A price that ages is replaced by itself. So an app that says `accept` should say what it has seen,
/// `{"fiat_amount": "4000"}`: its yes then holds for no worse price, and is refused where there is one by now.
public enum DollarPePayout: Workflow {
    /// What apps enqueue.
    public static let name = "dollarpe_payout"
    /// Rises when stored states change their meaning.
    public static let version = 1
    /// Whom the activities call.
    public static let provider = "dollarpe"
    /// What is paid out: DollarPe's payouts of exchanges know no other currency.
    public static let fiat = "inr"

    /// Where a payout rests. Stored as JSON under these names: renaming a case is a migration.
    public enum State: WorkflowState {
        /// Is this amount of this asset paid out at all? To `verifyingCustomer` or `failed`.
        case configuring(order: Order)
        /// DollarPe checks who the customer is. To `verifyingBank` or `failed`.
        case verifyingCustomer(order: Order)
        /// DollarPe checks the bank account. To `rating` or `failed`.
        case verifyingBank(order: Order)
        /// What the amount is in rupees, roughly: limits are in rupees. To `checkingLimits`.
        case rating(order: Order)
        /// How much the customer may still be paid. To `quoting`, `awaitingLimit` or `failed`.
        case checkingLimits(order: Order, estimate: Estimate)
        /// Until the limit starts anew, or DollarPe has approved the due diligence. To `quoting` or `canceled`.
        case awaitingLimit(order: Order, estimate: Estimate, limits: Limits)
        /// Locking a rate. To `initiating`, `awaitingAcceptance`, `requoting`, `rulingOut` or an end.
        ///
        /// Where an order was `tried` before, nothing ends before DollarPe was asked about that: by `rulingOut`.
        case quoting(order: Order, asking: Asking? = nil, tried: Quote? = nil)
        /// DollarPe gave no rate, or it ran out: asked again, less and less often. To where `quoting` leads.
        case requoting(order: Order, refusal: Refusal, asking: Asking? = nil, tried: Quote? = nil)
        /// The app decides whether the price is good. To `initiating`, `quoting` or `requoting` (the price aged),
        /// `rulingOut` or `canceled`.
        case awaitingAcceptance(order: Order, quote: Quote, asking: Asking? = nil, tried: Quote? = nil)
        /// Ordering it, with a look at quotation and history before any repetition. To `monitoring`, `finding`,
        /// `requoting` or `rulingOut`.
        case initiating(order: Order, quote: Quote, asking: Asking? = nil)
        /// DollarPe says that it has it already: which payout is it? To `monitoring`, or to `failed` where somebody
        /// else's payout has the order.
        case finding(order: Order, quote: Quote)
        /// It is to end with nothing ordered: is that so? To `monitoring`, `finding` or an end.
        case rulingOut(order: Order, quote: Quote, refusal: Refusal)
        /// With DollarPe and the bank. To `linking`, `awaitingTransfer`, `awaitingRefund`, `holding` or an end.
        case monitoring(payout: Payout)
        /// In review, on hold, canceled, or a status that nobody knows: a person looks. To wherever it goes on, or to
        /// `callingOff`.
        case holding(payout: Payout, status: String)
        /// Canceled at DollarPe, and the app is done with it: is it still so? To `canceled` or wherever it goes on.
        case callingOff(payout: Payout)
        /// It has arrived; which transfer carried the crypto? To `linking` or `completed`.
        case awaitingTransfer(payout: Payout)
        /// Telling DollarPe which transfer it was. To `provingLink`.
        case linking(payout: Payout, transfer: Identifier)
        /// Reading whether DollarPe knows it now. To `completed`, `monitoring`, or, after a day, back to `linking`.
        case provingLink(payout: Payout, transfer: Identifier)
        /// It did not arrive: does the money come back? To `refunded`, or `failed` with the money outstanding.
        case awaitingRefund(payout: Payout)
        /// Arrived, and linked; looked at daily for a while. To `reversed`, `awaitingRefund` or `holding`.
        case completed(payout: Payout)
        case refunded(payout: Payout)
        case reversed(payout: Payout)
        /// With a payout, its money is outstanding, and looked for daily for a while. To `refunded`, `reversed`, or on
        /// as after an arrival.
        case failed(refusal: Refusal, payout: Payout?)
        case rejected(refusal: Refusal)
        /// With a payout, its money is looked for as after `failed`.
        case canceled(payout: Payout? = nil)
        /// Nobody took a price for a day.
        case expired
    }

    /// Facts that somebody else established.
    public enum Event: WorkflowEvent {
        case configured(rules: Rules)
        case verified
        case verificationFailed(reason: String)
        case rated(rate: Rate)
        case limited(limits: Limits)
        case quoted(quote: Quote)
        case accepted(price: Acceptance)
        case initiated(id: String)
        case notOrdered
        case reported(report: Report)
        case transferNamed(id: Identifier)
        case linked
        case timedOut
        case cancelRequested
        case refused(refusal: Refusal)
    }

    /// What the world is asked to do.
    public enum Activity: WorkflowActivity {
        case readConfiguration
        case readCustomer(id: String)
        case readBank(id: String, customer: String)
        case readRate(asset: Coin)
        case readLimits(customer: String)
        case requestQuotation(order: Order)
        case initiate(order: Order, quote: Quote)
        case lookUpOrder(order: Order, quote: Quote)
        case findPayout(order: Order, quote: Quote)
        case ruleOut(order: Order, quote: Quote)
        case readPayout(id: String)
        case link(order: Identifier, transfer: Identifier, payout: String)

        /// A quotation costs nothing and binds nobody; an order and a link are looked up before they are repeated.
        public var effect: Effect<Self> {
            switch self {
            case .readConfiguration, .readCustomer, .readBank, .readRate, .readLimits, .requestQuotation,
                .lookUpOrder, .findPayout, .ruleOut, .readPayout:
                .read
            case .initiate(let order, let quote):
                .unguarded(lookup: .lookUpOrder(order: order, quote: quote), settle: .minutes(1))
            case .link(_, _, let payout): .unguarded(lookup: .readPayout(id: payout), settle: .minutes(1))
            }
        }
    }

    /// A quotation is not used when less than this is left of it (assumed to be enough for one request).
    static let margin: Duration = .seconds(15)

    /// Every payout begins with what DollarPe pays out just now.
    public static func start(_ order: Order) -> State { .configuring(order: order) }

    /// What is done in each state, how it is retried, and what happens on a time-out.
    public static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .configuring:
            .perform(.readConfiguration)
        case .verifyingCustomer(let order):
            .poll(.readCustomer(id: order.customer.text), every: .seconds(1), upTo: .minutes(30))
                .overdue(after: .hours(3), desk: customers)
        case .verifyingBank(let order):
            .poll(
                .readBank(id: order.bank.text, customer: order.customer.text), every: .seconds(1), upTo: .minutes(30)
            )
            .overdue(after: .hours(3), desk: customers)
        case .rating(let order):
            .perform(.readRate(asset: order.asset))
        case .checkingLimits(let order, _):
            .perform(.readLimits(customer: order.customer.text))
        case .awaitingLimit(let order, _, _):
            .poll(.readLimits(customer: order.customer.text), every: .minutes(15), upTo: .hours(2))
                .overdue(after: .days(2), desk: customers)
        case .quoting(let order, _, _):
            .perform(.requestQuotation(order: order))
        case .requoting(let order, let refusal, let asking, _):
            // It is entered anew with each quote that comes to nothing: their number says how long it has lasted.
            .poll(.requestQuotation(order: order), every: .minutes(1), upTo: .minutes(30))
                .overdue(
                    after: asking.isInVain ? .zero : .hours(3),
                    desk: refusal.code == .expired ? operations : customers)
        case .awaitingAcceptance(_, let quote, _, _):
            .wait.deadline(at: quote.expiresAt - margin, .timedOut)
        case .initiating(let order, let quote, _):
            .perform(.initiate(order: order, quote: quote)).deadline(at: quote.expiresAt - margin, .timedOut)
        case .finding(let order, let quote):
            .poll(.findPayout(order: order, quote: quote), every: .minutes(1), upTo: .minutes(10))
                .overdue(after: .minutes(15), desk: operations)
        case .rulingOut(let order, let quote, _):
            .poll(.ruleOut(order: order, quote: quote), every: .minutes(1), upTo: .minutes(10))
                .overdue(after: .minutes(15), desk: operations)
        case .monitoring(let payout):
            // DollarPe wants a minute between two reads; what is over a day late is late, and never failed by us.
            .poll(.readPayout(id: payout.id), every: .minutes(1), upTo: .minutes(15))
                .overdue(after: .hours(24), desk: operations)
        case .holding(let payout, _):
            .poll(.readPayout(id: payout.id), every: .minutes(5), upTo: .minutes(30))
                .overdue(after: .zero, desk: operations)
        case .callingOff(let payout):
            .poll(.readPayout(id: payout.id), every: .minutes(1), upTo: .minutes(30))
                .overdue(after: .zero, desk: operations)
        case .awaitingTransfer(let payout):
            .poll(.readPayout(id: payout.id), every: .minutes(30), upTo: .hours(6))
                .overdue(after: .hours(24), desk: settlement)
        case .linking(let payout, let transfer):
            .perform(.link(order: payout.order.exchangeOrder, transfer: transfer, payout: payout.id))
        case .provingLink(let payout, _):
            .poll(.readPayout(id: payout.id), every: .minutes(1), upTo: .minutes(30))
                .deadline(after: .hours(24), .timedOut)
                .overdue(after: payout.isLinkForgotten == true ? .zero : .hours(4), desk: settlement)
        case .awaitingRefund(let payout):
            .poll(.readPayout(id: payout.id), every: .minutes(15), upTo: .hours(6))
                .deadline(after: .days(7), .timedOut).overdue(after: .hours(24), desk: settlement)
        case .completed(let payout):
            .end(.completed).watch(.readPayout(id: payout.id), every: .days(1), for: .days(7))
        case .refunded: .end(.refunded)
        case .reversed: .end(.reversed)
        case .failed(_, let payout): end(.failed, payout)
        case .rejected: .end(.rejected)
        case .canceled(let payout): end(.canceled, payout)
        case .expired: .end(.expired)
        }
    }

    /// An end; where there is a payout, its money is looked for.
    private static func end(_ outcome: Outcome, _ payout: Payout?) -> Plan<Self> {
        guard let payout else { return .end(outcome) }
        return .end(outcome).watch(.readPayout(id: payout.id), every: .days(1), for: .days(30))
    }

    /// Whose desk a payout lies on that takes longer than it should.
    static let operations = "payments operations"
    /// Who helps customers through their checks.
    static let customers = "customer support"
    /// Who looks after what is owed between us and DollarPe.
    static let settlement = "settlement"
}
