@testable import Engine
import LockstepTesting
import Postgres
import PostgresStore
import Time
import WorkflowCore

/// A daemon over a store, with a clock that passes in no time.
protocol TestBed: Sendable {
    associatedtype Fixture: StoreFixture
    /// The store, and all that is stored.
    var fixture: Fixture { get }
    /// Runs a daemon while `body` runs.
    func withDaemon(_ body: () async throws -> Void) async throws
    /// Enqueues parcels.
    func enqueue(_ parcel: Parcel.Input) async throws -> JobID
    /// Tells a job something.
    func tell(_ job: JobID, _ name: String) async throws
    /// Lets the clock pass through everything that becomes due, and waits until all is quiet.
    func pass(_ interval: Duration) async throws
}

/// What the daemons of the tests know.
let testRegistry: @Sendable () throws -> Registry = {
    Registry([try RegisteredWorkflow(Parcel.self), try RegisteredWorkflow(Insurance.self)])
}

/// `MemoryStore` under a daemon.
struct MemoryBed: TestBed {
    let fixture: MemoryFixture
    private let daemon: Daemon

    init(buckets: Int, runner: any ActivityRunner) throws {
        fixture = MemoryFixture(buckets: buckets)
        daemon = Daemon(
            node: .first, registry: try testRegistry(), buckets: 0..<buckets,
            environment: .init(
                store: fixture.memory, runner: runner, clock: fixture.clock, bell: fixture.memory, log: { print($0) }))
    }

    func withDaemon(_ body: () async throws -> Void) async throws {
        async let running: Void = daemon.run()
        do {
            try await body()
        } catch {
            daemon.abandon()
            throw error
        }
        daemon.drain()
        await running
    }

    func enqueue(_ parcel: Parcel.Input) async throws -> JobID {
        defer { daemon.ring() }
        return fixture.memory.enqueue(Parcel.name, input: try JSONCoding().store(parcel))
    }

    func tell(_ job: JobID, _ name: String) async throws {
        fixture.memory.signal(job, name)
        daemon.ring()
    }

    func pass(_ interval: Duration) async throws {
        let end = fixture.clock.now() + interval
        while true {
            while fixture.memory.hasWork(at: fixture.clock.now()) {
                try Task.checkCancellation()
                await Task.yield()
            }
            let next = min(fixture.memory.nextDue ?? end, end)
            if next <= fixture.clock.now() { return }
            fixture.clock.advance(to: next)
        }
    }
}

/// `PostgresStore` under a daemon, with everything that the daemon has in production, on a virtual clock.
struct PostgresBed: TestBed {
    let fixture: PostgresFixture
    private let daemon: Daemon
    private let clock: PostgresClock
    private let host: HostTime
    private let registration: NodeRegistration
    private let notices: DatabaseNotices?
    private let walker: ClockWalker

    init(buckets: Int, runner: any ActivityRunner, listens: Bool = true) async throws {
        try await self.init(PostgresFixture(buckets: buckets), runner: runner, listens: listens)
    }

    /// A daemon over this database; `write` takes its lines, a second apart.
    init(
        _ fixture: PostgresFixture, runner: any ActivityRunner, listens: Bool = true,
        write: @escaping @Sendable (String) -> Void = { print($0) }
    ) async throws {
        self.fixture = fixture
        let start = ContinuousClock.now
        host = HostTime(
            elapsed: { ContinuousClock.now - start }, sleep: { try? await Task.sleep(for: $0) })
        let failures = FailureLog(host: host, write: write)
        // Not the fixture's own connection: that one is taken while it waits for quiet.
        let database = PostgresPool(fixture.configuration, connections: 2)
        let clock = PostgresClock(try await PostgresClock.read(database), host: host)
        self.clock = clock
        let registry = try testRegistry()
        let inbox = PostgresWebhookInbox(database, log: failures.log)
        let store = PostgresStore(
            fixture.configuration, sawNow: { clock.observe($0) },
            wroteReferences: { inbox.matchSoon($0.map(\.value)) })
        let daemon = Daemon(
            node: .first, registry: registry, buckets: [],
            environment: .init(
                store: store, runner: runner, clock: clock, bell: PostgresBell(database), log: failures.log))
        self.daemon = daemon
        registration = NodeRegistration(
            .init(
                node: .first, name: "test", build: "test",
                workflows: try registry.workflows.map { try PublishedWorkflow($0, diagram: nil) },
                accounts: [AccountLimits(ProviderAccount(provider: "post", name: "main"))], buckets: fixture.buckets),
            database: database, shared: { daemon.share($0) }, log: failures.log)
        let walker = ClockWalker(database, clock: clock, host: host, log: failures.log)
        self.walker = walker
        notices =
            listens
            ? DatabaseNotices(fixture.configuration, bell: { daemon.ring() }, clock: { walker.nudge() }) : nil
    }

    func withDaemon(_ body: () async throws -> Void) async throws {
        try await registration.register()
        let helpers = [
            Task { await registration.run(host: host) }, Task { await walker.run() },
            Task { await notices?.run() ?? () },
        ]
        defer { for helper in helpers { helper.cancel() } }
        async let running: Void = daemon.run()
        do {
            try await body()
        } catch {
            daemon.abandon()
            throw error
        }
        daemon.drain()
        await running
        await notices?.close()
        try await registration.forget()
    }

    func enqueue(_ parcel: Parcel.Input) async throws -> JobID {
        let rows = try await fixture.database.query(
            // With a key: whoever asks again because the answer was lost gets the same job.
            Statement("select lockstep.enqueue($1, $2::jsonb, $3)"),
            [.text(Parcel.name), .text(try JSONCoding().store(parcel)), .text("parcel-\(parcel.number)")])
        return try rows.only[0]
    }

    func tell(_ job: JobID, _ name: String) async throws {
        try await fixture.tell(job, name)
    }

    func pass(_ interval: Duration) async throws {
        try await fixture.database.query(
            Statement("select lockstep.move_clock($1::interval)"), [.text("\(interval.microseconds) microseconds")])
        try await fixture.database.query(Statement("select lockstep.await_quiet('20 s')"))
    }
}
