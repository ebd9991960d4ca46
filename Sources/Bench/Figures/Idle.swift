import Engine
import Postgres
import PostgresStore

extension Figure {
    /// What a daemon costs that has nothing to do, however many jobs wait.
    static let idle = Figure(
        name: "idle",
        summary: "idle cost with 1,000,000 waiting jobs for a minute; claim time with 10,000 and with those"
    ) { bench in
        // Both databases at once: what is compared is measured in the same minute.
        try await bench.stage("few") { few in
            try await bench.stage("many") { many in
                let count = bench.options.waitingJobs
                bench.machine.say("idle: \(readable(Double(count))) waiting jobs …")
                try await waitingJobs(10_000, on: few)
                try await waitingJobs(count, on: many)
                let claims = try await claimTimes(few, many)
                let (own, server) = try await cost(of: .seconds(60), on: many)
                return [
                    Line("idle cost, daemon", own * 100, " % of a core", bar: .under(1)),
                    Line(
                        "idle cost, PostgreSQL", server * 100, " % of a core", note: "with everything it does by itself"
                    ),
                    Line("claim of 200 with 10,000 waiting", claims.few, " ms"),
                    Line("claim of 200 with \(readable(Double(count))) waiting", claims.many, " ms"),
                    Line("… against 10,000", claims.many / claims.few, " ×", bar: .under(1.3)),
                ]
            }
        }
    }

    /// Jobs that wait for tomorrow, as enqueue would have written them.
    private static func waitingJobs(_ count: Int, on stage: Stage) async throws {
        try await insert(count, due: "interval '1 day'", on: stage)
        try await stage.settle()
    }

    private static func insert(_ count: Int, due: String, on stage: Stage) async throws {
        try await stage.app.query(
            Statement(
                """
                with new as materialized (
                    select lockstep.new_id(lockstep.now(), 0::smallint) as id, n from generate_series(1, $1::int) as n),
                job as (
                    insert into lockstep.job (bucket, id, tenant, workflow, version, input, enqueued_at, enqueued_by)
                    select 0, new.id, 'default', $2, 1, '{"user": "abc"}', lockstep.now(), 'bench' from new)
                insert into lockstep.job_state (bucket, id, workflow, version, tenant, due_at, entered_at)
                select 0, new.id, $2, 1, 'default', lockstep.now() + \(due) + new.n * interval '1 microsecond',
                    lockstep.now()
                from new
                """), [.int(count), .text(OneStep.name)])
    }

    /// The medians of some claims of 200 due jobs, in milliseconds: in turns, so that both see the same machine.
    private static func claimTimes(_ few: Stage, _ many: Stage) async throws -> (few: Double, many: Double) {
        let rounds = 41
        let stores = [few, many].map { PostgresStore($0.database) }
        for stage in [few, many] {
            try await insert(rounds * 200, due: "interval '-1 second'", on: stage)
            try await stage.settle()
        }
        var times: [[Double]] = [[], []]
        for _ in 0..<rounds {
            for place in stores.indices { times[place].append(try await claim(from: stores[place], few.machine)) }
        }
        for store in stores { await store.close() }
        return (percentile(0.5, of: times[0]), percentile(0.5, of: times[1]))
    }

    private static func claim(from store: PostgresStore, _ machine: Machine) async throws -> Double {
        let start = machine.elapsed()
        let claim = try await store.claim(
            ClaimRequest(
                bucket: 0, limit: 200, mark: nil, node: NodeID(machine.uuid()), term: .seconds(60),
                workflows: [(OneStep.name, OneStep.version)]))
        let took = machine.elapsed() - start
        guard claim.jobs.count == 200 else { throw BenchFailure("a claim found \(claim.jobs.count) jobs of 200") }
        return took.inSeconds * 1000
    }

    /// The share of a core that a daemon process takes, and the server with it.
    private static func cost(of length: Duration, on stage: Stage) async throws -> (own: Double, server: Double) {
        // What the claims of before took is out of the way, and not the daemon's to do.
        try await stage.app.query(
            Statement(
                """
                update lockstep.job_state set leased_by = null, due_at = lockstep.now() + interval '1 day'
                where leased_by is not null
                """))
        try await stage.settle()
        let daemon = try await stage.machine.start(["bench", "--as-daemon", "--database", stage.url])
        // Its start is not what it costs to be idle.
        await stage.machine.sleep(.seconds(5))
        stage.machine.say("idle: a daemon idles for a minute …")
        let before = (try stage.machine.time(daemon.process), try stage.serverTime())
        await stage.machine.sleep(length)
        let after = (try stage.machine.time(daemon.process), try stage.serverTime())
        await daemon.stop()
        return ((after.0 - before.0).inSeconds / length.inSeconds, (after.1 - before.1).inSeconds / length.inSeconds)
    }
}
