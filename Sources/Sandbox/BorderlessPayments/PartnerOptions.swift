internal import Time

/// How the simulator behaves where Borderless Payments' documentation leaves a choice, and how long things take.
public struct PartnerOptions: Sendable, Hashable {
    /// Which answers an idempotency key keeps.
    public enum StoredAnswers: String, Sendable, Hashable, CaseIterable {
        /// Those of what was done.
        case successes
        /// Refusals and failures too: whoever asks again under the same key gets them for a day.
        case all
    }

    /// What makes two bodies under one key the same.
    public enum BodyReading: String, Sendable, Hashable, CaseIterable {
        /// Each byte.
        case bytes
        /// The same JSON, however it is written.
        case json
    }

    /// From when the pauses between attempts of a webhook are counted.
    public enum RetryReading: String, Sendable, Hashable, CaseIterable {
        /// From the first attempt, as the example of a delivery suggests.
        case fromFirstAttempt
        /// From the last one.
        case fromLastAttempt
    }

    /// With which time a repeated webhook is signed.
    public enum SigningReading: String, Sendable, Hashable, CaseIterable {
        /// With that of each attempt.
        case eachAttempt
        /// With that of the first, as the example of a delivery suggests.
        case firstAttempt
    }

    /// How long things take when nothing is wrong. Nil: they don't happen unless the control plane says so.
    public struct Delays: Sendable, Hashable {
        /// Until a customer has gone through the session.
        public var submission: Duration? = .minutes(2)
        /// From there until it is looked at.
        public var pending: Duration = .seconds(10)
        /// From there until it is decided.
        public var review: Duration = .minutes(2)
        /// Until an open session runs out.
        public var session: Duration = .days(7)
        /// From the approval until the venue has taken the user.
        public var registration: Duration? = .seconds(20)
        /// From an order that is PENDING until it can be paid.
        public var instructions: Duration = .seconds(5)
        /// Until a customer's transfer arrives.
        public var transfer: Duration? = .minutes(30)
        /// Until a customer has agreed on the bank's page.
        public var page: Duration? = .minutes(3)
        /// Until a payment is verified.
        public var verification: Duration = .minutes(3)
        /// Until the crypto is sent.
        public var processing: Duration = .minutes(5)
        /// Until an order in reconciliation is known about.
        public var reconciliation: Duration = .minutes(4)

        /// Realistic delays.
        public init() {}
    }

    /// How long the steps take.
    public var delays = Delays()
    /// How long an idempotency key is kept (documented).
    public var keyLifetime: Duration = .hours(24)
    /// Which answers it keeps.
    public var storedAnswers = StoredAnswers.successes
    /// What it compares.
    public var bodies = BodyReading.json
    /// The status of the answer that creates a user: 200 or 201.
    public var createdUserStatus = 201
    /// Whether a new order is PENDING first.
    public var startsPending = false
    /// Whether a user may have one open order only.
    public var oneOpenOrder = false
    /// How long a quote is good for an order.
    public var quoteLifetime: Duration = .seconds(600)
    /// How long a transfer may take (the example shows 47 hours).
    public var paymentTerm: Duration = .hours(47)
    /// How long after that a transfer is still waited for, before the order expires.
    public var grace: Duration = .zero
    /// How long a bank's page is good (documented as about ten minutes).
    public var pageLifetime: Duration = .minutes(10)
    /// USDC for one euro, in millionths.
    public var price = 1_080_000
    /// What is taken off the crypto when the conversion executes, in hundredths of a percent.
    public var refinement = 3
    /// The least that is sold for, in cents.
    public var leastCents = 100
    /// The most that is sold for, in cents.
    public var mostCents = 5_000_000
    /// From when pauses between attempts of a webhook are counted.
    public var retryDelays = RetryReading.fromFirstAttempt
    /// With which time attempts are signed.
    public var signing = SigningReading.eachAttempt
    /// How long a teammate's token is good (documented).
    public var tokenLifetime: Duration = .seconds(900)
    /// The code with which a venue's wish for a purpose of usage is told (not documented).
    public var purposeCode = "purpose_of_usage_required"

    /// The defaults.
    public init() {}
}
