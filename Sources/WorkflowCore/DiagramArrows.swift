/// The pair of places that an arrow connects; arrows of one way are drawn as one.
struct Way: Hashable {
    let from: String
    let to: String
    let kind: Diagram.Edge.Kind
}

/// One event that moves a job, before arrows of one way are merged.
struct Arrow: Hashable {
    let from: String
    let to: String
    let event: String
    let label: String
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
                    from: row.state, to: target, event: cell.event, label: cell.shortLabel,
                    condition: cell.shortCondition, kind: .event))
        }
        if let deadline = row.deadline, case .move(let target) = deadline.effect {
            arrows.append(
                Arrow(
                    from: row.state, to: target, event: deadline.event, label: "\(deadline.event) \(deadline.time)",
                    condition: nil, kind: .deadline))
        }
        return arrows
    }

    /// The same arrows, where those that fan out to the same states from several meet in a fork first.
    static func forking(_ arrows: [Arrow]) -> (arrows: [Arrow], forks: [Diagram.Fork]) {
        var result = arrows
        var forks: [Diagram.Fork] = []
        let fans = Dictionary(grouping: arrows.filter { $0.condition != nil }) { Stem(from: $0.from, event: $0.event) }
        for stem in arrows.map({ Stem(from: $0.from, event: $0.event) }).unique() {
            guard let fan = fans[stem], result.contains(fan[0]) else { continue }
            let targets = Set(fan.map(\.to))
            let alike = arrows.map(\.from).unique().filter { from in
                Set(fans[Stem(from: from, event: stem.event)]?.map(\.to) ?? []) == targets
            }
            // Worth a fork only where it saves arrows.
            guard targets.count > 1, alike.count * targets.count > alike.count + targets.count else { continue }
            let fork = Diagram.Fork(name: "\(stem.event)_\(forks.count + 1)", event: stem.event)
            forks.append(fork)
            let joined = result.filter { $0.condition != nil && $0.event == stem.event && alike.contains($0.from) }
            result.removeAll { joined.contains($0) }
            result += alike.map { from in
                Arrow(from: from, to: fork.name, event: stem.event, label: stem.event, condition: nil, kind: .event)
            }
            result += fan.map(\.to).unique().map { target in
                let conditions = joined.filter { $0.to == target }.compactMap(\.condition)
                return branch(from: fork, to: target, under: conditions)
            }
        }
        return (result, forks)
    }

    /// A fork's branch under what is common to the states that it was drawn for: the shortest of their conditions.
    private static func branch(from fork: Diagram.Fork, to target: String, under conditions: [String]) -> Arrow {
        let shortest = conditions.filter { $0 != "…" }.min { $0.count < $1.count } ?? ""
        // “completed” on an arrow to `completed` says nothing.
        let label = shortest == target ? "" : shortest
        return Arrow(from: fork.name, to: target, event: fork.event, label: label, condition: nil, kind: .event)
    }

    /// Arrows to draw, and those to write into the state that they leave: where one event leads from many states to
    /// one place, lines would hide all others.
    static func writing(_ arrows: [Arrow], except main: MainWay) -> (drawn: [Arrow], written: [Arrow]) {
        let bundles = Dictionary(grouping: arrows) { [$0.label, $0.to] }
        func isWritten(_ arrow: Arrow) -> Bool {
            (bundles[[arrow.label, arrow.to]]?.count ?? 0) >= 4 && arrow.kind == .event && !main.contains(arrow.way)
        }
        return (arrows.filter { !isWritten($0) }, arrows.filter(isWritten))
    }
}

/// One event in one state.
private struct Stem: Hashable {
    let from: String
    let event: String
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
