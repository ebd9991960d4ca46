import Foundation
import PrivateCluster
import Testing

/// Real processes, and faults drawn from seeds.
///
/// `LOCKSTEP_FAULT_SEED=7` runs that one, `LOCKSTEP_FAULT_SEEDS=50` the first fifty.
@Suite("Seeded faults on real processes", .serialized, .timeLimit(.minutes(60)))
struct FaultTests {
    /// What a plain `make test` has time for.
    private static let few = 4

    @Test("After whatever a seed draws, every promise has been kept")
    func seeds() async throws {
        let cluster = try await FaultCluster.start()
        defer { try? cluster.stop(immediately: true) }
        for seed in Self.seeds {
            let plan = FaultPlan(seed: seed)
            let begin = ContinuousClock.now
            let violations = try await FaultRun.violations(of: plan, on: cluster)
            print(
                "seed \(seed): \(plan.daemons) daemons, \(violations.count) violations, \(ContinuousClock.now - begin)")
            guard !violations.isEmpty else { continue }
            Issue.record(
                """
                seed \(seed): \(violations.count) promises are broken. Again:
                    LOCKSTEP_FAULT_SEED=\(seed) make test FILTER=ProcessTests.FaultTests
                \(violations.prefix(20).joined(separator: "\n"))
                The plan, \(plan.daemons) daemons and \(plan.buckets) buckets:
                \(plan.steps.map { "    \($0)" }.joined(separator: "\n"))
                """)
        }
    }

    @Test("A seed says everything: the same plan each time, and another seed another plan")
    func plans() {
        #expect(FaultPlan(seed: 7) == FaultPlan(seed: 7))
        #expect(FaultPlan(seed: 7) != FaultPlan(seed: 8))
        let steps = (1...50).flatMap { FaultPlan(seed: $0).steps }
        let kinds = Set(steps.map { String(describing: $0).prefix { $0 != "(" } })
        #expect(kinds.count == 14, "no kind of step is left out by fifty seeds")
    }

    private static var seeds: [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["LOCKSTEP_FAULT_SEED"].flatMap(UInt64.init) { return [seed] }
        let count = environment["LOCKSTEP_FAULT_SEEDS"].flatMap(Int.init) ?? few
        let first = environment["LOCKSTEP_FAULT_FIRST"].flatMap(UInt64.init) ?? 1
        return (0..<count).map { first + UInt64($0) }
    }
}

/// A server of our own, because it is restarted; what it has committed survives its own crashes.
enum FaultCluster {
    static func start(isDurable: Bool = false) async throws -> PrivateCluster {
        var options = PrivateCluster.Options()
        options.maximumConnections = 100
        options.lifetime = .withProcessAndDirectory
        options.isDurable = isDurable
        // A crash of the server alone: what it has written is there, but it has to have written it.
        options.settings = ["synchronous_commit": "on", "full_page_writes": "on"]
        let directory = NSTemporaryDirectory() + "lockstep-fault-\(UUID().uuidString.prefix(8))"
        return try PrivateCluster.start(directory: directory, options: options)
    }
}
