/// The host's own time, as the executable wires it: only differences of it are used.
public struct HostTime: Sendable {
    /// Time since some fixed moment; never goes back.
    let elapsed: @Sendable () -> Duration
    /// Returns after this long, or at once when the task is cancelled.
    let sleep: @Sendable (Duration) async -> Void

    /// Host time by these two functions, `ContinuousClock` and `Task.sleep` for example.
    public init(
        elapsed: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async -> Void
    ) {
        self.elapsed = elapsed
        self.sleep = sleep
    }
}
