import Engine
import LockstepTesting
import Time

/// How the nodes of a run learn of each other, and share the buckets out.
///
/// A heartbeat a second for each node and days of virtual time would be all that a run does. So what heartbeats would
/// bring is worked out from when each node was silent: after anything that changes who is alive, each node hears of it
/// with its next heartbeat.
extension World {
    /// How long a node may be silent before the others count it as dead.
    static let silence = Duration.seconds(5)
    private static let beat = Duration.seconds(1)

    /// Somebody came, or went and said so: the others hear of it within a heartbeat.
    func nodesChanged() {
        for number in nodes.keys.sorted() { schedule(.nodeBeats(number), after: order.between(.zero, Self.beat)) }
    }

    /// Somebody fell silent: the others hear of it when he counts as dead.
    func nodeFellSilent(_ number: Int) {
        for other in nodes.keys.sorted() where other != number {
            schedule(.nodeBeats(other), after: Self.silence + order.between(.zero, Self.beat))
        }
    }

    /// Whether the database counts a node as alive.
    private func isSeen(_ number: Int) -> Bool {
        if let vanished = vanishedAt[number] { return now - vanished < Self.silence }
        guard let node = nodes[number], !node.scheduler.isDraining else { return false }
        return node.silentSince.map { now - $0 < Self.silence } ?? true
    }

    /// A node says that it is alive, and hears who else is.
    func beat(_ number: Int) {
        guard let node = nodes[number], !node.scheduler.isDraining else { return }
        // It fails, or nobody is there to say it; the node keeps what it has until it works again.
        let silentUntil = [downUntil, node.cutOffUntil, node.stoppedUntil].compactMap(\.self).max() ?? now
        if silentUntil > now {
            return schedule(.nodeBeats(number), after: silentUntil - now + order.between(.zero, Self.beat))
        }
        if nodes[number]?.silentSince != nil {
            nodes[number]?.silentSince = nil
            nodesChanged()
        }
        let alive = Set(nodes.keys).union(vanishedAt.keys).filter { isSeen($0) }.sorted()
        let share = BucketShare.buckets(
            of: Self.id(of: number), among: alive.map { Self.id(of: $0) }, count: database.memory.buckets)
        guard share != node.share else { return }
        nodes[number]?.share = share
        watch.count("shares")
        note(Self.name(of: number), "shares", nil, "\(share.sorted()) among \(alive.count)")
        hear(number, .share(share))
    }
}
