import Engine
import LockstepTesting
import Synchronization
import Testing
import Time
import WorkflowCore

@Suite("Faults at any point")
struct FaultTests {
    @Test(
        "A commit that fails, or whose fate is unknown, loses nothing and repeats nothing",
        arguments: [Harness.Fate.fails, .losesRequest, .losesAnswer], 1...10)
    func commits(fate: Harness.Fate, number: Int) throws {
        let harness = try Harness.transfers()
        let bank = Bank(harness)
        let job = try harness.transfer(.quote)
        harness.strike({ !$0.committed.isEmpty }, number, with: fate)
        harness.advance(by: .minutes(5))
        #expect(harness.events(job) == ["started", "quoted", "opened", "confirmed", "progressed", "arrived"])
        #expect(bank.confirmed == 1)
        #expect(harness.provider.names.filter { $0 != "read" } == ["quote", "open", "confirm"])
        // Two polls after 10 s and 20 s: no lease was lost on the way.
        #expect(try #require(harness.row(job).finishedAt) < .noon + .seconds(31))
        #expect(harness.attempts(job) == [])
        harness.expectSound(job)
    }

    @Test("Each of several commits in a row may fail, be lost or be applied in secret", arguments: 1...8)
    func manyCommits(seed: UInt64) throws {
        let harness = try Harness.transfers()
        let bank = Bank(harness)
        var jobs: [JobID] = []
        for _ in 0..<5 { jobs.append(try harness.transfer(.quote)) }
        var random = SplitMix64(seed: seed)
        harness.fate = { action in
            switch action {
            case .commit, .find, .claim:
                [.happens, .fails, .losesRequest, .losesAnswer][Int(random.next() % 4)]
            case .perform, .permit, .renew, .release, .setBell, .readAccounts, .change, .releaseHeld, .takePermits,
                .note:
                .happens
            }
        }
        harness.advance(by: .minutes(30))
        for job in jobs {
            #expect(harness.events(job) == ["started", "quoted", "opened", "confirmed", "progressed", "arrived"])
            harness.expectSound(job)
        }
        #expect(bank.confirmed == 5)
    }

    @Test("What became of a commit is asked until the store answers")
    func findFails() throws {
        let harness = try Harness.transfers()
        let bank = Bank(harness)
        let job = try harness.transfer(.open)
        let asked = Mutex(0)
        harness.strike({ !$0.committed.isEmpty }, 1, with: .losesAnswer) { action in
            guard case .find = action else { return .happens }
            return asked.withLock {
                $0 += 1; return $0 < 5
            } ? .fails : .happens
        }
        harness.run()
        #expect(harness.provider.names == [])
        harness.advance(by: .seconds(1))
        #expect(harness.provider.names == [])
        harness.advance(by: .minutes(5))
        #expect(asked.withLock { $0 } == 5)
        #expect(harness.state(job) == "done")
        #expect(bank.confirmed == 1)
        harness.expectSound(job)
    }

    @Test(
        "Wherever the node vanishes, the money is moved once and the job comes to its end",
        arguments: [Harness.Fate.crashesBefore, .crashesAfter], 1...40)
    func crashes(fate: Harness.Fate, number: Int) throws {
        let harness = try Harness.transfers()
        let bank = Bank(harness)
        let job = try harness.transfer(.quote)
        harness.strike({ _ in true }, number, with: fate)
        harness.advance(by: .minutes(30))
        // A confirmation whose answer is lost shows as progress; progress whose commit is lost does not show at all.
        let certain = harness.events(job).filter { !["confirmed", "progressed"].contains($0) }
        #expect(certain == ["started", "quoted", "opened", "arrived"])
        #expect(bank.confirmed == 1)
        #expect(bank.opened == ["\(job)-2"])
        #expect(try harness.row(job).status == .completed)
        harness.expectSound(job)
    }

    @Test(
        "Whatever call breaks before or after the provider was reached, the money is moved once",
        arguments: [Harness.Fate.fails, .losesRequest, .losesAnswer], 1...7)
    func calls(fate: Harness.Fate, number: Int) throws {
        let harness = try Harness.transfers()
        let bank = Bank(harness)
        let job = try harness.transfer(.quote)
        harness.strike({ $0.called != nil }, number, with: fate)
        harness.advance(by: .minutes(10))
        #expect(bank.confirmed == 1)
        #expect(bank.opened == ["\(job)-2"])
        #expect(try harness.row(job).status == .completed)
        harness.expectSound(job)
    }

    @Test("With faults of every kind all the time, every job ends and no money moves twice", arguments: 1...12)
    func storm(seed: UInt64) throws {
        let one = try Harness.transfers(buckets: 2)
        let two = one.another("two")
        let bank = Bank(one)
        var jobs: [JobID] = []
        for _ in 0..<10 { jobs.append(try one.transfer(.quote)) }
        var random = SplitMix64(seed: seed)
        let fates: [Harness.Fate] = [.fails, .losesRequest, .losesAnswer, .crashesBefore, .crashesAfter]
        for node in [one, two] {
            node.fate = { _ in random.next() % 8 == 0 ? fates[Int(random.next() % 5)] : .happens }
        }
        for _ in 0..<600 {
            one.advance(by: .seconds(1))
            two.run()
        }
        for node in [one, two] { node.fate = { _ in .happens } }
        one.advance(by: .hours(2))
        for job in jobs {
            // Three failed quotes in a row are a person's business; everything else ends by itself.
            let row = try one.row(job)
            #expect(row.status == .completed || row.lastError?.hasPrefix("perform quote failed") == true)
            #expect(bank.confirmations(of: job) <= 1)
            one.expectSound(job)
        }
    }
}

/// A provider that really does what it is asked: it deduplicates openings, and confirms as often as it is told.
private final class Bank: Sendable {
    private struct Books {
        var opened: Set<String> = []
        var confirmations: [JobID: Int] = [:]
        var readings: [JobID: Int] = [:]
    }

    private let books = Mutex(Books())

    init(_ harness: Harness) {
        harness.provider.respond { [self] invocation in
            switch invocation.activity.activity as? Transfer.Activity {
            case .quote: return .transfer(.quoted)
            case .open:
                books.withLock { _ = $0.opened.insert(invocation.key.description) }
                return .transfer(.opened(id: "p-1"))
            case .confirm:
                books.withLock { $0.confirmations[invocation.job, default: 0] += 1 }
                return .transfer(.confirmed)
            case .read where invocation.purpose == .lookup:
                return books.withLock { $0.confirmations[invocation.job] } == nil
                    ? .transfer(.opened(id: "p-1")) : .transfer(.progressed(stage: 0))
            case .read:
                let readings = books.withLock { books in
                    books.readings[invocation.job, default: 0] += 1
                    return books.readings[invocation.job, default: 0]
                }
                return readings < 2 ? .transfer(.progressed(stage: 1)) : .transfer(.arrived)
            case nil: return nil
            }
        }
    }

    var opened: Set<String> { books.withLock { $0.opened } }
    var confirmed: Int { books.withLock { $0.confirmations.values.reduce(0, +) } }
    func confirmations(of job: JobID) -> Int { books.withLock { $0.confirmations[job, default: 0] } }
}

extension Harness {
    /// Gives the n-th action of a kind a fate of its own; all others have the given one.
    fileprivate func strike(
        _ isMeant: @escaping (Scheduler.Action) -> Bool, _ number: Int, with struck: Fate,
        otherwise: @escaping (Scheduler.Action) -> Fate = { _ in .happens }
    ) {
        var seen = 0
        fate = { action in
            guard isMeant(action) else { return otherwise(action) }
            seen += 1
            return seen == number ? struck : otherwise(action)
        }
    }
}
