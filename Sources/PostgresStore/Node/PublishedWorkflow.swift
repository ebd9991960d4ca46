public import Engine
import JSONSchema

/// What the database is told about a flow: what `lockstep.enqueue` accepts, and what operators see.
public struct PublishedWorkflow: Hashable, Sendable {
    /// The flow's name.
    public let name: String
    /// Its version.
    public let version: Int
    /// What it accepts, as JSON Schema.
    public let inputSchema: String
    /// The signals it takes.
    public let signals: [String]
    /// Its states with what is done there, as a JSON array.
    public let states: String
    /// Its picture in the DOT language.
    public let diagram: String?

    /// What a registered flow says of itself, and its picture.
    public init(_ workflow: RegisteredWorkflow, diagram: String?) throws {
        let coding = JSONCoding()
        name = workflow.name
        version = workflow.version
        inputSchema = try coding.store(workflow.inputSchema.json)
        signals = workflow.signals
        states = try coding.store(
            workflow.states.map { state in
                JSONValue.object([
                    "state": .string(state.state), "plan": .string(state.plan),
                    "signals": .array(state.signals.map { .string($0) }),
                ])
            })
        self.diagram = diagram
    }
}
