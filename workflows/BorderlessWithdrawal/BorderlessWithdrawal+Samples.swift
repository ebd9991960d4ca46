import Domain
import JSONSchema
import Time
public import WorkflowCore

extension BorderlessWithdrawal {
    /// One state of each case and for each row that differs, and one event for each row that differs.
    public static let samples = Samples<BorderlessWithdrawal>(
        // The straight way first: pictures draw it straight down.
        states: [
            .checkingRefund(order: order),
            .checkingRefund(order: redirecting),
            .quoting(order: order, asking: nil),
            .quoting(order: asking, asking: nil),
            .quoting(order: asking, asking: Asking(since: day, quotes: 1)),
            .quoting(order: order, asking: Asking(since: day, quotes: Asking.mostQuotes)),
            .creating(order: order, quote: quote, asking: first),
            .searching(order: order, asking: first),
            .preparing(withdrawal: opened),
            .preparing(withdrawal: at(.orchestrating)),
            .preparing(withdrawal: opened.orphaned),
            .awaitingFunds(withdrawal: pending),
            .awaitingFunds(withdrawal: at(.orchestrating)),
            .settling(withdrawal: sent),
            .settling(withdrawal: at(.processing)),
            .completed(withdrawal: at(.completed)),
            .awaitingAcceptance(order: asking, quote: quote, asking: first),
            .tidying(withdrawal: opened.orphaned),
            .canceling(withdrawal: pending, reason: askedFor),
            .canceling(withdrawal: sent, reason: late),
            .retracting(withdrawal: pending, reason: askedFor),
            .retracting(withdrawal: at(.orchestrating), reason: askedFor),
            .retracting(withdrawal: pending, reason: late),
            .retracting(withdrawal: pending, reason: Refusal(.mismatch, "another amount")),
            .retracting(withdrawal: sent, reason: askedFor),
            .refunding(withdrawal: sent, funds: .inFlight, cause: turnedDown),
            .refunding(withdrawal: at(.completed), funds: .atProvider, cause: turnedDown),
            .refunded(withdrawal: sent, refund: refund),
            .reversed(withdrawal: at(.refunded), refund: refund),
            .failed(refusal: turnedDown, funds: .inWallet, withdrawal: nil),
            .failed(refusal: turnedDown, funds: .inWallet, withdrawal: pending),
            .failed(refusal: turnedDown, funds: .inFlight, withdrawal: sent),
            .failed(refusal: turnedDown, funds: .atProvider, withdrawal: pending),
            .expired(withdrawal: nil),
            .expired(withdrawal: pending),
            .canceled(withdrawal: nil),
            .canceled(withdrawal: pending),
        ],
        events: [
            .assessed(capabilities: [
                Capability(partner: "Bridge", acceptedTypes: ["Address"], assets: ["USDC_POLYGON"])
            ]),
            .assessed(capabilities: []),
            .quoted(quote: quote),
            .quoted(quote: Quote(id: "q-2", net: .sample, expiresAt: day + .hours(24))),
            .accepted(price: Acceptance()),
            .opened(report: Report(id: .sample, stage: .submitted)),
            .found(reports: [Report(id: .sample, stage: .pending)]),
            .found(reports: [Report(id: .sample, stage: .pending), Report(id: orphan, stage: .pending)]),
            .found(reports: [Report(id: .sample, stage: .cancelled)]),
            .found(reports: []),
        ] + Stage.allCases.map { .reported(report: Report(id: .sample, stage: $0)) } + [
            .reported(report: Report(id: .sample, stage: .pending, instructions: instructions)),
            .reported(
                report: Report(
                    id: .sample, stage: .pending,
                    instructions: Instructions(address: "nowhere", asset: nil, amount: nil))),
            .reported(report: Report(id: .sample, stage: .failed, hashes: ["0xab"])),
            .reported(report: Report(id: .sample, stage: .failed, refundIsDue: true)),
            .reported(report: Report(id: orphan, stage: .cancelled)),
            .retracted,
            .funded(transactionHash: "0xab"),
            .refundEnded(refund: refund),
            .refundEnded(refund: RefundEnding(job: refund.job, isRefunded: false, output: ["code": "delivered"])),
            .refundEnded(refund: RefundEnding(job: refund.job, isRefunded: false, output: ["reason": "given up"])),
            .timedOut,
            .cancelRequested,
            .refused(refusal: turnedDown),
            .refused(refusal: Refusal(.expired, "the quote has expired")),
            .refused(refusal: Refusal(.used, "the quote was used")),
            .refused(refusal: Refusal(.unauthorized, "the credentials are wrong")),
        ])

    private static let day = Timestamp(seconds: 1_772_366_400)
    private static let order = Order(
        borderlessAccountID: .sample, asset: .sample, amount: .sample, fiatCurrency: .sample, country: .sample,
        paymentInstructionsID: .sample, paymentPurpose: .sample, accept: .auto)
    private static let asking = Order(
        borderlessAccountID: .sample, asset: .sample, amount: .sample, fiatCurrency: .sample, country: .sample,
        paymentInstructionsID: .sample, paymentPurpose: .sample, accept: .ask)
    private static var redirecting: Order {
        var order = order
        order.refundTarget = .sample
        return order
    }
    private static let quote = Quote(id: "q-1", net: .sample, expiresAt: day + .minutes(5))
    private static let first = Asking(since: day, quotes: 1)
    private static let instructions = Instructions(
        address: "0x00000000000000000000000000000000000000d0", asset: "USDC_POLYGON", amount: "100.00")
    private static let opened = Withdrawal(id: .sample, order: order, stage: .submitted)
    private static let pending = opened.with(Report(id: .sample, stage: .pending, instructions: instructions))
    private static let sent = pending.funded(by: "0xab")
    private static let orphan = Identifier("id-2") ?? .sample
    private static let refund = RefundEnding(job: "0199d0f4-0000-7000-8000-000000000001", isRefunded: true)
    private static let turnedDown = Refusal(.provider, "the bank turned it down")
    private static let askedFor = Refusal(.canceled, "the app asked for it")
    private static let late = Refusal(.expired, "nobody sent the crypto in time")
    private static func at(_ stage: Stage) -> Withdrawal { pending.with(Report(id: .sample, stage: stage)) }
}

extension BorderlessWithdrawal.Withdrawal {
    fileprivate var orphaned: Self {
        Self(id: id, order: order, stage: stage, orphans: [Identifier("id-2") ?? id])
    }
}
