/// A mistake that is built into a run on purpose, to see that the checkers find it.
///
/// None of them is in the engine, the flow or the client: each is a wrapper of the simulator's own around the real
/// thing.
public enum Defect: String, CaseIterable, Sendable {
    /// The store takes a commit whoever owns the job by now.
    case unfencedCommits
    /// The store takes a commit of the owner's at the right transition, however many it made since: a late copy fits.
    case uncountedCommits
    /// The store says that a commit is durable, and now and then loses it.
    case forgetfulStore
    /// The store goes on delivering signals that were heard.
    case forgottenAnswers
    /// Claims hide that an attempt was under way when its owner vanished.
    case forgottenAttempts
    /// An action whose outcome is unknown is repeated at once, without a look.
    case blindRepeats
    /// Each attempt has a key of its own.
    case freshKeys
    /// No account's breaker ever opens: jobs spend their attempts on a provider that can't be reached.
    case breakersThatNeverOpen
}
