import Foundation
import Postgres
import PrivateCluster

/// What `dev` and `demo` run: a database, the simulated providers, and a daemon, each in a process of its own.
struct World: Sendable {
    let workspace: Workspace
    /// How to connect to the database.
    let database: String
    let daemonAddress: String
    /// Where each simulated provider is, in the table's order.
    let sandboxes: [(provider: String, title: String, url: String)]
    private let cluster: PrivateCluster?
    private let children: [ChildProcess]

    /// The daemon's process id.
    var daemonProcess: Int32 { children.last?.id ?? 0 }

    static let options = [
        Option("database", "URL", "Use this database instead (default: LOCKSTEP_DATABASE_URL, else a private one)."),
        Option("postgres-bin", "DIR", "Where PostgreSQL's programs are, if they are not found."),
        Option("directory", "DIR", "Where data, keys and logs are kept."),
    ]

    /// Starts all of it; what was started ends with this process, however it ends.
    static func start(
        _ arguments: Arguments, directory: String, clock: String, on host: Host
    ) async throws -> World {
        let directory = host.path(arguments["directory"] ?? directory)
        let workspace = Workspace(directory: directory)
        // What the simulated providers knew of the last run's payouts is gone: so are those.
        try? FileManager.default.removeItem(atPath: workspace.cluster)
        let daemonPort = try freePort()
        let sandboxPorts = Dictionary(uniqueKeysWithValues: try Simulation.all.map { ($0.provider, try freePort()) })
        try workspace.prepare(daemonPort: daemonPort, sandboxPorts: sandboxPorts, random: host.random)
        var cluster: PrivateCluster?
        let database: String
        if let url = arguments["database"] ?? host.environment["LOCKSTEP_DATABASE_URL"] {
            database = url
        } else {
            host.print("Starting a private PostgreSQL in \(workspace.cluster) …")
            let started = try startCluster(workspace, binaries: arguments["postgres-bin"], on: host)
            database = started.connectionString(database: "lockstep")
            if !(try await started.databases().contains("lockstep")) { try await started.createDatabase("lockstep") }
            cluster = started
        }
        do {
            try await Migrate.apply(database, buckets: nil, on: host)
            let children = try await startChildren(workspace, database: database, clock: clock, on: host)
            return World(
                workspace: workspace, database: database, daemonAddress: "http://127.0.0.1:\(daemonPort)",
                sandboxes: Simulation.all.map { simulation in
                    (
                        simulation.provider, simulation.title,
                        "http://127.0.0.1:\(sandboxPorts[simulation.provider] ?? 0)"
                    )
                },
                cluster: cluster, children: children)
        } catch {
            try? cluster?.stop()
            throw error
        }
    }

    /// Stops all of it, the daemon first.
    func stop() async {
        for child in children.reversed() { child.stop() }
        try? cluster?.stop()
    }

    /// Waits until somebody asks this process to stop (nil), or until a child has ended by itself (its name).
    func watch(on host: Host) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask {
                await host.untilStopped(withParent: false)
                return nil
            }
            group.addTask {
                while !Task.isCancelled {
                    if let dead = children.first(where: { !$0.isRunning }) { return dead.name }
                    await host.sleep(.milliseconds(200))
                }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private static func startCluster(_ workspace: Workspace, binaries: String?, on host: Host) throws -> PrivateCluster
    {
        var options = PrivateCluster.Options()
        options.binaries = binaries
        options.searchPath = host.environment["PATH"] ?? ""
        options.lifetime = .withProcess
        return try PrivateCluster.start(directory: workspace.cluster, options: options)
    }

    private static func startChildren(
        _ workspace: Workspace, database: String, clock: String, on host: Host
    ) async throws -> [ChildProcess] {
        let common = ["--config", workspace.configuration, "--database", database]
        let sandbox = try ChildProcess(["sandbox"] + common, log: workspace.log(of: "sandbox"), on: host)
        let daemon = try ChildProcess(
            ["serve"] + common + ["--clock", clock], log: workspace.log(of: "serve"), on: host)
        do {
            _ = try await sandbox.ready(on: host)
            _ = try await daemon.ready(on: host)
        } catch {
            daemon.stop()
            sandbox.stop()
            throw error
        }
        return [sandbox, daemon]
    }
}

extension PrivateCluster {
    /// The names of its databases.
    func databases() async throws -> [String] {
        let connection = PostgresConnection(try PostgresConfiguration(connectionString()))
        let rows = try await connection.query(Statement("select datname from pg_database"), [])
        await connection.close()
        return try rows.map { try $0["datname", as: String.self] }
    }
}
