import Foundation
import Postgres
import PrivateCluster
import Testing

@Suite("Private clusters", .timeLimit(.minutes(2)))
struct PrivateClusterTests {
    private static func options(
        _ lifetime: PrivateCluster.Lifetime = .withProcessAndDirectory
    ) -> PrivateCluster.Options {
        var options = PrivateCluster.Options()
        options.lifetime = lifetime
        return options
    }

    private func query(_ cluster: PrivateCluster, _ sql: String, database: String = "postgres") async throws -> String?
    {
        let connection = PostgresConnection(
            try PostgresConfiguration(cluster.connectionString(database: database)))
        let answer: String? = try await connection.query(Statement(sql)).first?[0]
        await connection.close()
        return answer
    }

    @Test("a cluster listens on no port, and only its owner gets to its socket")
    func isPrivate() async throws {
        let cluster = try PrivateCluster.start(directory: uniqueDirectory("private"), options: Self.options())
        #expect(try await query(cluster, "show listen_addresses") == "")
        #expect(try await query(cluster, "show fsync") == "off")
        let attributes = try FileManager.default.attributesOfItem(atPath: cluster.directory)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        try cluster.stop()
        #expect(!cluster.isRunning)
    }

    @Test("a durable cluster, settings and databases with odd names")
    func settings() async throws {
        var options = Self.options()
        options.isDurable = true
        options.maximumConnections = 17
        options.settings = ["search_path": "a, \"b c\"", "work_mem": "5MB"]
        let cluster = try PrivateCluster.start(directory: uniqueDirectory("settings"), options: options)
        try await cluster.createDatabase("odd \"name\" %?&é")
        #expect(
            try await query(cluster, "select current_database()", database: "odd \"name\" %?&é") == "odd \"name\" %?&é")
        #expect(try await query(cluster, "show fsync") == "on")
        #expect(try await query(cluster, "show max_connections") == "17")
        #expect(try await query(cluster, "show search_path") == "a, \"b c\"")
        try cluster.stop()
    }

    @Test("data outlives a stop and a crash, and a second start finds the running server")
    func again() async throws {
        let directory = uniqueDirectory("again")
        let cluster = try PrivateCluster.start(directory: directory, options: Self.options())
        try await cluster.createDatabase("kept")
        let second = try PrivateCluster.start(directory: directory, options: Self.options(.untilStopped))
        #expect(second.processID == cluster.processID)
        #expect(second.connectionString() == cluster.connectionString())

        let process = try #require(cluster.processID)
        #expect(kill(process, SIGKILL) == 0)
        while cluster.isRunning { await Task.yield() }
        let third = try PrivateCluster.start(directory: directory, options: Self.options(.untilStopped))
        #expect(third.processID != process)
        #expect(try await query(third, "select current_database()", database: "kept") == "kept")
        try cluster.restart(immediately: true)
        #expect(try await query(cluster, "select current_database()", database: "kept") == "kept")
        try cluster.stop()
        #expect(third.processID == nil)
    }

    @Test("a process that took over the number of a dead server is not taken for it")
    func reusedNumber() async throws {
        let directory = uniqueDirectory("reused")
        let cluster = try PrivateCluster.start(directory: directory, options: Self.options())
        let file = "\(cluster.directory)/data/postmaster.pid"
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n", maxSplits: 1)
        try cluster.stop()
        // The number of another server, which runs as the same user.
        let other = try #require(try await TestDatabase.cluster().processID)
        try "\(other)\n\(lines[1])".write(toFile: file, atomically: false, encoding: .utf8)
        #expect(!cluster.isRunning)
        try cluster.startAgain()
        #expect(cluster.isRunning)
        try cluster.stop()
    }

    @Test("a directory whose path is too long for a socket works")
    func longPath() async throws {
        let directory = uniqueDirectory("long-" + String(repeating: "x", count: 90))
        let cluster = try PrivateCluster.start(directory: directory, options: Self.options())
        #expect(!cluster.connectionString().contains("xxx"))
        #expect(try await query(cluster, "select 'ok'") == "ok")
        try cluster.stop()
        #expect(!FileManager.default.fileExists(atPath: cluster.socketDirectory))
        try cluster.startAgain()
        #expect(try await query(cluster, "select 'ok'") == "ok")
        try cluster.stop()
    }

    @Test("missing programs and data of another version are explained")
    func explained() throws {
        #expect {
            try PostgresBinaries.find(searchPath: "/nonexistent", versions: "/nonexistent")
        } throws: {
            "\($0)" == "PostgreSQL's initdb was not found; install it with apt-get install postgresql, "
                + "or pass --postgres-bin."
        }
        #expect {
            try PostgresBinaries.find(explicit: "/bin")
        } throws: {
            "\($0)" == "There is no initdb, pg_ctl and postgres in /bin."
        }
        let cluster = try PrivateCluster.start(directory: uniqueDirectory("version"), options: Self.options())
        try cluster.stop()
        let file = "\(cluster.directory)/data/PG_VERSION"
        let version = try String(contentsOfFile: file, encoding: .utf8)
        try "9\n".write(toFile: file, atomically: false, encoding: .utf8)
        #expect {
            try cluster.startAgain()
        } throws: {
            "\($0)".hasPrefix("The data in \(cluster.directory) was made by PostgreSQL 9, and ")
        }
        try version.write(toFile: file, atomically: false, encoding: .utf8)
        try cluster.startAgain()
        try cluster.stop()
    }

    @Test("a server goes with the process that started it, even when that is killed")
    func goesWithProcess() async throws {
        let directory = uniqueDirectory("watched")
        await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
            let cluster = try PrivateCluster.start(directory: directory, options: Self.options())
            #expect(cluster.isRunning)
            kill(getpid(), SIGKILL)
        }
        while FileManager.default.fileExists(atPath: directory) { await Task.yield() }
    }
}
