import Engine
import LockstepTesting
import Testing
import Time
import WorkflowCore

@Suite("How nodes share the buckets out")
struct SharingTests {
    private let nodes = ["a", "b", "c", "d"].map { NodeID("00000000-0000-4000-8000-00000000000\($0)") }

    private func shares(of live: [NodeID], count: Int) -> [Set<Int>] {
        live.map { BucketShare.buckets(of: $0, among: live, count: count) }
    }

    @Test("The rule is the same in every build: these are its answers for ever")
    func literal() {
        #expect(shares(of: Array(nodes.prefix(2)), count: 8) == [[0, 1, 2, 4], [3, 5, 6, 7]])
        #expect(shares(of: Array(nodes.prefix(3)), count: 8) == [[0, 1, 2], [3, 7], [4, 5, 6]])
        #expect(shares(of: nodes, count: 10) == [[1, 4], [3, 9], [5, 6, 7], [0, 2, 8]])
    }

    @Test("Every bucket has one owner, and no node has more than one bucket more than another", arguments: 1...12)
    func even(count: Int) {
        let live = (0..<count).map { NodeID("00000000-0000-4000-8000-\(100_000_000_000 + $0)") }
        for buckets in [count, count + 1, 3 * count - 1, 64, 257] {
            let shares = shares(of: live, count: buckets)
            #expect(shares.reduce(0) { $0 + $1.count } == buckets)
            #expect(shares.reduce(into: Set<Int>()) { $0.formUnion($1) } == Set(0..<buckets))
            let sizes = shares.map(\.count)
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
        }
    }

    @Test("When one of twenty nodes dies, few buckets move but its own")
    func fewMove() {
        let live = (0..<20).map { NodeID("00000000-0000-4000-8000-\(100_000_000_000 + $0)") }
        let before = shares(of: live, count: 4096)
        let after = shares(of: Array(live.dropLast()), count: 4096)
        let moved = zip(before, after).reduce(0) { $0 + $1.0.subtracting($1.1).count }
        // Of the 3,891 buckets of those who stay.
        #expect(moved < 400)
    }

    @Test("The order of the list does not matter, nor whether the node has found itself in it")
    func order() {
        let one = BucketShare.buckets(of: nodes[0], among: nodes, count: 16)
        #expect(BucketShare.buckets(of: nodes[0], among: nodes.reversed(), count: 16) == one)
        #expect(BucketShare.buckets(of: nodes[0], among: Array(nodes.dropFirst()), count: 16) == one)
        #expect(BucketShare.buckets(of: nodes[0], among: [], count: 16) == Set(0..<16))
    }

    @Test("With fewer buckets than nodes all look after all of them")
    func fewBuckets() {
        #expect(shares(of: nodes, count: 1) == Array(repeating: [0], count: 4))
        #expect(shares(of: nodes, count: 3) == Array(repeating: [0, 1, 2], count: 4))
        #expect(Set(shares(of: nodes, count: 4)).count == 4)
    }

    @Test("A bucket that is no longer a node's is not claimed from; what it holds there is finished")
    func handedOver() throws {
        let one = try Harness.transfers(buckets: 2)
        one.provider.answer("open", .transfer(.opened(id: "p-1")))
        one.provider.answer("confirm", .transfer(.confirmed))
        let two = one.another("two")
        one.share([0, 1])
        two.share([])
        one.fate = { $0.called == "open" ? .waits : .happens }
        var jobs: [JobID] = []
        for _ in 0..<20 { jobs.append(try one.transfer(.open)) }
        #expect(Set(jobs.map(\.bucket)) == [0, 1])
        one.run()
        two.run()
        #expect(one.scheduler.heldJobs == 20)
        #expect(two.claims == 0)
        // The first one's calls are under way as the second bucket goes to the other node.
        one.share([0])
        two.share([1])
        let claims = one.claims
        one.fate = { _ in .happens }
        while !one.waiting.isEmpty { one.resume() }
        for job in jobs {
            #expect(one.state(job) == "settling")
            #expect(one.store[job]?.lease == 1)
        }
        #expect(one.scheduler.heldJobs == 0)
        #expect(one.requests.dropFirst(claims).allSatisfy { $0.bucket == 0 })
        #expect(two.requests.allSatisfy { $0.bucket == 1 })
        // From now on each takes its own.
        one.provider.answer("read", .transfer(.arrived))
        for _ in 0..<20 {
            one.clock.advance(by: .seconds(1))
            one.feed([.tick])
            two.feed([.tick])
            one.run()
            two.run()
        }
        for job in jobs {
            #expect(one.state(job) == "done")
            #expect(one.store[job]?.lease == 2)
            one.expectSound(job)
        }
        #expect(one.requests.dropFirst(claims).allSatisfy { $0.bucket == 0 })
        #expect(two.requests.allSatisfy { $0.bucket == 1 })
        #expect(one.scheduler.isIdle)
        #expect(two.scheduler.isIdle)
    }

    @Test("A bucket that a node gets is looked through from its beginning, and one that it gets back too")
    func takenOver() throws {
        let harness = try Harness.transfers(buckets: 2)
        harness.share([0])
        var jobs: [JobID] = []
        for _ in 0..<20 { jobs.append(try harness.transfer(.approve)) }
        harness.run()
        #expect(jobs.filter { harness.state($0) == "approving" }.allSatisfy { $0.bucket == 0 })
        #expect(jobs.contains { harness.state($0) == nil })
        harness.share([0, 1])
        #expect(jobs.allSatisfy { harness.state($0) == "approving" })
        harness.share([0])
        for _ in 0..<20 { jobs.append(try harness.transfer(.approve)) }
        harness.run()
        #expect(jobs.contains { harness.state($0) == nil })
        harness.share([0, 1])
        #expect(jobs.allSatisfy { harness.state($0) == "approving" })
        #expect(harness.requests.filter { $0.bucket == 1 }.first?.mark == nil)
    }

    @Test("A claim that was under way when the bucket went elsewhere is taken, and its jobs are done")
    func claimUnderWay() throws {
        let harness = try Harness.transfers()
        let job = try harness.transfer(.approve)
        harness.fate = { action in
            if case .claim = action { return .waits }
            return .happens
        }
        harness.run()
        harness.share([])
        #expect(!harness.scheduler.isIdle)
        harness.fate = { _ in .happens }
        harness.resume()
        #expect(harness.state(job) == "approving")
        #expect(harness.scheduler.isIdle)
        #expect(harness.claims == 1)
    }

    @Test("A node without buckets rests, and wakes when it gets one")
    func none() throws {
        let harness = try Harness.transfers()
        harness.share([])
        let job = try harness.transfer(.approve)
        harness.advance(by: .minutes(5))
        #expect(harness.claims == 0)
        harness.share([0])
        #expect(harness.state(job) == "approving")
    }

    @Test("The survivors of a node that dies claim in batches, no more than they have room for")
    func noHerd() throws {
        var limits = Scheduler.Limits()
        limits.held = 40
        limits.claim = 20
        limits.callsPerAccount = 4
        let one = try Harness.transfers(buckets: 64, limits: limits)
        one.share(Set(0..<32))
        for _ in 0..<500 { try one.transfer(.open) }
        one.fate = { $0.called == "open" ? .waits : .happens }
        one.run()
        let before = one.claims
        one.share(Set(0..<64))
        // It holds what it may: the dead one's buckets wait for their turn.
        #expect(one.scheduler.heldJobs <= 40)
        #expect(one.claims - before <= 32)
        #expect(one.requests.allSatisfy { $0.limit <= 20 })
        one.provider.answer("open", .transfer(.opened(id: "p-1")))
        one.provider.answer("confirm", .transfer(.confirmed))
        one.fate = { _ in .happens }
        while !one.waiting.isEmpty { one.resume() }
        one.run()
        #expect(one.store.jobs.allSatisfy { $0.job.row.state == "settling" })
        #expect(one.store.jobs.allSatisfy { $0.job.lease == 1 })
    }
}

extension Harness {
    /// What was asked for in claims.
    fileprivate var requests: [ClaimRequest] {
        actions.compactMap { if case .claim(let request) = $0 { request } else { nil } }
    }
}
