import Synchronization

/// Several connections to one database.
///
/// A request goes to the one with the least to do.
public final class PostgresPool: QueryRunner {
    private let connections: [PostgresConnection]
    private let turn = Atomic(0)

    /// A pool of this many connections, at least one; connects nowhere yet.
    public init(_ configuration: PostgresConfiguration, connections count: Int) {
        connections = (0..<max(1, count)).map { _ in PostgresConnection(configuration) }
    }

    /// Runs a statement as a transaction of its own.
    @discardableResult
    public func query(
        _ statement: Statement, _ parameters: [Parameter], timeout: Duration?
    ) async throws(PostgresError) -> Rows {
        try await leastLoaded.query(statement, parameters, timeout: timeout)
    }

    /// Runs several statements, separated by semicolons, as one transaction unless they say otherwise.
    public func script(_ sql: String) async throws(PostgresError) {
        try await leastLoaded.script(sql)
    }

    /// Runs `body` with one connection for itself.
    @discardableResult
    public func withSession<Answer: Sendable>(
        _ body: (PostgresSession) async throws -> Answer
    ) async throws -> Answer {
        try await leastLoaded.withSession(body)
    }

    /// Runs `body` between BEGIN and COMMIT on one connection; an error that it throws rolls back and is thrown on.
    @discardableResult
    public func transaction<Answer: Sendable>(
        _ body: (PostgresSession) async throws -> Answer
    ) async throws -> Answer {
        try await leastLoaded.transaction(body)
    }

    /// Closes all connections; what is in flight fails with `closed`.
    public func close() async {
        for connection in connections { connection.mailbox.close() }
        for connection in connections { await connection.mailbox.awaitEnd() }
    }

    /// The connection with the fewest requests; among equals they take turns.
    ///
    /// One that the current task holds itself comes last.
    private var leastLoaded: PostgresConnection {
        let first = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        var best = connections[Int(first.magnitude % connections.count.magnitude)]
        var leastLoad = weight(of: best)
        for offset in 1..<max(1, connections.count) where leastLoad > 0 {
            let candidate = connections[Int((first.magnitude &+ UInt(offset)) % connections.count.magnitude)]
            let load = weight(of: candidate)
            if load < leastLoad { (best, leastLoad) = (candidate, load) }
        }
        return best
    }

    private func weight(of connection: PostgresConnection) -> Int {
        Session.holds(connection.mailbox) ? Int.max : connection.mailbox.load
    }
}
