import Simulator
import Testing

/// Checkers that find nothing prove nothing: each mistake that is built in has to be found.
@Suite("A built-in defect")
struct DefectTests {
    @Test("is found, and by the promise that it breaks", arguments: Defect.allCases)
    func found(defect: Defect) async throws {
        for seed in UInt64(0)..<400 {
            let report = try await SeededRun(seed: seed, defect: defect).play()
            guard let violation = report.violation else { continue }
            #expect(Self.breaks(defect).contains(violation.promise), "\(violation)")
            return
        }
        Issue.record("\(defect) was not found in 400 runs")
    }

    private static func breaks(_ defect: Defect) -> [Promise] {
        switch defect {
        case .unfencedCommits: [.fencedCommits]
        case .forgetfulStore: [.gaplessHistory, .lookBeforeRepeating, .intentBeforeEffect, .oneOwner]
        case .forgottenAnswers: [.signalsOnce]
        case .forgottenAttempts, .blindRepeats: [.lookBeforeRepeating]
        case .freshKeys: [.onceAtTheProvider]
        }
    }
}
