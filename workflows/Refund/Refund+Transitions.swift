import Domain
import Time
public import WorkflowCore

extension Refund {
    /// One row for each arrow. What Borderless.xyz reports has a table of its own, since a refund can be done, or
    /// stuck, at any time and by anybody; so have the requests of people.
    public static func transition(from state: State, on event: Event) -> Transition<Self> {
        switch event {
        case .reported(let report): follow(report, from: state)
        case .dispatchRequested(let target, let actor): dispatch(in: state, to: target, by: actor)
        case .approved(let address, let actor): approve(in: state, address, by: actor)
        case .observed(let receipt): observe(receipt, in: state)
        case .givenUp(let reason): giveUp(in: state, reason)
        case .assessed(let capabilities): assess(state, capabilities)
        case .defaultRead(let standing, let networks): check(standing, networks, in: state)
        case .dispatched(let plan, let instant): dispatched(plan, at: instant, in: state)
        case .refused(let why): refuse(why, in: state)
        }
    }

    /// Where the transaction and its plan are now.
    private static func follow(_ report: Report, from state: State) -> Transition<Self> {
        switch state {
        case .looking(let order):
            report.stage == .underWay ? .ignore : .move(to: begin(Claim(order: order).with(report), report.stage))
        case .assessing(let claim):
            .move(to: place(claim.with(report), report.stage))
        case .awaitingDispatch(let claim), .underWay(let claim):
            settled(place(claim.with(report), report.stage), instead: state)
        case .approving(let claim, let target, let asker):
            settled(wait(place(claim.with(report), report.stage), for: target, asker), instead: state)
        case .dispatching(let claim, _):
            isTaken(report) ? .move(to: place(claim.sent.with(report), report.stage)) : .ignore
        case .doubting(let claim, let why):
            .move(to: doubt(claim.with(report), report, why))
        case .atDesk(let claim, let reason):
            settled(stay(claim, report, atDeskFor: reason), instead: state)
        case .observing, .refunded, .notNeeded, .failed: .ignore
        case .checkingDefault: .unexpected
        }
    }

    /// A move that changes nothing is none.
    private static func settled(_ next: State, instead state: State) -> Transition<Self> {
        next == state ? .ignore : .move(to: next)
    }

    /// What the corridor can do is asked once, while there is something to refund and it is known where.
    private static func begin(_ claim: Claim, _ stage: Stage) -> State {
        let next = place(claim, stage)
        switch next {
        case .underWay, .awaitingDispatch, .approving, .dispatching, .checkingDefault:
            return claim.country == nil || claim.fiat == nil ? next : .assessing(refund: claim)
        case .looking, .assessing, .doubting, .atDesk, .observing, .refunded, .notNeeded, .failed: return next
        }
    }

    /// Where a refund belongs: the transaction's end first, then its plan, then who sets it going.
    static func place(_ claim: Claim, _ stage: Stage) -> State {
        switch (stage, claim.plan?.status) {
        case (.refunded, _), (_, .succeeded?): return arrive(claim)
        case (.completed, nil), (.completed, .created?), (.completed, .notNeeded?), (.completed, .cancelled?),
            (.completed, .unsupported?):
            return .notNeeded(refund: claim, reason: Refusal(.delivered, "the transaction has been carried out"))
        case (.underWay, _): return .underWay(refund: claim)
        case (.failed, .inProgress?), (.cancelled, .inProgress?), (.completed, .inProgress?):
            return .underWay(refund: claim)
        // Carried out, and its refund is due all the same: a bank has returned it.
        case (.completed, .eligible?), (.completed, .failed?), (.completed, .blocked?), (.completed, .manualRequired?):
            break
        case (.failed, _), (.cancelled, _): break
        }
        if let obstacle = claim.obstacle { return .atDesk(refund: claim, reason: obstacle) }
        if claim.isWithoutMoney {
            return .notNeeded(refund: claim, reason: Refusal(.nothingMoved, "no money had moved"))
        }
        if claim.isDispatched { return .underWay(refund: claim) }
        return trigger(claim)
    }

    private static func trigger(_ claim: Claim) -> State {
        switch (claim.order.trigger, claim.order.target) {
        case (.dispatch, let target?):
            claim.fault(of: target).map { .atDesk(refund: claim, reason: $0) }
                ?? .approving(refund: claim, target: target, askedBy: nil)
        case (.dispatch, nil): .dispatching(refund: claim, target: nil)
        case (.ask, _): .awaitingDispatch(refund: claim)
        case (.automatic, _):
            claim.waitsForDispatch == true ? .awaitingDispatch(refund: claim) : .underWay(refund: claim)
        }
    }

    private static func arrive(_ claim: Claim) -> State {
        switch claim.order.observe {
        case .ask: .observing(refund: claim)
        case .skip: .refunded(refund: claim, receipt: nil)
        }
    }

    /// While a second person is awaited, only an end, or a plan that got stuck or went off, leads elsewhere.
    private static func wait(_ next: State, for target: RefundTarget, _ asker: String?) -> State {
        switch next {
        case .awaitingDispatch(let claim), .dispatching(let claim, _), .approving(let claim, _, _):
            .approving(refund: claim, target: target, askedBy: asker)
        case .underWay(let claim) where claim.plan?.status != .inProgress:
            .approving(refund: claim, target: target, askedBy: asker)
        case .underWay, .looking, .assessing, .checkingDefault, .doubting, .atDesk, .observing, .refunded, .notNeeded,
            .failed:
            next
        }
    }

    /// On a desk a refund stays until it goes on by itself, or is over; why it is there may change.
    private static func stay(_ before: Claim, _ report: Report, atDeskFor reason: Refusal) -> State {
        let claim = before.with(report)
        switch place(claim, report.stage) {
        case .underWay(let claim) where report.plan?.status == .inProgress: return .underWay(refund: claim)
        case .observing(let claim): return .observing(refund: claim)
        case .refunded(let claim, let receipt): return .refunded(refund: claim, receipt: receipt)
        // That it was carried out contradicts whoever said that it failed: a person closes it.
        case .atDesk(let claim, let newer): return .atDesk(refund: claim, reason: newer)
        case .underWay, .notNeeded, .looking, .assessing, .checkingDefault, .awaitingDispatch, .approving, .dispatching,
            .doubting, .failed:
            // What stood in the way is gone, such as a plan that said that nothing had moved.
            let isFree = claim.plan?.status == .eligible && before.plan?.status != .eligible
            return .atDesk(refund: claim, reason: isFree ? Refusal(.eligible, Sentence.eligible) : reason)
        }
    }

    /// Whether a reading shows that a dispatch has had its effect.
    private static func isTaken(_ report: Report) -> Bool {
        report.stage == .refunded || report.plan?.status == .inProgress || report.plan?.status == .succeeded
    }

    /// The dispatch was turned down. That is no fault where the refund is under way; else a person looks.
    private static func doubt(_ claim: Claim, _ report: Report, _ why: Refusal) -> State {
        switch place(claim, report.stage) {
        case .underWay(let claim) where report.plan?.status == .inProgress: .underWay(refund: claim)
        case .observing(let claim): .observing(refund: claim)
        case .refunded(let claim, let receipt): .refunded(refund: claim, receipt: receipt)
        case .notNeeded(let claim, let reason): .notNeeded(refund: claim, reason: reason)
        case .atDesk(let claim, let reason): .atDesk(refund: claim, reason: reason)
        case .underWay, .looking, .assessing, .checkingDefault, .awaitingDispatch, .approving, .dispatching, .doubting,
            .failed:
            .atDesk(refund: claim, reason: Refusal(why.code, Sentence.turnedDown(why)))
        }
    }

    private static func assess(_ state: State, _ capabilities: [Capability]) -> Transition<Self> {
        switch state {
        case .assessing(let claim): .move(to: assess(claim, capabilities))
        case .looking, .checkingDefault, .awaitingDispatch, .approving, .dispatching, .doubting, .underWay, .atDesk,
            .observing:
            .unexpected
        case .refunded, .notNeeded, .failed: .ignore
        }
    }

    private static func assess(_ claim: Claim, _ capabilities: [Capability]) -> State {
        if capabilities.isEmpty {
            return .atDesk(refund: claim, reason: Refusal(.unsupported, Sentence.noPartner(claim)))
        }
        let claim = claim.with(capabilities)
        // The transaction was read a moment ago, and had failed.
        let next = place(claim, .failed)
        // What goes off already needs no default, and nobody's word.
        guard case .underWay = next, claim.plan?.status != .inProgress, claim.dependsOnDefault else { return next }
        return .checkingDefault(refund: claim)
    }

    private static func check(
        _ standing: Standing, _ networks: [String]?, in state: State
    ) -> Transition<Self> {
        switch (state, standing) {
        case (.checkingDefault(let claim), _) where claim.isMissing(from: networks):
            .move(to: .atDesk(refund: claim, reason: Refusal(.blocked, Sentence.noAddress(on: claim.network ?? ""))))
        case (.checkingDefault(let claim), .rejected):
            .move(to: .atDesk(refund: claim, reason: Refusal(.stale, Sentence.staleDefault)))
        case (.checkingDefault(let claim), .manual): .move(to: .awaitingDispatch(refund: claim.awaitingDispatch))
        case (.checkingDefault(let claim), .missing), (.checkingDefault(let claim), .fresh),
            (.checkingDefault(let claim), .stale):
            .move(to: .underWay(refund: claim))
        case (.refunded, _), (.notNeeded, _), (.failed, _): .ignore
        case (.looking, _), (.assessing, _), (.awaitingDispatch, _), (.approving, _), (.dispatching, _),
            (.doubting, _), (.underWay, _), (.atDesk, _), (.observing, _):
            .unexpected
        }
    }

    private static func dispatched(
        _ plan: RefundPlan, at instant: Timestamp?, in state: State
    ) -> Transition<Self> {
        switch state {
        case .dispatching(let claim, _): .move(to: place(claim.dispatched(plan, at: instant), .failed))
        case .refunded, .notNeeded, .failed: .ignore
        case .looking, .assessing, .checkingDefault, .awaitingDispatch, .approving, .doubting, .underWay, .atDesk,
            .observing:
            .unexpected
        }
    }

    /// A definite no of Borderless.xyz.
    private static func refuse(_ why: Refusal, in state: State) -> Transition<Self> {
        switch state {
        case .refunded, .notNeeded, .failed: .ignore
        // About our account, and not about this refund: a person mends it, and the job goes on.
        case _ where why.concernsAccount: .unexpected
        // Whoever knows that money has left wants it found, and not forgotten.
        case .looking(let order) where order.hasMoneyLeft == true:
            .move(
                to: .atDesk(refund: Claim(order: order), reason: Refusal(why.code, Sentence.unreadable(why))))
        case .looking(let order): .move(to: .failed(order: order, refusal: why, refund: nil))
        // What can't be learnt about the corridor or the default doesn't keep a refund from going its way.
        case .assessing(let claim): .move(to: place(claim, .failed))
        case .checkingDefault(let claim): .move(to: .underWay(refund: claim))
        case .dispatching(let claim, _): .move(to: .doubting(refund: claim, refusal: why))
        case .doubting(let claim, _), .awaitingDispatch(let claim), .approving(let claim, _, _), .underWay(let claim):
            .move(to: .atDesk(refund: claim, reason: Refusal(why.code, Sentence.unreadable(why))))
        // It lies there already, and may be readable again.
        case .atDesk: .ignore
        case .observing: .unexpected
        }
    }
}
