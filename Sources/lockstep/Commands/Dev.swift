/// `lockstep dev`: the demo's world, left running.
enum Dev: Command {
    static let name = "dev"
    static let summary = "Run a private PostgreSQL, the simulated providers and a daemon, and say how to connect."
    static let discussion = """
        Stays up until it is interrupted, or until one of its processes dies. Each run begins with an empty private
        database, since the simulated providers remember nothing either; a database given with --database is kept.
        """
    static let options =
        World.options + [Option("clock", "MODE", "virtual (default), auto, or real.")]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let clock = try arguments.choice("clock", of: ["virtual", "auto", "real"], default: "virtual")
        let world = try await World.start(arguments, directory: ".lockstep/dev", clock: clock, on: host)
        let providers = world.sandboxes.map { sandbox in
            "  " + sandbox.title.padded(20) + sandbox.url + "/__sandbox/help"
        }
        host.print(
            """

            Lockstep is up, on a \(clock) clock.

              psql                psql '\(world.database)'
              daemon              \(world.daemonAddress)/healthz
              webhooks            \(world.daemonAddress)/webhooks/<provider>/main
              configuration       \(world.workspace.configuration)
              logs                \(world.workspace.log(of: "serve")), \(world.workspace.log(of: "sandbox"))

            Simulated providers:

            \(providers.joined(separator: "\n"))

            Try:  call lockstep.advance_clock('24 hours');     Ctrl-C ends it.
            """)
        let dead = await world.watch(on: host)
        await world.stop()
        guard let dead else { return .success }
        throw CommandFailure("lockstep \(dead) has ended by itself; see \(world.workspace.log(of: dead))")
    }
}
