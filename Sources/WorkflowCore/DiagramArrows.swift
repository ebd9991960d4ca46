/// The pair of places that an arrow connects; arrows of one way are drawn as one.
struct Way: Hashable {
    let from: String
    let to: String
    let kind: Diagram.Edge.Kind
}

/// One event that moves a job, before arrows of one way are merged.
struct Arrow: Hashable {
    var from: String
    let to: String
    let event: String
    var label: String
    let condition: String?
    let kind: Diagram.Edge.Kind

    var way: Way { Way(from: from, to: to, kind: kind) }

    /// The arrows that leave a state.
    static func all(from row: Matrix.Row) -> [Arrow] {
        var arrows: [Arrow] = []
        for cell in row.cells {
            guard case .move(let target) = cell.effect else { continue }
            // The deadline's own event is drawn with its time, below.
            if let deadline = row.deadline, deadline.event == cell.event, deadline.effect == cell.effect { continue }
            arrows.append(
                Arrow(
                    from: row.state, to: target, event: cell.event, label: cell.label, condition: cell.condition,
                    kind: .event))
        }
        if let deadline = row.deadline, case .move(let target) = deadline.effect {
            arrows.append(
                Arrow(
                    from: row.state, to: target, event: deadline.event, label: "\(deadline.event) \(deadline.time)",
                    condition: nil, kind: .deadline))
        }
        return arrows
    }

    /// The same arrows, where those that fan out alike from several states meet in a fork first.
    static func forking(_ arrows: [Arrow]) -> (arrows: [Arrow], forks: [Diagram.Fork]) {
        var result = arrows
        var forks: [Diagram.Fork] = []
        let fans = Dictionary(grouping: arrows.filter { $0.condition != nil }) { Stem(from: $0.from, event: $0.event) }
        for stem in arrows.map({ Stem(from: $0.from, event: $0.event) }).unique() {
            guard let fan = fans[stem], let branches = Branches(fan), result.contains(fan[0]) else { continue }
            let alike = arrows.map(\.from).unique().filter { from in
                fans[Stem(from: from, event: stem.event)].flatMap(Branches.init) == branches
            }
            // Worth a fork only where it saves arrows.
            guard alike.count * fan.count > alike.count + fan.count else { continue }
            let fork = Diagram.Fork(name: "\(stem.event)_\(forks.count + 1)", event: stem.event)
            forks.append(fork)
            result.removeAll { $0.condition != nil && $0.event == stem.event && alike.contains($0.from) }
            let incoming = alike.map { from in
                Arrow(from: from, to: fork.name, event: stem.event, label: stem.event, condition: nil, kind: .event)
            }
            let outgoing = fan.map { arrow in
                // “completed” on an arrow to `completed` says nothing.
                let label = arrow.condition == arrow.to ? "" : arrow.condition ?? ""
                return Arrow(
                    from: fork.name, to: arrow.to, event: stem.event, label: label, condition: nil, kind: .event)
            }
            result += incoming + outgoing
        }
        return (result, forks)
    }
}

/// One event in one state.
private struct Stem: Hashable {
    let from: String
    let event: String
}

/// Where one event in one state leads, and when.
private struct Branches: Hashable {
    let targets: [String: String]

    init?(_ arrows: [Arrow]) {
        targets = Dictionary(arrows.map { ($0.condition ?? "", $0.to) }) { first, _ in first }
        guard targets.count > 1 else { return nil }
    }
}

/// The way that most jobs take: from the start through the states in their order to the first completed end.
///
/// Pictures draw it straight. It is found by going on to the nearest later state from which that end can be reached.
struct MainWay {
    private var steps: Set<[String]> = []

    init(through nodes: [Diagram.Node], and forks: [Diagram.Fork], along arrows: [Arrow]) {
        let ends = nodes.filter { if case .end = $0.kind { true } else { false } }
        guard let start = nodes.first, let goal = ends.first(where: { $0.kind == .end(.completed) }) ?? ends.first
        else { return }
        let next = Dictionary(grouping: arrows, by: \.from).mapValues { $0.map(\.to) }
        let places = nodes.map(\.name)
        let forkNames = Set(forks.map(\.name))
        var here = start.name
        while here != goal.name, let position = places.firstIndex(of: here) {
            // A fork is not a place to rest: look at what lies behind it.
            let ways = (next[here] ?? []).flatMap { step in
                forkNames.contains(step) ? (next[step] ?? []).map { [here, step, $0] } : [[here, step]]
            }
            let onward = places[(position + 1)...].lazy.filter { place in
                place == goal.name
                    || (!ends.contains { $0.name == place } && Self.reaches(goal.name, from: place, next))
            }
            guard let place = onward.first(where: { place in ways.contains { $0.last == place } }),
                let way = ways.first(where: { $0.last == place })
            else { return }
            for (from, to) in zip(way, way.dropFirst()) { steps.insert([from, to]) }
            here = place
        }
    }

    func contains(_ way: Way) -> Bool { way.kind == .event && steps.contains([way.from, way.to]) }

    private static func reaches(_ goal: String, from start: String, _ next: [String: [String]]) -> Bool {
        reachable(from: start, along: next).contains(goal)
    }
}

/// Every name that can be reached from one, itself included.
func reachable(from start: String, along next: [String: [String]]) -> Set<String> {
    var found: Set<String> = [start]
    var edge = [start]
    while let name = edge.popLast() {
        for step in next[name] ?? [] where found.insert(step).inserted { edge.append(step) }
    }
    return found
}
