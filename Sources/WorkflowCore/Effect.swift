/// What it takes to ask a provider a second time without doing a thing twice.
///
/// Every activity has to choose, so that there is no unguarded write without a lookup.
public indirect enum Effect<Activity: WorkflowActivity>: Hashable, Sendable {
    /// It changes nothing: repeat freely.
    case read
    /// The provider deduplicates on our key: repeat with the same key.
    case deduplicated
    /// Nothing protects it. After an unknown outcome the lookup is run first; an event that the state takes ends it.
    /// Only when the lookup, asked again after the settle time by which the provider's reads may lag, still shows
    /// that nothing happened, is it repeated.
    case unguarded(lookup: Activity, settle: Duration)
}
