import Postgres
import PrivateCluster
import SQL
import Testing

@testable import PostgresStore

/// `lockstep migrate`.
struct MigratorTests {
    private func withEmptyDatabase(
        _ body: (PostgresConfiguration, PostgresConnection) async throws -> Void
    ) async throws {
        let configuration = try PostgresConfiguration(await TestDatabase.fresh())
        let connection = PostgresConnection(configuration)
        try await body(configuration, connection)
        await connection.close()
    }

    /// What migrating refuses; nil: nothing.
    private func refusal(_ body: () async throws -> Void) async throws -> MigrationFailure? {
        do {
            try await body()
            return nil
        } catch let error as MigrationFailure {
            return error
        }
    }

    @Test("An empty database gets everything once, in order; a second run has nothing to do")
    func twice() async throws {
        try await withEmptyDatabase { _, connection in
            let migrator = Migrator(connection)
            let names = SQL.migrations.map(\.name)
            let pending = try await migrator.pending()
            #expect(pending == names)
            #expect(try await migrator.migrate(buckets: 16) == names)
            #expect(try await migrator.pending() == [])
            #expect(try await migrator.migrate() == [])
            #expect(try await migrator.migrate(buckets: 16) == [])
            #expect(try await connection.value("select buckets from lockstep.settings") == "16")
            #expect(
                try await connection.table("select name from lockstep.migration order by applied_at, name")
                    == names.map { [$0] })
            #expect(
                try await connection.value(
                    "select count(*) from pg_inherits where inhparent = 'lockstep.history_entry'::regclass") == "5")
        }
    }

    @Test("Two that migrate at once take turns, and one of them does all")
    func atOnce() async throws {
        try await withEmptyDatabase { configuration, connection in
            let other = PostgresConnection(configuration)
            async let first = Migrator(connection).migrate()
            async let second = Migrator(other).migrate()
            let counts = try await [first.count, second.count]
            #expect(counts.sorted() == [0, SQL.migrations.count])
            await other.close()
        }
    }

    @Test("The number of buckets is kept, and must be possible")
    func buckets() async throws {
        try await withEmptyDatabase { _, connection in
            let migrator = Migrator(connection)
            #expect(try await refusal { try await migrator.migrate(buckets: 0) } == .impossibleBuckets(0))
            #expect(try await refusal { try await migrator.migrate(buckets: 4097) } == .impossibleBuckets(4097))
            try await migrator.migrate()
            let refused = try await refusal { try await migrator.migrate(buckets: 4) }
            #expect(refused == .otherBuckets(kept: 1, wanted: 4))
            #expect(
                refused?.description == "The database has 1 bucket, and keeps them: ids and keys depend on the number. "
                    + "To have 4, start with an empty database.")
        }
    }

    @Test("A database that a newer build migrated is refused, and so is a migration whose text changed")
    func foreign() async throws {
        try await withEmptyDatabase { _, connection in
            try await Migrator(connection).migrate()
            let older = Migrator(connection, migrations: SQL.migrations.dropLast(2))
            #expect(
                try await refusal { try await older.migrate() } == .newerDatabase(SQL.migrations.suffix(2).map(\.name)))
            try await connection.script("update lockstep.migration set checksum = 'x' where name = '0004_signals'")
            #expect(try await refusal { try await Migrator(connection).migrate() } == .changed(["0004_signals"]))
            #expect(try await refusal { _ = try await Migrator(connection).pending() } == .changed(["0004_signals"]))
        }
        try await withEmptyDatabase { _, connection in
            try await connection.script("create schema lockstep")
            #expect(try await refusal { try await Migrator(connection).migrate() } == .foreignSchema)
        }
    }

    @Test("A later build applies only what is missing")
    func later() async throws {
        try await withEmptyDatabase { _, connection in
            try await Migrator(connection).migrate()
            let more = SQL.migrations + [SQL.Migration(name: "9999_more", text: "create table lockstep.more ()")]
            #expect(try await Migrator(connection, migrations: more).migrate() == ["9999_more"])
        }
    }

    @Test("A migration that fails leaves nothing behind")
    func failing() async throws {
        try await withEmptyDatabase { _, connection in
            let broken = SQL.migrations + [SQL.Migration(name: "9999_broken", text: "select 1; select 1 / 0")]
            let error = try await failure { try await Migrator(connection, migrations: broken).migrate() }
            #expect(error?.sqlstate == "22012")
            #expect(try await connection.table("select to_regnamespace('lockstep')") == [[nil]])
            #expect(try await Migrator(connection).migrate().count == SQL.migrations.count)
        }
    }

    @Test("The owner of a database need not be a superuser, where the roles exist")
    func plainOwner() async throws {
        try await withEmptyDatabase { configuration, connection in
            // The roles belong to the whole server: they are there once any database was migrated.
            _ = try await TestDatabase.fresh(Database.oneBucket)
            let name = try await connection.value("select current_database()")
            try await connection.script("create role \(name)_owner; alter database \(name) owner to \(name)_owner")
            let owner = PostgresConnection(configuration)
            try await owner.script("set role \(name)_owner")
            #expect(try await Migrator(owner).migrate().count == SQL.migrations.count)
            #expect(try await owner.value("select count(*) from lockstep.job_status") == "0")
            await owner.close()
        }
    }

    @Test("Where the roles are missing and can't be made, it says which, and what to run")
    func missingRoles() async throws {
        try await withEmptyDatabase { configuration, connection in
            _ = try await TestDatabase.fresh(Database.oneBucket)
            let name = try await connection.value("select current_database()")
            try await connection.script("create role \(name)_owner; alter database \(name) owner to \(name)_owner")
            let owner = PostgresConnection(configuration)
            try await owner.script("set role \(name)_owner")
            // Roles of other names stand for those that are missing: the real ones belong to all tests.
            let migrations = SQL.migrations.map { migration in
                SQL.Migration(
                    name: migration.name,
                    text: migration.text.replacing("'lockstep_app', 'lockstep_ops'", with: "'\(name)_a', '\(name)_b'"))
            }
            let error = try await failure { try await Migrator(owner, migrations: migrations).migrate() }
            #expect(error?.sqlstate == "42501")
            #expect(
                error?.message
                    == "the roles \(name)_a, \(name)_b are missing, and \(name)_owner may not create them")
            #expect(
                error?.hint == "Let an administrator run: create role \(name)_a nologin; create role \(name)_b nologin;"
            )
            await owner.close()
        }
    }
}
