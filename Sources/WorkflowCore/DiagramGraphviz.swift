extension Diagram {
    /// The picture as Graphviz DOT, from which the committed SVG is laid out.
    ///
    /// Ends that can't be left stand in one row at the bottom, coloured by outcome. The main way is drawn straight
    /// down, deadlines are dashed.
    public var graphviz: String {
        var lines = [
            "digraph \(quoted(flow)) {",
            "    graph [rankdir=TB, nodesep=0.35, ranksep=0.5, pad=0.3, bgcolor=white, fontname=\"Helvetica\",",
            "        labelloc=t, fontsize=16, fontcolor=\"\(Style.ink)\", label=\"\(flow), version \(version)\"]",
            "    node [fontname=\"Helvetica\", fontsize=13, fontcolor=\"\(Style.ink)\", penwidth=1.2,",
            "        margin=\"0.16,0.09\"]",
            "    edge [fontname=\"Helvetica\", fontsize=10, fontcolor=\"#3e4c59\", color=\"\(Style.line)\",",
            "        arrowsize=0.7]",
            "    start [shape=circle, style=filled, fillcolor=\"\(Style.ink)\", label=\"\", width=0.16,",
            "        fixedsize=true]",
        ]
        lines += inOrderOfLife.map { "    \(quoted($0.name)) [\(attributes(of: $0))]" }
        lines += forks.map {
            "    \(quoted($0.name)) [shape=diamond, style=filled, fillcolor=\"#cbd2d9\", color=\"\(Style.line)\", "
                + "label=\"\", width=0.22, height=0.22, fixedsize=true\(group(of: $0.name))]"
        }
        // An end that can be left stands above the row of ends.
        let left = Set(edges.map(\.from))
        let ends = nodes.filter { $0.isEnd && !left.contains($0.name) }.map { quoted($0.name) }
        if !ends.isEmpty { lines.append("    { rank=sink; \(ends.joined(separator: "; ")) }") }
        lines += nodes.filter(\.isStart).map { "    start -> \(quoted($0.name)) [weight=20]" }
        lines += edges.map { "    \(quoted($0.from)) -> \(quoted($0.to)) [\(attributes(of: $0))]" }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    /// The states of the main way, each other one behind the last of those that lead to it, and the ends: Graphviz
    /// begins with the order in which it meets them, and finds a narrower picture from this one.
    private var inOrderOfLife: [Node] {
        let main = Set(edges.filter(\.isMain).flatMap { [$0.from, $0.to] })
        var order = nodes.filter { !$0.isEnd && ($0.isStart || main.contains($0.name)) }
        var rest = nodes.filter { node in !node.isEnd && !order.contains(node) }
        while !rest.isEmpty {
            let next = rest.firstIndex { leadsTo($0, from: order) != nil } ?? 0
            let node = rest.remove(at: next)
            order.insert(node, at: leadsTo(node, from: order).map { $0 + 1 } ?? order.count)
        }
        return order + nodes.filter(\.isEnd)
    }

    private func leadsTo(_ node: Node, from order: [Node]) -> Int? {
        order.lastIndex { before in edges.contains { $0.from == before.name && $0.to == node.name } }
    }

    private func attributes(of node: Node) -> String {
        let style = Style.of(node.kind)
        let notes = node.notes.map { "<br/><font point-size=\"10\" color=\"#52606d\">\(markup($0))</font>" }
        let label = "<<b>\(markup(node.name))</b>\(notes.joined())>"
        let shape =
            switch node.kind {
            case .perform: "shape=box, style=\"rounded,filled\""
            case .poll: "shape=box, style=\"rounded,filled\", peripheries=2"
            case .wait: "shape=box, style=\"rounded,filled,dashed\""
            case .run: "shape=component, style=filled"
            case .end: "shape=box, style=filled, penwidth=2"
            }
        return "\(shape), fillcolor=\"\(style.fill)\", color=\"\(style.stroke)\"\(group(of: node.name)), label=\(label)"
    }

    /// What lies on the main way is kept in one column.
    private func group(of name: String) -> String {
        edges.contains { $0.isMain && ($0.from == name || $0.to == name) } ? ", group=main" : ""
    }

    private func attributes(of edge: Edge) -> String {
        var attributes: [String] = []
        if !edge.labels.isEmpty {
            // The spaces keep the text off the line.
            attributes.append("label=\"\(edge.labels.map { " \(escaped($0)) " }.joined(separator: "\\l"))\\l\"")
        }
        if edge.kind == .deadline { attributes.append("style=dashed") }
        if edge.isMain { attributes.append("weight=10, penwidth=2, color=\"\(Style.ink)\"") }
        return attributes.joined(separator: ", ")
    }

    private func quoted(_ name: String) -> String { "\"\(escaped(name))\"" }

    private func escaped(_ text: String) -> String {
        text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
    }

    func markup(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: String(character)
            }
        }.joined()
    }
}
