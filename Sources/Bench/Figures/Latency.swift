import Engine
import Postgres
import WorkflowCore

extension Figure {
    /// How soon an idle daemon takes up a job.
    static let latency = Figure(
        name: "latency", summary: "enqueue to first transition: 1,000 single enqueues, idle daemon"
    ) { bench in
        try await bench.stage("latency") { stage in
            bench.machine.say("latency: 1,000 single enqueues …")
            let daemon = try await BenchDaemon(
                stage.database, stage.machine, limits: Scheduler.Limits(), runner: ActivityHandlers.quick)
            var took: [Double] = []
            try await daemon.run {
                for _ in 0..<1000 {
                    // Long enough for the daemon to fall asleep again.
                    await bench.machine.sleep(.milliseconds(20))
                    took.append(try await once(on: stage, daemon.store))
                }
            }
            let note = "from before the enqueue to after the first commit"
            return [
                Line("enqueue to first transition, p50", percentile(0.5, of: took), " ms", bar: .under(5), note: note),
                Line("enqueue to first transition, p99", percentile(0.99, of: took), " ms", bar: .under(25)),
            ]
        }
    }

    /// Milliseconds from before the enqueue, its own commit included, until the first transition is in the database.
    private static func once(on stage: Stage, _ store: ObservedStore) async throws -> Double {
        let start = stage.machine.elapsed()
        let job: JobID = try await stage.app.query(
            Statement(name: "bench_enqueue", sql: "select lockstep.enqueue($1::text, $2::jsonb)"),
            [.text(OneStep.name), .text(#"{"user": "abc"}"#)]
        ).only[0]
        await store.started(job)
        return (stage.machine.elapsed() - start).inSeconds * 1000
    }
}
