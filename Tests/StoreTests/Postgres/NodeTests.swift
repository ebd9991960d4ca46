@testable import Engine
import Postgres
import PostgresStore
import Synchronization
import Testing
import Time

@Suite("Nodes and their bells", .timeLimit(.minutes(1)))
struct NodeTests {
    private func registration(
        _ fixture: PostgresFixture, node: NodeID = .first, knowing count: Int = 2,
        shared: @escaping @Sendable (Set<Int>) -> Void = { _ in }
    ) throws -> NodeRegistration {
        let workflows = try testRegistry().workflows.map { try PublishedWorkflow($0, diagram: "digraph {}") }
        return NodeRegistration(
            .init(
                node: node, name: "host:42", build: "1.0", workflows: Array(workflows.prefix(count)),
                buckets: fixture.buckets),
            database: fixture.database, shared: shared, log: { Issue.record("\($0)") })
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

    /// A node's buckets, as they were told to it last, and how often.
    private final class Told: Sendable {
        private let state = Mutex<(share: Set<Int>, times: Int)>(([], 0))

        func tell(_ share: Set<Int>) { state.withLock { $0 = (share, $0.times + 1) } }

        var share: Set<Int> { state.withLock { $0.share } }
        var times: Int { state.withLock { $0.times } }
    }

    @Test("Nodes share the buckets out, and take them over from one that is dead, drains or is gone")
    func sharing() async throws {
        let fixture = try await PostgresFixture(buckets: 8)
        let (first, second) = (Told(), Told())
        let one = try registration(fixture, node: .first, shared: first.tell)
        let two = try registration(fixture, node: .second, shared: second.tell)
        let views = Statement("select id, buckets, draining from lockstep.nodes order by id")
        func rows() async throws -> [String] {
            try await fixture.database.query(views).map { row in
                "\(try row["id", as: String.self].suffix(1)) \(try row["buckets", as: Int.self]) "
                    + "\(try row["draining", as: Bool.self])"
            }
        }
        try await one.register()
        #expect(first.share == Set(0..<8))
        #expect(try await rows() == ["a 8 false"])
        try await two.register()
        #expect(second.share.count == 4)
        // Nobody has told the first one yet: until then both claim from the same buckets.
        #expect(first.share == Set(0..<8))
        try await one.register()
        #expect(first.share == Set(0..<8).subtracting(second.share))
        #expect(try await rows() == ["a 4 false", "b 4 false"])
        try await one.register()
        #expect(first.times == 2)

        try await fixture.database.query(
            Statement("update lockstep.node set seen_at = seen_at - interval '6 s' where id = $1::uuid"),
            [.text(NodeID.first.description)])
        try await two.register()
        #expect(second.share == Set(0..<8))
        try await one.register()
        try await two.register()
        #expect(second.share.count == 4)

        await one.drain()
        #expect(try await rows() == ["a 0 true", "b 4 false"])
        #expect(first.times == 2)
        try await two.register()
        #expect(second.share == Set(0..<8))
        try await one.forget()
        #expect(try await rows() == ["b 8 false"])
    }

    @Test("Nodes that don't know the same flows don't share: each of the builds looks after all buckets")
    func otherFlows() async throws {
        let fixture = try await PostgresFixture(buckets: 8)
        let (first, second) = (Told(), Told())
        let one = try registration(fixture, node: .first, shared: first.tell)
        let two = try registration(fixture, node: .second, knowing: 1, shared: second.tell)
        try await one.register()
        try await two.register()
        try await one.register()
        #expect(first.share == Set(0..<8))
        #expect(second.share == Set(0..<8))
    }

    @Test("Of many failures in a row to say that it is alive one is logged, and then that it can again")
    func silence() async throws {
        let fixture = try await PostgresFixture(buckets: 8)
        let lines = Mutex<[String]>([])
        let told = Told()
        let registration = NodeRegistration(
            .init(node: .first, name: "a", build: "b", workflows: [], buckets: 8), database: fixture.database,
            shared: told.tell, log: { line in lines.withLock { $0.append(line) } })
        try await registration.register()
        try await fixture.database.query(Statement("alter table lockstep.node rename to node_away"))
        for _ in 0..<3 { await registration.drain() }
        #expect(lines.withLock { $0.count } == 1)
        #expect(lines.withLock { $0[0].hasPrefix("the node can't say that it is alive, and goes on trying: ") })
        // It keeps what it has.
        #expect(told.share == Set(0..<8))
        try await fixture.database.query(Statement("alter table lockstep.node_away rename to node"))
        for _ in 0..<3 { await registration.drain() }
        #expect(lines.withLock { $0.dropFirst() } == ["the node can say again that it is alive"])
    }

    /// Lets heartbeats wait on their way, until it is told to let them go.
    private struct SlowRoad: QueryRunner {
        let database: PostgresConnection
        let set = AsyncStream.makeStream(of: Void.self)
        let go = AsyncStream.makeStream(of: Void.self)

        func query(
            _ statement: Statement, _ parameters: [Parameter], timeout: Duration?
        ) async throws(PostgresError) -> Rows {
            if statement.name == "heartbeat" {
                set.continuation.yield()
                for await _ in go.stream { break }
            }
            return try await database.query(statement, parameters, timeout: timeout)
        }

        func script(_ sql: String) async throws(PostgresError) { try await database.script(sql) }
    }

    @Test("A heartbeat that is under way when the node is forgotten does not bring it back")
    func forgotten() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let road = SlowRoad(database: fixture.database)
        let registration = NodeRegistration(
            .init(node: .first, name: "a", build: "b", workflows: [], buckets: 1), database: road,
            shared: { _ in }, log: { Issue.record("\($0)") })
        let beat = Task { await registration.drain() }
        for await _ in road.set.stream { break }
        let forgetting = Task { try await registration.forget() }
        road.go.continuation.yield()
        road.go.continuation.finish()
        try await forgetting.value
        await beat.value
        await registration.drain()
        #expect(try await fixture.database.query(Statement("select from lockstep.node")).isEmpty)
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
