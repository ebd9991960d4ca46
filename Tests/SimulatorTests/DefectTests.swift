import Simulator
import Testing

/// Checkers that find nothing prove nothing: each mistake that is built in has to be found.
@Suite("A built-in defect")
struct DefectTests {
    @Test("is found, and by the promise that it breaks", arguments: Defect.allCases)
    func found(defect: Defect) async throws {
        for seed in UInt64(0)..<400 {
            let report = try await SeededRun(seed: seed, setting: Self.setting(for: defect), defect: defect).play()
            guard let violation = report.violation else { continue }
            #expect(Self.breaks(defect).contains(violation.promise), "\(violation)")
            return
        }
        Issue.record("\(defect) was not found in 400 runs")
    }

    @Test("that takes the fence out shows by its consequences, too")
    func consequences() async throws {
        for seed in UInt64(0)..<2000 {
            let run = SeededRun(seed: seed, defect: .unfencedCommits, unwatched: [.fencedCommits])
            guard let violation = try await run.play().violation else { continue }
            #expect([.gaplessHistory, .oneOwner, .signalsOnce, .lookBeforeRepeating].contains(violation.promise))
            return
        }
        Issue.record("stale commits did no harm in 2000 runs")
    }

    /// Attempts last for a day: only a longer outage uses them up.
    private static func setting(for defect: Defect) -> Setting {
        defect == .breakersThatNeverOpen ? .outage(jobs: 10, lasts: .seconds(30 * 3600)) : .drawn
    }

    private static func breaks(_ defect: Defect) -> [Promise] {
        switch defect {
        case .unfencedCommits, .uncountedCommits: [.fencedCommits]
        // Whoever goes on from a commit that was lost is refused, though the job is his.
        case .forgetfulStore: [.fencedCommits, .gaplessHistory, .lookBeforeRepeating, .intentBeforeEffect, .oneOwner]
        case .forgottenAnswers: [.signalsOnce]
        case .forgottenAttempts, .blindRepeats: [.lookBeforeRepeating]
        case .freshKeys: [.onceAtTheProvider]
        case .breakersThatNeverOpen: [.waitingIsNotFailing]
        }
    }
}
