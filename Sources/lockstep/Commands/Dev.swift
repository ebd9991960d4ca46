/// `lockstep dev`: the demo's world, left running.
enum Dev: Command {
    static let name = "dev"
    static let summary = "Run a private PostgreSQL, the simulated providers and a daemon, and say how to connect."
    static let discussion = """
        Stays up until it is interrupted. The database and the keys stay in .lockstep/dev: the next run goes on there.
        """
    static let options =
        World.options + [Option("clock", "MODE", "virtual (default), auto, or real.")]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let clock = try arguments.choice("clock", of: ["virtual", "auto", "real"], default: "virtual")
        let world = try await World.start(arguments, directory: ".lockstep/dev", clock: clock, fresh: false, on: host)
        host.print(
            """

            Lockstep is up, on a \(clock) clock.

              psql       psql '\(world.database)'
              daemon     \(world.daemonAddress)/healthz
              webhooks   \(world.daemonAddress)/webhooks/dfns/main
              Dfns       \(world.sandboxAddress)/__sandbox/help
              logs       \(world.workspace.log(of: "serve")), \(world.workspace.log(of: "sandbox"))

            Try:  call lockstep.advance_clock('24 hours');     Ctrl-C ends it.
            """)
        await host.untilStopped(withParent: false)
        await world.stop()
        return .success
    }
}
