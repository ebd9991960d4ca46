import Postgres
import PostgresStore
import SQL
import Time

/// `lockstep clock`: shows the clock, and moves a virtual one.
enum ClockCommand: Command {
    static let name = "clock"
    static let summary = "Show the database's clock; advance a virtual one."
    static let options = [
        Option("advance", "INTERVAL", "Go so far, such as '24 hours', through everything that falls due."),
        Option("set", "MODE", "virtual, or real: only where no job is under way on the real one."),
        databaseOption,
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let mode = try arguments.choice("set", of: ["", "virtual", "real"], default: "")
        return try await Database.open(try host.database(arguments)) { pool in
            if !mode.isEmpty {
                _ = try await pool.query(Statement(name: "set_clock", sql: SQL.setClock), [.text(mode), .bool(false)])
            }
            if let interval = arguments["advance"] {
                _ = try await pool.query(Statement(name: "advance_clock", sql: SQL.advanceClock), [.text(interval)])
            }
            let reading = try await PostgresClock.read(pool)
            host.print("\(reading.now) (\(reading.mode.rawValue))")
            return .success
        }
    }
}
