import Configuration
import Engine
import HTTPClient
import HTTPServer
import HTTPTypes
import Postgres
import PostgresStore
import Time
import Webhooks

/// `lockstep serve`: the daemon.
enum Serve: Command {
    static let name = "serve"
    static let summary = "Run the daemon: it drives jobs, and receives webhooks."
    static let discussion = """
        SIGTERM stops it: it takes no new jobs, finishes the calls under way within the grace period, gives the rest
        back, and exits with 0. A second SIGTERM, or the end of the grace period, gives everything back at once;
        whatever was being called for is then looked up by the next owner, like after a crash. With a database that does
        not answer it exits three seconds later all the same, and others go on when the leases end.

        A database that is lost or restarted is connected to again, for as long as it takes: nothing is lost, and
        /readyz answers 503 meanwhile. At the start it is waited for as long as --wait says.

        GET /healthz says that it runs, GET /readyz that its database answers and that there is no job that nobody can
        run. Webhooks go to POST /webhooks/<provider>/<account>.

        In the configuration an account may have limits, which all daemons keep together:
        limits: {concurrency: 32, rate: 10, burst: 20}: calls at once, calls per second, calls at once after a rest.
        """
    static let options = [
        Option("config", "FILE", "The configuration (default: lockstep.json5)."),
        databaseOption,
        Option("clock", "MODE", "real, virtual, or auto; by default as the database has it."),
        Option("wait", "SECONDS", "How long to wait at the start for a database that can't be reached (default: 30)."),
        Option("node", "NAME", "A name for people (default: lockstep)."),
        Option(flag: "poll-only", "Don't listen for notifications, as behind PgBouncer in transaction mode."),
        Option(flag: "with-parent", "Stop when standard input is closed."),
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let configuration = try host.configuration(arguments["config"])
        let url = try host.database(arguments)
        guard let wait = Int(arguments["wait"] ?? "30"), (0...86_400).contains(wait) else {
            throw UsageError("--wait takes a number of seconds, at most 86400")
        }
        let clock = try arguments.choice("clock", of: ["", "real", "virtual", "auto"], default: "")
        var database = try PostgresConfiguration(url)
        database.usesPreparedStatements = !arguments.has("poll-only")
        database.applicationName = "lockstep serve"
        let transport = NetworkTransport(connectionsPerHost: configuration.connectionsPerHost)
        let process = DaemonProcess(
            host: host, name: arguments["node"] ?? "lockstep", configuration: configuration, database: database,
            flows: { try Flows(configuration, transport: transport, now: $0) }, listens: !arguments.has("poll-only"),
            patience: .seconds(wait))
        let requests = StopRequests(withParent: arguments.has("with-parent"))
        return try await process.run(clock: clock, until: requests)
    }
}
