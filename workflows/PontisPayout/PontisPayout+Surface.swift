import Domain
public import JSONSchema
public import WorkflowCore

/// What apps, operators and callbacks see of a payout.
extension PontisPayout {
    /// `accept` a rate that has moved, `cancel` what is not ordered yet.
    public static let signals = ["accept", "cancel"]

    /// Which signal is which event.
    public static func event(for signal: Signal) -> Event? {
        switch signal.name {
        case "accept": .accepted
        case "cancel": .cancelRequested
        case _: nil
        }
    }

    /// PontisGlobe said no.
    public static func refused(_ refusal: ProviderRefusal) -> Event {
        .refused(refusal: Refusal(Refusal.Code(rawValue: refusal.code), refusal.message))
    }

    /// The account that the order names.
    public static func account(of state: State) -> String { order(of: state)?.account?.text ?? "main" }

    /// PontisGlobe's id of the payout.
    public static func references(of state: State) -> [Reference] {
        payout(of: state).map { [Reference(provider: provider, value: $0.id)] } ?? []
    }

    /// What the app may show: the id, what to accept, why it did not arrive. Amounts in the recipient's currency are
    /// never told by PontisGlobe.
    public static func output(of state: State) -> [String: JSONValue] {
        var output: [String: JSONValue] = [:]
        output["transaction_id"] = payout(of: state).map { .string($0.id) }
        switch state {
        case .reconfirming(_, let tries):
            output["asks"] = .string("the rate has moved \(tries.rateMoves == 1 ? "once" : "\(tries.rateMoves) times")")
        case .postponed(_, _, let why), .failed(let why, _), .rejected(let why, _), .reversed(_, let why):
            output["code"] = .string(why.code.rawValue)
            output["reason"] = .string(why.message)
        case .completed:
            // No bank reference supports it: whoever needs certainty reconciles it with another source.
            output["evidence"] = .string("provider_claim")
        case .holding(let payout, let status):
            output["status"] = .string(status)
            let says = payout.isDelivered == true ? "called it completed, and says now" : "says"
            output["reason"] = .string(
                "PontisGlobe \(says) “\(status)”: ask its support what that means for the payout")
        case .sending, .awaitingApproval, .queued, .processing, .canceled, .expired: break
        }
        return output
    }

    private static func payout(of state: State) -> Payout? {
        switch state {
        case .awaitingApproval(let payout), .queued(let payout), .processing(let payout), .holding(let payout, _),
            .completed(let payout), .reversed(let payout, _):
            payout
        case .failed(_, let payout), .rejected(_, let payout), .canceled(let payout): payout
        case .sending, .reconfirming, .postponed, .expired: nil
        }
    }

    private static func order(of state: State) -> Order? {
        switch state {
        case .sending(let order, _), .reconfirming(let order, _), .postponed(let order, _, _): order
        case .awaitingApproval, .queued, .processing, .holding, .completed, .reversed, .failed, .rejected, .canceled,
            .expired:
            payout(of: state)?.order
        }
    }
}

extension Refusal.Code {
    /// The market moved by more than 0.5 % since the price was taken.
    static let rateMoved: Self = "rate_moved"
    /// The day's limit is used up.
    static let dailyLimit: Self = "daily_limit_exceeded"
    /// The month's limit is used up.
    static let monthlyLimit: Self = "monthly_limit_exceeded"
    /// The balance is too low.
    static let insufficientFunds: Self = "insufficient_funds"
    /// More than one payout may be.
    static let payoutLimit: Self = "per_payout_limit_exceeded"
    /// There is no such quote.
    static let quoteNotFound: Self = "quote_not_found"
    /// A quote is good for one payout.
    static let quoteUsed: Self = "quote_used"
    /// The quote ran out.
    static let quoteExpired: Self = "quote_expired"
    /// The quote's signature is not PontisGlobe's: the request's own, when it is wrong, is `unauthorized`.
    static let quoteSignature: Self = "invalid_signature"
    /// The recipient did not pass PontisGlobe's screening.
    static let screening: Self = "screening_failed"
}
