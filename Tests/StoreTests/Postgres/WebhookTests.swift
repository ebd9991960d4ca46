@testable import Engine
import Postgres
import PostgresStore
import Testing
import Time
import WorkflowCore

@Suite("Webhooks in PostgreSQL", .timeLimit(.minutes(1)))
struct WebhookTests {
    private struct Bed {
        let fixture: PostgresFixture
        let inbox: PostgresWebhookInbox
        let store: PostgresStore

        init(buckets: Int) async throws {
            fixture = try await PostgresFixture(buckets: buckets)
            let inbox = PostgresWebhookInbox(fixture.database, log: { Issue.record("\($0)") })
            self.inbox = inbox
            store = PostgresStore(
                fixture.configuration, wroteReferences: { inbox.matchSoon($0.map(\.value)) })
        }

        /// A job that is about to learn its payout's id.
        func job() async throws -> ClaimedJob { try await fixture.claimedJob() }

        /// Commits the step with which the job learns it.
        func learn(_ payout: String, _ job: ClaimedJob, change: (inout JobRow) -> Void = { _ in }) async throws {
            var step = job.step(change: change)
            step.references = [Reference(provider: "dfns", value: payout)]
            #expect(
                try await store.commit(CommitBatch(bucket: job.id.bucket, node: .first, jobs: [step])) == [job.id])
        }

        /// The webhook's status and job, as soon as it is no longer parked.
        func settled(_ key: String) async throws -> (status: String, job: JobID?) {
            while true {
                let row = try await fixture.database.query(
                    Statement("select status, job_id from lockstep.webhook where dedupe_key = $1"), [.text(key)]
                ).only
                let status: String = try row["status"]
                if status != "parked" { return (status, try row["job_id"]) }
            }
        }
    }

    private func webhook(_ key: String, about payout: String) -> ReceivedWebhook {
        ReceivedWebhook(
            provider: "dfns", account: "main", kind: "payout.completed", dedupeKey: key,
            references: ["other", payout], headers: ["Content-Type": "application/json"],
            body: Array(#"{"id":"\#(payout)"}"#.utf8))
    }

    @Test("One that comes early is kept, and matched when its job learns the name", arguments: [1, 8])
    func early(buckets: Int) async throws {
        let bed = try await Bed(buckets: buckets)
        let job = try await bed.job()
        #expect(try await bed.inbox.receive(webhook("evt-1", about: "po_1")) == .stored)
        #expect(try await bed.inbox.match() == 0)
        try await bed.learn("po_1", job)
        #expect(try await bed.settled("evt-1") == ("matched", job.id))
        #expect(try await bed.fixture.claim(job: job.id).signals.map(\.name) == ["$wake"])
    }

    @Test("One that comes when the name is known wakes its job", arguments: [1, 8])
    func inTime(buckets: Int) async throws {
        let bed = try await Bed(buckets: buckets)
        let job = try await bed.job()
        try await bed.learn("po_1", job)
        #expect(try await bed.inbox.receive(webhook("evt-1", about: "po_1")) == .stored)
        #expect(try await bed.settled("evt-1") == ("matched", job.id))
        let woken = try await bed.fixture.claim(job: job.id)
        #expect(woken.signals.map(\.name) == ["$wake"])
        #expect(woken.signals.map(\.actor) == ["webhook"])
    }

    @Test("One that comes when its job is over is late, and the job is told all the same")
    func late() async throws {
        let bed = try await Bed(buckets: 1)
        let job = try await bed.job()
        try await bed.learn("po_1", job) { row in
            row.status = .completed
            row.finishedAt = .start
        }
        #expect(try await bed.inbox.receive(webhook("evt-1", about: "po_1")) == .stored)
        #expect(try await bed.settled("evt-1") == ("late", job.id))
        #expect(try await bed.fixture.job(job.id).inbox == ["$wake"])
    }

    @Test("One that comes twice wakes its job once")
    func duplicate() async throws {
        let bed = try await Bed(buckets: 8)
        let job = try await bed.job()
        try await bed.learn("po_1", job)
        #expect(try await bed.inbox.receive(webhook("evt-1", about: "po_1")) == .stored)
        #expect(try await bed.inbox.receive(webhook("evt-1", about: "po_1")) == .duplicate)
        #expect(try await bed.settled("evt-1") == ("matched", job.id))
        #expect(try await bed.inbox.match() == 0)
        #expect(try await bed.fixture.job(job.id).inbox == ["$wake"])
        #expect(try await bed.inbox.receive(webhook("evt-2", about: "po_1")) == .stored)
        #expect(try await bed.settled("evt-2") == ("matched", job.id))
        #expect(try await bed.fixture.job(job.id).inbox == ["$wake", "$wake"])
    }

    @Test("It is stored byte for byte, for another account under the same key a second time")
    func stored() async throws {
        let bed = try await Bed(buckets: 1)
        let bytes = (0...255).map { UInt8($0) }
        for account in ["main", "second"] {
            let webhook = ReceivedWebhook(
                provider: "dfns", account: account, kind: "k", dedupeKey: "evt", references: [],
                headers: ["A": "b\"c"], body: bytes)
            #expect(try await bed.inbox.receive(webhook) == .stored)
        }
        let rows = try await bed.fixture.database.query(
            Statement("select account, body, headers ->> 'A' as a from lockstep.webhook order by id"))
        #expect(try rows.map { try $0["account", as: String.self] } == ["main", "second"])
        #expect(try rows.map { try $0["body", as: Bytea.self].bytes } == [bytes, bytes])
        #expect(try rows.map { try $0["a", as: String.self] } == ["b\"c", "b\"c"])
    }

    @Test("Whichever of webhook and name is committed second, they find each other")
    func race() async throws {
        let bed = try await Bed(buckets: 8)
        var jobs: [ClaimedJob] = []
        for _ in 0..<30 { jobs.append(try await bed.job()) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, job) in jobs.enumerated() {
                group.addTask { try await bed.learn("po_\(index)", job) }
                group.addTask {
                    let receipt = try await bed.inbox.receive(webhook("evt-\(index)", about: "po_\(index)"))
                    #expect(receipt == .stored)
                }
            }
            try await group.waitForAll()
        }
        for (index, job) in jobs.enumerated() {
            #expect(try await bed.settled("evt-\(index)") == ("matched", job.id))
            #expect(try await bed.fixture.job(job.id).inbox == ["$wake"])
        }
    }

    @Test("The sweep finds what a crash has left behind")
    func sweep() async throws {
        let bed = try await Bed(buckets: 8)
        let job = try await bed.job()
        try await bed.learn("po_1", job)
        // Stored by a daemon that crashed before it matched.
        try await bed.fixture.database.query(
            Statement(
                "select lockstep.receive_webhook('dfns', 'main', 'k', 'evt-1', '{po_1}', '{}', '\\x00')"))
        try await Housekeeping(bed.fixture.database, log: { Issue.record("\($0)") }).doOnce()
        #expect(try await bed.settled("evt-1") == ("matched", job.id))
    }
}
