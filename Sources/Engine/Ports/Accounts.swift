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

    /// A reading.
    public init(
        account: ProviderAccount, version: Int, breaker: Breaker, heldUntil: Timestamp?, isPaused: Bool,
        lastError: String?
    ) {
        self.account = account
        self.version = version
        self.breaker = breaker
        self.heldUntil = heldUntil
        self.isPaused = isPaused
        self.lastError = lastError
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
