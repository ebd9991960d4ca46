@testable import Engine
import Postgres
import PostgresStore
import Testing
import Time
import WorkflowCore

@Suite("A deploy with a new version of a flow, in mid-run", .timeLimit(.minutes(3)))
struct DeployTests {
    /// A daemon of a build that knows some versions of `ticket`.
    private struct Build {
        let daemon: Daemon
        let registration: NodeRegistration
        let registry: Registry
        let running: Task<Void, Never>

        func stop() async throws {
            daemon.drain()
            await running.value
            try await registration.forget()
        }
    }

    private static func registry(_ versions: Set<Int>) throws -> Registry {
        let known = try [RegisteredWorkflow(TicketV1.self), RegisteredWorkflow(Ticket.self)]
        return Registry(known.filter { versions.contains($0.version) })
    }

    private func start(
        _ versions: Set<Int>, _ node: NodeID, _ booth: Booth, on fixture: PostgresFixture
    ) async throws -> Build {
        let begun = ContinuousClock.now
        let host = HostTime(elapsed: { ContinuousClock.now - begun }, sleep: { try? await Task.sleep(for: $0) })
        let database = PostgresPool(fixture.configuration, connections: 2)
        let clock = PostgresClock(try await PostgresClock.read(database), host: host)
        let registry = try Self.registry(versions)
        let daemon = Daemon(
            node: node, registry: registry, buckets: 0..<fixture.buckets,
            environment: .init(
                store: PostgresStore(fixture.configuration, sawNow: { clock.observe($0) }),
                runner: booth.handlers(versions), clock: clock, bell: PostgresBell(database),
                log: { Issue.record("\($0)") }))
        let registration = NodeRegistration(
            .init(
                node: node, name: "build \(versions.sorted())", build: "test",
                workflows: try registry.workflows.map { try PublishedWorkflow($0, diagram: nil) },
                buckets: fixture.buckets),
            database: database, shared: { daemon.share($0) }, log: { Issue.record("\($0)") })
        try await registration.register()
        // However busy the machine is that the tests run on.
        try await fixture.database.query(
            Statement("update lockstep.node set seen_at = clock_timestamp() + interval '1 h' where id = $1::uuid"),
            [.text(node.description)])
        let running = Task {
            // The clock stands still, and with it the daemon's own looking for work now and then.
            let looking = Task {
                while !Task.isCancelled {
                    daemon.ring()
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            await daemon.run()
            looking.cancel()
        }
        return Build(daemon: daemon, registration: registration, registry: registry, running: running)
    }

    private func enqueue(_ numbers: ClosedRange<Int>, on fixture: PostgresFixture) async throws -> [JobID] {
        var jobs: [JobID] = []
        for number in numbers {
            let rows = try await fixture.database.query(
                Statement("select lockstep.enqueue('ticket', jsonb_build_object('number', $1::int))"), [.int(number)])
            jobs.append(try rows.only[0])
        }
        return jobs
    }

    private func approve(_ jobs: some Sequence<JobID>, on fixture: PostgresFixture) async throws {
        for job in jobs { try await fixture.tell(job, "approve") }
    }

    /// The rows of a query, as texts, once they are these: the daemons work while this looks.
    private func expect(
        _ sql: String, _ wanted: [[String?]], on fixture: PostgresFixture, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        var found: [[String?]] = []
        for _ in 1...3000 {
            found = try await fixture.database.query(Statement(sql)).map { row in
                try row.columns.indices.map { try row[$0] }
            }
            if found == wanted { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(found == wanted, sourceLocation: place)
    }

    private let resting = """
        select version::text, state, count(*)::text from lockstep.job_status group by 1, 2, version, state
        order by version, state
        """

    @Test("Old jobs end with the old build, new ones with the new; what the old one leaves is migrated and goes on")
    func midRun() async throws {
        let fixture = try await PostgresFixture(buckets: 8)
        let booth = Booth()
        let old = try await start([1], .first, booth, on: fixture)
        let first = try await enqueue(1...20, on: fixture)
        try await expect(resting, [["1", "waiting", "20"]], on: fixture)

        let new = try await start([2], .second, booth, on: fixture)
        let versions = "select version::text, runs::text, takes_new_jobs::text from lockstep.workflows order by 1"
        try await expect(versions, [["1", "true", "false"], ["2", "true", "true"]], on: fixture)
        let second = try await enqueue(21...40, on: fixture)
        try await approve(first.prefix(5) + second.prefix(5), on: fixture)
        try await expect(
            resting,
            [["1", "printed", "5"], ["1", "waiting", "15"], ["2", "approving", "15"], ["2", "printed", "5"]],
            on: fixture)
        try await expectUnclaimable(nil, on: fixture)

        try await old.stop()
        try await approve([first[5]], on: fixture)
        try await expectUnclaimable("ticket 1 waiting 15", on: fixture)
        let troubles = try await DeployCheck(new.registry, against: fixture.database).run(.everything)
        #expect(troubles.map(\.kind) == [.noHandler])
        #expect(troubles.first?.reason.contains("lockstep migrate-jobs") == true)

        try await migrate(new, first, on: fixture)
        try await expect(
            resting,
            [["1", "printed", "5"], ["1", "waiting", "1"], ["2", "approving", "28"], ["2", "printed", "6"]],
            on: fixture)
        try await approve(first.dropFirst(6) + second.dropFirst(5), on: fixture)
        try await expect(
            resting, [["1", "printed", "5"], ["1", "waiting", "1"], ["2", "printed", "34"]], on: fixture)
        try await new.stop()
        for number in 1...40 where number != 13 {
            let (issuer, printer) = (number <= 20 ? 1 : 2, number <= 5 ? 1 : 2)
            #expect(booth.done[number] == ["issued by \(issuer)", "printed by \(printer)"], "number \(number)")
        }
        #expect(booth.done[13] == ["issued by 1"])
    }

    /// What nobody can run, once it is this: a daemon that was silent for a moment counts as gone until its next beat.
    private func expectUnclaimable(
        _ wanted: String?, on fixture: PostgresFixture, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        try await expect(
            "select concat_ws(' ', workflow, version, coalesce(state, '-'), jobs) from lockstep.unclaimable",
            wanted.map { [[$0]] } ?? [], on: fixture, place)
    }

    private func migrate(_ build: Build, _ jobs: [JobID], on fixture: PostgresFixture) async throws {
        let migrator = JobMigrator(build.registry, over: fixture.database)
        var request = JobMigrator.Request()
        request.batch = 4
        request.isDryRun = true
        let lines = [
            "ticket 1 → 2: 14 in waiting → approving", "ticket 1 → 2: 1 in waiting stays: nobody prints number 13",
        ]
        let foreseen = try await migrator.run(request)
        #expect(foreseen.lines.map(\.description) == lines)
        #expect(foreseen.lines[0].samples.count == 3)
        #expect(foreseen.lines[0].samples[0].old?.hasPrefix(#"{"waiting":{"number":"#) == true)
        #expect(foreseen.lines[0].samples[0].new?.hasPrefix(#"{"approving":{"colour":"white","number":"#) == true)
        try await expectUnclaimable("ticket 1 waiting 15", on: fixture)
        let before = try await fixture.job(jobs[6])
        request.isDryRun = false
        let done = try await migrator.run(request)
        #expect(done.lines.map(\.description) == lines)
        try await expectUnclaimable("ticket 1 waiting 1", on: fixture)
        let after = try await fixture.job(jobs[6])
        #expect(after.version == 2)
        #expect(after.seq == before.seq + 1)
        #expect(after.row.enteredSeq == before.row.enteredSeq)
        #expect(after.row.enteredAt == before.row.enteredAt)
        #expect(after.row.deadlineAt == .start + .hours(48))
        #expect(after.row.dueAt == .start + .hours(48))
        #expect(after.row.desk == "box office")
        let row = try #require(after.history.last)
        #expect([row.from, row.event, row.to, row.actor] == ["waiting", "migrated", "approving", "postgres"])
        #expect(
            row.detail
                == #"{"from_version":1,"old_state":{"waiting":{"number":7}},"to_version":2}"#)
        // Run again, it finds only what stays.
        #expect(try await migrator.run(request).lines.map(\.description) == [lines[1]])
    }

    @Test(
        "A build that knows both versions takes over without a gap: new jobs get the new one when the old build is gone"
    )
    func sideBySide() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let booth = Booth()
        let old = try await start([1], .first, booth, on: fixture)
        let new = try await start([1, 2], .second, booth, on: fixture)
        let early = try await enqueue(1...4, on: fixture)
        try await expect(resting, [["1", "waiting", "4"]], on: fixture)
        try await old.stop()
        let late = try await enqueue(5...8, on: fixture)
        try await approve(early + late, on: fixture)
        try await expect(resting, [["1", "printed", "4"], ["2", "printed", "4"]], on: fixture)
        #expect(try await DeployCheck(new.registry, against: fixture.database).run(.everything) == [])
        try await new.stop()
        for number in 1...8 { #expect(booth.done[number]?.last == "printed by \(number <= 4 ? 1 : 2)") }
    }
}
