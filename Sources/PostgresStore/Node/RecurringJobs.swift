public import Postgres
import Time

/// Enqueues the jobs of `lockstep.schedules` that are due: any daemon, and however many, one job for each instant.
///
/// On a virtual clock whoever walks it does the same before each step.
public struct RecurringJobs: Sendable {
    private let database: any QueryRunner
    private let log: @Sendable (String) -> Void

    /// Recurring jobs; `log` takes one line for a person.
    public init(_ database: any QueryRunner, log: @escaping @Sendable (String) -> Void) {
        self.database = database
        self.log = log
    }

    /// Looks every so often, at once for the first time, until the task is cancelled.
    public func run(host: HostTime, every interval: Duration = .seconds(1)) async {
        while !Task.isCancelled {
            do throws(PostgresError) {
                _ = try await database.query(.runSchedules)
            } catch {
                if Task.isCancelled { return }
                log("recurring jobs can't be enqueued, and are tried again in \(interval.inWords): \(error)")
            }
            await host.sleep(interval)
        }
    }
}
