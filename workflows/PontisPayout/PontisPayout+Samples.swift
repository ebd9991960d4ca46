import Domain
public import WorkflowCore

extension PontisPayout {
    /// One state of each case, and one event for each row that differs.
    public static let samples = Samples<PontisPayout>(
        // The straight way first: pictures draw it straight down.
        states: [
            .sending(order: order, tries: Tries()),
            .awaitingApproval(payout: payout),
            .queued(payout: payout),
            .processing(payout: payout),
            .completed(payout: payout),
            .holding(payout: payout, status: "on_hold"),
            .holding(payout: payout.delivered(), status: "on_hold"),
            .reconfirming(order: order, tries: Tries().afterRateMove),
            .sending(order: order, tries: tooManyMoves),
            .postponed(order: order, tries: Tries().afterPostponement, refusal: limit),
            .postponed(order: order, tries: tooManyPostponements, refusal: limit),
            .reversed(payout: payout, refusal: returned),
            .failed(refusal: returned, payout: payout),
            .rejected(refusal: Refusal(.screening, "the recipient did not pass"), payout: nil),
            .canceled(payout: nil),
            .expired,
        ],
        events: [
            .reported(report: Report(id: payout.id, status: .pendingApproval)),
            .reported(report: Report(id: payout.id, status: .pending)),
            .reported(report: Report(id: payout.id, status: .processing)),
            .reported(report: Report(id: payout.id, status: .completed)),
            .reported(report: Report(id: payout.id, status: .failed(why: returned))),
            .reported(report: Report(id: payout.id, status: .rejected(why: returned))),
            .reported(report: Report(id: payout.id, status: .canceled)),
            .reported(report: Report(id: payout.id, status: .reversed(why: returned))),
            .reported(report: Report(id: payout.id, status: .other(word: "on_hold"))),
            .accepted,
            .timedOut,
            .cancelRequested,
            .refused(refusal: Refusal(.rateMoved, "the rate has moved")),
            .refused(refusal: limit),
            .refused(refusal: Refusal(.screening, "the recipient did not pass")),
            .refused(refusal: Refusal(.unauthorized, "the API key is wrong")),
            .refused(refusal: Refusal(.invalid, "there is no such method")),
            .refused(refusal: Refusal("key_in_progress", "nobody knows this word")),
        ])

    private static let order = Order(
        country: .sample, currency: .sample, method: .sample, amount: .sample,
        recipient: Sensitive(Recipient(name: .sample)), accept: .ask)
    private static let payout = Payout(id: "029b2038-6166-4bea-80a9-f1a2425a85eb", order: order)
    private static let limit = Refusal(.dailyLimit, "the day's limit is used up")
    private static let returned = Refusal(.provider, "the account is closed")
    private static let tooManyMoves = Tries().afterRateMove.afterRateMove.afterRateMove
    private static let tooManyPostponements = (0..<Tries.mostPostponements).reduce(Tries()) { tries, _ in
        tries.afterPostponement
    }
}
