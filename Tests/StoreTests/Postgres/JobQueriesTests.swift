@testable import Engine
import Postgres
import PostgresStore
import Testing
import Time
import WorkflowCore

@Suite("What people ask about jobs")
struct JobQueriesTests {
    @Test("A job's status, history, signals, calls and reason to wait")
    func oneJob() async throws {
        let fixture = try await PostgresFixture(buckets: 8)
        let queries = JobQueries(fixture.database)
        let id = try await fixture.enqueue(Order(priority: 1))
        try await fixture.tell(id, "note", payload: #"{"n":1}"#, key: "k")
        let job = try await fixture.claim(job: id)
        #expect(try await queries.job(id)?.status == "running")
        var step = job.step(to: "settling", due: .start + .minutes(1)) { row in
            row.plan = "poll readPayout"
            row.attempt = 2
            row.output = #"{"url":"x"}"#
        }
        step.handled = job.signals.map { HandledSignal(id: $0.id, answer: "delivered") }
        step.attempts = [
            AttemptRecord(
                seq: 0, attempt: 1, activity: "open", key: "k1", startedAt: .start, finishedAt: .start + .seconds(1),
                outcome: .notApplied, error: "503")
        ]
        #expect(try await fixture.commit(step))

        let summary = try #require(try await queries.job(id))
        #expect(summary.status == "waiting")
        #expect(summary.state == "settling")
        #expect(summary.plan == "poll readPayout")
        #expect(summary.due == .start + .minutes(1))
        #expect(summary.since == .start)
        #expect(summary.attempt == 2)
        #expect(summary.priority == 1)
        #expect(summary.output == #"{"url": "x"}"#)
        #expect(summary.outcome == nil)
        #expect(!summary.isOverdue)
        #expect(try await queries.history(of: id).map(\.event) == ["started"])
        #expect(try await queries.history(of: id, after: 1).isEmpty)
        #expect(try await queries.signals(of: id).map(\.answer) == ["delivered"])
        let calls = try await queries.calls(of: id)
        #expect(calls.map(\.activity) == ["open"])
        #expect(calls.map(\.outcome) == ["not_applied"])
        #expect(calls.map(\.error) == ["503"])
        #expect(try await queries.why(id).contains("settling"))
        #expect(try await queries.job(id.child(seq: 3)) == nil)
    }

    @Test("Jobs are listed newest first, filtered, page by page")
    func list() async throws {
        let fixture = try await PostgresFixture(buckets: 1)
        let queries = JobQueries(fixture.database)
        var ids: [JobID] = []
        for index in 0..<5 {
            try await fixture.setClock(.start + .seconds(index))
            ids.append(try await fixture.enqueue(Order(workflow: index == 3 ? "refund_it" : "transfer")))
        }
        #expect(try await queries.list(JobFilter()).map(\.id) == ids.reversed())
        var filter = JobFilter()
        filter.workflow = "transfer"
        filter.limit = 2
        #expect(try await queries.list(filter).map(\.id) == [ids[4], ids[2]])
        filter.before = ids[2]
        #expect(try await queries.list(filter).map(\.id) == [ids[1], ids[0]])
        filter = JobFilter()
        filter.status = "waiting"
        #expect(try await queries.list(filter).isEmpty)
        filter.status = "queued"
        filter.tenant = "default"
        #expect(try await queries.list(filter).count == 5)
    }

    @Test("Live states are counted by flow, version and state, with an example of each")
    func liveStates() async throws {
        let fixture = try await PostgresFixture(buckets: 8)
        for _ in 0..<3 { _ = try await fixture.enqueue(Order()) }
        let started = try await fixture.claimedJob()
        #expect(try await fixture.commit(started.step()))
        let finished = try await fixture.claimedJob()
        #expect(
            try await fixture.commit(
                finished.step { row in
                    row.status = .completed
                    row.finishedAt = .start
                }))
        let states = try await LiveState.all(in: fixture.database)
        #expect(states.map(\.state) == [nil, "sending"])
        #expect(states.map(\.count) == [3, 1])
        #expect(states.map(\.workflow) == ["transfer", "transfer"])
        #expect(states.last?.example == started.id)
        #expect(states.last?.exampleData == #"{"sending": {}}"#)
    }
}
