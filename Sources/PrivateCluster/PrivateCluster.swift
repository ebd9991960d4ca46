import Glibc
public import Postgres
import Synchronization

/// A PostgreSQL server of our own: its data in a directory, reached by a Unix socket only.
///
/// All calls block until PostgreSQL's programs have ended, for a second or so.
public final class PrivateCluster: Sendable {
    /// How long the server lives.
    public enum Lifetime: Hashable, Sendable {
        /// Until `stop()`; the next start finds it running.
        case untilStopped

        /// Until `stop()`, or until this process has ended, however it ended.
        case withProcess

        /// As `withProcess`, and then the directory is removed.
        case withProcessAndDirectory
    }

    /// How a cluster is made and run.
    public struct Options: Sendable {
        /// The directory of PostgreSQL's programs; nil: they are looked for.
        public var binaries: String?

        /// The value of `PATH`, in which they are looked for first.
        public var searchPath = ""

        /// Whether committed transactions survive a crash of the machine.
        ///
        /// Without it commits are faster.
        public var isDurable = false

        /// How many connections the server takes.
        public var maximumConnections = 200

        /// More of the server's settings.
        public var settings: [String: String] = [:]

        /// How long the server lives.
        public var lifetime = Lifetime.untilStopped

        /// The usual: found programs, not durable, 200 connections, until stopped.
        public init() {}
    }

    /// The directory with the data and the server's log: the wanted one, or one under `/var/tmp` when the server's user
    /// can't reach that.
    public var directory: String { home.path }

    /// The file to which the server writes its messages.
    public var logFile: String { home.log }

    private let home: ServerHome
    private let user: ServerUser
    private let binaries: PostgresBinaries
    private let options: Options
    /// The directory of the Unix socket, `host` for PostgreSQL's clients; the port is 5432.
    public let socketDirectory: String
    private let watcher = Mutex<Watcher?>(nil)

    private init(
        home: ServerHome, user: ServerUser, binaries: PostgresBinaries, options: Options
    ) throws(PrivateClusterError) {
        (self.home, self.user, self.binaries, self.options) = (home, user, binaries, options)
        if let running = Postmaster(data: home.data) {
            socketDirectory = running.socketDirectory
        } else if "\(home.path)/.s.PGSQL.5432.lock".utf8.count <= 100 {
            socketDirectory = home.path
        } else {
            // The kernel takes socket paths of 107 bytes.
            socketDirectory = try makeTemporaryDirectory("/tmp/lockstep-")
        }
    }

    /// A directory for the socket that is not the cluster's own.
    private var ownSocketDirectory: String? { socketDirectory == home.path ? nil : socketDirectory }

    /// Makes the cluster if there is none in the directory, and starts it if it is not running.
    ///
    /// It is safe to call after a crash, and when another process has the same cluster running already.
    public static func start(
        directory: String, options: Options = Options()
    ) throws(PrivateClusterError) -> PrivateCluster {
        let binaries = try PostgresBinaries.find(explicit: options.binaries, searchPath: options.searchPath)
        let user = try ServerUser()
        let home = try ServerHome(directory, for: user)
        let lock = try home.lock()
        defer { close(lock) }
        try makeDataDirectory(home, user, binaries)
        let cluster = try PrivateCluster(home: home, user: user, binaries: binaries, options: options)
        try cluster.launch()
        return cluster
    }

    /// A connection URI for a database of this cluster.
    public func connectionString(database: String = "postgres") -> String {
        "postgresql://postgres@/\(percentEncoded(database))?host=\(percentEncoded(socketDirectory))&port=5432"
    }

    /// Makes an empty database, or a copy of another that nobody is connected to.
    public func createDatabase(_ name: String, template: String = "template1") async throws(PostgresError) {
        let connection = PostgresConnection(try PostgresConfiguration(connectionString()))
        let result: Result<Void, PostgresError>
        do {
            try await connection.query(Statement("create database \(quoted(name)) template \(quoted(template))"))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await connection.close()
        try result.get()
    }

    /// Runs a shell script that finds PostgreSQL's programs in its `PATH` and this cluster's database in `PG…`; answers
    /// what it printed.
    ///
    /// - Throws: what it printed, when its exit status is not 0.
    public func runScript(
        _ path: String, _ arguments: [String], database: String
    ) throws(PrivateClusterError) -> String {
        let variables = [
            "PATH": "\(binaries.directory):/usr/local/bin:/usr/bin:/bin", "PGHOST": socketDirectory, "PGPORT": "5432",
            "PGUSER": "postgres", "PGDATABASE": database,
        ]
        let (status, output) = try Command("/bin/bash", [path] + arguments, variables: variables).run()
        guard status == 0 else {
            throw PrivateClusterError("\(path) failed with exit status \(status): \(output.trimmed)")
        }
        return output
    }

    /// Whether the server's process is there.
    public var isRunning: Bool { processID != nil }

    /// The process of the server's parent, the postmaster; nil when it is not running.
    public var processID: Int32? { Postmaster(data: home.data)?.process }

    /// Stops the server; it drops its connections.
    ///
    /// Immediately: as if it had crashed, so that it recovers at its start.
    public func stop(immediately: Bool = false) throws(PrivateClusterError) {
        let stopping = stopCommand(mode: immediately ? "immediate" : "fast")
        if isRunning { try stopping.runToSuccess() }
        if let ownSocketDirectory { rmdir(ownSocketDirectory) }
        // The watcher of a directory that goes with the process still has to remove that.
        guard options.lifetime == .withProcess else { return }
        watcher.withLock { watcher in
            watcher?.dismiss()
            watcher = nil
        }
    }

    /// Starts the server again after `stop()`, at the same place.
    public func startAgain() throws(PrivateClusterError) {
        let lock = try home.lock()
        defer { close(lock) }
        try launch()
    }

    /// Stops the server and starts it again.
    public func restart(immediately: Bool = false) throws(PrivateClusterError) {
        try stop(immediately: immediately)
        try startAgain()
    }

    // MARK: - Starting

    /// Makes the data directory under another name first, so that a crash on the way leaves none that is half done.
    private static func makeDataDirectory(
        _ home: ServerHome, _ user: ServerUser, _ binaries: PostgresBinaries
    ) throws(PrivateClusterError) {
        if ServerHome.lines(of: "\(home.data)/PG_VERSION") != nil { return }
        let unfinished = "\(home.data).unfinished"
        try user.command("/bin/rm", ["-rf", unfinished]).runToSuccess()
        try user.command(
            binaries.path(of: "initdb"),
            [
                "--pgdata", unfinished, "--username", "postgres", "--auth-local", "trust", "--auth-host", "reject",
                "--encoding", "UTF8", "--locale", "C", "--no-instructions",
            ]
        ).runToSuccess()
        guard rename(unfinished, home.data) == 0 else { throw systemError("rename \(unfinished)") }
    }

    private func launch() throws(PrivateClusterError) {
        if let version = ServerHome.lines(of: "\(home.data)/PG_VERSION")?.first { try checkVersion(version) }
        try watchIfAsked()
        guard !isRunning else { return }
        if let ownSocketDirectory {
            try makeDirectories(ownSocketDirectory)
            try user.takeOver(ownSocketDirectory)
        }
        Postmaster.removeStaleFiles(data: home.data, socketDirectory: socketDirectory)
        let start = user.command(
            binaries.path(of: "pg_ctl"),
            ["--pgdata", home.data, "--wait", "--timeout", "60", "--log", home.log, "--options", settings, "start"])
        let (status, output) = try start.run()
        guard status == 0 else {
            let log = (ServerHome.lines(of: home.log) ?? []).suffix(12).joined(separator: "\n")
            throw PrivateClusterError("PostgreSQL did not start in \(home.path): \(output.trimmed)\n\(log)")
        }
    }

    private func checkVersion(_ made: String) throws(PrivateClusterError) {
        let (_, output) = try Command(binaries.path(of: "postgres"), ["--version"]).run()
        // "postgres (PostgreSQL) 15.18 (Debian …)"
        guard let installed = output.split(separator: " ").first(where: { $0.first?.isNumber == true }),
            installed != made, !installed.hasPrefix("\(made).")
        else { return }
        throw PrivateClusterError(
            "The data in \(home.path) was made by PostgreSQL \(made), and \(binaries.directory) has \(installed). "
                + "Pass --postgres-bin, or remove the directory if you don't need the data.")
    }

    private func watchIfAsked() throws(PrivateClusterError) {
        guard options.lifetime != .untilStopped, watcher.withLock({ $0 == nil }) else { return }
        let isRemoved = options.lifetime == .withProcessAndDirectory
        let watcher = try Watcher(
            stop: stopCommand(mode: isRemoved ? "immediate" : "fast"), removing: isRemoved ? home.path : nil,
            and: ownSocketDirectory)
        self.watcher.withLock { $0 = watcher }
    }

    private func stopCommand(mode: String) -> Command {
        user.command(
            binaries.path(of: "pg_ctl"),
            ["--pgdata", home.data, "--wait", "--timeout", "60", "--mode", mode, "stop"])
    }

    /// The server's command line; `pg_ctl` hands it to a shell.
    private var settings: String {
        var settings = [
            "listen_addresses": "", "unix_socket_directories": socketDirectory, "unix_socket_permissions": "0700",
            "port": "5432", "max_connections": "\(options.maximumConnections)", "timezone": "UTC",
            "log_timezone": "UTC",
        ]
        if !options.isDurable {
            settings["fsync"] = "off"
            settings["synchronous_commit"] = "off"
            settings["full_page_writes"] = "off"
        }
        settings.merge(options.settings) { _, asked in asked }
        return settings.sorted { $0.key < $1.key }
            .map { "-c '\("\($0.key)=\($0.value)".replacing("'", with: "'\\''"))'" }.joined(separator: " ")
    }

    private func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}

private func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
        let isPlain = (byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter) || (0x30...0x39).contains(byte)
        let isMark = byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/")
        guard !isPlain, !isMark else { return String(Unicode.Scalar(byte)) }
        return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
}
