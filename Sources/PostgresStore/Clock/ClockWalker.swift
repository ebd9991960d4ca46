public import Postgres
import Time

/// Takes the steps of a virtual clock: to the next due instant whenever all is quiet, as far as somebody asked for.
///
/// On a real clock it only looks, now and then, whether that is still so.
public final class ClockWalker: Sendable {
    /// How often a real clock is looked at: `lockstep.set_clock` is called before there is work.
    private static let realPause = Duration.seconds(1)
    /// How long a virtual clock that is not to move is left alone; a notification ends it.
    private static let restPause = Duration.milliseconds(20)
    /// How long it waits for quiet at first, and at most.
    private static let busyPause = Duration.milliseconds(1)...Duration.milliseconds(5)

    private let database: any QueryRunner
    private let clock: PostgresClock
    private let host: HostTime
    private let nudged = WaitingRoom()
    private let log: @Sendable (String) -> Void

    /// A walker; `log` takes one line for a person.
    public init(
        _ database: any QueryRunner, clock: PostgresClock, host: HostTime,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.database = database
        self.clock = clock
        self.host = host
        self.log = log
    }

    /// Something happened to the clock: look now.
    public func nudge() { nudged.wakeAll() }

    /// Walks until the task is cancelled.
    public func run() async {
        var pause = Self.busyPause.lowerBound
        while !Task.isCancelled {
            do throws(PostgresError) {
                let reading = try await PostgresClock.read(database)
                clock.observe(reading)
                if reading.mode == .real {
                    await rest(Self.realPause)
                } else if !reading.isToMove {
                    await rest(Self.restPause)
                } else if try await step(from: reading) {
                    pause = Self.busyPause.lowerBound
                } else {
                    await rest(pause)
                    pause = min(pause * 2, Self.busyPause.upperBound)
                }
            } catch {
                if Task.isCancelled { return }
                log("the clock can't be read: \(error)")
                await rest(Self.realPause)
            }
        }
    }

    /// Takes a step if all is quiet; says whether the clock moved.
    private func step(from reading: ClockReading) async throws(PostgresError) -> Bool {
        let instant: Timestamp? = try await database.query(.clockStep).only["now"]
        guard let instant, instant > reading.now else { return false }
        clock.observe(ClockReading(mode: .virtual, now: instant))
        return true
    }

    private func rest(_ pause: Duration) async {
        await nudged.wait { [host] in await host.sleep(pause) }
    }
}
