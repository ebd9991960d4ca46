import HTTPClient
import HTTPTypes
import Postgres
import Time

/// Runs the demo's journeys one after the other, and prints them as a table.
struct JourneyRun {
    let database: PostgresPool
    let world: World
    let host: Host

    /// What became of a journey.
    private struct Outcome {
        let ending: String
        let virtual: Duration
        let real: Duration
        let transitions: Int
        let calls: Int
        let why: String
    }

    private static let storyWidth = 2 + (Journey.all.map(\.story.count).max() ?? 0)
    private static let columns = [
        "flow".padded(24), "what happens".padded(storyWidth), "ending".padded(12), "virtual time".padded(20),
        "real time".padded(12), "steps".padded(7), "calls",
    ]

    /// Runs all of them, and says whether each ended as it should.
    func run() async throws -> Bool {
        host.print("\n" + Self.columns.joined())
        var isGood = true
        for (number, journey) in Journey.all.enumerated() {
            let outcome = try await run(journey, key: "journey-\(number + 1)")
            host.print(line(journey, outcome))
            guard outcome.ending != journey.ending else { continue }
            isGood = false
            host.print("    should have ended \(journey.ending): \(outcome.why)")
        }
        return isGood
    }

    private func line(_ journey: Journey, _ outcome: Outcome) -> String {
        [
            journey.flow.padded(24), journey.story.padded(Self.storyWidth), outcome.ending.padded(12),
            outcome.virtual.inWords.padded(20), "\(outcome.real.microseconds / 1000) ms".padded(12),
            "\(outcome.transitions)".padded(7), "\(outcome.calls)",
        ].joined()
    }

    private func run(_ journey: Journey, key: String) async throws -> Outcome {
        if let script = journey.script { try await ask(script) }
        let elapsed = host.monotonicTime
        let (job, start) = try await enqueue(journey, key: key)
        try await play(journey, job, from: start, until: elapsed() + .seconds(60), elapsed)
        let took = elapsed()
        let row = try await database.query(
            Statement(
                """
                select s.status, s.finished_at, lockstep.now() as now, lockstep.why(s.id) as why,
                    (select min(h.at) from lockstep.history h where h.job_id = s.id) as began,
                    (select count(*) from lockstep.history h where h.job_id = s.id) as transitions,
                    (select count(*) from lockstep.provider_calls c where c.job_id = s.id) as calls
                from lockstep.job_status s where s.id = $1::uuid
                """), [.text(job)]
        ).only
        let end = try row["finished_at", as: Timestamp?.self] ?? row["now", as: Timestamp.self]
        // The clock may have jumped while the app's transaction was open: time counts from the job's first step.
        let began = try row["began", as: Timestamp?.self] ?? start
        return Outcome(
            ending: try row["status"], virtual: end - began, real: took, transitions: try row["transitions"],
            calls: try row["calls"], why: try row["why"])
    }

    /// Scripts what happens at a simulated provider.
    private func ask(_ script: Journey.Script) async throws {
        guard let sandbox = world.sandboxes.first(where: { $0.provider == script.provider }),
            let origin = Origin(sandbox.url)
        else { throw CommandFailure("\(script.provider) is not simulated") }
        let request = HTTPRequest(
            .post, "/__sandbox/outcome", headers: ["Content-Type": "application/json"],
            body: Array(script.outcome.utf8))
        let result = await NetworkTransport(connectionsPerHost: 1).send(request, to: origin, timeout: .seconds(10))
        guard case .response(let response) = result, response.status == 200 else {
            throw CommandFailure("the simulated \(sandbox.title) does not take \(script.outcome): \(result)")
        }
    }

    /// The app's transaction: the job, and the customer as a participant of the virtual clock, which then does not run
    /// past what the customer is about to do.
    private func enqueue(_ journey: Journey, key: String) async throws -> (job: String, start: Timestamp) {
        try await database.transaction { session in
            let now = try await session.query(Statement("select lockstep.now() as now")).only["now", as: Timestamp.self]
            try await participate(journey.deeds, from: now, in: session)
            let job = try await session.query(
                Statement("select lockstep.enqueue($1, $2::text, key => $3) as id"),
                [.text(journey.flow), .text(journey.input), .text(key)])
            return (try job.only["id", as: String.self], now)
        }
    }

    /// Plays the customer until the job has ended, and nothing more is to be seen.
    private func play(
        _ journey: Journey, _ job: String, from start: Timestamp, until limit: Duration, _ elapsed: () -> Duration
    ) async throws {
        var open = journey.deeds
        while elapsed() < limit {
            let row = try await database.query(
                Statement(
                    """
                    select s.outcome, s.status, lockstep.now() as now from lockstep.job_status s where s.id = $1::uuid
                    """), [.text(job)]
            ).only
            let now = try row["now", as: Timestamp.self]
            if let deed = open.first, start + deed.after <= now {
                _ = try await database.query(
                    Statement("select lockstep.signal($1::uuid, $2, $3::jsonb, key => 'customer-' || $4)"),
                    [.text(job), .text(deed.signal), .text(deed.payload), .text("\(open.count)")])
                open.removeFirst()
                try await participate(open, from: start, in: database)
                continue
            }
            let status = try row["status", as: String.self]
            let isOver = try row["outcome", as: String?.self] != nil || status == "parked"
            if isOver, now >= start + journey.watchedFor || status == journey.ending { break }
            await host.sleep(.milliseconds(3))
        }
        try await participate([], from: start, in: database)
    }

    private func participate(_ deeds: [Journey.Deed], from start: Timestamp, in session: any QueryRunner) async throws {
        _ = try await session.query(
            Statement("select lockstep.join_clock('the customer', next_due => $1)"),
            [.timestamp(deeds.first.map { start + $0.after })])
    }
}
