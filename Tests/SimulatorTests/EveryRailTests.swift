import Simulator
import Testing

/// Each flow with 200 jobs at once: while everything goes wrong, and while no provider can be reached for six hours.
@Suite("Every rail")
struct EveryRailTests {
    @Test("keeps every promise to 200 jobs while everything goes wrong", arguments: KnownRail.allCases)
    func everything(rail: KnownRail) async throws {
        let run = SeededRun(seed: Self.seed, rail: rail, setting: .everything(jobs: 200))
        let report = try await run.play()
        print("\(rail.rawValue): seed \(run.seed), \(Self.summary(of: report))")
        if let violation = report.violation { Issue.record("seed \(run.seed): \(violation)") }
        #expect(report.endings.count >= 200, "each job that was enqueued is there")
        for name in [
            "crashes", "stops", "drains", "nodes cut off", "outages", "store faults", "stale commits", "finds",
            "not sent", "requests lost", "answers lost", "unknown outcomes", "breakers opened",
        ] {
            #expect(report.counts[name, default: 0] > 0, "the run had none of: \(name)")
        }
        let again = try await run.play()
        #expect(again.historyHash == report.historyHash, "the same seed gives the same history")
        #expect(again.counts == report.counts)
    }

    @Test("keeps every promise in small worlds", arguments: KnownRail.allCases.filter { $0 != .dfnsPayout })
    func small(rail: KnownRail) async throws {
        for seed in Seeds.few {
            let run = SeededRun(seed: seed, rail: rail)
            guard try await run.play().violation != nil else { continue }
            let traced = try await run.play(isTraced: true)
            Issue.record("\(traced)\nreplay it with LOCKSTEP_RAIL=\(rail.rawValue) LOCKSTEP_SEED=\(seed)")
            return
        }
    }

    @Test("finds a mistake in 200 jobs while everything goes wrong", arguments: KnownRail.allCases)
    func mistake(rail: KnownRail) async throws {
        let run = SeededRun(
            seed: Self.seed, rail: rail, setting: .everything(jobs: 200), defect: Self.mistake(on: rail))
        let violation = try #require(try await run.play().violation)
        #expect([.onceAtTheProvider, .lookBeforeRepeating].contains(violation.promise), "\(violation)")
    }

    @Test(
        "lets jobs wait, and fails none, while no provider can be reached for six hours", arguments: KnownRail.allCases)
    func outage(rail: KnownRail) async throws {
        let run = SeededRun(seed: Self.seed, rail: rail, setting: .outage(jobs: 60, lasts: .seconds(6 * 3600)))
        let report = try await run.play()
        print("\(rail.rawValue): seed \(run.seed), \(Self.summary(of: report))")
        if let violation = report.violation { Issue.record("seed \(run.seed): \(violation)") }
        #expect(report.counts["breakers opened", default: 0] > 0, "a breaker has opened")
        #expect(report.counts["breakers open at the calm", default: 0] > 0, "and is open when providers come back")
        #expect(report.counts["unfinished at the calm", default: 0] > 0, "jobs wait for that")
        #expect(report.counts["parked"] == nil, "none was parked")
        #expect(Set(report.outcomes).isSubset(of: ["completed", "refunded"]), "each is over, and well")
    }

    private static let seed = Seeds.toReplay ?? 4

    /// The mistake that is easiest to make in the handlers of a flow: a new key for a repeated write where the provider
    /// deduplicates, no look where it doesn't.
    private static func mistake(on rail: KnownRail) -> Defect {
        switch rail {
        case .dfnsPayout, .pontisPayout: .freshKeys
        case .dollarPePayout, .onramp, .borderlessWithdrawal, .refund: .blindRepeats
        }
    }

    private static func summary(of report: RunReport) -> String {
        let endings = Dictionary(grouping: report.endings) { $0 }.map { "\($0.value.count) \($0.key)" }.sorted()
        return "\(endings.joined(separator: ", ")) after \(report.lasted); history \(report.historyHash.prefix(16)); "
            + report.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
