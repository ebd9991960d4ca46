@testable import Engine
import Testing
import Time
import WorkflowCore

@Suite("Store: signals")
struct SignalTests {
    /// A job that rests, with nothing due and nobody's lease.
    private func resting(
        _ fixture: any StoreFixture, due: Timestamp? = nil, change: (inout JobRow) -> Void = { _ in }
    ) async throws -> JobID {
        let job = try await fixture.claimedJob()
        #expect(try await fixture.commit(job.step(due: due, change: change)))
        return job.id
    }

    @Test("A job that was told something is claimed, although nothing is due", arguments: StoreKind.all)
    func claimedForSignal(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await resting(fixture)
        #expect(try await fixture.claim(id.bucket).jobs.isEmpty)
        try await fixture.tell(id, "note", payload: #"{"n":1}"#, key: nil)
        try await fixture.tell(id, "more", payload: #"{"n":2}"#, key: nil)
        try await fixture.tell(id, "note", payload: #"{"n":3}"#, key: nil)
        let job = try await fixture.claim(job: id)
        #expect(job.signals.map(\.name) == ["note", "more", "note"])
        #expect(try job.signals.map { try normal($0.payload) } == [#"{"n":1}"#, #"{"n":2}"#, #"{"n":3}"#])
        #expect(job.signals.map(\.id) == job.signals.map(\.id).sorted())
        #expect(job.row.dueAt == nil)
        #expect(!job.ownerVanished)
    }

    @Test("The due time of a job that is claimed early for a signal comes with it", arguments: StoreKind.all)
    func dueOfSignaled(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await resting(fixture, due: .start + .hours(3))
        try await fixture.tell(id, "note")
        #expect(try await fixture.claim(job: id).row.dueAt == .start + .hours(3))
    }

    @Test("A signal with a key is told once", arguments: StoreKind.all)
    func keys(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await resting(fixture)
        try await fixture.tell(id, "note", payload: #"{"n":1}"#, key: "k")
        try await fixture.tell(id, "note", payload: #"{"n":2}"#, key: "k")
        let job = try await fixture.claim(job: id)
        #expect(try job.signals.map { try normal($0.payload) } == [#"{"n":1}"#])
        var step = job.step(to: "done")
        step.handled = job.signals.map { HandledSignal(id: $0.id, answer: "delivered") }
        #expect(try await fixture.commit(step))
        try await fixture.tell(id, "note", payload: #"{"n":2}"#, key: "k")
        #expect(try await fixture.claim(id.bucket).jobs.isEmpty)
        #expect(try await fixture.job(id).answers == ["delivered"])
    }

    @Test(
        "A job that somebody has is left alone; what came meanwhile is found when it is given back",
        arguments: StoreKind.all)
    func leased(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        try await fixture.tell(job.id, "note")
        #expect(try await fixture.claim(job.id.bucket, by: .second).jobs.isEmpty)
        #expect(try await fixture.commit(job.step()))
        let again = try await fixture.claim(job: job.id, by: .second)
        #expect(again.signals.map(\.name) == ["note"])
    }

    @Test("A job that is due and was told something is claimed once", arguments: StoreKind.all)
    func dueAndSignaled(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await fixture.enqueue(Order())
        try await fixture.tell(id, "note")
        let claim = try await fixture.claim(id.bucket)
        #expect(claim.jobs.map(\.id) == [id])
        #expect(claim.jobs.first?.signals.map(\.name) == ["note"])
        #expect(try await fixture.claim(id.bucket, by: .second).jobs.isEmpty)
    }

    @Test("A claim's limit counts jobs that were told something too", arguments: StoreKind.all)
    func limit(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        var told: Set<JobID> = []
        for _ in 0..<3 {
            let id = try await fixture.enqueue(Order(runAt: .start + .hours(1)), in: 0)
            try await fixture.tell(id, "note")
            told.insert(id)
        }
        let due = try await fixture.enqueue(Order(), in: 0)
        let first = try await fixture.claim(0, limit: 2)
        #expect(first.jobs.count == 2)
        #expect(first.jobs.first?.id == due)
        let rest = try await fixture.claim(0, limit: 10)
        #expect(rest.jobs.count == 2)
        #expect(Set((first.jobs + rest.jobs).map(\.id)) == told.union([due]))
    }

    @Test("A paused job is claimed only once it may go on", arguments: StoreKind.all)
    func paused(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await resting(fixture) { $0.status = .paused }
        try await fixture.tell(id, "note")
        #expect(try await fixture.claim(id.bucket).jobs.isEmpty)
        try await fixture.tell(id, "$resume")
        #expect(try await fixture.claim(job: id).signals.map(\.name) == ["note", "$resume"])
    }

    @Test("A parked job is claimed when it is told something", arguments: StoreKind.all)
    func parked(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await resting(fixture) { row in
            row.status = .parked
            row.lastError = "nobody thought of this"
        }
        try await fixture.tell(id, "$retry")
        #expect(try await fixture.claim(job: id).signals.map(\.name) == ["$retry"])
    }

    @Test("What waits for an unknown outcome comes with the next due look, not before", arguments: StoreKind.all)
    func unknownOutcome(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let due = Timestamp.start + .minutes(2)
        let id = try await resting(fixture, due: due) { row in
            row.attemptStatus = .unknown
            row.attemptAt = .start
        }
        try await fixture.tell(id, "note")
        #expect(try await fixture.claim(id.bucket).jobs.isEmpty)
        try await fixture.setClock(due)
        #expect(try await fixture.claim(job: id).signals.map(\.name) == ["note"])
    }

    @Test("A parked job with an unknown outcome is claimed when it is told something", arguments: StoreKind.all)
    func parkedUnknown(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await resting(fixture) { row in
            row.status = .parked
            row.lastError = "the lookup fails"
            row.attemptStatus = .unknown
            row.attemptAt = .start
        }
        try await fixture.tell(id, "$retry")
        #expect(try await fixture.claim(job: id).row.attemptStatus == .unknown)
    }

    @Test("A finished job is claimed for what is told to it late", arguments: StoreKind.all)
    func finished(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let id = try await resting(fixture) { row in
            row.status = .completed
            row.finishedAt = .start
            row.plan = "end"
        }
        try await fixture.tell(id, "note")
        let job = try await fixture.claim(job: id)
        #expect(job.row.status == .completed)
        #expect(job.row.finishedAt == .start)
        var late = job.step(to: "sending") { row in
            row.status = .completed
            row.finishedAt = .start
        }
        late.handled = job.signals.map { HandledSignal(id: $0.id, answer: "late: the job is over") }
        #expect(try await fixture.commit(late))
        let stored = try await fixture.job(id)
        #expect(stored.row.status == .completed)
        #expect(stored.row.dueAt == nil)
        #expect(stored.inbox == [])
        #expect(stored.history.map(\.seq) == [1, 2])
        #expect(try await fixture.claim(id.bucket).jobs.isEmpty)
    }
}
