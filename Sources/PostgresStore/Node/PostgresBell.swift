public import Engine
public import Postgres

/// The bell of a node: a row that whoever enqueues clears, with one notification for each sleep.
public struct PostgresBell: Bell {
    private let database: any QueryRunner

    /// A bell.
    public init(_ database: any QueryRunner) {
        self.database = database
    }

    /// Hangs it up.
    public func set(for node: NodeID) async throws(StoreFailure) {
        do throws(PostgresError) {
            _ = try await database.query(.fallAsleep, [.text(node.description)])
        } catch {
            throw StoreFailure(error)
        }
    }
}
