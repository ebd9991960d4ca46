import Crypto
import Engine
import HTTPClient
import HTTPTypes
import LockstepTesting
import SandboxCore
import Time
import Webhooks
import WorkflowCore

/// All that a run consists of, and its one loop: take the next event, move the clock there, let it happen.
final class World {
    /// What can happen.
    enum Event {
        /// A node says that it is alive, and hears who else is.
        case nodeBeats(Int)
        /// A node looks at what it was told, and at the time.
        case nodeRuns(Int)
        /// A message reaches a node.
        case nodeHears(Int, Scheduler.Happening)
        /// A node is gone, with all that it has under way.
        case nodeCrashes(Int)
        /// A node stands still for so long (SIGSTOP).
        case nodeStops(Int, Duration)
        /// The others may hear that a node takes no new jobs.
        case nodeLeaves
        /// A node is asked to finish.
        case nodeDrains(Int)
        /// A node can't reach the store for a while.
        case nodeIsCutOff(Int, Duration)
        /// A new node takes up work.
        case nodeStarts
        /// A request of a node reaches the store, and this becomes of it.
        case storeHears(node: Int, Scheduler.Action, StoreFate)
        /// A call ends with its node.
        case callIsBuried(Int)
        /// A call begins.
        case callStarts(Int)
        /// One request of a call reaches the provider; `expires` is when nobody waits for the answer any more.
        case requestArrives(call: Int, leg: Int, HTTPRequest, at: Int, expires: Timestamp, answerIsLost: Bool)
        /// One request of a call is answered.
        case legEnds(call: Int, leg: Int, TransportResult)
        /// A sandbox's timers are due.
        case sandboxIsDue(Int)
        /// A webhook of a sandbox reaches us.
        case webhookArrives(WebhookDelivery, from: Int)
        /// Its answer reaches the sandbox.
        case webhookAnswered(WebhookDelivery.ID, from: Int, status: Int?)
        /// An app enqueues, or looks at its job, or wants something of it.
        case app(AppStep)
        /// An operator looks after parked and paused jobs.
        case operatorLooks
        /// The database can't be reached for a while.
        case databaseGoesDown(for: Duration)
        /// No provider can be reached for a while.
        case providersGoDown(for: Duration)
        /// From here on nothing goes wrong any more.
        case calmBegins
        /// The providers' support looks after what doesn't move.
        case supportHelps
    }

    let start = Timestamp(seconds: 1_772_366_400)  // 2026-03-01T12:00:00Z
    let seed: UInt64
    let clock: VirtualClock
    var profile: Profile
    var database: Database
    var rail: any Rail
    /// The providers, by their numbers from 0.
    var sites: [Site]
    let registry: Registry
    let rendezvous = Rendezvous()
    let setting: Setting
    let defect: Defect?
    /// The handlers that no call is using.
    var idleHandlers: [ActivityHandlers] = []
    let endpoint: WebhookEndpoint

    var events = EventQueue<Event>()
    var order: Dice
    var people: Dice
    var faults: Dice
    var latency: Dice

    var nodes: [Int: Node] = [:]
    var lastNode = 0
    /// When nodes vanished without a word.
    var vanishedAt: [Int: Timestamp] = [:]
    var calls: [Int: Call] = [:]
    var lastCall = 0
    var jobs: [JobID] = []
    var toEnqueue = 0
    var bells: Set<Int> = []
    var isCalm = false
    var downUntil: Timestamp?
    var providersDownUntil: Timestamp?
    var steps = 0
    var watch: Watch
    var trace: Trace

    init(_ run: SeededRun, isTraced: Bool) throws {
        seed = run.seed
        var dice = Dice(seed: seed)
        var profile = Profile(run.setting, &dice)
        if run.defect == .breakersThatNeverOpen { profile.limits.breaker.failures = .max }
        self.profile = profile
        rail = try run.rail.make(&dice, isPlain: run.setting.isPlain)
        (setting, defect) = (run.setting, run.defect)
        (order, people, faults, latency) = (dice.split(), dice.split(), dice.split(), dice.split())
        clock = VirtualClock(at: start)
        database = Database(clock: clock, buckets: profile.buckets, defect: run.defect, dice: dice.split())
        registry = Registry(
            try rail.flows.map { flow throws in try RegisteredWorkflow(flow) }, coding: JSONCoding(sensitive: .hidden))
        sites = try rail.sites(&dice)
        for number in sites.indices {
            let seed = dice.number()
            guard profile.provider != FaultRates() else { continue }
            sites[number].sandbox.faults = .random(seed: seed, rates: profile.provider)
        }
        endpoint = WebhookEndpoint(sources: rail.sources, inbox: database.inbox, clock: clock, log: { _ in })
        watch = Watch(rail, isPlain: setting.isPlain, start: start, unwatched: run.unwatched)
        trace = Trace(isKept: isTraced)
    }

    var now: Timestamp { clock.now() }

    /// The latest instant of a run, after the calm has begun.
    private var end: Timestamp { start + profile.calm + rail.patience }

    func play() async -> RunReport {
        prepare()
        while watch.violation == nil, !isOver, let (at, event) = events.next() {
            if at > end { break }
            clock.advance(to: at)
            steps += 1
            if steps > 4_000_000 {
                watch.broken(.everyJobEnds, nil, "the run does not come to rest after \(steps) steps", at: now)
                break
            }
            await happen(event)
        }
        await buryCalls()
        if watch.violation == nil { checkEnd() }
        return report()
    }

    /// Whether all jobs are over and nothing is under way.
    private var isOver: Bool {
        guard isCalm, watch.unfinished == 0, watch.lookedAt.isEmpty, toEnqueue == 0, calls.isEmpty else { return false }
        return nodes.values.allSatisfy { $0.scheduler.isIdle && $0.mailbox.isEmpty && $0.underWay == 0 }
    }

    private func prepare() {
        for _ in 0..<profile.nodes { schedule(.nodeStarts, after: order.between(.zero, .seconds(2))) }
        for number in 1...profile.jobs { prepareJob(number) }
        for outage in profile.outages { schedule(.databaseGoesDown(for: outage.lasts), after: outage.at) }
        for outage in profile.providerOutages {
            schedule(.providersGoDown(for: outage.lasts), after: outage.at)
        }
        schedule(.operatorLooks, after: people.between(.minutes(5), .hours(1)))
        schedule(.calmBegins, after: profile.calm)
    }

    /// Lets something happen after an interval.
    func schedule(_ event: Event, after interval: Duration) {
        events.add(event, at: now + max(interval, .zero), tie: order.number())
    }

    private func happen(_ event: Event) async {
        switch event {
        case .nodeBeats(let number): beat(number)
        case .nodeRuns(let number): run(number)
        case .nodeHears(let number, let happening): hear(number, happening)
        case .nodeCrashes(let number): await crash(number)
        case .nodeStops(let number, let interval): stop(number, for: interval)
        case .nodeDrains(let number): drain(number)
        case .nodeIsCutOff(let number, let interval): cutOff(number, for: interval)
        case .nodeLeaves: nodesChanged()
        case .nodeStarts: startNode()
        case .storeHears(let number, let action, let fate): store(hears: action, from: number, fate)
        case .callIsBuried(let id): await bury(id)
        case .callStarts(let id): await start(call: id)
        case .requestArrives(let id, let leg, let request, let site, let expires, let isLost):
            arrive(request, at: site, of: id, leg: leg, expires: expires, answerIsLost: isLost)
        case .legEnds(let id, let leg, let result): await end(leg, of: id, result)
        case .sandboxIsDue(let site): sandboxIsDue(site)
        case .webhookArrives(let delivery, let site): await webhookArrives(delivery, from: site)
        case .webhookAnswered(let id, let site, let status):
            sites[site].sandbox.delivered(id, status: status, at: now)
            sandboxMoved(site)
        case .app(let step): app(step)
        case .operatorLooks: operatorLooks()
        case .databaseGoesDown(let interval): goDown(for: interval)
        case .providersGoDown(let interval):
            providersDownUntil = now + interval
            for site in sites { note(site.name, "is down", nil, "for \(interval.inWords)") }
        case .calmBegins: beginCalm()
        case .supportHelps:
            carryOut(rail.support, about: nil)
            // What people do in the calm may get stuck as well.
            if rail.looksInTheCalm { schedule(.supportHelps, after: .hours(24)) }
        }
    }

    private func beginCalm() {
        guard !isCalm else { return }
        isCalm = true
        noteCalm()
        downUntil = nil
        providersDownUntil = nil
        for number in sites.indices { sites[number].sandbox.faults = Faults() }
        for number in nodes.keys.sorted() {
            nodes[number]?.stoppedUntil = nil
            nodes[number]?.cutOffUntil = nil
            schedule(.nodeRuns(number), after: .zero)
            schedule(.nodeBeats(number), after: .zero)
        }
        if nodes.values.allSatisfy(\.scheduler.isDraining) { schedule(.nodeStarts, after: .zero) }
        schedule(.supportHelps, after: .hours(5))
        note("world", "calm", nil, "nothing goes wrong from here on")
    }

    private func noteCalm() {
        let closed = database.memory.readAccountsNow().filter { $0.breaker == .closed }.count
        watch.count("breakers open at the calm", database.memory.readAccountsNow().count - closed)
        watch.count("unfinished at the calm", watch.unfinished)
    }

    func note(_ who: String, _ what: String, _ job: JobID?, _ details: @autoclosure () -> String) {
        guard trace.isKept else { return }
        let number = job.flatMap { jobs.firstIndex(of: $0) }.map { $0 + 1 }
        trace.note(now, since: start, who, what, job: number, details())
    }

    private func report() -> RunReport {
        var text = ""
        for id in jobs {
            for row in database.memory[id]?.history ?? [] {
                text += "\(id) \(row.seq) \(row.at) \(row.from ?? "-") \(row.event) \(row.to ?? "-") \(row.actor) "
                text += "\(row.attempt.map(String.init) ?? "-") \(row.detail)\n"
            }
        }
        return RunReport(
            seed: seed, violation: watch.violation, historyHash: Hex.encode(SHA256.digest(Array(text.utf8))),
            trace: trace.lines, endings: jobs.map { database.memory[$0]?.row.state ?? "queued" },
            outcomes: jobs.map { database.memory[$0]?.row.status.rawValue ?? "lost" },
            counts: watch.counts, lasted: now - start)
    }
}
