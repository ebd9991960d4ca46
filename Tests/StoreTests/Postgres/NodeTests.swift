@testable import Engine
import Postgres
import PostgresStore
import Testing
import Time

@Suite("Nodes and their bells", .timeLimit(.minutes(1)))
struct NodeTests {
    private func registration(_ fixture: PostgresFixture) throws -> NodeRegistration {
        let workflows = try testRegistry().workflows.map { try PublishedWorkflow($0, diagram: "digraph {}") }
        return NodeRegistration(
            node: .first, name: "host:42", build: "1.0", workflows: workflows, database: fixture.database,
            log: { Issue.record("\($0)") })
    }

    @Test("A node that registers is alive and publishes its flows; one that is forgotten is gone")
    func lifetime() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let registration = try registration(fixture)
        try await registration.register()
        let node = try await fixture.database.query(Statement("select name, build, alive, knows from lockstep.nodes"))
            .only
        #expect(try node["name"] == "host:42")
        #expect(try node["build"] == "1.0")
        #expect(try node["alive"] == true)
        #expect(try node["knows"] == ["insurance 1", "parcel 1"])
        let flow = try await fixture.database.query(
            Statement("select signals, states, diagram, runs from lockstep.workflows where workflow = 'parcel'")
        ).only
        #expect(try flow["signals"] == ["release"])
        #expect(try flow["diagram"] == "digraph {}")
        #expect(try flow["runs"] == true)
        let states: String = try flow["states"]
        #expect(states.contains(#"{"plan": "poll track", "state": "travelling", "signals": []}"#))
        #expect(states.contains(#"{"plan": "wait", "state": "holding", "signals": ["release"]}"#))
        try await registration.forget()
        #expect(try await fixture.database.query(Statement("select from lockstep.nodes")).isEmpty)
    }

    @Test("What enqueue accepts is what the flow published")
    func schema() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        try await registration(fixture).register()
        let enqueue = Statement("select lockstep.enqueue('parcel', $1::jsonb)")
        try await fixture.database.query(
            enqueue, [.text(#"{"number":1,"isHeld":true,"isInsured":false}"#)])
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.database.query(
                enqueue, [.text(#"{"number":"one","isHeld":true,"isInsured":false}"#)])
        }
        #expect(error?.sqlstate == "LK002")
        #expect(error?.message.contains("number") == true)
    }

    @Test("It says that it is alive every second")
    func heartbeat() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let registration = try registration(fixture)
        try await registration.register()
        try await fixture.database.query(Statement("update lockstep.node set seen_at = seen_at - interval '1 hour'"))
        let host = HandHost(sleepPasses: true)
        let running = Task { await registration.run(host: host.time) }
        let alive = Statement("select alive from lockstep.nodes")
        while try await fixture.database.query(alive).only["alive", as: Bool.self] == false {}
        running.cancel()
        await running.value
        #expect(host.slept.allSatisfy { $0 == .seconds(1) })
    }

    @Test("A bell that hangs is rung by the next enqueue, once")
    func bell() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        try await registration(fixture).register()
        let (rings, bell) = AsyncStream.makeStream(of: Void.self)
        let notices = DatabaseNotices(fixture.configuration, bell: { bell.yield() }, clock: {})
        let running = Task { await notices.run() }
        var heard = rings.makeAsyncIterator()
        // It rings once as it begins to listen: what was notified before did not arrive.
        await heard.next()
        try await PostgresBell(fixture.database).set(for: .first)
        #expect(try await isIdle(fixture))
        _ = try await fixture.enqueue(Order())
        await heard.next()
        #expect(try await !isIdle(fixture))
        _ = try await fixture.enqueue(Order())
        try await PostgresBell(fixture.database).set(for: .first)
        _ = try await fixture.enqueue(Order())
        await heard.next()
        await notices.close()
        await running.value
        bell.finish()
        #expect(await heard.next() == nil)
    }

    private func isIdle(_ fixture: PostgresFixture) async throws -> Bool {
        try await fixture.database.query(Statement("select idle from lockstep.nodes")).only["idle"]
    }

    @Test("A move of the clock is noticed")
    func clockNotice() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let (moves, move) = AsyncStream.makeStream(of: Void.self)
        let notices = DatabaseNotices(fixture.configuration, bell: {}, clock: { move.yield() })
        let running = Task { await notices.run() }
        var seen = moves.makeAsyncIterator()
        await seen.next()
        try await fixture.database.query(Statement("select lockstep.move_clock('1 h')"))
        await seen.next()
        await notices.close()
        await running.value
    }
}
