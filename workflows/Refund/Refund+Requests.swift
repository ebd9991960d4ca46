import Domain
import WorkflowCore

/// What people ask for, and when it can be granted.
extension Refund {
    /// Sending it off by hand: never while it may be under way already.
    static func dispatch(in state: State, to target: RefundTarget?, by actor: String?) -> Transition<Self> {
        switch state {
        case .awaitingDispatch(let claim) where claim.mayBeOff, .atDesk(let claim, _) where claim.mayBeOff,
            .underWay(let claim) where claim.mayBeOff, .approving(let claim, _, _) where claim.mayBeOff:
            .refuse(Sentence.offAlready)
        case .awaitingDispatch(let claim), .atDesk(let claim, _), .underWay(let claim):
            dispatch(claim, to: target, by: actor)
        case .approving(let claim, _, _):
            target == nil
                ? .refuse("another destination was asked for: approve it, or name a destination")
                : dispatch(claim, to: target, by: actor)
        case .looking: .refuse("the transaction has not failed as far as we know: there is nothing to refund yet")
        case .assessing, .checkingDefault: .refuse("what can be done is just being looked up; ask again in a moment")
        case .dispatching, .doubting: .refuse("the refund is just being sent off")
        case .observing: .refuse("Borderless.xyz says that the refund is done; the job waits for “observed”")
        case .refunded, .notNeeded, .failed: .refuse("the job is over")
        }
    }

    /// An address that replaces what is stored can't be undone: somebody else has to repeat it first. What the order
    /// names is above all that is stored, also where nobody names it again.
    private static func dispatch(_ claim: Claim, to target: RefundTarget?, by actor: String?) -> Transition<Self> {
        guard let target = target ?? claim.order.target else {
            return .move(to: .dispatching(refund: claim, target: nil))
        }
        if let fault = claim.fault(of: target) { return .refuse(fault.message) }
        return .move(to: .approving(refund: claim, target: target, askedBy: actor))
    }

    /// The second yes, which has to name the same address, and to come from somebody else.
    static func approve(in state: State, _ address: String?, by actor: String?) -> Transition<Self> {
        switch state {
        case .approving(let claim, _, _) where claim.mayBeOff: .refuse(Sentence.offAlready)
        case .approving(let claim, let target, let asker):
            if target.address?.text != address {
                .refuse("the address is not the one that was asked for: repeat it exactly, or ask anew")
            } else if let asker, asker == actor {
                .refuse("\(asker) has asked for this destination: somebody else has to approve it")
            } else {
                .move(to: .dispatching(refund: claim, target: target))
            }
        case .looking, .assessing, .checkingDefault, .awaitingDispatch, .underWay, .atDesk, .observing:
            .refuse("there is no other destination to approve")
        case .dispatching, .doubting, .refunded, .notNeeded, .failed: .ignore
        }
    }

    /// Somebody has seen what came back, on chain or in the ledger.
    static func observe(_ receipt: Receipt, in state: State) -> Transition<Self> {
        switch state {
        case .observing(let claim), .atDesk(let claim, _), .underWay(let claim):
            .move(to: .refunded(refund: claim, receipt: receipt))
        // Nobody had waited for it: it is recorded all the same.
        case .refunded(let claim, nil): .move(to: .refunded(refund: claim, receipt: receipt))
        case .looking, .assessing, .checkingDefault, .awaitingDispatch, .approving, .dispatching, .doubting:
            .refuse("no refund has been sent off yet: nothing of it can have come back")
        case .refunded(_, _?), .notNeeded, .failed: .refuse("the job is over: book it in the ledger")
        }
    }

    /// A person closes it without a refund, or books it some other way.
    static func giveUp(in state: State, _ reason: String) -> Transition<Self> {
        let why = Refusal(.canceled, reason)
        return switch state {
        case .looking(let order): .move(to: .failed(order: order, refusal: why, refund: nil))
        case .awaitingDispatch(let claim), .approving(let claim, _, _), .atDesk(let claim, _), .observing(let claim),
            .underWay(let claim):
            .move(to: .failed(order: claim.order, refusal: why, refund: claim))
        case .assessing, .checkingDefault, .dispatching, .doubting:
            .refuse("something is under way; ask again in a moment")
        case .refunded, .notNeeded, .failed: .ignore
        }
    }
}

extension Refund.Claim {
    /// The same, as sent off.
    var sent: Self {
        var claim = self
        claim.isDispatched = true
        return claim
    }

    /// Whether a refund may be under way, so that nobody sends off another: the plan says so, or it was sent off and no
    /// reading has shown since what became of it. One that is shown as eligible for longer than a dispatch can be on
    /// its way may be sent off again, and so may one whose dispatch was answered with an obstacle.
    var mayBeOff: Bool {
        if plan?.status == .inProgress { return true }
        return isDispatched && (plan == nil || isPlanAnswered == true) && obstacle == nil
    }

    /// Whether the plan says that there was nothing to return, and nobody knows better.
    var isWithoutMoney: Bool {
        (plan?.status == .notNeeded || plan?.status == .cancelled || plan?.path == .notNeeded)
            && order.hasMoneyLeft != true
    }

    /// The same, of a refund that waits for somebody's word, since the organisation's default says so.
    var awaitingDispatch: Self {
        var claim = self
        claim.waitsForDispatch = true
        return claim
    }

    /// On which network the money is to come back, as far as is known.
    var network: String? { (asset ?? order.sentAsset)?.network }

    /// Whether the default is to receive the money, and has no address where it could.
    func isMissing(from networks: [String]?) -> Bool {
        guard plan?.layer == .organisationDefault, let network, let networks else { return false }
        return !networks.contains(network)
    }

    /// Whether the organisation's default names the destination, as far as is known.
    var dependsOnDefault: Bool { plan?.layer == .organisationDefault || plan?.layer == nil }

    /// What makes a destination impossible; nil where nothing is known against it.
    func fault(of target: RefundTarget) -> Refusal? {
        if let accepted = acceptedTypes, !accepted.contains(target.type) {
            let can =
                accepted.isEmpty ? "takes no destination of ours" : "takes \(accepted.joined(separator: ", ")) only"
            return Refusal(.unsupported, "\(partner ?? "the partner") \(can): \(target.type) is not possible")
        }
        guard let address = target.address, let asset = asset ?? order.sentAsset else { return nil }
        do {
            try asset.check(address: address.text)
            return nil
        } catch {
            return Refusal(.invalid, "the refund is in \(asset): \(error)")
        }
    }

    /// What a person has to do about the plan; nil where it can go its way.
    var obstacle: Refusal? {
        guard let plan else { return nil }
        switch plan.status {
        case .failed: return Refusal(.provider, Refund.Sentence.failed(plan))
        case .blocked: return Refusal(.blocked, Refund.Sentence.blocked(plan))
        case .manualRequired: return Refusal(.manual, Refund.Sentence.manual(self))
        case .unsupported: return Refusal(.unsupported, Refund.Sentence.unsupported(self))
        case .notNeeded, .cancelled:
            return order.hasMoneyLeft == true ? Refusal(.mismatch, Refund.Sentence.moneyHasLeft(plan)) : nil
        case .inProgress, .succeeded: return nil
        case .created, .eligible: break
        }
        switch plan.path {
        case .manualRequired?: return Refusal(.manual, Refund.Sentence.manual(self))
        case .unsupported?: return Refusal(.unsupported, Refund.Sentence.unsupported(self))
        case .notNeeded? where order.hasMoneyLeft == true:
            return Refusal(.mismatch, Refund.Sentence.moneyHasLeft(plan))
        case .inlineProvider?, .providerBalance?, .sourceReturn?, .providerObserved?, .notNeeded?, nil:
            return plan.needsPerson ? Refusal(.manual, Refund.Sentence.manual(self)) : nil
        }
    }
}

extension Refund {
    /// What a person is told who finds a refund on the desk: what is wrong, and what to do.
    enum Sentence {
        static func failed(_ plan: RefundPlan) -> String {
            "Borderless.xyz says that the refund failed (\(plan.reason ?? "no reason given")), and takes no second "
                + "dispatch: write to its support; then signal “observed” with what came back, or “give_up”"
        }

        static func blocked(_ plan: RefundPlan) -> String {
            let hint =
                plan.layer == .organisationDefault
                ? "; it goes to the organisation's default: is that set, right, and confirmed within 90 days?" : ""
            return "the refund is blocked (\(plan.reason ?? "no reason given"))\(hint); remove the cause on "
                + "Borderless.xyz's dashboard, then signal “dispatch”"
        }

        static func manual(_ claim: Claim) -> String {
            let reason = claim.plan?.reason.map { " (\($0))" } ?? ""
            return
                "\(claim.partner ?? "the partner") refunds by hand only\(reason): ask Borderless.xyz's support for it; "
                + "then signal “observed” with what came back"
        }

        static func unsupported(_ claim: Claim) -> String {
            "\(claim.partner ?? "the partner") can't refund this transaction: write to Borderless.xyz's support about "
                + "where the money is; then signal “observed” with what came back, or “give_up”"
        }

        static func noPartner(_ claim: Claim) -> String {
            let corridor = [claim.country?.text, claim.fiat?.text].compactMap(\.self).joined(separator: "/")
            return "no partner that is enabled serves \(corridor), so that nobody may refund it: ask Borderless.xyz's "
                + "support where the money is"
        }

        static func moneyHasLeft(_ plan: RefundPlan) -> String {
            "Borderless.xyz says “\(plan.status.rawValue)”, as if nothing had moved; but money has left: write to its "
                + "support, naming the transfer on chain"
        }

        static let staleDefault =
            "nobody has confirmed the organisation's default destination for 90 days, so that automatic refunds to it "
            + "are paused: check its addresses, confirm it on Borderless.xyz's dashboard, then signal “dispatch”"

        static func noAddress(on network: String) -> String {
            "the organisation's default destination has no address on \(network), where the money is to go: add one on "
                + "Borderless.xyz's dashboard, or signal “dispatch” with a destination"
        }

        static let offAlready = "the refund is under way; a second one would be a mistake"

        static let eligible =
            "the refund may be sent off now: signal “dispatch”, unless it is to go by itself, which this job sees"

        static func turnedDown(_ why: Refusal) -> String {
            "the dispatch was turned down (\(why.message)), and no plan is shown that is under way: look at "
                + "Borderless.xyz's dashboard, then signal “dispatch”, “observed” or “give_up”"
        }

        static func unreadable(_ why: Refusal) -> String {
            "the transaction can't be read (\(why.message)): look on Borderless.xyz's dashboard where the money is; "
                + "then signal “observed” with what came back, or “give_up”"
        }
    }
}

extension Refusal.Code {
    /// Nobody can refund it by the API.
    static let unsupported: Self = "unsupported"
    /// Something stands in the refund's way.
    static let blocked: Self = "blocked"
    /// A person has to do it.
    static let manual: Self = "manual"
    /// It is a person's turn to send it off.
    static let eligible: Self = "eligible"
    /// Something was confirmed too long ago.
    static let stale: Self = "stale"
    /// It arrived: there is nothing to return.
    static let delivered: Self = "delivered"
    /// It failed before anything had moved.
    static let nothingMoved: Self = "nothing_moved"
}
