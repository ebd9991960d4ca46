extension Diagram {
    /// The picture as a Mermaid `stateDiagram-v2`, for places that render Markdown.
    public var mermaid: String {
        var lines = ["stateDiagram-v2", "    direction TB"]
        lines += nodes.map { Style.of($0.kind) }.unique().map {
            "    classDef \($0.name) fill:\($0.fill),stroke:\($0.stroke),color:\(Style.ink)"
        }
        lines += nodes.map { node in
            let text = ([node.name] + node.notes).map(Self.escaped).joined(separator: "<br/>")
            return "    state \"\(text)\" as \(node.name)"
        }
        lines += forks.map { "    state \($0.name) <<choice>>" }
        lines += nodes.filter(\.isStart).map { "    [*] --> \($0.name)" }
        lines += edges.map { edge in
            let label = edge.labels.map(Self.escaped).joined(separator: "<br/>")
            return "    \(edge.from) --> \(edge.to)" + (label.isEmpty ? "" : ": \(label)")
        }
        lines += nodes.filter(\.isEnd).map { "    \($0.name) --> [*]" }
        lines += nodes.map { "    class \($0.name) \(Style.of($0.kind).name)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Text without what ends a statement, a label or a quotation in Mermaid.
    private static func escaped(_ text: String) -> String {
        String(text.map { ";:\"#".contains($0) ? "," : $0 })
    }
}

extension Diagram.Node {
    /// Whether the job is over here.
    public var isEnd: Bool {
        if case .end = kind { true } else { false }
    }
}

/// Colours: one for each kind of plan and each outcome, light enough for dark text.
struct Style: Hashable {
    static let ink = "#1f2933"
    static let line = "#7b8794"

    let name: String
    let fill: String
    let stroke: String

    static func of(_ kind: Diagram.Node.Kind) -> Style {
        switch kind {
        case .perform: Style(name: "perform", fill: "#e3effc", stroke: "#4a7fb5")
        case .poll: Style(name: "poll", fill: "#efe8fa", stroke: "#7d62b3")
        case .wait: Style(name: "wait", fill: "#fdf3d3", stroke: "#b3891f")
        case .run: Style(name: "run", fill: "#e0f3f3", stroke: "#3b8686")
        case .end(.completed): Style(name: "completed", fill: "#cfeed6", stroke: "#2f855a")
        case .end(.failed): Style(name: "failed", fill: "#fad4d4", stroke: "#c53030")
        case .end(.rejected): Style(name: "rejected", fill: "#fbdfcc", stroke: "#c05621")
        case .end(.expired): Style(name: "expired", fill: "#e4e7eb", stroke: "#7b8794")
        case .end(.canceled): Style(name: "canceled", fill: "#e4e7eb", stroke: "#7b8794")
        case .end(.refunded): Style(name: "refunded", fill: "#d3ecf7", stroke: "#2b6f93")
        case .end(.reversed): Style(name: "reversed", fill: "#f6dcec", stroke: "#a13d76")
        }
    }
}
