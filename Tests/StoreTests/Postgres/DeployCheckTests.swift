@testable import Engine
import Postgres
import PostgresStore
import Synchronization
import Testing
import Time
import WorkflowCore

@Suite("Whether a build can take over, and what nobody can run", .timeLimit(.minutes(1)))
struct DeployCheckTests {
    /// A parcel that rests in a state, as the store has it.
    @discardableResult
    private func parcel(
        _ fixture: PostgresFixture, in state: String?, data: String, version: Int = 1
    ) async throws
        -> JobID
    {
        let input = #"{"number":1,"isHeld":false,"isInsured":false}"#
        let id = try await fixture.enqueue(Order(workflow: "parcel", version: version, input: input))
        guard let state else { return id }
        try await fixture.database.query(
            Statement(
                """
                update lockstep.job_state set status = 'waiting', state = $2, data = $3::jsonb where id = $1::uuid
                """), [.text(id.description), .text(state), .text(data)])
        return id
    }

    private func publish(_ fixture: PostgresFixture) async throws {
        for workflow in try testRegistry().workflows {
            let schema = try PublishedWorkflow(workflow, diagram: nil).inputSchema
            try await fixture.database.query(
                Statement("update lockstep.workflow set input_schema = $2::jsonb where workflow = $1"),
                [.text(workflow.name), .text(schema)])
        }
    }

    private func check(_ fixture: PostgresFixture, _ depth: DeployCheck.Depth) async throws -> [DeployTrouble] {
        try await DeployCheck(try testRegistry(), against: fixture.database).run(depth)
    }

    @Test("A build that knows everything has no trouble; a version, a state or contents that it doesn't know is one")
    func troubles() async throws {
        let fixture = try await PostgresFixture(buckets: 8)
        try await parcel(fixture, in: nil, data: "")
        // Ids of one moment are in no order.
        try await fixture.setClock(.start + .seconds(1))
        let good = #"{"sending":{"number":1}}"#
        let first = try await parcel(fixture, in: "sending", data: good)
        try await publish(fixture)
        #expect(try await check(fixture, .everything) == [])
        try await fixture.setClock(.start + .seconds(2))
        let newer = try await parcel(fixture, in: "sending", data: good, version: 2)
        let strange = try await parcel(fixture, in: "lost", data: #"{"lost":{}}"#)
        let unreadable = try await parcel(fixture, in: "sending", data: #"{"sending":{"number":"one"}}"#)
        try await fixture.setClock(.start + .seconds(3))
        try await parcel(fixture, in: "sending", data: #"{"sending":{"number":"two"}}"#)
        try await publish(fixture)
        #expect(
            try await check(fixture, .everything).map(\.description) == [
                "1 job of parcel version 2 in sending, such as \(newer): this build has no such flow and version",
                "1 job of parcel version 1 in lost, such as \(strange): "
                    + "this build has no state lost, and so no plan for it",
                "2 jobs of parcel version 1 in sending, such as \(unreadable): this build can't read the stored state: "
                    + "“sending.number”: Expected to decode Int but found a string instead.",
            ])
        // One example hides the others: the first that was enqueued is in order.
        #expect(first < unreadable)
        #expect(try await check(fixture, .examples).map(\.kind) == [.noHandler, .noPlan])
    }

    @Test("An input that no longer fits, and a schema that changed under the same version, are trouble")
    func inputs() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let job = try await fixture.enqueue(Order(workflow: "parcel", input: #"{"amount":"10"}"#))
        let troubles = try await check(fixture, .everything)
        #expect(troubles.map(\.kind) == [.schemaChanged, .unreadable])
        #expect(
            troubles.map(\.description) == [
                "parcel version 1: this build accepts other input than what was published under the same version: "
                    + "raise the flow's version",
                "1 job of parcel version 1 not started, such as \(job): the input does not fit: “number” is missing",
            ])
        try await fixture.database.query(
            Statement("update lockstep.job_state set status = 'parked', last_error = 'the input', due_at = null"))
        try await publish(fixture)
        #expect(try await check(fixture, .everything) == [])
    }

    @Test("It is said again and again while there are jobs that nobody can run, and once when there are none any more")
    func watch() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let job = try await fixture.enqueue(Order())
        let lines = Mutex<[String]>([])
        let watch = StrandedWatch(fixture.database, log: { line in lines.withLock { $0.append(line) } })
        let host = HandHost(sleepPasses: true)
        let running = Task { await watch.run(host: host.time) }
        while lines.withLock(\.count) < 2 { await Task.yield() }
        let beat = Statement("select lockstep.heartbeat($1::uuid, 'a', 'b', array['transfer'], array[1])")
        try await fixture.database.query(beat, [.text(NodeID.first.description)])
        // However busy the machine is that the tests run on.
        try await fixture.database.query(
            Statement("update lockstep.node set seen_at = clock_timestamp() + interval '1 h'"))
        while lines.withLock({ !$0.contains { $0.hasPrefix("every") } }) { await Task.yield() }
        running.cancel()
        await running.value
        let said = lines.withLock(\.self)
        let caution =
            "CAUTION: 1 job of transfer version 1, the oldest since \(Timestamp.start), can be run by no living daemon, "
            + "such as \(job): "
            + "select * from lockstep.unclaimable, and run a build that knows it"
        #expect(said.dropLast().allSatisfy { $0 == caution })
        #expect(said.last == "every unfinished job can be run by a living daemon again")
        #expect(host.slept.allSatisfy { $0 == .seconds(60) })
    }
}
