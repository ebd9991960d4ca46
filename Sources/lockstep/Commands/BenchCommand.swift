import Bench
import JSONSchema
import Postgres
import PrivateCluster
import Time

/// `lockstep bench`: how fast it is, here and now.
enum BenchCommand: Command {
    static let name = "bench"
    static let summary = "Measure how fast Lockstep is on this machine, beside what PostgreSQL itself can do."
    static let discussion = """
        Runs a PostgreSQL of its own, with fsync and synchronous_commit on, and prints a table. Build it with
        optimisation (`make bench`), and let nothing else run: every figure depends on the machine and its load. The
        exit code says only whether it could measure, never whether a bar was met.

        Figures:
        """ + Figure.all.map { "\n  \($0.name)  \($0.summary)" }.joined()
    static let options = [
        Option("figures", "A,B", "Only these."),
        Option("open-transaction", "SECONDS", "How long the transaction stays open (default: 15; the issue's: 120)."),
        Option("reference", "FILE", "The reference script (default: bench/reference-limit.sh)."),
        Option("directory", "DIR", "Where the cluster's data is kept while it runs (default: .lockstep/bench)."),
        Option("postgres-bin", "DIR", "Where PostgreSQL's programs are, if they are not found."),
        Option(flag: "json", "Print JSON."),
        Option(flag: "as-daemon", "Be the daemon that another bench looks at."),
        Option("database", "URL", "The database of that daemon."),
        Option("calls", "N", "Be ready when so many calls are in flight."),
        Option(flag: "with-parent", "Stop when standard input is closed."),
    ]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        if arguments.has("as-daemon") { return try await runDaemon(arguments, on: host) }
        let figures = try figures(arguments)
        var options = Bench.Options(reference: host.path(arguments["reference"] ?? "bench/reference-limit.sh"))
        if let seconds = try arguments.integer("open-transaction", in: 1...3600) {
            options.openTransaction = .seconds(seconds)
        }
        let directory = host.path(arguments["directory"] ?? ".lockstep/bench")
        let cluster = try PrivateCluster.start(
            directory: directory + "/pg",
            options: .bench(searchPath: host.environment["PATH"] ?? "", binaries: arguments["postgres-bin"]))
        defer { try? cluster.stop() }
        let bench = Bench(machine(host, directory: directory), cluster: cluster, options: options)
        var lines: [Line] = []
        for figure in figures { lines += try await figure.measure(bench) }
        print(lines, asJSON: arguments.has("json"), on: host)
        return .success
    }

    private static func figures(_ arguments: Arguments) throws -> [Figure] {
        guard let typed = arguments["figures"] else { return Figure.all }
        return try typed.split(separator: ",").map { name in
            guard let figure = Figure.all.first(where: { $0.name == name }) else {
                let known = Figure.all.map(\.name).joined(separator: ", ")
                throw UsageError("there is no figure “\(name)”; there are \(known)")
            }
            return figure
        }
    }

    private static func print(_ lines: [Line], asJSON: Bool, on host: Host) {
        let settings = PrivateCluster.Options.benchSettings.sorted { $0.key < $1.key }
        guard !asJSON else {
            let json: [String: JSONValue] = [
                "at": .string(host.now().description), "processors": .int(Int64(host.processors)),
                "optimised": .bool(isOptimised),
                "settings": .object(Dictionary(settings.map { ($0.key, .string($0.value)) }) { _, last in last }),
                "figures": .array(lines.map(\.json)),
            ]
            return host.print(JSONText.of(.object(json)))
        }
        host.print(table(lines))
        host.print()
        host.print("\(host.processors) processors; PostgreSQL with what it comes with, and:")
        host.print(settings.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
        if !isOptimised { host.print("CAUTION: this build is not optimised; use make bench.") }
    }

    private static var isOptimised: Bool {
        #if DEBUG
            false
        #else
            true
        #endif
    }

    private static func runDaemon(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let isOrphanable = arguments.has("with-parent")
        try await Bench.runDaemon(
            try host.database(arguments), calls: try arguments.integer("calls", in: 1...1000) ?? 0,
            machine(host, directory: host.directory), ready: { host.print("ready") },
            until: { await host.untilStopped(withParent: isOrphanable) })
        return .success
    }

    private static func machine(_ host: Host, directory: String) -> Machine {
        let time = host.monotonicTime
        return Machine(
            elapsed: time, sleep: { await host.sleep($0) }, uuid: { host.uuid() }, ownTime: ProcessFigures.ownTime,
            time: ProcessFigures.time, residentBytes: ProcessFigures.residentBytes,
            start: { arguments in
                let child = try ChildProcess(arguments, log: directory + "/child.log", on: host)
                do {
                    _ = try await child.ready(on: host)
                } catch {
                    child.stop()
                    throw error
                }
                return Machine.Running(process: child.id) { child.stop() }
            },
            startWorld: { url in
                let arguments = try Arguments(
                    ["--database", url, "--directory", directory + "/world"], options: World.options, positional: [])
                let world = try await World.start(arguments, directory: directory, clock: "virtual", on: host)
                return Machine.Running(process: world.daemonProcess) { await world.stop() }
            },
            say: { host.log($0) })
    }
}
