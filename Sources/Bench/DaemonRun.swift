import Engine
import Postgres

extension Bench {
    /// Runs a daemon with the flows of the bench in this process, for a bench that looks at it from another.
    ///
    /// - Parameters:
    ///   - calls: how many slow calls may be in flight, and are waited for; 0: it is ready at once.
    ///   - ready: called when it is.
    ///   - until: returns when the daemon is to stop; what is under way is left to the leases' end.
    public static func runDaemon(
        _ url: String, calls: Int, _ machine: Machine, ready: @escaping @Sendable () -> Void,
        until: @escaping @Sendable () async -> Void
    ) async throws {
        var limits = Scheduler.Limits()
        if calls > 0 { limits.callsPerAccount = calls }
        var handlers = ActivityHandlers.quick
        handlers.add(
            SlowCallHandler(wanted: calls, reached: ready, hold: { await machine.sleep(.seconds(3600)) }))
        let daemon = try await BenchDaemon(
            PostgresConfiguration(url), machine, limits: limits, runner: handlers)
        try await daemon.start()
        if calls == 0 { ready() }
        await until()
    }
}
