internal import Time

/// How the simulator behaves where PontisGlobe's documentation leaves a choice, and how long things take.
public struct PontisOptions: Sendable, Hashable {
    /// Which of PontisGlobe's two systems is simulated.
    public enum Face: String, Sendable, Hashable, CaseIterable {
        /// Its sandbox: `sb_…` ids, outcomes by cents, no callbacks, no balance.
        case sandbox
        /// Its production, as far as it is documented: UUIDs, all statuses, limits, callbacks.
        case production
    }

    /// What the answer to a repeated order shows.
    public enum ReplayReading: String, Sendable, Hashable, CaseIterable {
        /// The status that it has now.
        case currentStatus
        /// The status of the first answer.
        case firstStatus
    }

    /// How long the steps of a payout take when nothing is wrong.
    public struct Delays: Sendable, Hashable {
        /// Until a person has approved it.
        public var approval: Duration = .hours(3)
        /// From there until it is handed to the network.
        public var queueing: Duration = .seconds(20)
        /// From there until it is delivered.
        public var processing: Duration = .minutes(4)
        /// In the sandbox, from the order to the end.
        public var sandbox: Duration = .seconds(10)
        /// From delivery until it comes back, where an outcome asks for it.
        public var reversal: Duration = .days(3)

        /// Realistic delays.
        public init() {}
    }

    /// Which of the two systems it is.
    public var face = Face.production
    /// How long the steps take.
    public var delays = Delays()
    /// How long a token is good (documented).
    public var tokenLifetime: Duration = .minutes(15)
    /// The most log-ins in a minute for one account (PontisGlobe names no number).
    public var logInsPerMinute = 10
    /// Above this a person approves a payout, in cents of the source currency (PontisGlobe names no number).
    public var approvalAbove = 1_000_000
    /// The most that one payout may be, in cents; nil: no limit.
    public var mostPerPayout: Int?
    /// The most in a day, in cents; nil: no limit.
    public var mostPerDay: Int?
    /// The most in a month, in cents; nil: no limit.
    public var mostPerMonth: Int?
    /// The balance that pays, in cents; nil: endless.
    public var balance: Int?
    /// Whether the caller's address is on the account's list.
    public var isCallerAllowed = true
    /// The pauses between attempts to post a callback; none: there is one attempt, as integrators say.
    public var callbackPauses: [Duration] = []
    /// The status of the answer to a repeated order: 200 or 201.
    public var replayStatus = 201
    /// What that answer shows.
    public var replay = ReplayReading.currentStatus

    /// The defaults.
    public init() {}
}
