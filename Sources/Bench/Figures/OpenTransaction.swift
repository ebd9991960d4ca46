import Postgres

extension Figure {
    /// What a forgotten transaction in another session does to the throughput.
    static let openTransaction = Figure(
        name: "open-transaction",
        summary: "a transaction left open: throughput under it, beside the undisturbed (--open-transaction SECONDS)"
    ) { bench in
        let probe = try await run(20_000, in: bench, "probe", open: false)
        let seconds = bench.options.openTransaction.inSeconds
        let jobs = max(20_000, Int(probe.rate * seconds / Double(TenSteps.transitions)))
        let undisturbed = try await run(jobs, in: bench, "undisturbed", open: false)
        let disturbed = try await run(jobs, in: bench, "disturbed", open: true)
        let note = "\(readable(Double(jobs))) jobs in \(readable(disturbed.seconds)) s"
        return [
            Line("transitions per second, as many jobs undisturbed", undisturbed.rate, "/s"),
            Line("transitions per second under an open transaction", disturbed.rate, "/s", note: note),
            Line("… of the undisturbed", disturbed.rate / undisturbed.rate, " ×", bar: .atLeast(0.5)),
        ]
    }

    private static func run(_ jobs: Int, in bench: Bench, _ name: String, open: Bool) async throws -> TenStepsRun {
        try await bench.stage(name) { stage in
            bench.machine.say("open transaction: \(name), \(jobs) jobs …")
            try await stage.enqueueTenSteps(jobs)
            guard open else { return try await TenStepsRun.run(jobs, on: stage) }
            let forgetful = PostgresConnection(stage.database)
            let run = try await forgetful.withSession { session in
                try await session.query(Statement("begin isolation level repeatable read"))
                // The snapshot is taken by the first statement, and held.
                try await session.query(Statement("select count(*) from lockstep.job_state"))
                return try await TenStepsRun.run(jobs, on: stage)
            }
            await forgetful.close()
            return run
        }
    }
}
