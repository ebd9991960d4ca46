import Configuration
import Engine
import HTTPServer
import HTTPTypes
import Postgres
import PostgresStore
import SQL
import Time
import Webhooks
import WorkflowCore

/// One run of the daemon: the engine's shell, and everything that keeps it company.
struct DaemonProcess {
    let host: Host
    let name: String
    let configuration: LockstepConfiguration
    let database: PostgresConfiguration
    /// Puts the flows together; their clients go by the clock that they are given.
    let flows: @Sendable (_ now: @escaping @Sendable () -> Timestamp) throws -> Flows
    let listens: Bool
    /// How long to wait at the start for a database that can't be reached.
    let patience: Duration

    /// How long giving everything back may take, before it is left to the leases' end.
    private static let lastGrace = Duration.seconds(3)

    /// Runs until it is asked to stop.
    func run(clock mode: String, until requests: StopRequests) async throws -> ExitCode {
        let desk = StopDesk()
        let asking = Task { for await _ in requests.requests { desk.ask() } }
        defer { asking.cancel() }
        let pool = PostgresPool(database, connections: 2)
        let failures = FailureLog(host: host.time, write: { host.log($0) })
        guard try await awaitDatabase(pool, desk, failures) else { return .success }
        return try await run(clock: mode, pool: pool, failures: failures, until: desk)
    }

    /// Waits until the database answers; says no if this process is asked to stop before that.
    private func awaitDatabase(
        _ pool: PostgresPool, _ desk: StopDesk, _ failures: FailureLog
    ) async throws -> Bool {
        let end = host.now() + patience
        var pause = Duration.milliseconds(250)
        while desk.asked == 0 {
            do throws(PostgresError) {
                _ = try await pool.query(Statement("select 1"), [], timeout: .seconds(5))
                return true
            } catch {
                guard error.isTransient, host.now() + pause < end else { throw Database.failure(error) }
                failures.log("waiting for the database, \((end - host.now()).inWords) at most: \(error)")
                await host.sleep(pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
        return false
    }

    private func run(
        clock mode: String, pool: PostgresPool, failures: FailureLog, until desk: StopDesk
    ) async throws -> ExitCode {
        let buckets = try await prepare(pool, clock: mode)
        let clock = PostgresClock(try await PostgresClock.read(pool), host: host.time)
        let flows = try flows { clock.now() }
        warnOfMissingKeys(flows)
        for trouble in try await DeployCheck(flows.registry, against: pool).run(.examples) {
            host.log("CAUTION: \(trouble)")
        }
        let inbox = PostgresWebhookInbox(pool, log: failures.log)
        let store = PostgresStore(
            database, connections: configuration.engine.databaseConnections ?? 3,
            sawNow: { (now: Timestamp) in clock.observe(now) },
            wroteReferences: { written in inbox.matchSoon(written.map(\.value)) })
        let node = NodeID(host.uuid())
        let daemon = Daemon(
            node: node, registry: flows.registry, buckets: [], limits: configuration.limits(on: clock.mode),
            environment: Daemon.Environment(
                store: store, runner: flows.handlers, clock: clock, bell: PostgresBell(pool), log: failures.log))
        let registration = NodeRegistration(
            .init(
                node: node, name: name, build: Build.version, workflows: try flows.published(),
                accounts: flows.accounts, buckets: buckets),
            database: pool, shared: { daemon.share($0) }, log: failures.log)
        let endpoint = WebhookEndpoint(sources: flows.webhookSources, inbox: inbox, clock: clock, log: { host.log($0) })
        let health = Health(database: pool)
        let server = try HTTPServer(host: configuration.http.host, port: configuration.http.port) { request in
            endpoint.serves(request) ? await endpoint.respond(to: request) : await health.respond(to: request)
        }
        // Only now: a daemon that can't listen must not count as alive.
        try await registration.register()
        host.print("listening on http://\(configuration.http.host):\(server.port)")
        host.print("ready")
        let beats = Task { await registration.run(host: host.time) }
        let watch = WebhookWatch(
            accounts: configuration.accounts, http: configuration.http, clients: flows.clients, log: failures.log)
        let upkeep = Task { await watch.run { await host.sleep($0) } }
        await attend(daemon, clock: clock, pool: pool, registration: registration, failures: failures, until: desk)
        server.stop()
        beats.cancel()
        upkeep.cancel()
        await tidyUp {
            try? await registration.forget()
            await store.close()
            await pool.close()
        }
        return .success
    }

    /// Says which jobs can't be started without keys.
    private func warnOfMissingKeys(_ flows: Flows) {
        let sensitive = Flows.sensitive(flows.registry)
        guard configuration.sensitiveKeys == nil, !sensitive.isEmpty else { return }
        host.log(
            "CAUTION: there are no sensitive_keys in the configuration; nothing sensitive is stored without: jobs of "
                + "\(sensitive.joined(separator: ", ")) will be parked as they start, if they hold such fields")
    }

    /// Checks the schema, sets the clock if asked to, and tells the number of buckets.
    private func prepare(_ pool: PostgresPool, clock mode: String) async throws -> Int {
        try await Database.requireSchema(database)
        if !mode.isEmpty {
            _ = try await pool.query(
                Statement(name: "set_clock", sql: SQL.setClock),
                [.text(mode == "real" ? "real" : "virtual"), .bool(mode == "auto")])
        }
        return try await pool.query(Statement(name: "buckets", sql: SQL.buckets)).only["buckets"]
    }

    /// Runs the daemon and its helpers until the daemon has drained.
    private func attend(
        _ daemon: Daemon, clock: PostgresClock, pool: PostgresPool, registration: NodeRegistration,
        failures: FailureLog, until desk: StopDesk
    ) async {
        let walker = ClockWalker(pool, clock: clock, host: host.time, log: failures.log)
        let notices =
            listens
            ? DatabaseNotices(database, bell: { daemon.ring() }, clock: { walker.nudge() }) : nil
        let helpers: [Task<Void, Never>] = [
            Task { await walker.run() },
            Task { await Housekeeping(pool, log: failures.log).run(host: host.time) },
            Task { await RecurringJobs(pool, log: failures.log).run(host: host.time) },
            Task { await StrandedWatch(pool, log: { host.log($0) }).run(host: host.time) },
            Task { await LongTransactionWatch(pool, log: { host.log($0) }).run(host: host.time) },
            Task { await notices?.run() },
        ]
        desk.listen { obey($0, daemon, registration) }
        await daemon.run()
        for helper in helpers { helper.cancel() }
    }

    /// Does the last things, but not for long: a database that does not answer must not keep the process.
    private func tidyUp(_ work: @escaping @Sendable () async -> Void) async {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        Task {
            await work()
            end.yield()
        }
        Task {
            await host.sleep(Self.lastGrace)
            end.yield()
        }
        for await _ in ends { return }
    }

    /// Drains at the first request; gives everything back at the second, or when the grace period is over; and with a
    /// database that does not even take that, or at the third, just ends.
    private func obey(_ request: Int, _ daemon: Daemon, _ registration: NodeRegistration) {
        switch request {
        case 1:
            let grace = configuration.engine.grace ?? .seconds(30)
            host.log("draining: no new jobs, calls under way have \(grace.inWords)")
            daemon.drain()
            Task { await registration.drain() }
            Task {
                await host.sleep(grace)
                host.log("the grace period is over: giving everything back")
                await giveBack(daemon)
            }
        case 2:
            host.log("giving everything back at once")
            Task { await giveBack(daemon) }
        default: daemon.abandon()
        }
    }

    private func giveBack(_ daemon: Daemon) async {
        daemon.giveBack()
        await host.sleep(Self.lastGrace)
        host.log("the database does not take it: other daemons go on when the leases end")
        daemon.abandon()
    }
}

extension LockstepConfiguration {
    /// As many as there can be calls at once.
    var connectionsPerHost: Int {
        let calls = engine.callsPerAccount ?? Scheduler.Limits().callsPerAccount
        return max(calls, limits.values.compactMap(\.concurrency).max() ?? 0)
    }

    /// The engine's limits, as configured, on a clock of this kind.
    func limits(on mode: ClockReading.Mode) -> Scheduler.Limits {
        var limits = Scheduler.Limits()
        limits.held = engine.jobsHeld ?? limits.held
        limits.claim = engine.claimBatch ?? limits.claim
        limits.commit = engine.commitBatch ?? limits.commit
        limits.callsPerAccount = engine.callsPerAccount ?? limits.callsPerAccount
        limits.term = engine.lease ?? limits.term
        limits.idlePoll = engine.idlePoll ?? limits.idlePoll
        if mode == .real {
            limits.holdAfter = .seconds(2)
            limits.gathering = .milliseconds(50)
        }
        return limits
    }
}
