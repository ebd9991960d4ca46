import Engine

/// One run of a daemon over jobs of ten steps, from its start to the last commit.
struct TenStepsRun: Sendable {
    let transitions: Double
    let seconds: Double
    /// By the daemon's own count.
    let commits: Double
    let before: Usage
    let after: Usage

    /// Transitions a second.
    var rate: Double { transitions / seconds }

    /// Microseconds of processor time for each transition.
    var ownMicroseconds: Double { (after.own - before.own).inSeconds * 1e6 / transitions }
    var serverMicroseconds: Double { (after.server - before.server).inSeconds * 1e6 / transitions }

    /// The limits under which throughput is measured: the usual ones, but for the calls of one account. An activity
    /// that does nothing takes no place at a provider.
    static var limits: Scheduler.Limits {
        var limits = Scheduler.Limits()
        limits.callsPerAccount = 1000
        return limits
    }

    /// Runs the jobs that wait on a stage; they have to be `jobs` many.
    static func run(_ jobs: Int, on stage: Stage) async throws -> TenStepsRun {
        let daemon = try await BenchDaemon(
            stage.database, stage.machine, limits: limits, runner: ActivityHandlers.quick)
        let before = try await Usage.now(on: stage)
        var took = Duration.zero
        try await daemon.run {
            let start = stage.machine.elapsed()
            await daemon.store.finished(jobs)
            took = stage.machine.elapsed() - start
        }
        let after = try await Usage.now(on: stage)
        let transitions = jobs * TenSteps.transitions
        try await check(jobs, transitions, on: stage)
        return TenStepsRun(
            transitions: Double(transitions), seconds: took.inSeconds, commits: Double(daemon.store.commits),
            before: before, after: after)
    }

    /// A figure counts only if everything that it stands for is in the database.
    private static func check(_ jobs: Int, _ transitions: Int, on stage: Stage) async throws {
        let completed = try await stage.number("select count(*) from lockstep.job_state where status = 'completed'")
        let history = try await stage.number("select count(*) from lockstep.history_entry")
        guard completed == jobs, history == transitions else {
            throw BenchFailure(
                "\(completed) of \(jobs) jobs are completed, with \(history) of \(transitions) transitions")
        }
    }
}

extension Stage {
    /// Enqueues jobs of ten steps.
    func enqueueTenSteps(_ count: Int) async throws {
        try await enqueue(count, of: TenSteps.name, input: #"{"user": "abc", "amount": "100.00"}"#)
    }
}
