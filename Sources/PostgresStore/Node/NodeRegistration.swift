public import Engine
public import Postgres

/// A daemon's row among the nodes: what it knows, and that it is alive.
public struct NodeRegistration: Sendable {
    /// How often it says that it is alive; it counts as dead after five seconds of silence.
    private static let beat = Duration.seconds(1)

    private let node: NodeID
    private let name: String
    private let build: String
    private let workflows: [PublishedWorkflow]
    private let database: any QueryRunner
    private let log: @Sendable (String) -> Void

    /// A registration.
    ///
    /// - Parameters:
    ///   - name: host and process, for people.
    ///   - build: the version of the program.
    ///   - log: takes one line for a person.
    public init(
        node: NodeID, name: String, build: String, workflows: [PublishedWorkflow], database: any QueryRunner,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.node = node
        self.name = name
        self.build = build
        self.workflows = workflows
        self.database = database
        self.log = log
    }

    /// Publishes the flows and adds the node: call it before the daemon claims.
    public func register() async throws(PostgresError) {
        for workflow in workflows {
            try await database.query(
                .publishWorkflow,
                [
                    .text(workflow.name), .int(workflow.version), .text(workflow.inputSchema),
                    .texts(workflow.signals), .text(workflow.states), .text(workflow.diagram),
                ])
        }
        try await say()
    }

    /// Says every second that the node is alive, until the task is cancelled.
    public func run(host: HostTime) async {
        while !Task.isCancelled {
            await host.sleep(Self.beat)
            if Task.isCancelled { return }
            do throws(PostgresError) {
                try await say()
            } catch {
                if !Task.isCancelled { log("the node can't say that it is alive: \(error)") }
            }
        }
    }

    /// Takes the node off the list, after its jobs were given back.
    public func forget() async throws(PostgresError) {
        try await database.query(.forgetNode, [.text(node.description)])
    }

    private func say() async throws(PostgresError) {
        _ = try await database.query(
            .heartbeat,
            [
                .text(node.description), .text(name), .text(build), .texts(workflows.map(\.name)),
                .ints(workflows.map(\.version)),
            ], timeout: .seconds(5))
    }
}
