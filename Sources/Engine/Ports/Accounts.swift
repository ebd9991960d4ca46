public import Time

/// What daemons share about the accounts at providers: breakers, holds, pauses.
///
/// Each change is conditional, so that of two daemons that want the same thing one gets it.
public protocol AccountBook: Sendable {
    /// All accounts that anything is known of.
    func readAccounts() async throws(StoreFailure) -> [AccountReading]
    /// Changes what is known of an account where the change still fits, and returns how all accounts stand afterwards.
    func change(
        _ account: ProviderAccount, _ change: AccountChange, by node: NodeID
    ) async throws(StoreFailure) -> [AccountReading]
    /// Makes jobs of one bucket due that were given back because of an account, at most `limit` of them; returns how
    /// many. Never one with a lease.
    func releaseHeld(_ release: HeldRelease) async throws(StoreFailure) -> Int
    /// Takes permits for calls to an account with a rate, at most `wanted`.
    func takePermits(_ account: ProviderAccount, _ wanted: Int) async throws(StoreFailure) -> PermitGrant
}

/// Permits for calls.
public struct PermitGrant: Hashable, Sendable {
    /// How many.
    public let permits: Int
    /// When one more can be had; nil: there are more.
    public let next: Timestamp?

    /// A grant.
    public init(permits: Int, next: Timestamp?) {
        self.permits = permits
        self.next = next
    }
}

/// What the configuration allows at an account.
public struct AccountLimits: Hashable, Sendable {
    /// The account.
    public let account: ProviderAccount
    /// The most calls at once, of all daemons together; nil: as many as the engine makes.
    public let concurrency: Int?
    /// The most calls per second, of all daemons together; nil: no limit.
    public let rate: Int?
    /// The most calls at once after a time without any; nil: as many as in a second.
    public let burst: Int?

    /// Limits.
    public init(_ account: ProviderAccount, concurrency: Int? = nil, rate: Int? = nil, burst: Int? = nil) {
        self.account = account
        self.concurrency = concurrency
        self.rate = rate
        self.burst = burst
    }
}

/// How an account stands.
public struct AccountReading: Hashable, Sendable {
    /// Whether the account's failures keep calls away from it.
    public enum Breaker: Hashable, Sendable {
        /// They don't.
        case closed
        /// They do, until somebody tries it, not before this instant.
        case open(probeAt: Timestamp)
        /// A node tries it with one call; when this instant has passed, somebody else may.
        case probing(by: NodeID, until: Timestamp)
    }

    /// The account.
    public let account: ProviderAccount
    /// One more with each change: of two readings the one with the higher version is newer.
    public let version: Int
    /// Its breaker.
    public let breaker: Breaker
    /// Until when the provider asked to be left alone.
    public let heldUntil: Timestamp?
    /// Whether an operator paused it or its provider.
    public let isPaused: Bool
    /// What went wrong last, for a person.
    public let lastError: String?
    /// How many calls at once are this daemon's share of what is configured; nil: nothing is configured.
    public let places: Int?
    /// The most calls per second, of all daemons together; nil: no limit.
    public let rate: Int?

    /// A reading.
    public init(
        account: ProviderAccount, version: Int, breaker: Breaker, heldUntil: Timestamp?, isPaused: Bool,
        lastError: String?, places: Int? = nil, rate: Int? = nil
    ) {
        self.account = account
        self.version = version
        self.breaker = breaker
        self.heldUntil = heldUntil
        self.isPaused = isPaused
        self.lastError = lastError
        self.places = places
        self.rate = rate
    }
}

/// What a node learnt about an account, for all.
public enum AccountChange: Hashable, Sendable {
    /// Its calls fail: the breaker opens if it is closed, and rests before the first probe.
    case openBreaker(failures: Int, error: String, rest: Duration)
    /// This node wants to try it, if it is time and nobody else does; for so long nobody else may.
    case probe(patience: Duration)
    /// This node has tried it: without an error the breaker closes; with one it rests twice as long as before, at most
    /// `longest`.
    case endProbe(error: String?, longest: Duration)
    /// The provider asked to be left alone for so long.
    case hold(Duration, reason: String)
}

/// Which held jobs to make due.
public struct HeldRelease: Hashable, Sendable {
    /// Of this account.
    public let account: ProviderAccount
    /// In this bucket: each statement names one.
    public let bucket: Int
    /// The most jobs.
    public let limit: Int
    /// Due so long after now; those due earlier are left as they are.
    public let after: Duration

    /// A release.
    public init(account: ProviderAccount, bucket: Int, limit: Int, after: Duration) {
        self.account = account
        self.bucket = bucket
        self.limit = limit
        self.after = after
    }
}
