import Time
public import WorkflowCore

extension Onramp {
    /// What is done in each state, how it is retried, and what happens on a time-out.
    public static func plan(for state: State) -> Plan<Self> {
        switch state {
        case .creatingUser(let purchase): .perform(.createUser(purchase: purchase))
        case .findingUser(let purchase): .perform(.findUser(purchase: purchase))
        case .startingKYC(let applicant): .perform(.startKYC(user: applicant.user))
        case .verifying(let applicant, _):
            .poll(.readUser(id: applicant.user), every: .seconds(30), upTo: .minutes(10))
                .deadline(after: .hours(1), .timedOut)
                // Each hour it is entered anew.
                .overdue(after: .hours(max(0, 72 - (applicant.refreshes ?? 0))), desk: customers)
        case .refreshingCheck(let applicant, _):
            .perform(.refreshCheck(user: applicant.user)).deadline(after: .minutes(10), .timedOut)
        case .awaitingRegistration(let applicant): awaitRegistration(applicant)
        case .registering(let applicant): .perform(.register(user: applicant.user))
        case .awaitingPurpose(let applicant):
            .poll(.readUser(id: applicant.user), every: .minutes(1), upTo: .minutes(30))
                .deadline(after: .days(14), .timedOut).overdue(after: .days(3), desk: customers)
        case .declaringPurpose(let applicant):
            .perform(.declarePurpose(purposes: applicant.purposes, user: applicant.user))
        case .quoting(let purchase, let buyer, _, let rounds):
            seen(.perform(.requestQuote(purchase: purchase, buyer: buyer)), after: rounds)
        case .awaitingAcceptance(_, _, let quote, _, _): .wait.deadline(at: quote.endsAt, .timedOut)
        case .checking(_, let buyer, let quote, _, let rounds):
            seen(.perform(.readUser(id: buyer.id)).deadline(at: quote.endsAt, .timedOut), after: rounds)
        case .ordering(let purchase, let buyer, let quote, _, let rounds):
            seen(
                .perform(.createOrder(purchase: purchase, buyer: buyer)).deadline(at: quote.endsAt, .timedOut),
                after: rounds)
        case .searching(_, let buyer, _, _, _, _, let rounds):
            seen(
                .poll(.findOrder(user: buyer.id), every: .minutes(1)).overdue(after: .hours(1), desk: operations),
                after: rounds)
        case .reconciling(let order): read(order, every: .seconds(15)).overdue(after: .minutes(30), desk: operations)
        case .preparing(let order, _): read(order, every: .seconds(15)).overdue(after: .hours(1), desk: operations)
        case .reconfirming(let order): read(order, every: .minutes(1)).overdue(after: .days(4), desk: customers)
        case .awaitingPayment(let order): awaitPayment(order)
        case .confirming(let order):
            .perform(.confirmPayment(order: order.id)).deadline(after: .minutes(30), .timedOut)
        case .lapsed(let order): read(order, every: .minutes(1)).overdue(after: .hours(24), desk: operations)
        // A venue may hold a delivery back for hours without a word: late, and never failed by us.
        case .verifyingPayment(let order), .processing(let order):
            read(order, every: .minutes(1)).overdue(after: .hours(24), desk: operations)
        case .holding(let order, _, _): read(order, every: .minutes(5)).overdue(after: .zero, desk: operations)
        // Terminal is said to be terminal; but what was reversed, or sent back late, must not go unseen.
        case .completed(let order): .end(.completed).watch(.readOrder(id: order.id), every: .days(1), for: .days(7))
        case .refunded: .end(.refunded)
        case .failed(_, let order): follow(order, after: .end(.failed))
        case .rejected: .end(.rejected)
        case .expired(_, let order): follow(order, after: .end(.expired))
        case .canceled(_, let order): follow(order, after: .end(.canceled))
        }
    }

    /// Once a price has run out so often before an order was placed, somebody has to see it: each round begins the
    /// retries of its states anew.
    private static func seen(_ plan: Plan<Self>, after rounds: Int?) -> Plan<Self> {
        (rounds ?? 0) < manyRounds ? plan : plan.overdue(after: .zero, desk: operations)
    }

    /// How many rounds are many: most of an hour.
    static let manyRounds = 5

    /// The customer may have paid for what came to nothing: the money should come back.
    private static func follow(_ order: Order?, after end: Plan<Self>) -> Plan<Self> {
        guard let order, order.payment > .none else { return end }
        return end.watch(.readOrder(id: order.id), every: .days(1), for: .days(30))
    }

    /// The venue registers by itself, but may forget: it is reminded, more and more rarely, and then a person looks.
    private static func awaitRegistration(_ applicant: Applicant) -> Plan<Self> {
        let plan = Plan<Self>.poll(.readUser(id: applicant.user), every: .seconds(15), upTo: .minutes(5))
        guard applicant.reminders < mostReminders else { return plan.overdue(after: .hours(1), desk: customers) }
        return plan.deadline(after: .minutes(10 << applicant.reminders), .timedOut)
    }

    /// How often the venue is reminded of a customer: after 10 minutes, 20, 40, …, 5 hours and 20 minutes.
    static let mostReminders = 6

    /// Until the time to pay is over, where one is named.
    private static func awaitPayment(_ order: Order) -> Plan<Self> {
        let plan = read(order, every: .minutes(1)).overdue(after: .days(4), desk: customers)
        return order.instructions?.end.map { plan.deadline(at: $0, .timedOut) } ?? plan
    }

    /// An order is read until Borderless Payments says how it ended.
    private static func read(_ order: Order, every interval: Duration) -> Plan<Self> {
        .poll(.readOrder(id: order.id), every: interval, upTo: .minutes(15))
    }
}
