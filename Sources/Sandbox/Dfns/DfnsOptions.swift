internal import Time

/// How the simulator behaves where Dfns's documentation leaves a choice, and how long things take.
///
/// Each choice is a reading that a client must survive; the first one is the default.
public struct DfnsOptions: Sendable, Hashable {
    /// What happens when an `externalId` comes again with another body.
    public enum ConflictReading: String, Sendable, Hashable, CaseIterable {
        /// 409 with `details.duplicate` (API reference, idempotency).
        case conflict
        /// 200 with the payout that is there (guide to payouts).
        case existingPayout
    }

    /// Where an `externalId` must be unique.
    public enum ExternalIDScope: String, Sendable, Hashable, CaseIterable {
        /// In the organisation.
        case organisation
        /// In one wallet.
        case wallet
    }

    /// When the 24 hours for the confirmation begin.
    public enum ConfirmationWindow: String, Sendable, Hashable, CaseIterable {
        /// When the payout starts to await it.
        case fromAwaiting
        /// When the payout is created.
        case fromCreation
    }

    /// What the delays of a webhook's retries count from.
    public enum RetryReading: String, Sendable, Hashable, CaseIterable {
        /// From the attempt before: about 26 hours in all.
        case fromPreviousAttempt
        /// From the first attempt: 24 hours in all (Dfns's README of 2024).
        case fromFirstAttempt
    }

    /// Which event the `retryOf` of a retry names.
    public enum RetryOfReading: String, Sendable, Hashable, CaseIterable {
        /// The attempt before.
        case previous
        /// The first attempt.
        case original
    }

    /// How long the steps of a payout take when nothing is wrong.
    public struct Delays: Sendable, Hashable {
        /// From creation until Borderless has opened the withdrawal.
        public var opening: Duration = .seconds(2)
        /// From there until the deposit address is known.
        public var instructions: Duration = .seconds(6)
        /// From the confirmation, or the policy's approval, until the transfer is on its way.
        public var submission: Duration = .seconds(5)
        /// From there until the transfer is final on chain.
        public var deposit: Duration = .seconds(90)
        /// From there until the fiat has arrived.
        public var disbursement: Duration = .minutes(8)
        /// Until a policy's approval is decided, where an outcome doesn't say.
        public var policyDecision: Duration = .hours(1)
        /// From a failure after funding until the crypto is back in the wallet.
        public var refund: Duration = .minutes(30)
        /// From completion until the bank returns the fiat, where an outcome asks for it.
        public var bankReturn: Duration = .days(2)

        /// Realistic delays.
        public init() {}

        /// The same, so many times shorter: for tests on a real clock. Policies' and banks' days are left alone.
        public func faster(by factor: Int) -> Delays {
            var delays = self
            let steps: [WritableKeyPath<Delays, Duration>] = [
                \.opening, \.instructions, \.submission, \.deposit, \.disbursement, \.refund,
            ]
            for step in steps { delays[keyPath: step] /= max(1, factor) }
            return delays
        }
    }

    /// How long the steps take.
    public var delays = Delays()
    /// By which share, from 0 to 1, a delay may be longer or shorter; drawn from the seed.
    public var jitter = 0.0
    /// How long a challenge can be signed (assumed; Dfns documents no lifetime).
    public var challengeLifetime: Duration = .minutes(5)
    /// How long a user action token can be used (assumed; Dfns documents no lifetime).
    public var tokenLifetime: Duration = .minutes(2)
    /// Whether a request that is refused spends its user action token too.
    public var refusalsSpendTokens = false
    /// What happens when an `externalId` comes again with another body.
    public var conflict = ConflictReading.conflict
    /// Where an `externalId` must be unique.
    public var externalIDScope = ExternalIDScope.organisation
    /// When the time for the confirmation begins.
    public var confirmationWindow = ConfirmationWindow.fromAwaiting
    /// How long a payout awaits its confirmation (guide to payouts: 24 h).
    public var confirmationTimeout: Duration = .hours(24)
    /// How long after the confirmation the transfer must be submitted (guide to payouts: 4 h).
    public var submissionTimeout: Duration = .hours(4)
    /// Whether waiting for a policy's approval uses up that time.
    public var policyWaitCounts = true
    /// Whether `transferId` is there as soon as the transfer waits for approval, or only once it is on its way.
    public var showsTransferEarly = false
    /// What the delays of a webhook's retries count from.
    public var retryDelays = RetryReading.fromPreviousAttempt
    /// Which event a retry names.
    public var retryOf = RetryOfReading.previous
    /// Whether signatures of webhooks are written in upper-case digits.
    public var upperCaseSignatures = false
    /// Whether a user may approve what the same user initiated (Dfns: not by default).
    public var initiatorMayApprove = false
    /// Whether quotes carry the optional `quoteId`.
    public var quotesHaveIDs = false

    /// The defaults.
    public init() {}
}
