import Activities
@testable import Engine
import Foundation
import Testing
import WorkflowCore

/// What every flow gets for free, in each version that the build knows.
@Suite("Every flow")
struct EveryFlowTests {
    static let flows = KnownFlows.all

    @Test("Every state can be reached and left, every unguarded write has a lookup, ends stay ends", arguments: names)
    func checks(name: String) throws {
        #expect(try Self.check(Self.flow(name)) == [])
    }

    /// Those that still show some value of a sample: they have no `conditions(on:in:)` for it yet.
    private static let unlabelled = ["dfns_payout", "dollarpe_payout"]

    @Test(
        "No picture or table says that a sample's own value decides",
        arguments: names.filter { !unlabelled.contains($0) })
    func labels(name: String) throws {
        #expect(try Self.labels(Self.flow(name)) == [])
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

    @Test("What lies on a desk at once says in one word of its output what has to be done: reason", arguments: names)
    func reasons(name: String) throws {
        #expect(try Self.silent(Self.flow(name)) == [])
    }

    @Test("Every state that a released version stored can still be read, and has a way to the newest version")
    func fixtures() throws {
        let faults = try FixtureCheck(Self.flows, in: Self.root.appending(path: "Tests/WorkflowTests")).faults()
        #expect(faults == [])
    }

    // MARK: Each flow by its name, so that a failure says which

    /// Pictures are those of the newest version.
    static let names = Set(flows.map { $0.name }).sorted()

    private static func flow(_ name: String) throws -> any Workflow.Type {
        try #require(flows.filter { $0.name == name }.max { $0.version < $1.version })
    }

    /// The ends that may be left: what was done can be undone, what failed may still come back, and money arrives late.
    private static let reopening = [
        "pontis_payout": ["completed on reported"],
        "refund": ["refunded on observed"],
        "dollarpe_payout": ["completed on reported", "failed on reported", "canceled on reported"],
        "onramp": ["completed on reported", "failed on reported", "expired on reported", "canceled on reported"],
        "borderless_withdrawal": [
            "completed on reported", "failed on reported", "expired on reported", "canceled on reported",
            "failed on funded", "expired on funded", "canceled on funded",
        ],
    ]

    private static func check<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        Checks.all(flow, reopening: reopening[flow.name] ?? [])
    }

    /// The states in which a person is needed from the beginning, and that don't say for what.
    private static func silent<Flow: Workflow>(_ flow: Flow.Type) -> [String] {
        flow.samples.states.filter {
            flow.plan(for: $0).overdue?.after == .zero && flow.output(of: $0)["reason"] == nil
        }
        .map { caseName(of: $0) }
    }

    private static func labels<Flow: Workflow>(_ flow: Flow.Type) -> [String] { Checks.labels(flow) }
    private static func matrix<Flow: Workflow>(_ flow: Flow.Type) -> Matrix { Matrix(of: flow) }
    private static func diagram<Flow: Workflow>(_ flow: Flow.Type) -> Diagram { Diagram(of: flow) }

    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private static func folder(_ flow: any Workflow.Type) -> String { "\(flow)" }

    private static func committed(_ flow: any Workflow.Type, _ ending: String) throws -> String {
        let path = root.appendingPathComponent("workflows/\(folder(flow))/diagram/\(flow.name).\(ending)")
        return try String(contentsOf: path, encoding: .utf8)
    }
}
