import Configuration
import HTTPClient
import HTTPServer
import PostgresStore
import SandboxCore
import SandboxHost

/// `lockstep sandbox`: the providers, simulated, for the configured test accounts.
enum SandboxCommand: Command {
    static let name = "sandbox"
    static let summary = "Serve simulated providers for the test accounts of a configuration."
    static let discussion = """
        Each test account whose base_url is on this machine gets a simulator on that port: with the account's own keys,
        and with webhooks to the daemon's address. What each simulates, and how to make things happen:

        \(rows)

        On a simulator's port, GET /__sandbox/help lists everything; POST /__sandbox/faults makes requests and webhooks
        go wrong (slow, dropped after the commit, 429, 5xx; lost, doubled, late, reordered), POST /__sandbox/outcome
        scripts what happens to one payout or all, and GET /__sandbox/ledger tells every effect, under which key.

        With --database they share the clock of that database; else they keep real time.
        """
    static let options =
        [
            Option("config", "FILE", "The configuration (default: lockstep.json5)."),
            Option("database", "URL", "Share this database's clock (default: LOCKSTEP_DATABASE_URL, else real time)."),
            Option("seed", "N", "What ids and rates are drawn from (default: 1)."),
            Option("faster", "N", "Let things take an Nth of their time (default: 1): for tests on a real clock."),
            Option(flag: "with-parent", "Stop when standard input is closed."),
        ]
        + Simulation.all.map {
            Option(flag: $0.helpOption, "Print what the simulated \($0.title) can do, and how to make it happen.")
        }

    private static var rows: String {
        Simulation.all.map { "  \($0.title): \($0.simulates)\n      by \($0.howTo)" }.joined(separator: "\n")
    }

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let explained = Simulation.all.filter { arguments.has($0.helpOption) }
        guard explained.isEmpty else {
            for simulation in explained { host.print(try simulation.help()) }
            return .success
        }
        let configuration = try host.configuration(arguments["config"], mayLackWebhookSecrets: true)
        let stage = Simulation.Stage(
            seed: UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1),
            faster: try arguments.integer("faster", in: 1...10_000) ?? 1
        ) { "http://\(configuration.http.host):\(configuration.http.port)/webhooks/\($0)" }
        let cast = try Simulation.all.flatMap { try $0.simulators(configuration.accounts.simulated, stage) }
        guard !cast.isEmpty else {
            throw CommandFailure("no account in the configuration is a test account on this machine", code: .usage)
        }
        var servers: [(server: HTTPServer, host: SandboxHost)] = []
        for (account, simulator) in cast {
            let clock = try await clock(arguments, of: account.id, on: host)
            servers.append(try serve(simulator, for: account, clock: clock, on: host))
            host.print("\(account.id): http://127.0.0.1:\(servers.last?.server.port ?? 0)")
        }
        host.print("ready")
        for (_, sandbox) in servers { Task { await sandbox.run() } }
        await host.untilStopped(withParent: arguments.has("with-parent"))
        for (server, sandbox) in servers {
            await sandbox.stop()
            server.stop()
        }
        return .success
    }

    private static func serve(
        _ simulator: any Simulator, for account: any ConfiguredAccount, clock: any SandboxClock, on host: Host
    ) throws -> (HTTPServer, SandboxHost) {
        let name = account.id
        let failures = FailureLog(host: host.time, write: { host.log("\(name): \($0)") })
        let sandbox = SandboxHost(
            simulator, clock: clock, transport: NetworkTransport(connectionsPerHost: 32),
            pause: { await host.sleep($0) }, log: failures.log)
        let server = try HTTPServer(host: account.origin.host, port: account.origin.port) { request in
            await sandbox.answer(request)
        }
        return (server, sandbox)
    }

    /// A participant of the shared clock for each simulator: what is due at one must not hide what is due at another.
    private static func clock(
        _ arguments: Arguments, of account: AccountName, on host: Host
    ) async throws -> any SandboxClock {
        guard let url = arguments["database"] ?? host.environment["LOCKSTEP_DATABASE_URL"] else {
            return HostSandboxClock(host: host)
        }
        return try await SharedSandboxClock(url, name: "sandbox \(account)", host: host)
    }
}
