import Foundation
import HTTPTypes
import Postgres
import PrivateCluster

/// One run: an installation of real processes, and a plan of what happens to it.
final class FaultRun {
    /// Leases as short as a configuration may make them.
    private static let engine = "lease_seconds: 10, grace_seconds: 5"

    private let plan: FaultPlan
    private let cluster: PrivateCluster
    private let lockstep: Installation
    private var daemons: [Running?]
    private var frozen: Set<Int> = []
    private var violations: [String] = []

    private init(_ plan: FaultPlan, on cluster: PrivateCluster) async throws {
        self.plan = plan
        self.cluster = cluster
        let name = "seed_\(plan.seed)_\(UUID().uuidString.prefix(8))"
        try await cluster.createDatabase(name, template: "template0")
        lockstep = try await Installation(
            buckets: plan.buckets, on: cluster.connectionString(database: name), engine: Self.engine)
        daemons = Array(repeating: nil, count: plan.daemons)
    }

    /// Runs a plan, and returns what is wrong in the end; a run in which something is wrong leaves its logs behind.
    static func violations(of plan: FaultPlan, on cluster: PrivateCluster) async throws -> [String] {
        let run = try await FaultRun(plan, on: cluster)
        do {
            for daemon in 0..<plan.daemons { try await run.start(daemon) }
            for step in plan.steps { try await run.take(step) }
            try await run.settle()
            run.violations += Checker.check(try await Facts.read(run.lockstep, asked: plan.asked))
        } catch {
            let unquiet =
                try? await run.lockstep.patiently("select lockstep.unquiet() as what").first?["what"] as String?
            run.violations.append("the run did not get through: \(error) Not quiet: \(unquiet ?? "nothing")")
        }
        await run.end()
        return run.violations
    }

    private func take(_ step: FaultPlan.Step) async throws {
        switch step {
        case .enqueue(let payout): try await enqueue(payout)
        case .tell(let key, let signal): try await tell(key, signal)
        case .kill(let daemon): try await kill(daemon)
        case .start(let daemon): try await start(daemon)
        case .freeze(let daemon): try await freeze(daemon)
        case .thaw(let daemon): thaw(daemon)
        case .drain(let daemon): drain(daemon)
        case .restartDatabase(let immediately): try cluster.restart(immediately: immediately)
        case .endBackends(let percent): try await endBackends(percent)
        case .fault(let body): try await lockstep.control(.post, "faults", body)
        case .calm: try await lockstep.control(.delete, "faults")
        case .walk(let minutes):
            _ = try await lockstep.patiently("select lockstep.move_clock('\(minutes) minutes')")
        case .jump(let minutes): try await jump(minutes)
        case .pass(let milliseconds): pass(milliseconds: milliseconds)
        }
    }

    // MARK: - The app

    private func enqueue(_ payout: FaultPlan.Payout) async throws {
        let order = Installation.order(amount: payout.amount, accept: payout.accept, confirm: payout.confirm)
        _ = try await lockstep.patiently(
            "select lockstep.enqueue('dfns_payout', $1::text, key => $2)", .text(order), .text(payout.key))
    }

    private func tell(_ key: String, _ signal: String) async throws {
        _ = try await lockstep.patiently(
            """
            select lockstep.signal(id, $2, key => $2) from lockstep.job where key = $1
            """, .text(key), .text(signal))
    }

    // MARK: - Daemons

    private func start(_ daemon: Int) async throws {
        daemons[daemon] = try await lockstep.daemon("daemon-\(daemon)", beside: daemon > 0)
    }

    private func kill(_ daemon: Int) async throws {
        guard let running = daemons[daemon] else { return }
        if !running.isRunning { violations.append("daemon \(daemon) ended by itself: \(running.output.suffix(500))") }
        running.kill()
        daemons[daemon] = nil
        frozen.remove(daemon)
        try await forget(daemon)
    }

    /// Stops a daemon for so long that all its leases run out on the virtual clock.
    private func freeze(_ daemon: Int) async throws {
        daemons[daemon]?.send(SIGSTOP)
        frozen.insert(daemon)
        try await forget(daemon)
        try await jump(1)
    }

    private func thaw(_ daemon: Int) {
        daemons[daemon]?.send(SIGCONT)
        frozen.remove(daemon)
    }

    private func drain(_ daemon: Int) {
        guard let running = daemons[daemon] else { return }
        thaw(daemon)
        switch running.stop(within: .seconds(30)) {
        case 0: break
        case let code?: violations.append("daemon \(daemon) drained with exit code \(code)")
        case nil:
            violations.append("daemon \(daemon) did not stop: \(running.output.suffix(500))")
            running.kill()
        }
        daemons[daemon] = nil
    }

    /// A daemon that says nothing counts as dead after five seconds of real time; we know already, and don't wait.
    private func forget(_ daemon: Int) async throws {
        _ = try await lockstep.patiently(
            "update lockstep.node set seen_at = seen_at - interval '1 minute' where name = 'daemon-\(daemon)'")
    }

    // MARK: - The rest of the world

    private func jump(_ minutes: Int) async throws {
        _ = try await lockstep.patiently(
            "select lockstep.set_clock('virtual', at => lockstep.now() + interval '\(minutes) minutes')")
    }

    private func endBackends(_ percent: Int) async throws {
        _ = try await lockstep.patiently(
            """
            select pg_terminate_backend(pid)
            from (
                select pid, row_number() over (order by backend_start, pid) as number from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
            ) backend
            where number * 37 % 100 < \(percent)
            """)
    }

    // MARK: - The end

    /// Everything works again, and time goes on until every payout has had its time.
    private func settle() async throws {
        try await lockstep.control(.delete, "faults")
        for daemon in daemons.indices {
            thaw(daemon)
            if daemons[daemon] == nil { try await start(daemon) }
        }
        for _ in 0..<6 {
            _ = try await lockstep.patiently("call lockstep.advance_clock('12 hours')")
            // What was tried in vain for too long is for a person: that is us.
            _ = try await lockstep.patiently("select lockstep.retry(id) from lockstep.parked")
        }
        _ = try await lockstep.patiently("call lockstep.advance_clock('2 days')")
        for daemon in daemons.indices { drain(daemon) }
    }

    private func end() async {
        for daemon in daemons.indices { thaw(daemon) }
        guard violations.isEmpty else {
            violations.append("the logs are in \(lockstep.directory)")
            return await lockstep.end(daemons.compactMap { $0 }, keepingLogs: true)
        }
        await lockstep.end(daemons.compactMap { $0 })
    }
}
