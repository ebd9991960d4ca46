import Foundation
import Postgres
import PrivateCluster
import Testing

/// `sql/schema.sql` is what people read; the migrations are what is run.
struct SchemaTests {
    @Test("Migrating an empty database gives exactly sql/schema.sql", .enabled(if: Self.dumpsAlike))
    func same() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let written = try String(contentsOf: root.appending(path: "sql/schema.sql"), encoding: .utf8)
        let database = try await TestDatabase.fresh(Database.oneBucket)
        let dumped = try Self.output(
            of: "/usr/bin/env",
            [
                "PG_DUMP=\(try Self.dumper())", root.appending(path: "scripts/dump-schema").path(),
                database,
            ])
        #expect(dumped == written, "write it anew: scripts/dump-schema CONNECTION > sql/schema.sql")
    }

    /// Other versions of PostgreSQL write the same schema in other words.
    private static let dumpsAlike = (try? output(of: dumper(), ["--version"]))?.contains(" 15.") == true

    private static func dumper() throws -> String { try PostgresBinaries.find().directory + "/pg_dump" }

    private static func output(of program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
