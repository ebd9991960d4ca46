import Domain
import Time
public import WorkflowCore

extension DollarPePayout {
    /// One state of each case, and one event for each row that differs.
    public static let samples = Samples<DollarPePayout>(
        // The straight way first: pictures draw it straight down.
        states: [
            .configuring(order: order),
            .verifyingCustomer(order: order),
            .verifyingBank(order: order),
            .rating(order: order),
            .checkingLimits(order: order, estimate: estimate),
            .checkingLimits(order: giving(up: true), estimate: estimate),
            .awaitingLimit(order: order, estimate: estimate, limits: usedUp),
            .quoting(order: order),
            .quoting(order: asking),
            .quoting(order: asking, asking: Asking(since: day - .days(2))),
            .quoting(order: order, tried: quote),
            .initiating(order: order, quote: quote, asking: first),
            .initiating(order: linkingEarly, quote: quote, asking: first),
            .monitoring(payout: payout),
            .monitoring(payout: named),
            .monitoring(payout: Payout(id: payout.id, order: linkingEarly, quote: quote)),
            .awaitingTransfer(payout: payout),
            .linking(payout: named, transfer: transfer),
            .provingLink(payout: named, transfer: transfer),
            .completed(payout: named.with(linkedReport)),
            .awaitingAcceptance(order: asking, quote: quote, asking: first),
            .awaitingAcceptance(order: asking, quote: quote, asking: inVain),
            .awaitingAcceptance(order: asking, quote: quote, asking: first, tried: quote),
            .requoting(order: order, refusal: Refusal(.unverifiedBank, "Bank account is unverified")),
            .requoting(order: giving(up: true), refusal: Refusal(.expired, "Quotation has expired")),
            .requoting(order: order, refusal: Refusal(.expired, "Quotation has expired"), asking: inVain),
            .requoting(order: order, refusal: Refusal(.expired, "Quotation has expired"), tried: quote),
            .linking(payout: named.with(Report(status: .success)), transfer: transfer),
            .finding(order: order, quote: quote),
            .rulingOut(order: order, quote: quote, refusal: turnedDown),
            .rulingOut(order: order, quote: quote, refusal: Refusal(.expired, "nobody has taken a price")),
            .rulingOut(order: order, quote: quote, refusal: Refusal(.laundering, "AML error")),
            .rulingOut(order: order, quote: quote, refusal: Refusal(.canceled, "the app asked for it")),
            .holding(payout: payout, status: "IN_REVIEW"),
            .holding(payout: payout, status: Status.canceledWord),
            .callingOff(payout: payout),
            .awaitingRefund(payout: payout),
            .refunded(payout: payout),
            .reversed(payout: payout),
            .failed(refusal: turnedDown, payout: nil),
            .failed(refusal: turnedDown, payout: payout),
            .rejected(refusal: Refusal(.laundering, "AML error")),
            .canceled(payout: nil),
            .canceled(payout: payout),
            .expired,
        ],
        events: [
            .configured(rules: rules(least: "30", most: "5563")),
            .configured(rules: rules(least: "100", most: nil)),
            .configured(rules: Rules(coins: [], requiredRisk: [])),
            .verified,
            .verificationFailed(reason: "NAME_MISMATCH"),
            .rated(rate: Rate(price: amount("82.5"))),
            .limited(limits: Limits(available: Available(amount("100000")), resetAt: nil, needsDiligence: false)),
            .limited(limits: usedUp),
            .limited(limits: Limits(available: Available(amount("20")), resetAt: day, needsDiligence: false)),
            .limited(limits: ceiling),
            .quoted(quote: quote),
            .accepted(price: Acceptance()),
            .initiated(id: payout.id),
            .notOrdered,
            .reported(report: Report(status: .processing)),
            .reported(report: Report(status: .success, utr: "RATN0329SJDH0")),
            .reported(report: linkedReport),
            .reported(report: Report(status: .success, utr: "RATN0329SJDH0", transfer: "another")),
            .reported(report: Report(status: .failed)),
            .reported(report: Report(status: .refunded)),
            .reported(report: Report(status: .other(word: "IN_REVIEW"))),
            .reported(report: Report(status: .canceled)),
            .transferNamed(id: transfer),
            .transferNamed(id: .init("another") ?? transfer),
            .linked,
            .timedOut,
            .cancelRequested,
            .refused(refusal: turnedDown),
            .refused(refusal: Refusal(.duplicate, "already linked")),
            .refused(refusal: Refusal(.expired, "Quotation has expired")),
            .refused(refusal: Refusal(.unverifiedCustomer, "Customer is unverified")),
            .refused(refusal: Refusal(.unverifiedBank, "Bank account is unverified")),
            .refused(refusal: Refusal(.limit, "limit")),
            .refused(refusal: Refusal(.laundering, "AML error")),
            .refused(refusal: Refusal(.unauthorized, "Invalid Signature")),
        ])

    private static let day = Timestamp(seconds: 1_772_366_400)
    private static func amount(_ text: String) -> FiatAmount { FiatAmount(text) ?? .sample }
    private static let order = Order(
        customer: .sample, bank: .sample, asset: .usdt, amount: .sample, exchangeOrder: .sample, link: .afterSuccess,
        accept: .auto, onLimit: .wait)
    private static let asking = Order(
        customer: .sample, bank: .sample, asset: .usdt, amount: .sample, exchangeOrder: .sample, link: .afterSuccess,
        accept: .ask, onLimit: .wait)
    private static let linkingEarly = Order(
        customer: .sample, bank: .sample, asset: .usdt, amount: .sample, exchangeOrder: .sample,
        exchangeTransfer: .sample, link: .afterInitiate, accept: .auto, onLimit: .wait)
    private static func giving(up: Bool) -> Order {
        Order(
            customer: .sample, bank: .sample, asset: .usdt, amount: .sample, exchangeOrder: .sample,
            link: .afterSuccess, accept: .auto, onLimit: up ? .fail : .wait)
    }
    private static let estimate = Estimate(.sample, at: Rate(price: amount("82.5")))
    private static let usedUp = Limits(available: Available(amount("10")), resetAt: day, needsDiligence: true)
    private static let ceiling = Limits(
        available: Available(amount("20")), resetAt: day, needsDiligence: false, ceiling: Available(amount("20")))
    private static let first = Asking(since: day)
    private static let inVain = Asking(since: day, quotes: Asking.mostQuotes)
    private static let quote = Quote(
        id: "6a1d7f0c-1", receiving: amount("4144.6"), rate: amount("82.5"), expiresAt: day + .minutes(5))
    private static let payout = Payout(id: "550e8400-1", order: order, quote: quote)
    private static let transfer = Identifier.sample
    private static let named = payout.naming(transfer)
    private static let linkedReport = Report(status: .success, utr: "RATN0329SJDH0", transfer: Identifier.sample.text)
    private static let turnedDown = Refusal(.invalid, "the provider turned it down")

    private static func rules(least: String, most: String?) -> Rules {
        Rules(
            coins: [
                CoinRule(
                    coin: .usdt, least: try? CoinAmount(text: least),
                    most: most.flatMap { try? CoinAmount(text: $0) })
            ], requiredRisk: [])
    }
}
