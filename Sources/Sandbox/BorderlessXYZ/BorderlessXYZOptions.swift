internal import Time

/// How the simulator behaves where Borderless.xyz's documentation leaves a choice, and how long things take.
public struct BorderlessXYZOptions: Sendable, Hashable {
    /// What becomes of a header `idempotency-key` (documented for deposits, and not for withdrawals).
    public enum Idempotency: String, Sendable, Hashable, CaseIterable {
        /// The same key is the same answer.
        case honoured
        /// It is not looked at.
        case ignored
        /// Without one, a `POST` is refused.
        case required
    }

    /// When two requests under one key count as the same.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// When their bodies say the same.
        case json
        /// When their bodies are the same bytes.
        case bytes
    }

    /// Who sends the crypto.
    public enum Funding: Sendable, Hashable {
        /// It arrives by itself this long after the instructions are there, as Borderless.xyz's own sandbox goes on.
        case automatic(after: Duration)
        /// It arrives when the control plane says so.
        case awaited
    }

    /// How long the steps take when nothing is wrong.
    public struct Delays: Sendable, Hashable {
        /// From each status to the next, up to the instructions.
        public var step: Duration = .seconds(3)
        /// From the crypto's arrival to the end.
        public var processing: Duration = .minutes(3)
        /// From a failure until the refund is sent off by itself.
        public var dispatch: Duration = .seconds(30)
        /// From there until the money is back.
        public var refund: Duration = .minutes(20)

        /// Realistic delays, but for refunds, which take business days.
        public init() {}
    }

    /// Whether an id that it has not given out is taken for a payout that was opened through Dfns, and has failed after
    /// its crypto had arrived: Dfns's sandbox is another simulator, and names such ids.
    public var knowsOthers = true
    /// How long the steps take.
    public var delays = Delays()
    /// Who sends the crypto.
    public var funding = Funding.automatic(after: .seconds(30))
    /// How long a token is good (not documented).
    public var tokenLifetime: Duration = .hours(24)
    /// How long a quote is good (not documented).
    public var quoteLifetime: Duration = .minutes(5)
    /// How long Pending waits for the crypto (not documented).
    public var pendingLifetime: Duration = .hours(24)
    /// Whether `Preparing` is shown, after `Verifying`.
    public var showsPreparing = true
    /// Whether digit 8 shows `Failed` before `Refunded`.
    public var showsFailedBeforeRefunded = false
    /// Whether a failure by digit 9 is refunded by itself too, as `autoRefund` would suggest.
    public var refundsFailures = false
    /// Whether a transaction shows its refund plan.
    public var showsPlan = true
    /// Whether a transaction shows the reference that it was opened with (not documented).
    public var showsReference = true
    /// Whether a transaction shows the transfers on chain that belong to it.
    public var showsHashes = true
    /// Whether the organisation's default lets refunds go by themselves, until somebody sets it anew.
    public var defaultRefundsItself = true
    /// Whether confirming the default answers with how it stands, and not with 200 alone.
    public var answersConfirmation = true
    /// Whether the answer to a dispatch shows the plan as it was, and not yet under way.
    public var answersEligible = false
    /// With which status a dispatch is refused: 409, 400 or 422.
    public var dispatchRefusal = 409
    /// Whether a list begins with the newest.
    public var listsNewestFirst = true
    /// Whether `Source` and `ProviderBalance` may be asked for although capabilities never list them.
    public var acceptsUnlistedTypes = false
    /// What becomes of an idempotency key.
    public var idempotency = Idempotency.honoured
    /// When two requests under one key count as the same.
    public var comparison = Comparison.json
    /// How many attempts a webhook gets before its address is switched off.
    public var webhookAttempts = 5
    /// The header field that carries a webhook's signature.
    public var signatureHeader = "x-borderless-signature"

    /// The defaults.
    public init() {}
}
