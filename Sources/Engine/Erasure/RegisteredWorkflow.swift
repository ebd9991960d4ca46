public import JSONSchema
public import WorkflowCore

/// A flow as the engine runs it: its names, and the ways into it from JSON.
public struct RegisteredWorkflow: Sendable {
    /// The flow's name, such as `dfns_payout`.
    public let name: String
    /// The flow's version.
    public let version: Int
    /// What `lockstep.enqueue` accepts.
    public let inputSchema: Schema
    /// The signals it takes.
    public let signals: [String]
    /// Each state by name, with what is done there in a few words, and the signals that bring a job on from there.
    public let states: [(state: String, plan: String, signals: [String])]
    /// Where a job with this input rests first.
    ///
    /// Throws `DecodingError` where the input doesn't fit.
    let start: @Sendable (_ input: String, JSONCoding) throws -> any Resident
    /// An input with what is sensitive sealed, as JSON; nil where nothing is.
    ///
    /// Throws `DecodingError` where the input doesn't fit, and `EncodingError` where there is no key.
    let seal: (@Sendable (_ input: String, JSONCoding) throws -> String)?
    /// The state that was stored as this JSON.
    ///
    /// Throws `DecodingError` where this build can't read it.
    let restore: @Sendable (_ data: String, JSONCoding) throws -> any Resident

    /// The older versions from whose states there is a way to this one's, each with that way.
    let migrations: [Int: @Sendable (_ data: String, JSONCoding) throws -> MigratedState]

    /// Registers a flow.
    ///
    /// Throws where no schema can be derived from its input type, and where its migrations lead nowhere: mistakes in
    /// the flow.
    public init<Flow: Workflow>(_ flow: Flow.Type) throws {
        name = Flow.name
        version = Flow.version
        inputSchema = try Schema.of(Flow.Input.self)
        signals = Flow.signals
        states = Self.states(of: flow)
        migrations = try Self.migrations(of: flow)
        start = { input, coding in
            ResidentState<Flow>(value: Flow.start(try coding.read(Flow.Input.self, from: input)))
        }
        if inputSchema.sensitivePaths.isEmpty {
            seal = nil
        } else {
            seal = { input, coding in try coding.store(coding.read(Flow.Input.self, from: input)) }
        }
        restore = { data, coding in ResidentState<Flow>(value: try coding.read(Flow.State.self, from: data)) }
    }
}

extension RegisteredWorkflow {
    private static func states<Flow: Workflow>(
        of flow: Flow.Type
    ) -> [(state: String, plan: String, signals: [String])] {
        var seen: Set<String> = []
        return flow.samples.states.compactMap { sample in
            let name = caseName(of: sample)
            guard seen.insert(name).inserted else { return nil }
            let alike = flow.samples.states.filter { caseName(of: $0) == name }
            let signals = flow.signals.filter { signal in
                guard let event = flow.event(for: Signal(name: signal)) else { return false }
                return alike.contains { state in
                    if case .move = flow.transition(from: state, on: event) { true } else { false }
                }
            }
            return (name, flow.plan(for: sample).summary, signals)
        }
    }

    /// What is wrong with a stored state, for a person; nil where this build can read it.
    public func problem(reading data: String, _ coding: JSONCoding) -> String? {
        do {
            _ = try restore(data, coding)
            return nil
        } catch {
            return explanation(of: error)
        }
    }
}

/// The flows, each in each version that this build knows.
public struct Registry: Sendable {
    /// All of them.
    public let workflows: [RegisteredWorkflow]
    /// How their values become JSON.
    public let coding: JSONCoding
    private let index: [Key: RegisteredWorkflow]

    private struct Key: Hashable {
        let name: String
        let version: Int
    }

    /// A registry of these flows.
    public init(_ workflows: [RegisteredWorkflow], coding: JSONCoding = JSONCoding()) {
        self.workflows = workflows
        self.coding = coding
        index = Dictionary(workflows.map { (Key(name: $0.name, version: $0.version), $0) }) { _, last in last }
    }

    /// The flow of this name and version, if this build knows it.
    public subscript(name: String, version: Int) -> RegisteredWorkflow? {
        index[Key(name: name, version: version)]
    }

    /// The newest version of a flow that this build knows: what children are started as.
    func newest(_ name: String) -> RegisteredWorkflow? {
        workflows.filter { $0.name == name }.max { $0.version < $1.version }
    }
}
