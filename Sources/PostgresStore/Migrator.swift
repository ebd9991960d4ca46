public import Postgres
import SQL

/// Brings a database's schema to where this build wants it: forward only, once each, in order.
///
/// A run is one transaction under one lock, so that it also works behind PgBouncer: two nodes that start together take
/// turns, and the second finds nothing to do; a run that fails leaves nothing behind. It needs no superuser, only the
/// right to create a schema, and the three roles of `0009_roles.sql` or the right to create them.
public struct Migrator: Sendable {
    private let connection: PostgresConnection
    private let migrations: [SQL.Migration]

    /// A migrator of the database that `connection` leads to.
    public init(_ connection: PostgresConnection) {
        self.init(connection, migrations: SQL.migrations)
    }

    init(_ connection: PostgresConnection, migrations: [SQL.Migration]) {
        self.connection = connection
        self.migrations = migrations
    }

    /// Applies what is missing, and returns the names of what it applied.
    ///
    /// - Parameter buckets: into how many buckets jobs are to be divided, from 1 to 4096. It is chosen by the first
    ///   run, which takes 1 where nothing is said, and kept: a later run may only repeat it.
    /// - Throws: `MigrationFailure` where the database and this build don't belong together; `PostgresError` for
    ///   whatever the server says.
    @discardableResult
    public func migrate(buckets: Int? = nil) async throws -> [String] {
        if let buckets, !(1...4096).contains(buckets) { throw MigrationFailure.impossibleBuckets(buckets) }
        return try await connection.transaction { session in
            try await checkServer(session)
            _ = try await session.query(Statement("select pg_advisory_xact_lock(hashtextextended('lockstep', 0))"))
            let applied = try await applied(session)
            let missing = try missing(after: applied)
            // Rather fail than make everybody wait behind a lock that is not to be had.
            _ = try await session.query(Statement("set local lock_timeout = '10s'"))
            for migration in missing { try await apply(migration, session) }
            try await settle(buckets, isNew: applied.isEmpty, session)
            return missing.map(\.name)
        }
    }

    /// The names of what is missing; none where the database fits this build.
    ///
    /// - Throws: as `migrate` does.
    public func pending() async throws -> [String] {
        try await connection.transaction { session in
            try await checkServer(session)
            return try missing(after: try await applied(session)).map(\.name)
        }
    }

    private func checkServer(_ session: PostgresSession) async throws {
        let server = try await session.query(
            Statement(
                """
                select current_setting('server_version_num')::int as version,
                    current_setting('server_version') as words, current_setting('server_encoding') as encoding
                """)
        ).only
        if try server["version"] < 140_000 { throw MigrationFailure.oldServer(try server["words"]) }
        let encoding: String = try server["encoding"]
        if encoding != "UTF8" { throw MigrationFailure.wrongEncoding(encoding) }
    }

    /// What the database has, each with whether its text is this build's.
    private func applied(_ session: PostgresSession) async throws -> [Applied] {
        let schema = try await session.query(
            Statement(
                """
                select to_regnamespace('lockstep') is not null as exists,
                    to_regclass('lockstep.migration') is not null as is_ours
                """)
        ).only
        guard try schema["is_ours"] else {
            if try schema["exists"] { throw MigrationFailure.foreignSchema }
            return []
        }
        return try await session.query(
            Statement(
                """
                select m.name, m.checksum = encode(sha256(convert_to(known.text, 'UTF8')), 'hex') as is_same
                from lockstep.migration m
                left join unnest($1::text[], $2::text[]) as known (name, text) on known.name = m.name
                order by m.name
                """),
            [.texts(migrations.map(\.name)), .texts(migrations.map(\.text))]
        ).map { Applied(name: try $0["name"], isSame: try $0["is_same"]) }
    }

    private struct Applied {
        let name: String
        /// Nil: this build does not know it.
        let isSame: Bool?
    }

    private func missing(after applied: [Applied]) throws(MigrationFailure) -> [SQL.Migration] {
        let unknown = applied.filter { $0.isSame == nil }.map(\.name)
        guard unknown.isEmpty else { throw .newerDatabase(unknown) }
        let changed = applied.filter { $0.isSame == false }.map(\.name)
        guard changed.isEmpty else { throw .changed(changed) }
        let names = Set(applied.map(\.name))
        return migrations.filter { !names.contains($0.name) }
    }

    private func apply(_ migration: SQL.Migration, _ session: PostgresSession) async throws {
        try await session.script(migration.text)
        _ = try await session.query(
            Statement(
                """
                insert into lockstep.migration (name, checksum)
                values ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))
                """),
            [.text(migration.name), .text(migration.text)])
    }

    /// The number of buckets, and the partitions of the months to come.
    private func settle(_ buckets: Int?, isNew: Bool, _ session: PostgresSession) async throws {
        if isNew, let buckets {
            _ = try await session.query(Statement("update lockstep.settings set buckets = $1"), [.int(buckets)])
        }
        let kept: Int = try await session.query(Statement("select buckets from lockstep.settings")).only["buckets"]
        if let buckets, buckets != kept { throw MigrationFailure.otherBuckets(kept: kept, wanted: buckets) }
        _ = try await session.query(Statement("select lockstep.ensure_partitions(3)"))
    }
}

/// Why a database and this build don't belong together; nothing was changed.
public enum MigrationFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A newer build migrated the database.
    case newerDatabase([String])
    /// Migrations that were applied have another text in this build.
    case changed([String])
    /// There is a schema `lockstep` that Lockstep did not make.
    case foreignSchema
    /// The number of buckets was chosen before, and is kept.
    case otherBuckets(kept: Int, wanted: Int)
    /// No such number of buckets.
    case impossibleBuckets(Int)
    /// The server is older than PostgreSQL 14.
    case oldServer(String)
    /// The database's encoding is not UTF-8.
    case wrongEncoding(String)

    /// What is the matter, and what to do.
    public var description: String {
        switch self {
        case .newerDatabase(let names):
            "The database is newer than this build: it has \(names.joined(separator: ", ")). "
                + "Run the build that migrated it, or a newer one."
        case .changed(let names):
            "The database was migrated with another text of \(names.joined(separator: ", ")). "
                + "Migrations never change once they are released: run the build that the database belongs to."
        case .foreignSchema:
            "The database has a schema lockstep that is not Lockstep's. Rename it, or use another database."
        case .otherBuckets(let kept, let wanted):
            "The database has \(kept) \(kept == 1 ? "bucket" : "buckets"), and keeps them: ids and keys depend on the "
                + "number. To have \(wanted), start with an empty database."
        case .impossibleBuckets(let number):
            "\(number) buckets are not possible: from 1 to 4096 are."
        case .oldServer(let version):
            "The server is PostgreSQL \(version). Lockstep needs 14 or newer."
        case .wrongEncoding(let encoding):
            "The database's encoding is \(encoding). Lockstep needs UTF8: create database … encoding 'UTF8'."
        }
    }
}
