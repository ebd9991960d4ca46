import DfnsPayout
import Engine
import Foundation
import Testing
import WorkflowCore

/// What every flow gets for free. A new flow is one line in `flows`.
@Suite("Every flow")
struct EveryFlowTests {
    static let flows: [any Workflow.Type] = [DfnsPayout.self]

    @Test("Every state can be reached and left, every unguarded write has a lookup, ends stay ends", arguments: names)
    func checks(name: String) throws {
        #expect(try Self.check(Self.flow(name)) == [])
    }

    @Test("The table of states and events is the one that was reviewed", arguments: names)
    func matrix(name: String) throws {
        let flow = try Self.flow(name)
        #expect(try Self.committed(flow, "matrix.txt") == Self.matrix(flow).description)
    }

    @Test("The committed pictures are those of the code", arguments: names)
    func pictures(name: String) throws {
        let flow = try Self.flow(name)
        let diagram = Self.diagram(flow)
        #expect(try Self.committed(flow, "mmd") == diagram.mermaid)
        #expect(try Self.committed(flow, "dot") == diagram.graphviz)
        #expect(diagram.faults(inSVG: try Self.committed(flow, "svg")) == [])
    }

    @Test("Every state that a released version stored can still be read", arguments: names)
    func histories(name: String) throws {
        let flow = try Self.flow(name)
        let workflow = try Self.registered(flow)
        let coding = JSONCoding()
        let kept = try Self.fixtures(of: flow)
        for (file, text) in kept { #expect(workflow.problem(reading: text, coding) == nil, "\(file)") }
        // A new state needs a fixture too: what is stored today has to be readable for ever.
        let states = Set(kept.map { $0.file.split(separator: ".").first.map(String.init) ?? "" })
        #expect(states == Set(workflow.states.map(\.state)))
    }

    // MARK: Each flow by its name, so that a failure says which

    static let names = flows.map { $0.name }

    private static func flow(_ name: String) throws -> any Workflow.Type {
        try #require(flows.first { $0.name == name })
    }

    private static func check<Flow: Workflow>(_ flow: Flow.Type) -> [String] { Checks.all(flow) }
    private static func matrix<Flow: Workflow>(_ flow: Flow.Type) -> Matrix { Matrix(of: flow) }
    private static func diagram<Flow: Workflow>(_ flow: Flow.Type) -> Diagram { Diagram(of: flow) }
    private static func registered<Flow: Workflow>(_ flow: Flow.Type) throws -> RegisteredWorkflow {
        try RegisteredWorkflow(flow)
    }

    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private static func folder(_ flow: any Workflow.Type) -> String { "\(flow)" }

    private static func committed(_ flow: any Workflow.Type, _ ending: String) throws -> String {
        let path = root.appendingPathComponent("workflows/\(folder(flow))/diagram/\(flow.name).\(ending)")
        return try String(contentsOf: path, encoding: .utf8)
    }

    private static func fixtures(of flow: any Workflow.Type) throws -> [(file: String, text: String)] {
        let path = root.appendingPathComponent("Tests/WorkflowTests/\(folder(flow))/v\(flow.version)")
        return try FileManager.default.contentsOfDirectory(atPath: path.path).sorted().map { file in
            (file, try String(contentsOf: path.appendingPathComponent(file), encoding: .utf8))
        }
    }
}
