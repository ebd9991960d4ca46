import Postgres
import Time

/// `lockstep demo`: everything at once, on this machine, in under a minute.
enum Demo: Command {
    static let name = "demo"
    static let summary = "Run payouts with different fates against simulated providers, and show each step."
    static let discussion = """
        A private PostgreSQL under .lockstep/demo (or the given database, which must be empty), the simulated providers,
        and a daemon on a virtual clock that jumps from one due instant to the next. Three payouts are shown step by
        step; then one job of each flow, and what is most interesting about its failures, as a table: its ending, the
        virtual and the real time that it took, its transitions, and the calls of the provider. Leaves nothing running.
        The exit code is 0 only if every job ended as it should.
        """
    static let options = World.options

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let world = try await World.start(arguments, directory: ".lockstep/demo", clock: "auto", on: host)
        do {
            let good = try await play(world, on: host)
            await world.stop()
            host.print(good ? "\nEvery job ended as it should." : "\nNot every job ended as it should.")
            return good ? .success : .failure
        } catch {
            await world.stop()
            throw error
        }
    }

    private static func play(_ world: World, on host: Host) async throws -> Bool {
        let database = PostgresPool(try PostgresConfiguration(world.database), connections: 1)
        let now = try await database.query(Statement("select lockstep.now() as now"))
        let run = DemoRun(database: database, host: host, startedAt: try now.only["now", as: Timestamp.self])
        let began = host.now()
        try await run.enqueue()
        try await run.watch(limit: .seconds(90))
        let took = host.now() - began
        let told = try await run.report()
        let virtual = try await database.query(Statement("select lockstep.now() as now"))
        let passed = try virtual.only["now", as: Timestamp.self] - run.startedAt
        host.print("\n\(passed.inWords) of virtual time in \(took.inWords) of real time.")
        let journeys = try await JourneyRun(database: database, world: world, host: host).run()
        await database.close()
        return told && journeys
    }
}
