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
                .overdue(after: .days(3), desk: customers)
        case .awaitingRegistration(let applicant): awaitRegistration(applicant)
        case .registering(let applicant): .perform(.register(user: applicant.user))
        case .awaitingPurpose:
            .wait.deadline(after: .days(14), .timedOut).overdue(after: .days(3), desk: customers)
        case .declaringPurpose(let applicant):
            .perform(.declarePurpose(purposes: applicant.purposes, user: applicant.user))
        case .quoting(let purchase, let buyer, _): .perform(.requestQuote(purchase: purchase, buyer: buyer))
        case .awaitingAcceptance(_, _, let quote, _): .wait.deadline(at: quote.endsAt, .timedOut)
        case .checking(_, let buyer, let quote):
            .perform(.readUser(id: buyer.id)).deadline(at: quote.endsAt, .timedOut)
        case .ordering(let purchase, let buyer, let quote):
            .perform(.createOrder(purchase: purchase, buyer: buyer)).deadline(at: quote.endsAt, .timedOut)
        case .searching(_, let buyer, _, _, _):
            .poll(.findOrder(user: buyer.id), every: .minutes(1)).overdue(after: .hours(1), desk: operations)
        case .reconciling(let order): read(order, every: .seconds(15)).overdue(after: .minutes(30), desk: operations)
        case .preparing(let order): read(order, every: .seconds(15)).overdue(after: .hours(1), desk: operations)
        case .reconfirming(let order): read(order, every: .minutes(1)).overdue(after: .days(4), desk: customers)
        case .awaitingPayment(let order): awaitPayment(order)
        case .confirming(let order):
            .perform(.confirmPayment(order: order.id)).deadline(after: .minutes(30), .timedOut)
        case .lapsed(let order): read(order, every: .minutes(1)).overdue(after: .hours(24), desk: operations)
        // A venue may hold a delivery back for hours without a word: late, and never failed by us.
        case .verifyingPayment(let order), .processing(let order):
            read(order, every: .minutes(1)).overdue(after: .hours(24), desk: operations)
        case .holding(let order, _): read(order, every: .minutes(5)).overdue(after: .zero, desk: operations)
        case .completed: .end(.completed)
        case .refunded: .end(.refunded)
        case .failed: .end(.failed)
        case .rejected: .end(.rejected)
        case .expired: .end(.expired)
        case .canceled: .end(.canceled)
        }
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
