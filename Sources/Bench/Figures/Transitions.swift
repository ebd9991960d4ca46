extension Figure {
    /// How fast one daemon takes jobs from state to state, beside what PostgreSQL itself can do.
    static let transitions = Figure(
        name: "transitions",
        summary: "transitions per second: 20,000 waiting jobs of 10 states, full history, one daemon"
    ) { bench in
        let reference = try await bench.reference()
        return try await bench.stage("transitions") { stage in
            let jobs = 20_000
            bench.machine.say("transitions: enqueueing \(jobs) jobs …")
            try await stage.enqueueTenSteps(jobs)
            bench.machine.say("transitions: running them …")
            let run = try await TenStepsRun.run(jobs, on: stage)
            let (before, after, count) = (run.before, run.after, run.transitions)
            let updates = Double(after.updates - before.updates)
            let inPlace = Double(after.inPlace - before.inPlace) / max(updates, 1)
            return [
                Line("the fixed reference", reference, "/s", note: "bench/reference-limit.sh, same cluster"),
                Line(
                    "transitions per second", run.rate, "/s", note: "\(readable(count)) in \(readable(run.seconds)) s"),
                Line("… of the reference", run.rate / reference, " ×", bar: .atLeast(0.6)),
                Line("WAL bytes per transition", Double(after.wal - before.wal) / count, " B"),
                Line(
                    "commits per transition", run.commits / count, "",
                    note: "\(readable(count / run.commits)) transitions in a commit"),
                Line(
                    "dead tuples per transition", updates / count, "",
                    note: "\(readable(inPlace * 100)) % of them without touching an index (HOT)"),
                Line("processor time per transition, daemon", run.ownMicroseconds, " µs"),
                Line("processor time per transition, PostgreSQL", run.serverMicroseconds, " µs"),
            ]
        }
    }
}
