public import Domain
import Time
public import WorkflowCore

/// Buys crypto with a customer's euros through Borderless Payments.
///
/// A job places one order at most: its key and its name at the provider are the job's own, and whenever it is not
/// certain what became of an order, the customer's orders are looked through before anything else is done. Money moves
/// only because the customer pays, and so instructions are shown only as long as the price is one that was agreed to.
///
/// A price that ages is replaced by itself. So an app that says `accept` should say what it has seen,
/// `{"crypto_amount": "97.8"}`: its yes then holds for no worse price, and is refused where there is one by now.
public enum Onramp: Workflow {
    /// What apps enqueue.
    public static let name = "onramp"
    /// Rises when stored states change their meaning.
    public static let version = 1
    /// Whom the activities call.
    public static let provider = "borderless_payments"

    /// Where a purchase rests. Stored as JSON under these names: renaming a case is a migration.
    public enum State: WorkflowState {
        /// Making the customer known. To wherever its check stands, or to `findingUser`.
        case creatingUser(purchase: Purchase)
        /// The address is known there already: which user is it? To wherever its check stands.
        case findingUser(purchase: Purchase)
        /// Opening a session in which the customer shows who he or she is. To `verifying`.
        case startingKYC(applicant: Applicant)
        /// The customer, and then the provider, at work on it. To registration, a new session, or an end.
        case verifying(applicant: Applicant, session: Session)
        /// Having the provider ask the vendor of the check, whose word it may have missed. To `verifying`.
        case refreshingCheck(applicant: Applicant, session: Session)
        /// Approved; the venue that sells has to take the customer too. To `quoting`, `registering` or an end.
        case awaitingRegistration(applicant: Applicant)
        /// Asking the venue once more. To `awaitingRegistration`, or to the purpose that it wants to know.
        case registering(applicant: Applicant)
        /// The venue wants to know what the crypto is for: the app says it, here or in another job of the customer's.
        /// To `declaringPurpose`, `quoting` or an end.
        case awaitingPurpose(applicant: Applicant)
        /// Telling the venue. To `registering`.
        case declaringPurpose(applicant: Applicant)
        /// Asking for a price. To `checking`, `awaitingAcceptance`, `expired` or `failed`.
        case quoting(purchase: Purchase, buyer: Buyer, asking: Asking?, rounds: Int? = nil)
        /// The app decides whether the price is good. To `checking`, `quoting` (the price aged) or `canceled`.
        case awaitingAcceptance(purchase: Purchase, buyer: Buyer, quote: Quote, asking: Asking, rounds: Int? = nil)
        /// One more look at the customer: may it order just now? To `ordering`, or back to what is missing.
        case checking(purchase: Purchase, buyer: Buyer, quote: Quote, asking: Asking? = nil, rounds: Int? = nil)
        /// Placing the order, with a look for it before any repetition. To wherever it is, or to `searching`.
        case ordering(purchase: Purchase, buyer: Buyer, quote: Quote, asking: Asking? = nil, rounds: Int? = nil)
        /// Has an order been placed after all? To wherever it is, to `quoting`, or to `failed` for the refusal; a
        /// refusal that needs a person parks it here, where nothing but reads is ever sent, until it is canceled.
        case searching(
            purchase: Purchase, buyer: Buyer, quote: Quote, looks: Int, refusal: Refusal?, asking: Asking? = nil,
            rounds: Int? = nil)
        /// The provider finds out whether the venue took the order: no other may be placed. To wherever it is.
        case reconciling(order: Order)
        /// Taken; how it is to be paid is not known yet, or is shown with another end than before, which the next read
        /// counts anew. To wherever it is.
        case preparing(order: Order, isShown: Bool? = nil)
        /// The order gives less than was agreed: nothing is shown to be paid until the app says yes. To
        /// `awaitingPayment`.
        case reconfirming(order: Order)
        /// The customer pays, by transfer or on a page of the bank. To `confirming`, `lapsed`, or wherever it is; to
        /// `preparing` where the time to pay has changed.
        case awaitingPayment(order: Order)
        /// Passing on that the customer says to have paid. To `awaitingPayment`.
        case confirming(order: Order)
        /// The time to pay is over, and nothing is shown any more; what was paid at the last moment may still be seen.
        case lapsed(order: Order)
        /// A payment was seen and is looked at. To `processing` or an end.
        case verifyingPayment(order: Order)
        /// The crypto is bought and sent. To an end.
        case processing(order: Order)
        /// A status that nobody knows, an order that is not the one ordered, or one that is not delivered after all: a
        /// person looks. To wherever it goes on, or, where it is over as we found it, to that end by `acknowledge`.
        case holding(order: Order, status: String, finding: Finding? = nil)
        case completed(order: Order)
        case refunded(order: Order, reason: Refusal)
        case failed(refusal: Refusal, order: Order?)
        case rejected(refusal: Refusal)
        case expired(refusal: Refusal, order: Order?)
        case canceled(refusal: Refusal, order: Order?)
    }

    /// Facts that somebody else established.
    public enum Event: WorkflowEvent {
        case userRead(user: User)
        case sessionOpened(url: String)
        case checkRefreshed
        case registrationAsked
        case purposeGiven(purposes: [Purpose])
        case purposeDeclared
        case quoted(quote: Quote)
        case accepted(price: Acceptance)
        case reported(report: Report)
        case noOrderFound
        case paymentSent
        case paymentConfirmed
        case acknowledged
        case timedOut
        case cancelRequested
        case refused(refusal: Refusal)
    }

    /// What the world is asked to do.
    public enum Activity: WorkflowActivity {
        case createUser(purchase: Purchase)
        case findUser(purchase: Purchase)
        case readUser(id: String)
        case startKYC(user: String)
        case refreshCheck(user: String)
        case register(user: String)
        case declarePurpose(purposes: [Purpose], user: String)
        case requestQuote(purchase: Purchase, buyer: Buyer)
        case createOrder(purchase: Purchase, buyer: Buyer)
        case findOrder(user: String)
        case readOrder(id: String)
        case confirmPayment(order: String)

        /// Borderless Payments keeps a key for 24 hours. That is enough where doing it twice does no harm; an order is
        /// looked for as well before it is sent again, also within that time, and always under the same key.
        public var effect: Effect<Self> {
            switch self {
            case .findUser, .readUser, .requestQuote, .findOrder, .readOrder: .read
            // It changes nothing but what the next read shows, and so may be repeated like one. As a write, one that
            // fails for good would park a job that goes on without it.
            case .refreshCheck: .read
            case .createUser, .startKYC, .register, .declarePurpose: .deduplicated
            case .createOrder(_, let buyer): .unguarded(lookup: .findOrder(user: buyer.id), settle: .minutes(2))
            case .confirmPayment(let order): .unguarded(lookup: .readOrder(id: order), settle: .minutes(1))
            }
        }
    }

    /// A known user begins with the price, a new one with being made known.
    public static func start(_ purchase: Purchase) -> State {
        switch purchase.customer {
        case .known(let buyer): .quoting(purchase: purchase, buyer: buyer, asking: nil)
        case .new: .creatingUser(purchase: purchase)
        }
    }

    /// Whose desk a purchase lies on that takes longer than it should.
    static let operations = "payments operations"
    /// Who helps customers through their checks.
    static let customers = "customer support"
}
