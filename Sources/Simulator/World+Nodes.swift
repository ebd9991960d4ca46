import Engine
import LockstepTesting
import Time
import WorkflowCore

/// A daemon in a run: its scheduler, and what it was told and has not looked at.
struct Node {
    var scheduler: Scheduler
    var mailbox: [Scheduler.Happening] = []
    var isRunScheduled = false
    var alarmAt: Timestamp?
    var stoppedUntil: Timestamp?
    var cutOffUntil: Timestamp?
    /// Since when it can't say that it is alive.
    var silentSince: Timestamp?
    /// The buckets that it claims from.
    var share: Set<Int> = []
    /// Requests to the store that were not answered yet.
    var underWay = 0
}

/// Nodes come, work, stand still, and vanish.
extension World {
    /// A new id with each start, so that a restarted daemon can't be taken for its dead self.
    static func id(of number: Int) -> NodeID { NodeID("00000000-0000-4000-8000-\(100_000_000_000 + number)") }

    static func name(of number: Int) -> String { "node \(number)" }

    func startNode() {
        let running = nodes.values.filter { !$0.scheduler.isDraining }.count
        guard running < profile.nodes else { return }
        lastNode += 1
        nodes[lastNode] = Node(
            scheduler: Scheduler(
                node: Self.id(of: lastNode), registry: registry, buckets: [], limits: profile.limits))
        note(Self.name(of: lastNode), "starts", nil, "")
        run(lastNode)
        beat(lastNode)
        nodesChanged()
    }

    /// Leaves a message for a node; it looks at all that came in a few milliseconds at once.
    func hear(_ number: Int, _ happening: Scheduler.Happening) {
        guard nodes[number] != nil else { return }
        switch happening {
        case .tick, .bell, .answered, .share, .drain, .giveBack: break
        case .bellSet, .claimed, .claimFailed, .committed, .commitFailed, .found, .findFailed, .renewed, .renewFailed,
            .givenBack, .giveBackFailed, .accounts, .accountsFailed, .changed, .changeFailed, .released,
            .releaseFailed, .permits, .permitsFailed:
            nodes[number]?.underWay -= 1
        }
        nodes[number]?.mailbox.append(happening)
        guard nodes[number]?.isRunScheduled == false else { return }
        nodes[number]?.isRunScheduled = true
        schedule(.nodeRuns(number), after: latency.between(.zero, .milliseconds(5)))
    }

    func run(_ number: Int) {
        guard var node = nodes[number] else { return }
        if let until = node.stoppedUntil {
            guard until <= now else { return schedule(.nodeRuns(number), after: until - now) }
            node.stoppedUntil = nil
        }
        let happenings = node.mailbox
        node.mailbox = []
        node.isRunScheduled = false
        let actions = node.scheduler.handle(happenings.isEmpty ? [.tick] : happenings, at: now)
        let wake = max(node.scheduler.wakeAt(after: now), now + .milliseconds(1))
        if node.alarmAt.map({ $0 <= now || $0 > wake }) ?? true {
            node.alarmAt = wake
            schedule(.nodeRuns(number), after: wake - now)
        }
        nodes[number] = node
        for action in actions { interpret(action, of: number) }
        guard node.scheduler.isDraining, node.scheduler.isIdle else { return }
        nodes[number] = nil
        bells.remove(number)
        note(Self.name(of: number), "drained", nil, "")
        nodesChanged()
        // The process ends, with whatever it still waited for.
        for id in calls.keys.sorted() where calls[id]?.node == number { schedule(.callIsBuried(id), after: .zero) }
        schedule(.nodeStarts, after: faults.spread(.milliseconds(100), .minutes(1)))
    }

    private func interpret(_ action: Scheduler.Action, of number: Int) {
        switch action {
        case .perform(let invocation):
            trouble(number)
            handOut(invocation, by: number)
        case .permit(let lease, let instant):
            for call in calls.values where call.node == number && call.lease == lease {
                call.permit.last(until: instant)
            }
        case .note(let line):
            watch.count(line.contains("breaker opened") ? "breakers opened" : "notes")
            note(Self.name(of: number), "says", nil, line)
        case .claim, .commit, .find, .renew, .release, .setBell, .readAccounts, .change, .releaseHeld, .takePermits:
            if case .commit = action { trouble(number) }
            nodes[number]?.underWay += 1
            let fate = drawFate()
            let isSlow = !isCalm && faults.chance(profile.store.slow)
            let interval: Duration =
                isSlow ? latency.spread(.seconds(1), .minutes(2)) : latency.between(.milliseconds(1), .milliseconds(30))
            schedule(.storeHears(node: number, action, fate), after: interval)
        }
    }

    /// Something may happen to a node while it calls or commits: at once, or a little later.
    private func trouble(_ number: Int) {
        guard !isCalm else { return }
        let soon = faults.chance(0.5) ? Duration.zero : faults.spread(.milliseconds(1), .seconds(20))
        if faults.chance(profile.node.crash) { schedule(.nodeCrashes(number), after: soon) }
        if faults.chance(profile.node.stop) {
            schedule(.nodeStops(number, faults.spread(.seconds(1), profile.node.longestStop)), after: soon)
        }
        if faults.chance(profile.node.cutOff) {
            schedule(.nodeIsCutOff(number, faults.spread(.seconds(5), .minutes(4))), after: soon)
        }
        if faults.chance(profile.node.drain) { schedule(.nodeDrains(number), after: soon) }
    }

    func crash(_ number: Int) async {
        guard nodes[number] != nil, !isCalm else { return }
        nodes[number] = nil
        bells.remove(number)
        vanishedAt[number] = now
        nodeFellSilent(number)
        watch.count("crashes")
        note(Self.name(of: number), "crashes", nil, "")
        for id in calls.keys.sorted() where calls[id]?.node == number { await bury(id) }
        schedule(.nodeStarts, after: faults.spread(.milliseconds(100), .minutes(2)))
    }

    func stop(_ number: Int, for interval: Duration) {
        guard nodes[number] != nil, !isCalm else { return }
        nodes[number]?.stoppedUntil = now + interval
        fallSilent(number)
        watch.count("stops")
        note(Self.name(of: number), "stops", nil, "for \(interval.inWords)")
    }

    private func fallSilent(_ number: Int) {
        if nodes[number]?.silentSince == nil { nodes[number]?.silentSince = now }
        nodeFellSilent(number)
        schedule(.nodeBeats(number), after: .seconds(1))
    }

    func cutOff(_ number: Int, for interval: Duration) {
        guard nodes[number] != nil, !isCalm else { return }
        nodes[number]?.cutOffUntil = now + interval
        fallSilent(number)
        watch.count("nodes cut off")
        note(Self.name(of: number), "cut off", nil, "from the store for \(interval.inWords)")
    }

    func drain(_ number: Int) {
        guard let node = nodes[number], !node.scheduler.isDraining, !isCalm else { return }
        watch.count("drains")
        note(Self.name(of: number), "drains", nil, "")
        hear(number, .drain)
        schedule(.nodeLeaves, after: latency.between(.milliseconds(1), .milliseconds(50)))
        if faults.chance(0.5) {
            watch.count("gives back")
            schedule(.nodeHears(number, .giveBack), after: faults.spread(.milliseconds(1), .seconds(30)))
        }
    }
}
