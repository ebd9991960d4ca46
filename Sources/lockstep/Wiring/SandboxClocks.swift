import Postgres
import PostgresStore
import SandboxHost
import SQL
import Time

/// The longest that a sandbox on real time waits at once: an order that comes in the meantime sets timers of its own.
private let longestNap = Duration.milliseconds(50)

/// Real time, for a sandbox that shares its clock with nobody.
struct HostSandboxClock: SandboxClock {
    let host: Host

    func now() async throws -> Timestamp { host.now() }
    func publish(nextDue: Timestamp?, busy: Bool) async throws {}

    func wait(until instant: Timestamp?) async {
        let wait = instant.map { min(max($0 - host.now(), .milliseconds(1)), longestNap) } ?? longestNap
        await host.sleep(wait)
    }
}

/// A database's clock, as a participant: it stands still while the sandbox is at work.
///
/// One connection, so that what is published is published in order.
final class SharedSandboxClock: SandboxClock {
    private let connection: PostgresConnection
    private let listener: PostgresListener
    private let name: String
    private let clock: PostgresClock

    /// Joins the clock of this database under a name.
    init(_ url: String, name: String, host: Host) async throws {
        let configuration = try PostgresConfiguration(url)
        try await Database.requireSchema(configuration)
        connection = PostgresConnection(configuration)
        listener = PostgresListener(configuration, channels: ["lockstep_clock"])
        self.name = name
        clock = PostgresClock(try await PostgresClock.read(connection), host: host.time)
        try await publish(nextDue: nil, busy: false)
        Task { [listener, connection, clock] in
            for await _ in listener.events {
                if let reading = try? await PostgresClock.read(connection) { clock.observe(reading) }
            }
        }
    }

    func now() async throws -> Timestamp {
        let reading = try await PostgresClock.read(connection)
        clock.observe(reading)
        return reading.now
    }

    func publish(nextDue: Timestamp?, busy: Bool) async throws {
        _ = try await connection.query(
            Statement(name: "join_clock", sql: SQL.joinClock), [.text(name), .timestamp(nextDue), .bool(busy)])
    }

    /// Until a virtual clock moves, or a few milliseconds without notifications; on a real one, not for long.
    func wait(until instant: Timestamp?) async {
        let now = clock.now()
        let last = now + (clock.mode == .real ? longestNap : .hours(1))
        await clock.sleep(from: now, until: min(instant ?? last, last))
    }
}
