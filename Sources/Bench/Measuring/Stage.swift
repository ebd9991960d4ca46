import Engine
import Postgres
import PrivateCluster
import PostgresStore
import Time

/// A database of its own for one figure, on the cluster of the run.
struct Stage: Sendable {
    let machine: Machine
    let cluster: PrivateCluster
    /// How to connect.
    let url: String
    let database: PostgresConfiguration
    /// The app's connection.
    let app: PostgresConnection

    /// An empty database with the schema and the flows of the bench.
    static func set(_ name: String, on cluster: PrivateCluster, _ machine: Machine) async throws -> Stage {
        let database = "bench_" + name
        try await cluster.createDatabase(database)
        let url = cluster.connectionString(database: database)
        let app = PostgresConnection(try PostgresConfiguration(url))
        try await Migrator(app).migrate()
        let stage = Stage(
            machine: machine, cluster: cluster, url: url, database: try PostgresConfiguration(url), app: app)
        let node = NodeID(machine.uuid())
        let registration = try NodeRegistration.bench(of: node, database: app, log: machine.say)
        try await registration.register()
        try await registration.forget()
        return stage
    }

    /// Closes the app's connection, and drops the database: what is dirty of it must not be written during the next
    /// figure.
    func strike() async throws {
        await app.close()
        let admin = PostgresConnection(try PostgresConfiguration(cluster.connectionString()))
        try await admin.query(Statement("drop database \"\(name)\" with (force)"))
        await admin.close()
    }

    private var name: String { String(url.drop { $0 != "@" }.dropFirst(2).prefix { $0 != "?" }) }

    /// Enqueues jobs as an app does, a thousand in a transaction, and lets the database come to rest.
    func enqueue(_ count: Int, of workflow: String, input: String) async throws {
        var left = count
        while left > 0 {
            let now = min(left, 1000)
            try await app.query(
                Statement(
                    """
                    select count(*)
                    from lockstep.enqueue_many($1::text, array(select $2::jsonb from generate_series(1, $3::int)))
                    """), [.text(workflow), .text(input), .int(now)])
            left -= now
        }
        try await settle()
    }

    /// Statistics are fresh and nothing is left to be written: what follows is measured alone.
    func settle() async throws {
        try await app.query(Statement("vacuum (analyze) lockstep.job"))
        try await app.query(Statement("vacuum (analyze) lockstep.job_state"))
        try await app.query(Statement("checkpoint"))
    }

    /// One number from the database.
    func number(_ sql: String) async throws -> Int { try await app.query(Statement(sql)).only[0] }
}

extension NodeRegistration {
    /// The row of a daemon that knows the flows of the bench.
    static func bench(
        of node: NodeID, database: any QueryRunner, log: @escaping @Sendable (String) -> Void
    ) throws -> NodeRegistration {
        NodeRegistration(
            .init(
                node: node, name: "bench", build: "bench",
                workflows: try benchRegistry().workflows.map { try PublishedWorkflow($0, diagram: nil) }, buckets: 1),
            database: database, shared: { _ in }, log: log)
    }
}

/// What a figure says when something went wrong that makes it worthless.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
