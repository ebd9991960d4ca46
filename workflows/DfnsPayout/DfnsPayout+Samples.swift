import Domain
import JSONSchema
import Time
public import WorkflowCore

extension DfnsPayout {
    /// One state of each case, and one event for each row that differs.
    public static let samples = Samples<DfnsPayout>(
        // The straight way first: pictures draw it straight down.
        states: [
            .quoting(order: order, asking: nil),
            .quoting(order: asking, asking: nil),
            .quoting(order: asking, asking: Asking(since: day)),
            .creating(order: order),
            .awaitingInstructions(payout: payout),
            .awaitingInstructions(payout: Payout(id: payout.id, order: asking)),
            .awaitingInstructions(payout: Payout(id: payout.id, order: askingForPrice)),
            .awaitingConfirmation(payout: Payout(id: payout.id, order: asking), transfer: transfer),
            .verifying(payout: payout, transfer: transfer),
            .confirming(payout: payout, transfer: transfer),
            .settling(payout: payout),
            .completed(payout: payout.with(submitted)),
            .awaitingAcceptance(order: asking, quote: quote, asking: Asking(since: day)),
            .doubting(payout: payout, refusal: turnedDown),
            .stranded(payout: payout, refusal: Refusal(.forbidden, "us-other opened it")),
            .canceling(payout: payout, reason: askedFor),
            .retracting(payout: payout, reason: askedFor),
            .retracting(payout: payout, reason: Refusal(.expired, "nobody confirmed it in time")),
            .tracing(payout: payout.with(submitted), ending: .expired),
            .tracing(payout: payout.with(Progress(transferID: "xfr-1")), ending: .expired),
            .refunding(payout: payout.with(submitted), cause: turnedDown),
            .refunded(payout: payout.with(submitted), refund: refund),
            .failed(refusal: turnedDown, funds: .inWallet, payout: nil),
            .rejected(refusal: Refusal(.policy, "the policy said no"), payout: payout),
            .expired(payout: payout),
            .canceled(payout: nil),
        ],
        events: [
            .quoted(quote: quote),
            .quoted(quote: Quote(timestamp: day, offers: [])),
            .quoted(quote: Quote(timestamp: day + .hours(24), offers: quote.offers)),
            .accepted(price: Acceptance()),
            .accepted(price: Acceptance(least: FiatAmount("1000000"))),
            .approved,
            .opened(id: payout.id, by: .us),
            .opened(id: payout.id, by: .another(user: "us-other")),
            .instructed(transfer: transfer),
            .instructed(transfer: Transfer(address: "0x00000000000000000000000000000000000000e1", asset: order.asset)),
            .instructed(transfer: Transfer(address: "nowhere", asset: order.asset)),
            .confirmed,
            .progressed(progress: submitted),
            .ended(ending: .completed, progress: submitted),
            .ended(ending: .failed(why: turnedDown), progress: Progress()),
            .ended(ending: .failed(why: turnedDown), progress: Progress(transferID: "xfr-1")),
            .ended(
                ending: .failed(why: turnedDown), progress: Progress(borderlessPayoutID: "bl-1", transferID: "xfr-1")),
            .ended(ending: .failed(why: turnedDown), progress: submitted),
            .ended(ending: .rejected(why: Refusal(.policy, "the policy said no")), progress: Progress()),
            .ended(ending: .expired, progress: Progress()),
            .ended(ending: .canceled, progress: Progress()),
            .retracted,
            .traced(funds: .inWallet),
            .traced(funds: .sent),
            .refundEnded(refund: refund),
            .refundEnded(refund: RefundEnding(job: refund.job, isRefunded: false, output: ["reason": "given up"])),
            .timedOut,
            .cancelRequested,
            .refused(refusal: turnedDown),
            .refused(refusal: Refusal(.forbidden, "not the creator")),
            .refused(refusal: Refusal(.unauthorized, "the token has expired")),
        ])

    private static let day = Timestamp(seconds: 1_772_366_400)
    private static let order = Order(
        walletID: .sample, asset: .sample, fiatCurrency: .sample, country: .sample, borderlessAccountID: .sample,
        paymentInstructionsID: .sample, paymentPurpose: .sample, accept: .auto, confirm: .auto)
    private static let asking = Order(
        walletID: .sample, asset: .sample, fiatCurrency: .sample, country: .sample, borderlessAccountID: .sample,
        paymentInstructionsID: .sample, paymentPurpose: .sample, accept: .ask, confirm: .ask)
    private static let askingForPrice = Order(
        walletID: .sample, asset: .sample, fiatCurrency: .sample, country: .sample, borderlessAccountID: .sample,
        paymentInstructionsID: .sample, paymentPurpose: .sample, accept: .ask, confirm: .auto)
    private static let quote = Quote(
        timestamp: day, offers: [Offer(net: Money(.sample, .sample), fees: nil)])
    private static let payout = Payout(id: "pyt-4ihii-9lonb-tmhjo9bor4odmb5h", order: order)
    private static let transfer = Transfer(address: "0x00000000000000000000000000000000000000d0", asset: order.asset)
    private static let submitted = Progress(borderlessPayoutID: "bl-1", transferID: "xfr-1", transactionHash: "0xab")
    private static let refund = RefundEnding(job: "0199d0f4-0000-7000-8000-000000000001", isRefunded: true)
    private static let turnedDown = Refusal(.invalid, "the provider turned it down")
    private static let askedFor = Refusal(.canceled, "the app asked for it")
}
