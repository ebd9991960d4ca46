import Engine
import Postgres
import PostgresStore
import Time

/// The daemon in this process, with everything that `lockstep serve` gives it but the providers.
struct BenchDaemon: Sendable {
    let store: ObservedStore
    private let inner: PostgresStore
    private let pool: PostgresPool
    private let daemon: Daemon
    private let registration: NodeRegistration
    private let notices: DatabaseNotices
    private let host: HostTime

    /// A daemon; it does nothing until it runs.
    init(
        _ database: PostgresConfiguration, _ machine: Machine, limits: Scheduler.Limits, runner: any ActivityRunner
    ) async throws {
        pool = PostgresPool(database, connections: 2)
        host = HostTime(elapsed: machine.elapsed, sleep: machine.sleep)
        let clock = PostgresClock(try await PostgresClock.read(pool), host: host)
        inner = PostgresStore(database, sawNow: { (now: Timestamp) in clock.observe(now) })
        store = ObservedStore(inner)
        let node = NodeID(machine.uuid())
        registration = try NodeRegistration.bench(of: node, database: pool, log: machine.say)
        let daemon = Daemon(
            node: node, registry: try benchRegistry(), buckets: 0..<1, limits: limits,
            environment: Daemon.Environment(
                store: store, runner: runner, clock: clock, bell: PostgresBell(pool), log: machine.say))
        self.daemon = daemon
        notices = DatabaseNotices(database, bell: { daemon.ring() }, clock: {})
    }

    /// Runs while `body` does; then drains, and closes its connections.
    func run<Answer>(while body: () async throws -> Answer) async throws -> Answer {
        let tasks = try await start()
        let result: Result<Answer, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        daemon.drain()
        await tasks.daemon.value
        for helper in tasks.helpers { helper.cancel() }
        await notices.close()
        try await registration.forget()
        await inner.close()
        await pool.close()
        return try result.get()
    }

    /// Starts it, and its helpers.
    @discardableResult
    func start() async throws -> (daemon: Task<Void, Never>, helpers: [Task<Void, Never>]) {
        try await registration.register()
        let helpers = [Task { await registration.run(host: host) }, Task { await notices.run() }]
        return (Task { await daemon.run() }, helpers)
    }
}

extension ActivityHandlers {
    /// The handlers of the flows that answer at once.
    static var quick: ActivityHandlers {
        var handlers = ActivityHandlers()
        handlers.add(TenStepsHandler())
        handlers.add(OneStepHandler())
        return handlers
    }
}
