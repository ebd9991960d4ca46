@testable import Engine
import Postgres
import PostgresStore
import PrivateCluster
import SQL
import Time
import WorkflowCore

/// `PostgresStore` on a database of its own, whose virtual clock is set by hand.
struct PostgresFixture: StoreFixture {
    let configuration: PostgresConfiguration
    let postgres: PostgresStore
    let database: PostgresConnection
    let buckets: Int
    var store: any Store { postgres }

    init(buckets: Int) async throws {
        try await self.init(TestDatabase.fresh(Self.template(buckets: buckets)), buckets: buckets)
    }

    /// A store on a database that is migrated already.
    init(_ connectionString: String, buckets: Int) throws {
        self.buckets = buckets
        configuration = try PostgresConfiguration(connectionString)
        postgres = PostgresStore(configuration)
        database = PostgresConnection(configuration)
    }

    private static let templates = [1: template(1), 2: template(2), 8: template(8)]

    private static func template(buckets: Int) -> TestDatabase.Template? { templates[buckets] }

    /// The schema, with a virtual clock that stands at the start.
    private static func template(_ buckets: Int) -> TestDatabase.Template {
        TestDatabase.Template(name: "lockstep_\(buckets)") { connectionString in
            let database = PostgresConnection(try PostgresConfiguration(connectionString))
            try await Migrator(database).migrate(buckets: buckets)
            try await database.query(
                Statement("update lockstep.clock set mode = 'virtual', virtual_now = $1::timestamptz"),
                [.timestamp(.start)])
            await database.close()
        }
    }

    func enqueue(_ order: Order) async throws -> JobID {
        try await database.query(
            Statement(name: "publish_workflow", sql: SQL.publishWorkflow),
            [
                .text(order.workflow), .int(order.version), .text(#"{"type":"object"}"#), .texts(["note", "more"]),
                .text("[]"), .null,
            ])
        try await database.query(
            Statement("update lockstep.workflow set takes_new_jobs = (version = $2) where workflow = $1"),
            [.text(order.workflow), .int(order.version)])
        let rows = try await database.query(
            Statement(
                """
                select lockstep.enqueue($1, $2::jsonb, tenant => $3, priority => $4::int, run_at => $5::timestamptz)
                """),
            [
                .text(order.workflow), .text(order.input), .text(order.tenant), .int(order.priority),
                .timestamp(order.runAt),
            ])
        return try rows.only[0]
    }

    func tell(_ job: JobID, _ name: String, payload: String, key: String?) async throws {
        let statement =
            switch name {
            case "$cancel": Statement("select lockstep.cancel($1::uuid)")
            case "$retry": Statement("select lockstep.retry($1::uuid)")
            case "$pause": Statement("select lockstep.pause($1::uuid)")
            case "$resume": Statement("select lockstep.resume($1::uuid)")
            default: Statement("select lockstep.signal($1::uuid, $2, $3::jsonb, key => $4)")
            }
        let parameters: [Parameter] = [.text(job.description), .text(name), .text(payload), .text(key)]
        try await database.query(statement, name.hasPrefix("$") ? [parameters[0]] : parameters)
    }

    func publish(_ limits: AccountLimits) async throws {
        try await database.query(
            Statement(name: "publish_account", sql: SQL.publishAccount),
            [
                .text(limits.account.provider), .text(limits.account.name), .int(limits.concurrency),
                .int(limits.rate), .int(limits.burst),
            ])
    }

    func setClock(_ instant: Timestamp) async throws {
        try await database.query(
            Statement("update lockstep.clock set virtual_now = $1::timestamptz"), [.timestamp(instant)])
    }

    func children(of id: JobID) async throws -> [JobID] {
        let rows = try await database.query(
            Statement("select id from lockstep.job where parent_id = $1::uuid order by id"),
            [.text(id.description)])
        return try rows.map { try $0["id"] }
    }
}
