@testable import Engine
import Testing
import Time
import WorkflowCore

@Suite("Store: claims")
struct ClaimTests {
    @Test("Jobs come by priority, then by due time, up to the limit", arguments: StoreKind.all)
    func order(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let bucket = fixture.buckets - 1
        func enqueue(_ priority: Int, after seconds: Int) async throws -> JobID {
            try await fixture.enqueue(Order(priority: priority, runAt: .start + .seconds(seconds)), in: bucket)
        }
        let low = try await enqueue(3, after: 1)
        let late = try await enqueue(2, after: 4)
        let early = try await enqueue(2, after: 2)
        let high = try await enqueue(1, after: 9)
        try await fixture.setClock(.start + .seconds(10))
        #expect(try await fixture.claim(bucket, limit: 3).jobs.map(\.id) == [high, early, late])
        #expect(try await fixture.claim(bucket, limit: 3).jobs.map(\.id) == [low])
        #expect(try await fixture.claim(bucket, limit: 3).jobs.map(\.id) == [])
    }

    @Test("A job is not claimed before it is due, and the claim says when that is", arguments: StoreKind.all)
    func notBeforeDue(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let due = Timestamp.start + .minutes(5)
        let id = try await fixture.enqueue(Order(runAt: due))
        let early = try await fixture.claim(id.bucket)
        #expect(early.jobs.isEmpty)
        #expect(early.nextDue == due)
        #expect(early.now == .start)
        try await fixture.setClock(due - .microseconds(1))
        #expect(try await fixture.claim(id.bucket).jobs.isEmpty)
        try await fixture.setClock(due)
        let claim = try await fixture.claim(id.bucket)
        #expect(claim.jobs.map(\.id) == [id])
        #expect(claim.now == due)
    }

    @Test("Nothing is due next where nothing waits", arguments: StoreKind.all)
    func nothingDue(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let claim = try await fixture.claim(0)
        #expect(claim.jobs.isEmpty)
        #expect(claim.nextDue == nil)
    }

    @Test("A claim that is full does not say what is due next", arguments: StoreKind.all)
    func fullClaim(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await fixture.enqueue(Order())
        let claim = try await fixture.claim(id.bucket, limit: 1)
        #expect(claim.jobs.map(\.id) == [id])
        #expect(claim.nextDue == nil)
    }

    @Test("Jobs due at or before the mark are passed over", arguments: StoreKind.all)
    func mark(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        var ids: [JobID] = []
        for second in 1...4 {
            ids.append(try await fixture.enqueue(Order(runAt: .start + .seconds(second)), in: 0))
        }
        try await fixture.setClock(.start + .seconds(10))
        let first = try await fixture.claim(0, limit: 2).jobs
        #expect(first.map(\.id) == [ids[0], ids[1]])
        // Given back as due before the mark: passed over until somebody looks behind it.
        #expect(try await fixture.commit(first[0].step(due: .start + .seconds(1))))
        let mark = Timestamp.start + .seconds(2) - .microseconds(1)
        #expect(try await fixture.claim(0, mark: mark).jobs.map(\.id) == [ids[2], ids[3]])
        #expect(try await fixture.claim(0, mark: nil).jobs.map(\.id) == [ids[0]])
    }

    @Test("Only known flows and versions are claimed", arguments: StoreKind.all)
    func knownVersions(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let old = try await fixture.enqueue(Order(), in: 0)
        let new = try await fixture.enqueue(Order(version: 2), in: 0)
        let other = try await fixture.enqueue(Order(workflow: "refund_it"), in: 0)
        #expect(try await fixture.claim(0, workflows: [("refund_it", 2), ("transfer", 3)]).jobs.isEmpty)
        #expect(try await fixture.claim(0, workflows: [("transfer", 2)]).jobs.map(\.id) == [new])
        let rest = try await fixture.claim(0, workflows: [("transfer", 1), ("refund_it", 1)])
        #expect(Set(rest.jobs.map(\.id)) == [old, other])
    }

    @Test(
        "A leased job is claimed by nobody until its lease ends; then its owner has vanished", arguments: StoreKind.all)
    func takeOver(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let first = try await fixture.claimedJob()
        #expect(first.lease == 1)
        #expect(!first.ownerVanished)
        #expect(first.row.dueAt == .start)
        try await fixture.setClock(.start + .seconds(59))
        #expect(try await fixture.claim(first.id.bucket, by: .second).jobs.isEmpty)
        #expect(try await fixture.claim(first.id.bucket, by: .first).jobs.isEmpty)
        try await fixture.setClock(.start + .seconds(60))
        let second = try await fixture.claim(job: first.id, by: .second)
        #expect(second.ownerVanished)
        #expect(second.lease == 2)
        #expect(second.row.dueAt == .start + .seconds(60))
        let stored = try await fixture.job(first.id)
        #expect(stored.owner == .second)
        #expect(stored.row.dueAt == .start + .seconds(120))
    }

    @Test("The row comes as it was committed, with the due time from before the claim", arguments: StoreKind.all)
    func wholeRow(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        let due = Timestamp.start + .seconds(30)
        let step = job.step(to: "settling", due: due) { row in
            row.data = #"{"settling":{"payout":{"id":"po_1","note":"a \"quoted\", {braced} \\ and\nbroken line €"}}}"#
            row.output = #"{"url":"https://example.org/?a=1&b={2}"}"#
            row.plan = "poll readPayout"
            row.attempt = 3
            row.attemptStatus = .started
            row.attemptAt = .start + .milliseconds(5)
            row.firstAttemptAt = .start - .seconds(2)
            row.deadlineAt = .start + .hours(24)
            row.deadlineEvent = "expired"
            row.overdueAt = .start + .hours(1)
            row.desk = "payments operations"
            row.lastError = "it said: \"no\", NULL, {} and \\"
        }
        #expect(try await fixture.commit(step))
        try await fixture.setClock(due)
        let again = try await fixture.claim(job: job.id)
        var row = again.row
        row.data = try row.data.map(normal)
        row.output = try row.output.map(normal)
        #expect(row == step.row)
        #expect(again.seq == 1)
        #expect(again.lease == 2)
        #expect(!again.ownerVanished)
        #expect(again.input == nil)
        #expect(again.tenant == "default")
        #expect(again.workflow == "transfer")
        #expect(again.version == 1)
        #expect(again.parent == nil)
    }

    @Test("The input comes as long as there is no state, also after the job was parked", arguments: StoreKind.all)
    func input(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob(Order(input: #"{"amount":"7","memo":"x, \"y\""}"#))
        #expect(try job.input.map(normal) == #"{"amount":"7","memo":"x, \"y\""}"#)
        #expect(job.row.data == nil)
        #expect(job.row.status == .queued)
        var parked = job.note(keeps: false) { row in
            row.status = .parked
            row.lastError = "the input does not fit"
            row.dueAt = nil
        }
        parked = JobCommit(
            id: job.id, expectedSeq: 0, expectedCommits: 0, lease: job.lease, seq: 1, keepsLease: false,
            row: parked.row)
        parked.history = [
            HistoryEntry(
                seq: 1, at: .start, from: nil, event: "parked", to: nil, actor: "engine", attempt: nil,
                detail: #"{"parked":"the input does not fit"}"#)
        ]
        #expect(try await fixture.commit(parked))
        try await fixture.tell(job.id, "$retry")
        let again = try await fixture.claim(job: job.id)
        #expect(try again.input.map(normal) == #"{"amount":"7","memo":"x, \"y\""}"#)
        #expect(again.seq == 1)
        #expect(try await fixture.job(job.id).history == parked.history)
    }

    @Test("After a lost answer a node is given what it doesn't know of, and nothing else", arguments: StoreKind.all)
    func lostAnswer(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let known = try await fixture.enqueue(Order(), in: 0)
        _ = try await fixture.claim(job: known)
        let foreign = try await fixture.enqueue(Order(), in: 0)
        _ = try await fixture.claim(job: foreign, by: .second)
        let lost = try await fixture.enqueue(Order(priority: 4), in: 0)
        let before = try await fixture.claim(job: lost)
        #expect(try await fixture.claim(0).jobs.map(\.id) == [])
        var request = ClaimRequest(
            bucket: 0, limit: 10, mark: nil, node: .first, term: .seconds(60), workflows: [("transfer", 1)])
        // What was asked before the lease was given doesn't mean it.
        request.recovery = .init(held: [known], until: .start + .seconds(60) - .microseconds(1))
        #expect(try await fixture.store.claim(request).jobs.map(\.id) == [])
        request.recovery = .init(held: [known], until: .start + .seconds(60))
        let again = try await fixture.store.claim(request)
        #expect(again.jobs.map(\.id) == [lost])
        #expect(again.jobs.map(\.ownerVanished) == [true])
        #expect(again.jobs.map(\.lease) == [before.lease + 1])
        #expect(!again.isPartial)
    }

    @Test("Claims at the same time never share a job, and miss none", arguments: StoreKind.all)
    func concurrency(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        var ids: Set<JobID> = []
        for _ in 0..<40 { ids.insert(try await fixture.enqueue(Order(), in: 0)) }
        var claimed: [JobID] = []
        // A claim skips what another one has locked: so those who look at the same time may miss some, once.
        for _ in 0..<10 where claimed.count < ids.count {
            claimed += try await withThrowingTaskGroup(of: [JobID].self) { group in
                for index in 0..<6 {
                    group.addTask {
                        try await fixture.claim(0, by: index % 2 == 0 ? .first : .second, limit: 5).jobs.map(\.id)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        #expect(claimed.count == Set(claimed).count)
        #expect(Set(claimed).isSuperset(of: ids))
    }
}
