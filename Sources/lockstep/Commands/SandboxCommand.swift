import Configuration
import Crypto
import Dfns
import DfnsSandbox
import Domain
import HTTPClient
import HTTPServer
import HTTPTypes
import PostgresStore
import SandboxCore
import SandboxHost
import Time

/// `lockstep sandbox`: the providers, simulated, for the configured test accounts.
enum SandboxCommand: Command {
    static let name = "sandbox"
    static let summary = "Serve simulated providers for the test accounts of a configuration."
    static let discussion = """
        Each test account whose base_url is on this machine gets a simulator on that port: with the account's token and
        key, and with webhooks to the daemon's address. Outcomes are scripted by magic amounts, or through
        /__sandbox/…; GET /__sandbox/help on a simulator's port lists everything.

        With --database it shares the clock of that database; else it keeps real time.
        """
    static let options = [
        Option("config", "FILE", "The configuration (default: lockstep.json5)."),
        Option("database", "URL", "Share this database's clock (default: LOCKSTEP_DATABASE_URL, else real time)."),
        Option("seed", "N", "What ids and rates are drawn from (default: 1)."),
        Option("faster", "N", "Let payouts take an Nth of their time (default: 1): for tests on a real clock."),
        Option(flag: "help-dfns", "Print what the simulated Dfns can do, and how to make it happen."),
        Option(flag: "with-parent", "Stop when standard input is closed."),
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        if arguments.has("help-dfns") {
            host.print(try help())
            return .success
        }
        let configuration = try host.configuration(arguments["config"])
        let accounts = configuration.dfnsAccounts.filter { $0.mode == .test && $0.origin.isLoopback }
        guard !accounts.isEmpty else {
            throw CommandFailure("no account in the configuration is a test account on this machine", code: .usage)
        }
        let seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
        let clock = try await clock(arguments, on: host)
        var options = DfnsOptions()
        options.delays = options.delays.faster(by: try arguments.integer("faster", in: 1...10_000) ?? 1)
        var servers: [(server: HTTPServer, host: SandboxHost)] = []
        for account in accounts {
            servers.append(try serve(account, configuration, options, clock: clock, seed: seed, on: host))
            host.print("dfns/\(account.name): http://127.0.0.1:\(servers.last?.server.port ?? 0)")
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

    /// What the simulator says of itself.
    private static func help() throws -> String {
        let key = try PrivateKey.generate(.ed25519).publicKey.pem()
        var sandbox = Sandbox(
            DfnsSimulator(try DfnsWorld(seed: 1, bearer: "", credentialID: "", publicKeyPEM: key)))
        let answer = sandbox.handle(HTTPRequest(.get, "/__sandbox/help"), at: Timestamp(seconds: 0))
        return String(decoding: answer.response?.body ?? [], as: UTF8.self)
    }

    private static func serve(
        _ account: DfnsAccount, _ configuration: LockstepConfiguration, _ options: DfnsOptions,
        clock: any SandboxClock, seed: UInt64, on host: Host
    ) throws -> (HTTPServer, SandboxHost) {
        let webhooks = account.webhookSecret.map { secret in
            DfnsWorld.Webhook(
                url: "http://\(configuration.http.host):\(configuration.http.port)/webhooks/dfns/\(account.name)",
                secret: secret.reveal())
        }
        let world = try DfnsWorld(
            seed: seed, bearer: account.token.reveal(), credentialID: account.credentialID,
            publicKeyPEM: account.privateKey.publicKey.pem(), webhooks: webhooks.map { [$0] } ?? [])
        let failures = FailureLog(host: host.time, write: { host.log("dfns/\(account.name): \($0)") })
        let sandbox = SandboxHost(
            Sandbox(DfnsSimulator(world, options: options)), clock: clock,
            transport: NetworkTransport(connectionsPerHost: 32),
            pause: { await host.sleep($0) }, log: failures.log)
        let server = try HTTPServer(host: account.origin.host, port: account.origin.port) { request in
            await sandbox.answer(request)
        }
        return (server, sandbox)
    }

    private static func clock(_ arguments: Arguments, on host: Host) async throws -> any SandboxClock {
        guard let url = arguments["database"] ?? host.environment["LOCKSTEP_DATABASE_URL"] else {
            return HostSandboxClock(host: host)
        }
        return try await SharedSandboxClock(url, name: "sandbox", host: host)
    }
}
