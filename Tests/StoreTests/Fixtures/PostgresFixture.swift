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
        self.buckets = buckets
        configuration = try PostgresConfiguration(await TestDatabase.fresh(Self.template(buckets: buckets)))
        postgres = PostgresStore(configuration)
        database = PostgresConnection(configuration)
    }

    private static let templates = [1: template(1), 8: template(8)]

    private static func template(buckets: Int) -> TestDatabase.Template? { templates[buckets] }

    /// The schema, with a virtual clock that stands at the start.
    private static func template(_ buckets: Int) -> TestDatabase.Template {
        TestDatabase.Template(name: "lockstep_\(buckets)") { connectionString in
            let database = PostgresConnection(try PostgresConfiguration(connectionString))
            for migration in SQL.migrations { try await database.script(migration.text) }
            try await database.query(
                Statement("update lockstep.settings set buckets = $1::int"), [.int(buckets)])
            try await database.query(
                Statement("update lockstep.clock set mode = 'virtual', virtual_now = $1::timestamptz"),
                [.timestamp(.start)])
            await database.close()
        }
    }

    func enqueue(_ order: Order) async throws -> JobID {
        let rows = try await database.query(
            Statement(
                """
                with new as (
                    select lockstep.new_id(lockstep.now(), (random() * ($1::int - 1))::smallint) as id)
                , j as (insert into lockstep.job (bucket, id, tenant, workflow, version, input, enqueued_at, enqueued_by)
                    select lockstep.bucket_of(id), id, $2, $3, $4::int, $5::jsonb, lockstep.now(), 'app' from new)
                insert into lockstep.job_state (bucket, id, workflow, version, tenant, priority, due_at, entered_at)
                select lockstep.bucket_of(id), id, $3, $4::int, $2, $6::int, coalesce($7::timestamptz, lockstep.now()),
                    lockstep.now() from new returning id
                """),
            [
                .int(buckets), .text(order.tenant), .text(order.workflow), .int(order.version), .text(order.input),
                .int(order.priority), .timestamp(order.runAt),
            ])
        return try rows.only[0]
    }

    func tell(_ job: JobID, _ name: String, payload: String, key: String?) async throws {
        try await database.query(
            Statement(
                """
                insert into lockstep.signal (bucket, job_id, name, payload, key, actor, sent_at)
                values ($1::int, $2::uuid, $3, $4::jsonb, $5, 'app', lockstep.now()) on conflict do nothing
                """),
            [.int(job.bucket), .text(job.description), .text(name), .text(payload), .text(key)])
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
