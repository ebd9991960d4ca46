import Foundation
import Postgres
import PrivateCluster
import SandboxCore

/// Two daemons under load on a real clock, while one thing is broken again and again.
final class SoakRun {
    /// What is broken again and again.
    enum Disturbance: Sendable {
        /// One of the daemons is killed (SIGKILL), and started again a second later.
        case kills
        /// PostgreSQL is restarted, in turns as asked and as after a crash.
        case restarts
    }

    struct Options {
        var disturbance: Disturbance
        var jobs: Int
        /// How long things are broken, in seconds; as long as jobs keep coming.
        var seconds: Int
        /// From one time to the next, in seconds.
        var every: Int
        var seed: UInt64 = 1
        /// A share of their real time that the provider's steps take.
        var faster = 2000
        var showsTimeLine = true
    }

    /// Something was broken.
    struct Event {
        let at: Date
        let what: String
        var orphans = 0
        /// When the last job that the dead daemon owned had another owner, or none, in seconds after it.
        var takenOverAfter: Double?
    }

    /// Seconds that a lease lasts: as short as a configuration may make it.
    static let lease = 10

    let options: Options
    private let cluster: PrivateCluster
    private let lockstep: Installation
    private var daemons: [Running] = []
    private var dice: SplitMix64
    private var asked: [String: Set<String>] = [:]
    private(set) var events: [Event] = []
    private(set) var violations: [String] = []
    private var start = Date()
    /// Daemons that were killed, each with its event, until nobody waits for its leases any more.
    private var killed: [(event: Int, number: Int, node: String)] = []

    init(_ options: Options, on cluster: PrivateCluster) async throws {
        self.options = options
        self.cluster = cluster
        dice = SplitMix64(seed: options.seed)
        let name = "soak_\(UUID().uuidString.prefix(8))"
        try await cluster.createDatabase(name, template: "template0")
        lockstep = try await Installation(
            buckets: 16, clock: "real", on: cluster.connectionString(database: name),
            engine: "lease_seconds: \(Self.lease), grace_seconds: 5",
            sandbox: ["--faster", "\(options.faster)"])
    }

    /// Runs it to its end, and prints what happened.
    func run() async throws {
        for number in 0..<2 { daemons.append(try await daemon(number)) }
        try await enqueue()
        for second in stride(from: options.every, to: options.seconds, by: options.every) {
            try await attend(until: Double(second))
            switch options.disturbance {
            case .kills: try await killOne()
            case .restarts: try restart(immediately: events.count % 2 == 1)
            }
        }
        try await attend(until: Double(options.seconds))
        try await finish()
        let facts = try await Facts.read(lockstep, asked: asked)
        violations += Checker.check(facts)
        let line = try await TimeLine.read(lockstep, since: start)
        if options.showsTimeLine { line.show(events, since: start) }
        report(line, facts)
        await lockstep.end(daemons)
    }

    /// How long it took until throughput was back after each disturbance, in seconds; nil: it never was.
    private(set) var recoveries: [Double?] = []

    private func daemon(_ number: Int) async throws -> Running {
        try await lockstep.daemon("daemon-\(number)", beside: number > 0)
    }

    /// Payouts of a few kinds, which become due evenly over the whole time.
    private func enqueue() async throws {
        // They are all there before the first is due.
        start = Date(timeIntervalSinceNow: 2 + Double(options.jobs) / 1000)
        let kinds = ["00", "00", "00", "00", "00", "00", "06", "07", "01", "03"]
        let order = Installation.order(amount: "AMOUNT", accept: "auto", confirm: "auto")
        let gap = Double(options.seconds) / Double(options.jobs)
        _ = try await lockstep.patiently(
            """
            select count(lockstep.enqueue(
                'dfns_payout', replace($1, 'AMOUNT', '1000000' || ($2::text[])[n % 10 + 1]), key => 'payout-' || n,
                run_at => to_timestamp($3::float8 + n * $4::float8)))
            from generate_series(1, $5::int) as n
            """, .text(order), .texts(kinds), .text("\(start.timeIntervalSince1970)"), .text("\(gap)"),
            .int(options.jobs))
        start = max(start, Date())
        for number in 1...options.jobs {
            let digits = kinds[number % 10]
            asked["payout-\(number)"] = FaultPlan.endings.first { $0.digits == digits }?.endings
        }
    }

    /// Lets time pass, starts again what was killed a second ago, and notes when the dead own nothing any more.
    private func attend(until second: Double) async throws {
        while -start.timeIntervalSinceNow < second || !killed.isEmpty {
            for (place, dead) in killed.enumerated().reversed() {
                let age = -events[dead.event].at.timeIntervalSinceNow
                if age > 1, !daemons[dead.number].isRunning { daemons[dead.number] = try await daemon(dead.number) }
                let isOver = try await owned(by: dead.node) == 0
                if isOver, events[dead.event].takenOverAfter == nil { events[dead.event].takenOverAfter = age }
                if (isOver && age > 1.5) || age > 60 { killed.remove(at: place) }
            }
            // Those who are left are looked after while the next one is killed.
            let isDue = -start.timeIntervalSinceNow >= second && second < Double(options.seconds)
            if isDue, daemons.allSatisfy(\.isRunning) { return }
            pass(milliseconds: 50)
        }
    }

    // MARK: - What is broken

    private func killOne() async throws {
        let number = dice.below(2)
        let node: String = try await lockstep.patiently(
            "select id from lockstep.node where name = 'daemon-\(number)' order by started_at desc limit 1"
        ).only["id"]
        if !daemons[number].isRunning {
            violations.append("daemon \(number) ended by itself: \(daemons[number].output.suffix(500))")
        }
        daemons[number].kill()
        var event = Event(at: Date(), what: "kill -9 daemon-\(number)")
        event.orphans = try await owned(by: node)
        killed.append((events.count, number, node))
        events.append(event)
    }

    private func owned(by node: String) async throws -> Int {
        try await lockstep.patiently(
            "select count(*) as jobs from lockstep.job_state where leased_by = $1::uuid", .text(node)
        ).only["jobs"]
    }

    private func restart(immediately: Bool) throws {
        events.append(Event(at: Date(), what: "PostgreSQL restarted, \(immediately ? "immediate" : "fast")"))
        try cluster.restart(immediately: immediately)
    }

    // MARK: - The end

    /// Waits until all have ended. What was under way at the last disturbance has its lease and its settle time to wait.
    private func finish() async throws {
        try await awaitQuiet()
        // The first one is where webhooks are posted: what came as it ended is for the other one's sweep.
        for (number, daemon) in daemons.enumerated() {
            if daemon.stop(within: .seconds(30)) != 0 {
                violations.append("daemon \(number) did not drain: \(daemon.output.suffix(500))")
            }
            if number == 0 { try await awaitQuiet() }
        }
    }

    /// Waits until no job, no webhook that belongs to one, and no signal is left.
    private func awaitQuiet() async throws {
        let limit = Date(timeIntervalSinceNow: 600)
        while Date() < limit {
            let left: Int = try await lockstep.patiently(
                """
                select (select count(*) from lockstep.job_state where finished_at is null)
                    + (select count(*) from lockstep.matching_webhooks)
                    + (select count(*) from lockstep.signal where handled_at is null) as left
                """
            ).only["left"]
            if left == 0 { return }
            pass(milliseconds: 500)
        }
    }

    private func report(_ line: TimeLine, _ facts: Facts) {
        let level = line.level(upTo: Double(options.seconds))
        for (index, event) in events.enumerated() {
            let next = index + 1 < events.count ? events[index + 1].at.timeIntervalSince(start) : line.end
            let back = line.back(after: event.at.timeIntervalSince(start), before: next, level: level)
            recoveries.append(back)
            let jobs = event.takenOverAfter.map { "; its \(event.orphans) jobs taken over within \(text($0)) s" }
            print(
                "\(text(event.at.timeIntervalSince(start))) s: \(event.what); throughput back after "
                    + "\(back.map { "\(text($0)) s" } ?? "more time than there was")\(jobs ?? "")")
        }
        let ended = facts.jobs.count { $0.isFinished }
        print(
            "\(options.jobs) jobs, \(facts.history.count) transitions, \(facts.effects.count) effects at the provider; "
                + "\(ended) ended, the last after \(text(line.end)) s; level \(Int(level)) transitions/s")
        print("checkers: \(violations.isEmpty ? "nothing is wrong" : "\(violations.count) promises are broken")")
    }
}

/// Transitions in each quarter of a second, from the history itself.
struct TimeLine {
    private let quarters: [Int]

    /// When the last transition was made, in seconds after the start.
    var end: Double { Double(quarters.count) / 4 }

    static func read(_ lockstep: Installation, since start: Date) async throws -> TimeLine {
        let rows = try await lockstep.patiently(
            """
            select greatest(0, floor((extract(epoch from at) - $1::float8) * 4))::int as quarter, count(*) as number
            from lockstep.history_entry group by 1
            """, .text("\(start.timeIntervalSince1970)"))
        var quarters: [Int: Int] = [:]
        for row in rows { quarters[try row["quarter"]] = try row["number"] }
        return TimeLine(quarters: (0...(quarters.keys.max() ?? 0)).map { quarters[$0] ?? 0 })
    }

    init(quarters: [Int]) { self.quarters = quarters }

    /// The median of the seconds while jobs keep coming, but for the first five, in transitions per second.
    func level(upTo end: Double) -> Double {
        let seconds = (5..<max(6, Int(end))).map { rate(from: $0 * 4) }.sorted()
        return seconds[seconds.count / 2]
    }

    /// After how many seconds a whole second begins in which at least 0.8 of the level is reached; nil: never.
    func back(after instant: Double, before next: Double, level: Double) -> Double? {
        let first = Int((instant * 4).rounded(.up))
        guard first < Int(next * 4) else { return nil }
        return (first..<Int(next * 4)).first { rate(from: $0) >= 0.8 * level }.map { Double($0) / 4 - instant }
    }

    /// Transitions in the second that begins with this quarter.
    private func rate(from quarter: Int) -> Double {
        Double(quarters.dropFirst(quarter).prefix(4).reduce(0, +))
    }

    /// A line for each second, with what was broken in it.
    func show(_ events: [SoakRun.Event], since start: Date) {
        for second in 0...Int(end) {
            let broken = events.filter { Int($0.at.timeIntervalSince(start)) == second }.map(\.what)
            let rate = Int(rate(from: second * 4))
            print(String(format: "%4d s %6d transitions  ", second, rate) + broken.joined(separator: "; "))
        }
    }
}

private func text(_ seconds: Double) -> String { String(format: "%.1f", seconds) }
