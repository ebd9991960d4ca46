import Domain
import Time
public import WorkflowCore

extension Onramp {
    /// One state of each case, and one event for each row that differs.
    public static let samples = Samples<Onramp>(
        // The straight way first: pictures draw it straight down.
        states: [
            .creatingUser(purchase: purchase()),
            .startingKYC(applicant: applicant()),
            .verifying(applicant: applicant(sessions: 2), session: session),
            .verifying(applicant: applicant(sessions: 3), session: session),
            .verifying(
                applicant: applicant(sessions: 2), session: Session(url: session.url, status: "INIT", isNew: true)),
            .awaitingRegistration(applicant: applicant()),
            .awaitingRegistration(applicant: applicant(reminders: mostReminders)),
            .quoting(purchase: purchase(), buyer: buyer, asking: nil),
            .quoting(purchase: purchase(.ask), buyer: buyer, asking: Asking(since: day)),
            .checking(purchase: purchase(), buyer: buyer, quote: quote),
            .checking(
                purchase: purchase(), buyer: buyer, quote: quote, asking: Asking(since: day), rounds: manyRounds),
            .ordering(purchase: purchase(), buyer: buyer, quote: quote),
            .ordering(
                purchase: purchase(), buyer: buyer, quote: quote, asking: Asking(since: day), rounds: manyRounds),
            .preparing(order: order),
            .preparing(order: payable, isShown: true),
            .preparing(order: payable.declared(), isShown: true),
            .awaitingPayment(order: payable),
            .awaitingPayment(order: payable.declared()),
            .awaitingPayment(order: payable.confirmedInVain()),
            .awaitingPayment(order: payableOnPage),
            .verifyingPayment(order: payable),
            .processing(order: payable),
            .completed(order: delivered),
            .findingUser(purchase: purchase()),
            .refreshingCheck(applicant: applicant(sessions: 1, refreshes: 1), session: session),
            .registering(applicant: applicant(reminders: 1)),
            .registering(applicant: applicant(reminders: 1, purposes: [.sample])),
            .awaitingPurpose(applicant: applicant()),
            .declaringPurpose(applicant: applicant(purposes: [.sample])),
            .awaitingAcceptance(purchase: purchase(.ask), buyer: buyer, quote: quote, asking: Asking(since: day)),
            .searching(purchase: purchase(), buyer: buyer, quote: quote, looks: 1, refusal: nil),
            .searching(purchase: purchase(), buyer: buyer, quote: quote, looks: 2, refusal: nil),
            .searching(purchase: purchase(), buyer: buyer, quote: quote, looks: 2, refusal: openAlready),
            .searching(purchase: purchase(), buyer: buyer, quote: quote, looks: 1, refusal: otherBody),
            .searching(purchase: purchase(), buyer: buyer, quote: quote, looks: 2, refusal: otherBody),
            .reconciling(order: order),
            .reconfirming(order: askedOrder.with(report(.awaitingPayment, crypto: "90"))),
            .reconfirming(order: askedOrder.shown().with(report(.awaitingPayment, crypto: "90"))),
            .confirming(order: payable.toBeConfirmed()),
            .lapsed(order: payable),
            .lapsed(order: payableOnPage),
            .holding(order: order, status: "ON_HOLD"),
            .holding(order: order.with(report(.processing)), status: "ON_HOLD"),
            .holding(order: payable, status: "ON_HOLD", finding: Finding(words: "the wallet is another")),
            .holding(
                order: delivered, status: "ON_HOLD", finding: Finding(words: "the wallet is another", end: .completed)
            ),
            .holding(order: delivered, status: "ON_HOLD", finding: Finding(words: "it is not delivered", end: .failed)),
            .refunded(order: payable, reason: Refusal("payment_name_mismatch", "the payment was sent back")),
            .failed(refusal: turnedDown, order: nil),
            .failed(refusal: Refusal("provider_error", "Borderless Payments gave no reason"), order: payable),
            .rejected(refusal: Refusal(.vetoed, "the venue turned the customer down")),
            .expired(refusal: Refusal("payment_timeout", "it was not paid in time"), order: payable),
            .canceled(refusal: Refusal(.canceled, "the app asked for it"), order: nil),
            .canceled(refusal: Refusal("user_cancelled", "Borderless Payments called it off"), order: payable),
        ],
        events: users.map { .userRead(user: $0) } + [
            .sessionOpened(url: "https://verify.kyc-provider.example/session/1"),
            .checkRefreshed,
            .registrationAsked,
            .purposeGiven(purposes: [.sample]),
            .purposeDeclared,
            .quoted(quote: quote),
            .quoted(quote: Quote(id: "quote-2", crypto: amount("90"), receivedAt: day)),
            .quoted(quote: Quote(id: "quote-4", crypto: amount("97"), total: amount("101"), receivedAt: day)),
            .quoted(quote: Quote(id: "quote-3", crypto: amount("90"), receivedAt: day + .hours(24))),
            .accepted(price: Acceptance()),
            .accepted(price: Acceptance(least: amount("90"))),
            .accepted(price: Acceptance(least: amount("99"))),
        ] + statuses.map { .reported(report: report($0)) } + [
            .reported(report: report(.awaitingPayment, crypto: "90")),
            .reported(report: report(.awaitingPayment, on: page)),
            .reported(report: report(.awaitingPayment, isDeclared: true)),
            .reported(report: report(.awaitingPayment, to: "0x1")),
            .reported(report: report(.processing, to: "0x1")),
            .reported(report: report(.completed, to: "0x1")),
            .noOrderFound,
            .paymentSent,
            .paymentConfirmed,
            .acknowledged,
            .timedOut,
            .cancelRequested,
            .refused(refusal: turnedDown),
            .refused(refusal: openAlready),
            .refused(refusal: otherBody),
            .refused(refusal: Refusal(.purposeRequired, "the venue asks for the purpose of usage")),
            .refused(refusal: Refusal(.unauthorized, "the key was revoked")),
        ])

    private static let users = [
        User(id: "user-1", check: .open(word: "NOT_STARTED")),
        User(id: "user-1", check: .underReview(word: "PENDING")),
        User(id: "user-1", check: .approved, country: .sample),
        User(id: "user-1", check: .approved, isRegistered: true, country: .sample),
        User(id: "user-1", check: .approved, isVetoed: true, country: .sample),
        User(id: "user-1", check: .approved, isRegistered: true, isDisabled: true, country: .sample),
        User(id: "user-1", check: .rejected),
        User(id: "user-1", check: .expired),
    ]
    private static let statuses: [Status] = [
        .pending, .reconciling, .awaitingPayment, .verifyingPayment, .processing, .completed, .failed, .canceled,
        .expired, .refunded, .other(word: "ON_HOLD"),
    ]

    private static let day = Timestamp(seconds: 1_772_366_400)
    private static func amount(_ text: String) -> FiatAmount { FiatAmount(text) ?? .sample }
    private static let person = Person(email: .sample, firstName: .sample, lastName: .sample, mobile: .sample)
    private static func purchase(
        _ accept: Consent = .auto, paidBy instrument: Instrument = .sepa
    ) -> Purchase {
        Purchase(
            customer: .new(Sensitive(person)), fiatCurrency: .eur, fiatAmount: .sample, cryptoCurrency: .usdc,
            wallet: .polygon(.sample), instrument: instrument, accept: accept,
            minCryptoAmount: try? CoinAmount(text: "95"), purposes: [.sample])
    }
    private static func applicant(
        sessions: Int = 0, reminders: Int = 0, purposes: [Purpose] = [], refreshes: Int? = nil
    ) -> Applicant {
        var applicant = Applicant(purchase: purchase(), user: "user-1")
        applicant.sessions = sessions
        applicant.reminders = reminders
        applicant.purposes = purposes
        applicant.refreshes = refreshes
        return applicant
    }
    private static let session = Session(url: "https://verify.kyc-provider.example/session/1", status: "INIT")
    private static let buyer = Buyer(id: "user-1", country: .sample)
    private static let quote = Quote(
        id: "quote-1", crypto: amount("97.832041"), fees: amount("1.99"), receivedAt: day)
    private static let order = Order(id: "order-1", purchase: purchase(), buyer: buyer, quoted: quote.crypto)
    private static let askedOrder = Order(
        id: "order-1", purchase: purchase(.ask), buyer: buyer, quoted: quote.crypto)
    private static let payable = order.with(report(.awaitingPayment)).shown()
    private static let delivered = payable.with(report(.completed))
    private static let payableOnPage = Order(
        id: "order-1", purchase: purchase(paidBy: .openBanking), buyer: buyer, quoted: quote.crypto
    ).with(report(.awaitingPayment, on: page)).shown()
    private static let transfer = Instructions.transfer(
        account: BankAccount(
            iban: "LT601010012345678901", bic: "EXAMLT21", beneficiary: "Example Beneficiary Ltd", bank: "Example Bank",
            reference: "BP-1", amount: amount("100")), dueBy: day + .hours(47))
    private static let page = Instructions.page(url: "https://bank.example/authorise/1", until: day + .minutes(10))
    private static let turnedDown = Refusal(.invalid, "the provider turned it down")
    private static let openAlready = Refusal(.conflict, "the user has an open order")
    private static let otherBody = Refusal(.duplicate, "the key was used with another body")

    private static func report(
        _ status: Status, crypto: String = "97.832041", on instructions: Instructions? = nil, isDeclared: Bool = false,
        to wallet: String? = nil
    ) -> Report {
        var echo = Echo()
        echo.wallet = wallet ?? purchase().wallet.address
        return Report(
            id: "order-1", status: status, crypto: amount(crypto), reason: "payment_timeout",
            instructions: instructions ?? transfer, isDeclared: isDeclared, echo: echo)
    }
}
