import Foundation
import PrivateCluster
import Testing

/// Two daemons under load while one thing is broken again and again; `make soak` runs it for minutes, with a daemon
/// that was built for release.
@Suite("Two daemons under load", .serialized, .timeLimit(.minutes(60)))
struct SoakTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Nil in a plain run of all tests, which has time for a short one only.
    private static let seconds = environment["LOCKSTEP_SOAK_SECONDS"].flatMap(Int.init)
    private static let jobs = environment["LOCKSTEP_SOAK_JOBS"].flatMap(Int.init) ?? 20_000

    @Test("One is killed every few seconds: every job ends, once, and the other goes on")
    func kills() async throws {
        try await soak(.kills, every: Self.seconds == nil ? 4 : 6)
    }

    // A plain run has FaultTests for this.
    @Test(
        "PostgreSQL is restarted every twenty seconds: every job ends, once, and both come back",
        .enabled(if: seconds != nil))
    func restarts() async throws {
        try await soak(.restarts, every: min(20, (Self.seconds ?? 20) / 2))
    }

    private func soak(_ disturbance: SoakRun.Disturbance, every: Int) async throws {
        let cluster = try await FaultCluster.start(isDurable: true)
        defer { try? cluster.stop(immediately: true) }
        var options = SoakRun.Options(
            disturbance: disturbance, jobs: Self.jobs, seconds: Self.seconds ?? 10, every: every)
        if Self.seconds == nil {
            options.jobs = 60
            options.showsTimeLine = false
        }
        let run = try await SoakRun(options, on: cluster)
        try await run.run()
        #expect(run.violations.isEmpty, "\(run.violations.prefix(20).joined(separator: "\n"))")
        #expect(!run.events.isEmpty)
        // A short run on a busy machine says nothing about speed.
        guard Self.seconds != nil else { return }
        for (event, back) in zip(run.events, run.recoveries) {
            #expect(back.map { $0 <= Double(SoakRun.lease) } == true, "throughput after \(event.what)")
        }
    }

    @Test("Throughput is back when a whole second reaches 0.8 of its level, and not before")
    func back() {
        // Ten seconds at 40 a second; two seconds of nothing; one at half; and on.
        let quarters = Array(repeating: 10, count: 40) + Array(repeating: 0, count: 8) + Array(repeating: 5, count: 4)
        let line = TimeLine(quarters: quarters + Array(repeating: 10, count: 48))
        #expect(line.level(upTo: 25) == 40)
        #expect(line.back(after: 10, before: 20, level: 40) == 2.75)
        #expect(line.back(after: 12.5, before: 20, level: 40) == 0.25)
        #expect(line.back(after: 10, before: 12, level: 40) == nil)
        #expect(line.back(after: 5, before: 10, level: 40) == 0)
    }
}
