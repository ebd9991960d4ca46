public import Postgres
public import Time

/// What has to be done now and then, by any daemon: partitions for the months to come, statistics for the planner,
/// webhooks that a crash left unmatched or that nobody asked for.
public struct Housekeeping: Sendable {
    private let database: any QueryRunner
    private let log: @Sendable (String) -> Void

    /// Housekeeping; `log` takes one line for a person.
    public init(_ database: any QueryRunner, log: @escaping @Sendable (String) -> Void) {
        self.database = database
        self.log = log
    }

    /// Does it once.
    public func doOnce() async throws(PostgresError) {
        _ = try await database.query(.housekeeping, [], timeout: .minutes(5))
    }

    /// Does it every so often, at once for the first time, until the task is cancelled.
    public func run(host: HostTime, every interval: Duration = .minutes(1)) async {
        while !Task.isCancelled {
            do throws(PostgresError) {
                try await doOnce()
            } catch {
                if Task.isCancelled { return }
                log("housekeeping failed, and is tried again in \(interval.inWords): \(error)")
            }
            await host.sleep(interval)
        }
    }
}
