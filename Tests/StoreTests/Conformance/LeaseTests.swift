@testable import Engine
import Testing
import Time
import WorkflowCore

@Suite("Store: leases and positions")
struct LeaseTests {
    @Test("Only leases that the node still has are renewed", arguments: StoreKind.all)
    func renew(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let lost = try await fixture.claimedJob(by: .first)
        try await fixture.setClock(.start + .seconds(60))
        let taken = try await fixture.claim(job: lost.id, by: .second)
        let own = try await fixture.enqueue(in: lost.id.bucket)
        let held = try await fixture.claim(job: own, by: .first)
        try await fixture.setClock(.start + .seconds(90))
        let renewed = try await fixture.store.renew(
            [
                Lease(job: lost.id, token: lost.lease), Lease(job: lost.id, token: taken.lease),
                Lease(job: own, token: held.lease), Lease(job: own.child(seq: 9), token: 1),
            ], bucket: own.bucket, node: .first, term: .seconds(60))
        #expect(renewed == [own])
        #expect(try await fixture.job(own).row.dueAt == .start + .seconds(150))
        #expect(try await fixture.job(lost.id).row.dueAt == .start + .seconds(120))
    }

    @Test("A lease with another token, or one given back, is not renewed", arguments: StoreKind.all)
    func renewStale(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        func renew(_ token: Int) async throws -> Set<JobID> {
            try await fixture.store.renew(
                [Lease(job: job.id, token: token)], bucket: job.id.bucket, node: .first, term: .seconds(60))
        }
        #expect(try await renew(job.lease + 1) == [])
        #expect(try await renew(job.lease) == [job.id])
        #expect(try await fixture.commit(job.step(due: .start + .hours(1))))
        #expect(try await renew(job.lease) == [])
        #expect(try await fixture.job(job.id).row.dueAt == .start + .hours(1))
    }

    @Test(
        "What is given back is due at once for anybody, as it stands, and only by whose it is", arguments: StoreKind.all
    )
    func release(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        #expect(
            try await fixture.commit(
                job.note { row in
                    row.attempt = 1
                    row.attemptStatus = .started
                    row.attemptAt = .start
                }))
        let before = try await fixture.job(job.id)
        func release(_ token: Int, by node: NodeID) async throws -> Set<JobID> {
            try await fixture.store.release(
                [Lease(job: job.id, token: token)], bucket: job.id.bucket, node: node)
        }
        #expect(try await release(job.lease + 1, by: .first) == [])
        #expect(try await release(job.lease, by: .second) == [])
        #expect(try await fixture.job(job.id) == before)
        try await fixture.setClock(.start + .seconds(10))
        #expect(try await release(job.lease, by: .first) == [job.id])
        var expected = before
        expected.owner = nil
        expected.row.dueAt = .start + .seconds(10)
        #expect(try await fixture.job(job.id) == expected)
        #expect(try await release(job.lease, by: .first) == [])
        let next = try await fixture.claim(job: job.id, by: .second)
        #expect(next.row.attemptStatus == .started)
        #expect(!next.ownerVanished)
        #expect(next.lease == job.lease + 1)
    }

    @Test("A parked job that is given back is not due: what it was told brings it up again", arguments: StoreKind.all)
    func releaseParked(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        #expect(
            try await fixture.commit(
                job.note(keeps: false) { row in
                    row.status = .parked
                    row.lastError = "look"
                    row.dueAt = nil
                }))
        try await fixture.tell(job.id, "$retry")
        let again = try await fixture.claim(job: job.id)
        let lease = Lease(job: job.id, token: again.lease)
        #expect(try await fixture.store.release([lease], bucket: job.id.bucket, node: .first) == [job.id])
        #expect(try await fixture.job(job.id).row.dueAt == nil)
        #expect(try await fixture.claim(job: job.id, by: .second).signals.map(\.name) == ["$retry"])
    }

    @Test(
        "What is watched after its end is claimed when it is due, and is due when it is given back",
        arguments: StoreKind.all)
    func watched(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        #expect(
            try await fixture.commit(
                job.step(to: "delivered", due: .start + .days(1)) { row in
                    row.status = .completed
                    row.finishedAt = .start
                    row.plan = "watch readPayout"
                    row.deadlineAt = .start + .days(7)
                }))
        #expect(try await fixture.claim(job.id.bucket).jobs.isEmpty)
        try await fixture.setClock(.start + .days(1))
        let looking = try await fixture.claim(job: job.id, by: .second)
        #expect(looking.row.finishedAt == .start)
        #expect(looking.row.dueAt == .start + .days(1))
        try await fixture.setClock(.start + .days(1) + .seconds(10))
        let lease = Lease(job: job.id, token: looking.lease)
        #expect(try await fixture.store.release([lease], bucket: job.id.bucket, node: .second) == [job.id])
        #expect(try await fixture.job(job.id).row.dueAt == .start + .days(1) + .seconds(10))
        let again = try await fixture.claim(job: job.id)
        #expect(
            try await fixture.commit(
                again.note(keeps: false) { row in
                    row.dueAt = nil
                }))
        #expect(try await fixture.job(job.id).row.status == .completed)
        #expect(try await fixture.claim(job.id.bucket).jobs.isEmpty)
    }

    @Test("Positions tell seq, commits, lease and owner", arguments: StoreKind.all)
    func find(kind: StoreKind) async throws {
        let fixture = try await kind.make()
        let job = try await fixture.claimedJob()
        let waiting = try await fixture.enqueue(Order(runAt: .start + .hours(1)), in: job.id.bucket)
        let unknown = job.id.child(seq: 77)
        let before = try await fixture.store.find([job.id, waiting, unknown], bucket: job.id.bucket)
        #expect(
            before == [
                job.id: Position(seq: 0, commits: 0, lease: 1, owner: .first),
                waiting: Position(seq: 0, commits: 0, lease: 0, owner: nil),
            ])
        #expect(try await fixture.commit(job.step()))
        let after = try await fixture.store.find([job.id], bucket: job.id.bucket)
        #expect(after == [job.id: Position(seq: 1, commits: 1, lease: 1, owner: nil)])
    }
}
