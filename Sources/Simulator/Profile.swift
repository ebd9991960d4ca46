import Engine
import SandboxCore
import Time

/// What kind of run a seed gives: how many nodes and jobs, what goes wrong and how often.
///
/// Each kind of fault is left out of many runs, so that some runs have just one kind, and all the more of it.
struct Profile {
    /// How often requests to the store fail, and how.
    struct StoreFaults {
        /// It certainly was not done.
        var refused = 0.0
        /// It was not done, and nobody knows.
        var lost = 0.0
        /// It was done, and the answer is lost.
        var answerLost = 0.0
        /// The answer is lost, and only afterwards it is done.
        var doneLate = 0.0
        /// It takes seconds.
        var slow = 0.0
    }

    /// How often requests to the provider fail on their way, and how.
    struct NetworkFaults {
        /// They never leave.
        var notSent = 0.0
        /// They are lost.
        var lost = 0.0
        /// They arrive, and the answer is lost.
        var answerLost = 0.0
        /// They take longer than anybody waits.
        var slow = 0.0
    }

    /// How often something happens to a node while it does something, for each thing that it does.
    struct NodeFaults {
        var crash = 0.0
        var stop = 0.0
        var drain = 0.0
        /// It goes on, and can't reach the store.
        var cutOff = 0.0
        /// The longest time that a stopped node stands still.
        var longestStop: Duration = .minutes(3)
    }

    var nodes = 1
    var jobs = 1
    var buckets = 1
    var limits = Scheduler.Limits()
    var store = StoreFaults()
    var network = NetworkFaults()
    var node = NodeFaults()
    var provider = FaultRates()
    /// When the database can't be reached at all, and for how long.
    var outages: [(at: Duration, lasts: Duration)] = []
    /// When the provider can't be reached at all, and for how long.
    var providerOutages: [(at: Duration, lasts: Duration)] = []
    /// The share of bells that nobody hears.
    var bellsLost = 0.0
    /// The share of webhooks that can't be stored.
    var webhooksRefused = 0.0
    /// From when on nothing goes wrong any more.
    var calm: Duration = .minutes(20)
    /// In how much time the jobs are enqueued, one after the other; nil: most of them at once, within a minute.
    var arrivals: Duration?

    init(_ setting: Setting, _ dice: inout Dice) {
        switch setting {
        case .drawn: draw(&dice)
        case .everything(let jobs): letEverythingGoWrong(jobs: jobs)
        case .outage(let jobs, let interval): letProvidersGoDown(for: interval, jobs: jobs)
        }
    }

    private mutating func letEverythingGoWrong(jobs: Int) {
        (nodes, buckets, self.jobs) = (3, 4, jobs)
        (calm, arrivals) = (.hours(2), .minutes(40))
        limits.idlePoll = .seconds(30)
        // Nodes that crash while they stand still, are cut off or leave, somewhere every few minutes.
        node = NodeFaults(crash: 0.004, stop: 0.002, drain: 0.002, cutOff: 0.002, longestStop: .minutes(3))
        store = StoreFaults(refused: 0.02, lost: 0.02, answerLost: 0.03, doneLate: 0.02, slow: 0.02)
        network = NetworkFaults(notSent: 0.02, lost: 0.02, answerLost: 0.05, slow: 0.02)
        for fault in RequestFault.allCases { provider.requests[fault] = 0.02 }
        for fault in WebhookFault.allCases { provider.webhooks[fault] = 0.1 }
        (webhooksRefused, bellsLost) = (0.1, 0.2)
        outages = [(.minutes(25), .minutes(2))]
        providerOutages = [(.minutes(45), .minutes(10))]
    }

    private mutating func letProvidersGoDown(for interval: Duration, jobs: Int) {
        (nodes, buckets, self.jobs) = (2, 2, jobs)
        let start = Duration.minutes(30)
        (calm, arrivals) = (start + interval, .hours(1))
        limits.idlePoll = .seconds(30)
        providerOutages = [(start, interval)]
    }

    private mutating func draw(_ dice: inout Dice) {
        nodes = dice.whole(1...3)
        jobs = dice.whole(1...3)
        buckets = dice.pick([1, 1, 2, 5])
        calm = dice.chance(0.1) ? dice.between(.hours(4), .hours(30)) : dice.between(.minutes(2), .minutes(40))
        drawLimits(&dice)
        drawStoreFaults(&dice)
        drawNodeFaults(&dice)
        drawNetworkFaults(&dice)
        drawProviderFaults(&dice)
    }

    private mutating func drawLimits(_ dice: inout Dice) {
        limits.held = dice.whole(1...4)
        limits.claim = dice.whole(1...4)
        limits.commit = dice.whole(1...3)
        limits.commitsUnderWay = dice.whole(1...2)
        limits.callsPerAccount = dice.whole(1...3)
        limits.term = .seconds(dice.pick([20, 60, 60, 120]))
        limits.margin = .seconds(dice.pick([2, 5]))
        limits.breaker.failures = dice.whole(2...5)
        limits.breaker.jobs = dice.whole(1...2)
        limits.holdAfter = dice.pick([.zero, .seconds(2)])
        limits.idlePoll = dice.between(.seconds(20), .minutes(8))
    }

    private mutating func drawStoreFaults(_ dice: inout Dice) {
        if dice.chance(0.5) {
            store.refused = dice.pick([0, 0.02, 0.1])
            store.lost = dice.pick([0, 0.02, 0.1])
            store.answerLost = dice.pick([0, 0.02, 0.1])
            store.doneLate = dice.pick([0, 0, 0.05])
            store.slow = dice.pick([0, 0, 0.02, 0.1])
        }
        guard dice.chance(0.2) else { return }
        for _ in 0..<dice.whole(1...2) {
            outages.append((dice.spread(.seconds(1), calm), dice.spread(.seconds(2), .minutes(4))))
        }
    }

    private mutating func drawNodeFaults(_ dice: inout Dice) {
        if dice.chance(0.5) { node.crash = dice.pick([0.02, 0.05, 0.12]) }
        if dice.chance(0.3) { node.stop = dice.pick([0.02, 0.08]) }
        if dice.chance(0.2) { node.drain = dice.pick([0.02, 0.06]) }
        if dice.chance(0.3) { node.cutOff = dice.pick([0.02, 0.08]) }
        node.longestStop = dice.pick([.seconds(40), .minutes(3), .minutes(10)])
        bellsLost = dice.pick([0, 0.1, 1])
    }

    private mutating func drawNetworkFaults(_ dice: inout Dice) {
        if dice.chance(0.1) {
            providerOutages.append((dice.spread(.seconds(1), .minutes(10)), dice.spread(.seconds(10), .hours(30))))
            calm = max(calm, providerOutages[0].at + providerOutages[0].lasts)
        }
        guard dice.chance(0.5) else { return }
        network.notSent = dice.pick([0, 0.05, 0.2])
        network.lost = dice.pick([0, 0.05, 0.15])
        network.answerLost = dice.pick([0, 0.05, 0.2])
        network.slow = dice.pick([0, 0, 0.05, 0.15])
    }

    private mutating func drawProviderFaults(_ dice: inout Dice) {
        if dice.chance(0.4) {
            for fault in [RequestFault.dropBefore, .dropAfter, .rateLimited, .errorBefore, .errorAfter, .unavailable] {
                provider.requests[fault] = dice.pick([0, 0, 0.05, 0.15])
            }
            provider.requests[.accepted] = dice.pick([0, 0, 0, 0.05])
            provider.requests[.latency] = dice.pick([0, 0, 0.1])
        }
        if dice.chance(0.5) {
            for fault in WebhookFault.allCases { provider.webhooks[fault] = dice.pick([0, 0.1, 0.3]) }
            webhooksRefused = dice.pick([0, 0, 0.3])
        }
    }
}
