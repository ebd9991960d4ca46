import Foundation
import Simulator
import Testing

/// Thousands of runs of `dfns_payout`, each drawn from a seed; `EveryRailTests` has those of the other flows.
///
/// - `LOCKSTEP_SEED=42 make test FILTER=SimulatorTests` replays one seed and prints its trace; with
///   `LOCKSTEP_RAIL=pontis_payout` one of another flow than `dfns_payout`, and with `LOCKSTEP_JOBS=200` the run in which
///   everything goes wrong.
/// - `LOCKSTEP_SEEDS=100000` runs more seeds than usual, and `LOCKSTEP_FIRST_SEED=5000` others.
@Suite("Simulated runs")
struct SimulatedRunTests {
    @Test("keep every promise, and meet what they are meant to meet", arguments: 0..<Seeds.chunks)
    func promises(chunk: Int) async throws {
        var counts: [String: Int] = [:]
        for seed in Seeds.of(chunk: chunk) {
            let report = try await SeededRun(seed: seed).play()
            if report.violation != nil {
                let traced = try await SeededRun(seed: seed).play(isTraced: true)
                Issue.record("\(traced)\nreplay it with LOCKSTEP_SEED=\(seed) make test FILTER=SimulatorTests")
                return
            }
            counts.merge(report.counts, uniquingKeysWith: +)
            for ending in report.endings { counts["ended \(ending)", default: 0] += 1 }
        }
        // A run in which nothing goes wrong proves nothing.
        for name in [
            "crashes", "stops", "drains", "gives back", "shares", "outages", "store faults", "stale commits", "finds",
            "requests lost", "answers lost", "unknown outcomes", "held back", "looks", "repeated actions",
            "webhooks answered 401",
            "ended completed", "ended canceled", "ended expired", "ended failed",
        ] {
            #expect(counts[name, default: 0] > 0, "none of the runs had: \(name)")
        }
    }

    @Test("are the same to the last row of history for the same seed", arguments: 0..<UInt64(24))
    func determinism(seed: UInt64) async throws {
        let first = try await SeededRun(seed: seed).play(isTraced: true)
        let second = try await SeededRun(seed: seed).play(isTraced: true)
        #expect(first.historyHash == second.historyHash)
        #expect(first.trace == second.trace)
        #expect(first.counts == second.counts)
        let untraced = try await SeededRun(seed: seed).play()
        #expect(untraced.historyHash == first.historyHash)
        let other = try await SeededRun(seed: seed + 1000).play()
        #expect(other.historyHash != first.historyHash)
    }

    @Test("replay the seed in LOCKSTEP_SEED", .enabled(if: Seeds.toReplay != nil))
    func replay() async throws {
        let seed = try #require(Seeds.toReplay)
        let report = try await SeededRun(seed: seed, rail: Seeds.rail, setting: Seeds.setting).play(isTraced: true)
        print(report.trace.joined(separator: "\n"))
        #expect(report.violation == nil, "\(report.violation?.description ?? "")")
    }
}

/// Which seeds are run.
enum Seeds {
    static let chunkSize = 100
    static let toReplay = number("LOCKSTEP_SEED")
    static let rail =
        ProcessInfo.processInfo.environment["LOCKSTEP_RAIL"].flatMap { KnownRail(rawValue: $0) } ?? .dfnsPayout
    static let setting = number("LOCKSTEP_JOBS").map { Setting.everything(jobs: Int($0)) } ?? .drawn
    /// Where each flow has its share: a tenth of all seeds.
    static var few: Range<UInt64> {
        let first = number("LOCKSTEP_FIRST_SEED") ?? 0
        return first..<first + (number("LOCKSTEP_SEEDS") ?? 2000) / 10
    }

    static let chunks = Int(number("LOCKSTEP_SEEDS") ?? 2000) / chunkSize

    static func of(chunk: Int) -> Range<UInt64> {
        let first = (number("LOCKSTEP_FIRST_SEED") ?? 0) + UInt64(chunk * chunkSize)
        return first..<first + UInt64(chunkSize)
    }

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}
