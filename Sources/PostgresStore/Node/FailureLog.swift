import Synchronization

/// What goes wrong again and again, in a line a second at most: when the database is away, everything fails at once.
public final class FailureLog: Sendable {
    private struct State {
        var lastAt: Duration?
        var leftOut = 0
    }

    private let host: HostTime
    private let interval: Duration
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// A log that passes one line on in each interval, with how many were left out since the one before.
    public init(
        host: HostTime, interval: Duration = .seconds(1), write: @escaping @Sendable (String) -> Void
    ) {
        self.host = host
        self.interval = interval
        self.write = write
    }

    /// Takes one line for a person.
    public func log(_ line: String) {
        let now = host.elapsed()
        let leftOut: Int? = state.withLock { state in
            if let last = state.lastAt, now - last < interval {
                state.leftOut += 1
                return nil
            }
            state.lastAt = now
            defer { state.leftOut = 0 }
            return state.leftOut
        }
        guard let leftOut else { return }
        write(leftOut == 0 ? line : "\(line) (\(leftOut) more since the last such line)")
    }
}
