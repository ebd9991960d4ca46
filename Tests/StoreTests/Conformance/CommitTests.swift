@testable import Engine
import Testing
import Time
import WorkflowCore

@Suite("Store: commits")
struct CommitTests {
    /// A step with everything that a step can have.
    private func fullStep(of job: ClaimedJob, keeps: Bool = false, toldTo other: JobID) throws -> JobCommit {
        let signal = try #require(job.signals.first)
        var commit = job.step(keeps: keeps, due: .start + .hours(1)) { $0.output = #"{"url":"x"}"# }
        commit.handled = [HandledSignal(id: signal.id, answer: "refused: too \"late\", {sorry}")]
        commit.references = [
            Reference(provider: "dfns", value: "po_1"), Reference(provider: "dfns", value: "x, \"y\" {z}"),
        ]
        commit.messages = [JobMessage(to: other, name: "$child", payload: #"{"a":"b"}"#, key: "child:1")]
        commit.children = [
            NewJob(
                id: job.id.child(seq: 1), workflow: "refund_it", version: 1, tenant: job.tenant,
                input: #"{"of":"po_1"}"#, parentSeq: 1)
        ]
        commit.attempts = [
            AttemptRecord(
                seq: 0, attempt: 1, activity: "confirm", key: "\(job.id):1", startedAt: .start,
                finishedAt: .start + .seconds(1), outcome: .notApplied, error: "refused: \"503\", {} \\")
        ]
        return commit
    }

    @Test("A step's parts are stored together", arguments: StoreKind.all)
    func allParts(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await fixture.enqueue(Order(tenant: "default", priority: 3))
        try await fixture.tell(id, "note")
        try await fixture.tell(id, "more")
        let other = try await fixture.enqueue(in: id.bucket)
        let job = try await fixture.claim(job: id)
        let step = try fullStep(of: job, toldTo: other)
        #expect(try await fixture.commit(step))

        let stored = try await fixture.job(id)
        #expect(stored.row == step.row)
        #expect(stored.seq == 1)
        #expect(stored.owner == nil)
        #expect(stored.history == step.history)
        #expect(stored.inbox == ["more"])
        #expect(stored.answers == ["refused: too \"late\", {sorry}"])
        #expect(stored.references == Set(step.references))
        #expect(stored.attempts == step.attempts)
        #expect(try await fixture.job(other).inbox == ["$child"])
        #expect(try await fixture.children(of: id) == [id.child(seq: 1)])
        let child = try await fixture.job(id.child(seq: 1))
        #expect(child.workflow == "refund_it")
        #expect(child.tenant == "default")
        #expect(child.priority == 3)
        #expect(child.input == #"{"of":"po_1"}"#)
        #expect(child.parent == id)
        #expect(child.row.status == .queued)
        #expect(child.row.dueAt == .start)
    }

    enum Fault: CaseIterable {
        case seq, commits, lease, owner
    }

    @Test(
        "A step whose fence does not hold changes nothing, and leaves the others of its batch alone",
        arguments: StoreKind.all, Fault.allCases)
    func fence(kind: StoreKind, fault: Fault) async throws {
        let fixture = try await kind.make()
        let id = try await fixture.enqueue(Order())
        try await fixture.tell(id, "note")
        let other = try await fixture.enqueue(in: id.bucket)
        let owner = fault == .owner ? NodeID.second : .first
        var job = try await fixture.claim(job: id, by: owner)
        let others = fault == .owner ? NodeID.first : owner
        let good: ClaimedJob
        if fault == .owner {
            // Both were claimed by the second node: give the other to the first.
            let claimed = try await fixture.store.find([other], bucket: id.bucket)
            let position = try #require(claimed[other])
            try await fixture.setClock(.start + .seconds(60))
            _ = try await fixture.store.renew(
                [Lease(job: id, token: job.lease)], bucket: id.bucket, node: .second, term: .seconds(60))
            good = try await fixture.claim(job: other, by: others)
            #expect(good.lease == position.lease + 1)
        } else {
            let position = try #require(try await fixture.store.find([other], bucket: id.bucket)[other])
            good = ClaimedJob(
                id: other, workflow: "transfer", version: 1, tenant: "default", seq: position.seq,
                commits: position.commits, lease: position.lease, input: nil, parent: nil, ownerVanished: false,
                row: JobRow(), signals: [])
        }
        if fault == .seq { job = job.with(seq: job.seq + 1) }
        if fault == .commits { job = job.with(commits: job.commits + 1) }
        if fault == .lease { job = job.with(lease: job.lease - 1) }
        let before = try await fixture.job(id)
        let stale = try fullStep(of: job, toldTo: other)
        let batch = CommitBatch(
            bucket: id.bucket, node: others, jobs: [stale, good.step(at: .start + .seconds(60))])
        #expect(try await fixture.store.commit(batch) == [other])
        #expect(try await fixture.job(id) == before)
        #expect(try await fixture.children(of: id) == [])
        let told = try await fixture.job(other)
        #expect(told.inbox == [])
        #expect(told.row.state == "sending")
        #expect(told.history.count == 1)
    }

    @Test("A step that keeps its lease goes on; one that does not gives the job back", arguments: StoreKind.all)
    func keepAndRelease(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        let first = job.step(keeps: true, due: .start + .seconds(5))
        #expect(try await fixture.commit(first))
        let kept = try await fixture.job(job.id)
        #expect(kept.owner == .first)
        #expect(kept.row.dueAt == .start + .seconds(60))
        #expect(kept.seq == 1)
        let second = first.next(after: job).step(to: "settling", due: .start + .seconds(7))
        #expect(try await fixture.commit(second))
        let released = try await fixture.job(job.id)
        #expect(released.owner == nil)
        #expect(released.row.dueAt == .start + .seconds(7))
        #expect(released.history.map(\.seq) == [1, 2])
        #expect(released.history.map(\.to) == ["sending", "settling"])
        #expect(try await fixture.claim(job.id.bucket).jobs.isEmpty)
        try await fixture.setClock(.start + .seconds(7))
        #expect(try await fixture.claim(job: job.id).row.state == "settling")
    }

    @Test("The same step, sent again word for word, is refused and changes nothing", arguments: StoreKind.all)
    func repeatedTransition(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await fixture.enqueue(Order())
        try await fixture.tell(id, "note")
        let other = try await fixture.enqueue(in: id.bucket)
        let job = try await fixture.claim(job: id)
        let step = try fullStep(of: job, keeps: true, toldTo: other)
        #expect(try await fixture.commit(step))
        let before = try await (fixture.job(id), fixture.job(other))
        #expect(try await !fixture.commit(step))
        #expect(try await fixture.job(id) == before.0)
        #expect(try await fixture.job(other) == before.1)
    }

    @Test(
        "A step without a transition, sent again word for word, is refused and changes nothing",
        arguments: StoreKind.all)
    func repeatedNote(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await fixture.enqueue(Order())
        try await fixture.tell(id, "note")
        let other = try await fixture.enqueue(in: id.bucket)
        let job = try await fixture.claim(job: id)
        let full = try fullStep(of: job, toldTo: other)
        var note = job.note { $0.lastError = "503" }
        note.handled = full.handled
        note.references = full.references
        note.messages = full.messages
        note.children = full.children
        note.attempts = full.attempts
        #expect(try await fixture.commit(note))
        let before = try await (fixture.job(id), fixture.job(other), fixture.job(id.child(seq: 1)))
        #expect(before.0.attempts.count == 1)
        #expect(before.1.inbox == ["$child"])
        #expect(try await !fixture.commit(note))
        #expect(try await fixture.job(id) == before.0)
        #expect(try await fixture.job(other) == before.1)
        #expect(try await fixture.job(id.child(seq: 1)) == before.2)
    }

    @Test(
        "Of two copies of a step without a transition the late one changes nothing, whatever came after the other",
        arguments: StoreKind.all)
    func lateCopy(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        let note = job.note { $0.lastError = "503" }
        #expect(try await fixture.commit(note))
        let later = note.next(after: job).note { row in
            row.attempt = 2
            row.lastError = nil
        }
        #expect(try await fixture.commit(later))
        // Neither a transition nor another lease has come between them.
        let before = try await fixture.job(job.id)
        #expect(before.seq == job.seq)
        #expect(before.lease == job.lease)
        #expect(before.commits == 2)
        #expect(try await !fixture.commit(note))
        #expect(try await fixture.job(job.id) == before)
        let position = try await fixture.store.find([job.id], bucket: job.id.bucket)[job.id]
        #expect(position == Position(seq: 0, commits: 2, lease: job.lease, owner: .first))
    }

    @Test("A claim tells how many commits there were", arguments: StoreKind.all)
    func commitsClaimed(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        #expect(job.commits == 0)
        let note = job.note { $0.lastError = "503" }
        #expect(try await fixture.commit(note))
        let due = Timestamp.start + .seconds(1)
        #expect(try await fixture.commit(note.next(after: job).note(keeps: false) { $0.dueAt = due }))
        try await fixture.setClock(due)
        #expect(try await fixture.claim(job: job.id).commits == 2)
        try await fixture.setClock(due + .seconds(60))
        try await fixture.tell(job.id, "note")
        #expect(try await fixture.claim(job: job.id, by: .second).commits == 2)
    }

    @Test("A message reaches its job once for each key", arguments: StoreKind.all)
    func messages(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        let parent = try await fixture.enqueue(Order(runAt: .start + .hours(1)), in: job.id.bucket)
        var first = job.step(keeps: true)
        first.messages = [JobMessage(to: parent, name: "$child", payload: #"{"n":1}"#, key: "child:a")]
        #expect(try await fixture.commit(first))
        var second = first.next(after: job).step(to: "done")
        second.messages = [
            JobMessage(to: parent, name: "$child", payload: #"{"n":2}"#, key: "child:a"),
            JobMessage(to: parent, name: "$child", payload: #"{"n":3}"#, key: "child:b"),
        ]
        #expect(try await fixture.commit(second))
        let told = try await fixture.claim(job: parent)
        #expect(try told.signals.map { try normal($0.payload) } == [#"{"n":1}"#, #"{"n":3}"#])
        #expect(told.signals.map(\.actor) == ["job:\(job.id)", "job:\(job.id)"])
    }

    @Test("A child is claimed with its parent's id", arguments: StoreKind.all)
    func child(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        var step = job.step()
        let id = job.id.child(seq: 1)
        step.children = [
            NewJob(id: id, workflow: "transfer", version: 1, tenant: "default", input: "{}", parentSeq: 1)
        ]
        #expect(try await fixture.commit(step))
        let child = try await fixture.claim(job: id)
        #expect(child.parent == job.id)
        #expect(child.input == "{}")
        #expect(child.seq == 0)
    }

    @Test("Many jobs are committed at once, each with its own values", arguments: StoreKind.all)
    func manyJobs(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        for _ in 0..<50 { _ = try await fixture.enqueue(Order(), in: 0) }
        let jobs = try await fixture.claim(0, limit: 50).jobs
        #expect(jobs.count == 50)
        let steps = jobs.enumerated().map { index, job in
            job.step(to: "s\(index)", due: .start + .seconds(100 + index)) { row in
                row.attempt = index
                row.lastError = index % 2 == 0 ? nil : "error \(index)"
            }
        }
        let accepted = try await fixture.store.commit(CommitBatch(bucket: 0, node: .first, jobs: steps))
        #expect(accepted == Set(jobs.map(\.id)))
        for (step, job) in zip(steps, jobs) {
            let stored = try await fixture.job(job.id)
            #expect(stored.row == step.row)
            #expect(stored.history == step.history)
        }
    }

    @Test("A batch without jobs is accepted", arguments: StoreKind.all)
    func emptyBatch(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        #expect(try await fixture.store.commit(CommitBatch(bucket: 0, node: .first, jobs: [])) == [])
    }
}

extension ClaimedJob {
    fileprivate func with(seq: Int? = nil, commits: Int? = nil, lease: Int? = nil) -> ClaimedJob {
        ClaimedJob(
            id: id, workflow: workflow, version: version, tenant: tenant, seq: seq ?? self.seq,
            commits: commits ?? self.commits, lease: lease ?? self.lease, input: input, parent: parent,
            ownerVanished: ownerVanished, row: row,
            signals: signals)
    }
}
