import Postgres
import Time

/// The demo as an app and an operator see it: everything goes through plain SQL.
struct DemoRun {
    let database: PostgresPool
    let host: Host
    let startedAt: Timestamp

    /// The app's customer is a participant of the virtual clock: time does not run past what he is about to do.
    private static let participate = "select lockstep.join_clock('the customer', next_due => $1)"
    private static let timeline = """
        select at, from_state, event, to_state, actor from lockstep.history where job_id = '%' order by seq
        """

    /// Enqueues all payouts in one transaction, the app's own.
    func enqueue() async throws {
        host.print("The app enqueues \(Scenario.all.count) payouts in one transaction; the first of them:\n")
        host.print("    begin;")
        host.print(Scenario.all[0].enqueue.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n") + ";")
        host.print("    commit;\n")
        let firstConfirmation = Scenario.all.compactMap(\.confirmedAfter).min()
        try await database.transaction { session in
            // In the same transaction: a clock that finds only the customer due would run to him at once.
            try await participate(firstConfirmation, in: session)
            for scenario in Scenario.all { _ = try await session.query(Statement(scenario.enqueue)) }
        }
    }

    /// Shows each step as it happens, and plays the customer, until every job is over.
    func watch(limit: Duration) async throws {
        let end = host.now() + limit
        var shown: [String: Int] = [:]
        var confirmed: Set<String> = []
        host.print("What happens, as it happens (time is the virtual clock's):\n")
        while host.now() < end {
            let open = try await database.query(
                Statement("select count(*) as open from lockstep.job_status where outcome is null"))
            let isOver = try open.only["open", as: Int.self] == 0
            let rows = try await database.query(
                Statement(
                    """
                    select s.key, h.seq, h.at, h.from_state, h.event, h.to_state, h.actor
                    from lockstep.history h join lockstep.job_status s on s.id = h.job_id order by h.at, s.key, h.seq
                    """))
            for row in rows {
                let key = try row["key", as: String.self]
                let seq = try row["seq", as: Int.self]
                guard seq > shown[key, default: 0] else { continue }
                shown[key] = seq
                host.print("  \(key)  \(try line(row))")
            }
            try await playCustomer(&confirmed)
            if isOver { return }
            await host.sleep(.milliseconds(20))
        }
        host.print("\nThe demo's time is up.")
    }

    /// Prints the timeline of each job with the SQL behind it, and says whether each ended as it should.
    func report() async throws -> Bool {
        var good = true
        for scenario in Scenario.all {
            let status = try await database.query(
                Statement(
                    """
                    select id, status, lockstep.why(id) as why from lockstep.job_status where key = $1
                    """), [.text(scenario.key)]
            ).only
            let sql = Self.timeline.replacing("%", with: try status["id", as: String.self])
            let found = try status["status", as: String.self]
            let verdict = found == scenario.ending ? "as it should" : "but should have ended \(scenario.ending)"
            good = good && found == scenario.ending
            host.print("\n\(scenario.key) \(scenario.story): \(found), \(verdict)\n\n    \(sql);\n")
            for row in try await database.query(Statement(sql)) { host.print("    \(try line(row))") }
            host.print("    \(try status["why", as: String.self])")
        }
        return good
    }

    private func line(_ row: Row) throws -> String {
        let after = (try row["at", as: Timestamp.self] - startedAt).inWords
        let from = try row["from_state", as: String?.self] ?? "·"
        let to = try row["to_state", as: String?.self] ?? "·"
        let step = from == to ? from : "\(from) → \(to)"
        let event = try row["event", as: String.self]
        return "+\(after)".padded(14) + event.padded(16) + step.padded(46) + (try row["actor", as: String.self])
    }

    private func playCustomer(_ confirmed: inout Set<String>) async throws {
        let now = try await database.query(Statement("select lockstep.now() as now")).only["now", as: Timestamp.self]
        let waiting = Scenario.all.filter { $0.confirmedAfter != nil && !confirmed.contains($0.key) }
        for scenario in waiting where scenario.confirmedAfter.map({ startedAt + $0 <= now }) == true {
            _ = try await database.query(
                Statement(
                    """
                    select lockstep.signal(id, 'confirm', key => 'customer') from lockstep.job_status where key = $1
                    """), [.text(scenario.key)])
            confirmed.insert(scenario.key)
            let rest = waiting.filter { !confirmed.contains($0.key) }
            try await participate(rest.compactMap(\.confirmedAfter).min(), in: database)
        }
    }

    private func participate(_ next: Duration?, in session: any QueryRunner) async throws {
        _ = try await session.query(Statement(Self.participate), [.timestamp(next.map { startedAt + $0 })])
    }
}

extension String {
    /// The text, filled up with spaces.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
