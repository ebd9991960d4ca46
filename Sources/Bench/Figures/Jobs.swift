import Engine

extension Figure {
    /// How fast jobs go through that have but one state.
    static let jobs = Figure(
        name: "jobs", summary: "jobs per second: 50,000 jobs of one state, claim to completed with history"
    ) { bench in
        try await bench.stage("jobs") { stage in
            let jobs = 50_000
            bench.machine.say("jobs: enqueueing \(jobs) …")
            try await stage.enqueue(jobs, of: OneStep.name, input: #"{"user": "abc"}"#)
            bench.machine.say("jobs: running them …")
            let daemon = try await BenchDaemon(
                stage.database, stage.machine, limits: TenStepsRun.limits, runner: ActivityHandlers.quick)
            var took = Duration.zero
            try await daemon.run {
                let start = stage.machine.elapsed()
                await daemon.store.finished(jobs)
                took = stage.machine.elapsed() - start
            }
            let history = try await stage.number("select count(*) from lockstep.history_entry")
            guard history == jobs else { throw BenchFailure("\(history) of \(jobs) jobs have their history") }
            return [Line("jobs of one state per second", Double(jobs) / took.inSeconds, "/s")]
        }
    }
}
