import WorkflowCore

/// `lockstep diagram FLOW`: a flow's picture, as text.
enum DiagramCommand: Command {
    static let name = "diagram"
    static let summary = "Print a flow's picture: Mermaid, Graphviz, SVG, or the table of states and events."
    static let positional = ["FLOW"]
    static let options = [Option("format", "FORMAT", "mermaid (default), dot, svg, or matrix.")]

    static func run(_ arguments: Arguments, on host: Host) async throws -> ExitCode {
        let format = try arguments.choice("format", of: ["mermaid", "dot", "svg", "matrix"], default: "mermaid")
        let name = arguments.positional[0]
        guard let picture = Flows.pictures[name] else {
            let known = Flows.pictures.keys.sorted().joined(separator: ", ")
            throw CommandFailure("there is no flow \(name); this build has \(known)", code: .usage)
        }
        switch format {
        case "dot": host.print(picture.diagram.graphviz)
        case "svg": host.print(picture.svg)
        case "matrix": host.print(picture.matrix.description)
        case _: host.print(picture.diagram.mermaid)
        }
        return .success
    }
}
