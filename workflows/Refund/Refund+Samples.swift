import Domain
public import WorkflowCore

extension Refund {
    /// One state of each case and for each row that differs, and one event for each row that differs.
    public static let samples = Samples<Refund>(
        // The straight way first: pictures draw it straight down.
        states: [
            .looking(order: order),
            .looking(order: dispatching),
            .looking(order: redirecting),
            .looking(order: asking),
            .looking(order: sure),
            .assessing(refund: claim),
            .assessing(refund: claim.planned(.eligible)),
            .assessing(refund: Claim(order: dispatching).corridor),
            .assessing(refund: Claim(order: redirecting).corridor),
            .assessing(refund: Claim(order: asking).corridor),
            .checkingDefault(refund: claim),
            .underWay(refund: claim),
            .underWay(refund: claim.planned(.inProgress)),
            .underWay(refund: Claim(order: observing)),
            .refunded(refund: claim.planned(.succeeded), receipt: nil),
            .refunded(refund: claim.planned(.succeeded), receipt: receipt),
            .awaitingDispatch(refund: Claim(order: asking)),
            .approving(refund: Claim(order: redirecting), target: .sample, askedBy: nil),
            .approving(refund: Claim(order: redirecting), target: .sample, askedBy: "erin"),
            .dispatching(refund: Claim(order: dispatching), target: nil),
            .doubting(refund: Claim(order: dispatching), refusal: turnedDown),
            .atDesk(refund: claim.planned(.blocked), reason: Refusal(.blocked, "the refund is blocked")),
            .observing(refund: Claim(order: observing).planned(.succeeded)),
            .notNeeded(refund: claim.planned(.notNeeded), reason: Refusal(.nothingMoved, "no money had moved")),
            .failed(order: order, refusal: Refusal(.notFound, "there is no such transaction"), refund: nil),
        ],
        events: [.underWay, .completed, .failed, .cancelled, .refunded].map { .reported(report: Report(stage: $0)) }
            + [
                .reported(
                    report: Report(stage: .failed, country: .sample, fiat: .sample, asset: .sample, partner: "Bridge"))
            ]
            + PlanStatus.allCases.map { .reported(report: Report(stage: .failed, plan: RefundPlan(status: $0))) }
            + PlanStatus.allCases.map { .reported(report: Report(stage: .completed, plan: RefundPlan(status: $0))) }
            + [
                .assessed(capabilities: [Capability(partner: "Bridge", acceptedTypes: ["Address"], longestSeconds: 60)]
                ),
                .assessed(capabilities: [Capability(partner: "Bridge", acceptedTypes: [], longestSeconds: nil)]),
                .assessed(capabilities: []),
                .defaultRead(standing: .fresh, networks: ["POLYGON"]),
                .defaultRead(standing: .rejected, networks: ["POLYGON"]),
                .defaultRead(standing: .manual, networks: ["POLYGON"]),
                .dispatched(plan: RefundPlan(status: .inProgress)),
                .dispatched(plan: RefundPlan(status: .manualRequired)),
                .dispatchRequested(target: nil, by: "erin"),
                .dispatchRequested(target: .sample, by: "erin"),
                .approved(address: ChainAddress.sample.text, by: "erin"),
                .approved(address: ChainAddress.sample.text, by: "frank"),
                .approved(address: "0x", by: "frank"),
                .observed(receipt: receipt),
                .givenUp(reason: "the money came by wire"),
                .refused(refusal: turnedDown),
                .refused(refusal: Refusal(.unauthorized, "the credentials are wrong")),
            ])

    private static let order = RefundOrder(transactionID: .sample, trigger: .automatic, observe: .skip)
    private static let sure = RefundOrder(
        transactionID: .sample, trigger: .automatic, observe: .skip, hasMoneyLeft: true)
    private static let observing = RefundOrder(transactionID: .sample, trigger: .automatic, observe: .ask)
    private static let asking = RefundOrder(transactionID: .sample, trigger: .ask, observe: .skip)
    private static let dispatching = RefundOrder(transactionID: .sample, trigger: .dispatch, observe: .skip)
    private static let redirecting = RefundOrder(
        transactionID: .sample, trigger: .dispatch, target: .sample, observe: .skip)
    private static let claim = Claim(order: order).corridor
    private static let receipt = Receipt(amount: .sample, asset: .sample, transactionHash: "0xab")
    private static let turnedDown = Refusal("conflict", "the plan is not eligible")
}

extension Refund.Claim {
    fileprivate var corridor: Self {
        with(Refund.Report(stage: .failed, country: .sample, fiat: .sample, asset: .sample, partner: "Bridge"))
    }

    fileprivate func planned(_ status: Refund.PlanStatus) -> Self {
        with(Refund.Report(stage: .failed, plan: Refund.RefundPlan(status: status)))
    }
}
