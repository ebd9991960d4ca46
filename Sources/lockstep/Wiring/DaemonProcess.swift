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
    let flows: Flows
    let listens: Bool

    /// Runs until it is asked to stop.
    func run(clock mode: String, until requests: StopRequests) async throws -> ExitCode {
        let pool = PostgresPool(database, connections: 2)
        let buckets = try await prepare(pool, clock: mode)
        let clock = PostgresClock(try await PostgresClock.read(pool), host: host.time)
        let inbox = PostgresWebhookInbox(pool, log: { host.log($0) })
        let store = PostgresStore(
            database, connections: configuration.engine.databaseConnections ?? 2,
            sawNow: { (now: Timestamp) in clock.observe(now) },
            wroteReferences: { written in inbox.matchSoon(written.map(\.value)) })
        let node = NodeID(host.uuid())
        let daemon = Daemon(
            node: node, registry: flows.registry, buckets: [], limits: configuration.limits(on: clock.mode),
            environment: Daemon.Environment(
                store: store, runner: flows.handlers, clock: clock, bell: PostgresBell(pool), log: { host.log($0) }))
        let registration = NodeRegistration(
            .init(
                node: node, name: name, build: Build.version, workflows: try flows.published(),
                accounts: flows.accounts, buckets: buckets),
            database: pool, shared: { daemon.share($0) }, log: { host.log($0) })
        let endpoint = WebhookEndpoint(sources: flows.webhookSources, inbox: inbox, clock: clock, log: { host.log($0) })
        let health = Health(database: pool)
        let server = try HTTPServer(host: configuration.http.host, port: configuration.http.port) { request in
            endpoint.serves(request) ? await endpoint.respond(to: request) : await health.respond(to: request)
        }
        // Only now: a daemon that can't listen must not count as alive.
        try await registration.register()
        host.print("listening on http://\(configuration.http.host):\(server.port)")
        host.print("ready")
        await attend(daemon, clock: clock, pool: pool, registration: registration, until: requests)
        server.stop()
        try? await registration.forget()
        await store.close()
        await pool.close()
        return .success
    }

    /// Checks the schema, sets the clock if asked to, and is loud about jobs that nobody can run.
    private func prepare(_ pool: PostgresPool, clock mode: String) async throws -> Int {
        try await Database.requireSchema(database)
        if !mode.isEmpty {
            _ = try await pool.query(
                Statement(name: "set_clock", sql: SQL.setClock),
                [.text(mode == "real" ? "real" : "virtual"), .bool(mode == "auto")])
        }
        for trouble in try await DeployCheck(flows.registry, against: pool).run(.examples) {
            host.log("CAUTION: \(trouble)")
        }
        return try await pool.query(Statement(name: "buckets", sql: SQL.buckets)).only["buckets"]
    }

    /// Runs the daemon and its helpers until the daemon has drained.
    private func attend(
        _ daemon: Daemon, clock: PostgresClock, pool: PostgresPool, registration: NodeRegistration,
        until requests: StopRequests
    ) async {
        let walker = ClockWalker(pool, clock: clock, host: host.time, log: { host.log($0) })
        let notices =
            listens
            ? DatabaseNotices(database, bell: { daemon.ring() }, clock: { walker.nudge() }) : nil
        let helpers: [Task<Void, Never>] = [
            Task { await registration.run(host: host.time) },
            Task { await walker.run() },
            Task { await Housekeeping(pool, log: { host.log($0) }).run(host: host.time) },
            Task { await StrandedWatch(pool, log: { host.log($0) }).run(host: host.time) },
            Task { await notices?.run() },
            Task { await obey(requests, daemon, registration) },
        ]
        await daemon.run()
        for helper in helpers { helper.cancel() }
        await notices?.close()
    }

    /// Drains at the first request; stops at the second, or when the grace period is over.
    private func obey(_ requests: StopRequests, _ daemon: Daemon, _ registration: NodeRegistration) async {
        var isDraining = false
        for await _ in requests.requests {
            guard !isDraining else {
                host.log("stopping at once")
                return daemon.abandon()
            }
            isDraining = true
            let grace = configuration.engine.grace ?? .seconds(30)
            host.log("draining: no new jobs, calls under way have \(grace.inWords)")
            daemon.drain()
            Task { await registration.drain() }
            Task {
                await host.sleep(grace)
                if !Task.isCancelled { daemon.abandon() }
            }
        }
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
        if mode == .real { limits.holdAfter = .seconds(2) }
        return limits
    }
}
