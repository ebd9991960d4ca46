import Time

/// When a failed attempt is repeated, and when the engine gives up and parks the job for a person.
///
/// The wait after attempt *n* is `initialInterval × coefficient^(n−1)`, at most `maximumInterval`, less up to a fifth
/// of itself: the jitter, computed from a seed that is handed in. For `.standard`, before jitter:
///
/// | after attempt | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 |
/// | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
/// | wait | 1 s | 2 s | 4 s | 8 s | 16 s | 32 s | 64 s | 128 s | 256 s | 300 s |
public struct RetryPolicy: Hashable, Sendable {
    /// The wait after the first attempt.
    public var initialInterval: Duration
    /// How much longer each wait is than the one before.
    public var coefficient: Double
    /// The longest wait.
    public var maximumInterval: Duration
    /// The most attempts; nil means as many as fit into `maximumElapsed`.
    public var maximumAttempts: Int?
    /// No attempt is started later than this after the first; nil means no limit.
    public var maximumElapsed: Duration?

    /// A policy whose waits grow by `coefficient` up to `maximum`.
    ///
    /// Retries that end park the job; without `attempts` and `elapsed` they would never end, so the elapsed time then
    /// counts as 24 hours.
    public static func exponential(
        from initial: Duration, upTo maximum: Duration, coefficient: Double = 2, attempts: Int? = nil,
        elapsed: Duration? = nil
    ) -> RetryPolicy {
        RetryPolicy(
            initialInterval: initial, coefficient: coefficient, maximumInterval: maximum, maximumAttempts: attempts,
            maximumElapsed: attempts == nil && elapsed == nil ? .hours(24) : elapsed)
    }

    /// From 1 s to 5 min, for 24 hours.
    public static let standard = exponential(from: .seconds(1), upTo: .minutes(5))

    /// The wait after attempt number `attempt` (from 1), with a jitter that depends on the seed alone.
    public func delay(after attempt: Int, seed: UInt64) -> Duration {
        let wait = grown(initialInterval, by: coefficient, steps: attempt - 1, upTo: maximumInterval)
        let fraction = Double(SplitMix64.mix(seed &+ UInt64(clamping: attempt)) >> 11) / Double(1 << 53)
        return .microseconds(wait.microseconds - Int64(Double(wait.microseconds) * 0.2 * fraction))
    }

    /// Whether another attempt may start, after `attempt` of them, this long after the first.
    public func allows(attemptAfter attempt: Int, elapsed: Duration) -> Bool {
        if let maximumAttempts, attempt >= maximumAttempts { return false }
        if let maximumElapsed, elapsed >= maximumElapsed { return false }
        return true
    }
}

/// How often a state is read: at first every `every`, then twice as long each time, up to `upTo`.
///
/// Without jitter on purpose: polls that fall on one instant are claimed in one batch.
public struct Cadence: Hashable, Sendable {
    /// The first wait.
    public let every: Duration
    /// The longest wait.
    public let upTo: Duration

    /// The wait before poll number `poll` (from 1).
    public func delay(before poll: Int) -> Duration { grown(every, by: 2, steps: poll - 1, upTo: upTo) }
}

private func grown(_ start: Duration, by factor: Double, steps: Int, upTo limit: Duration) -> Duration {
    var wait = Double(start.microseconds)
    let most = Double(limit.microseconds)
    var left = steps
    while left > 0, wait < most, factor > 1 {
        wait *= factor
        left -= 1
    }
    return wait < most ? .microseconds(Int64(wait)) : limit
}

/// A small generator whose whole state is its seed: jitter and simulations are repeated by repeating the seed.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator; equal seeds give equal sequences.
    public init(seed: UInt64) { state = seed }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// Spreads a number over all 64 bits.
    public static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
