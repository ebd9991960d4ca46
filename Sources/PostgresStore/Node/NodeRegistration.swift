public import Engine
public import Postgres
import Synchronization

/// A daemon's row among the nodes: what it knows, that it is alive, and which buckets are its own.
public final class NodeRegistration: Sendable {
    /// How often it says that it is alive; it counts as dead after five seconds of silence.
    private static let beat = Duration.seconds(1)

    /// What a node says of itself.
    public struct Identity: Sendable {
        let node: NodeID
        let name: String
        let build: String
        let workflows: [PublishedWorkflow]
        let accounts: [AccountLimits]
        let buckets: Int

        /// An identity.
        ///
        /// - Parameters:
        ///   - name: host and process, for people.
        ///   - build: the version of the program.
        ///   - accounts: the configured accounts, and what each is allowed.
        ///   - buckets: how many there are in the database.
        public init(
            node: NodeID, name: String, build: String, workflows: [PublishedWorkflow],
            accounts: [AccountLimits] = [], buckets: Int
        ) {
            self.node = node
            self.name = name
            self.build = build
            // In one order: nodes that know the same share the buckets.
            self.workflows = workflows.sorted { ($0.name, $0.version) < ($1.name, $1.version) }
            self.accounts = accounts
            self.buckets = buckets
        }
    }

    private struct State {
        var sharing: [NodeID] = []
        var share: Set<Int> = []
        var isDraining = false
        var isSilent = false
        /// Heartbeats that were not answered yet.
        var underWay = 0
        var isForgotten = false
        /// Who waits until none is under way.
        var leaving: CheckedContinuation<Void, Never>?
    }

    private let identity: Identity
    private let database: any QueryRunner
    private let shared: @Sendable (Set<Int>) -> Void
    private let log: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// A registration.
    ///
    /// - Parameters:
    ///   - shared: is given the buckets that the node is to claim from, each time they change.
    ///   - log: takes one line for a person.
    public init(
        _ identity: Identity, database: any QueryRunner, shared: @escaping @Sendable (Set<Int>) -> Void,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.identity = identity
        self.database = database
        self.shared = shared
        self.log = log
    }

    /// Publishes the flows and accounts, and adds the node: call it before the daemon claims.
    public func register() async throws(PostgresError) {
        for workflow in identity.workflows {
            try await database.query(
                .publishWorkflow,
                [
                    .text(workflow.name), .int(workflow.version), .text(workflow.inputSchema),
                    .texts(workflow.signals), .text(workflow.states), .text(workflow.diagram),
                ])
        }
        for account in identity.accounts {
            try await database.query(
                .publishAccount,
                [
                    .text(account.account.provider), .text(account.account.name), .int(account.concurrency),
                    .int(account.rate), .int(account.burst ?? account.rate),
                ])
        }
        try await say()
    }

    /// Says every second that the node is alive, until the task is cancelled.
    ///
    /// While that fails it keeps its share: leases and fences protect the jobs, whoever else claims them.
    public func run(host: HostTime) async {
        while !Task.isCancelled {
            await host.sleep(Self.beat)
            if Task.isCancelled { return }
            await sayOnce()
        }
    }

    /// Lets the others take over its buckets: it takes no new jobs.
    public func drain() async {
        state.withLock { $0.isDraining = true }
        await sayOnce()
    }

    /// Takes the node off the list for good, after its jobs were given back.
    public func forget() async throws(PostgresError) {
        // A heartbeat under way would put it on the list again.
        await withCheckedContinuation { continuation in
            let isQuiet = state.withLock { state in
                state.isForgotten = true
                if state.underWay > 0 { state.leaving = continuation }
                return state.underWay == 0
            }
            if isQuiet { continuation.resume() }
        }
        _ = try await database.query(.forgetNode, [.text(identity.node.description)], timeout: .seconds(2))
    }

    private func sayOnce() async {
        do throws(PostgresError) {
            try await say()
            if state.withLock({ exchange(&$0.isSilent, false) }) { log("the node can say again that it is alive") }
        } catch {
            guard !Task.isCancelled, !state.withLock({ exchange(&$0.isSilent, true) }) else { return }
            log("the node can't say that it is alive, and goes on trying: \(error)")
        }
    }

    private func say() async throws(PostgresError) {
        let now: (share: Int, isDraining: Bool)? = state.withLock { state in
            guard !state.isForgotten else { return nil }
            state.underWay += 1
            return (state.share.count, state.isDraining)
        }
        guard let now else { return }
        defer { answered() }
        let answer = try await database.query(
            .heartbeat,
            [
                .text(identity.node.description), .text(identity.name), .text(identity.build),
                .texts(identity.workflows.map(\.name)), .ints(identity.workflows.map(\.version)),
                .int(now.isDraining ? 0 : now.share), .bool(now.isDraining),
            ], timeout: .seconds(5))
        let sharing: [String] = try answer.only["sharing"]
        try await take(sharing.map { NodeID($0) })
    }

    private func answered() {
        let leaving: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.underWay -= 1
            guard state.underWay == 0 else { return nil }
            return exchange(&state.leaving, nil)
        }
        leaving?.resume()
    }

    /// Works out the node's buckets anew where somebody came or went, and says so at once.
    private func take(_ sharing: [NodeID]) async throws(PostgresError) {
        let share: Set<Int>? = state.withLock { state in
            guard !state.isDraining, sharing != state.sharing else { return nil }
            state.sharing = sharing
            let share = BucketShare.buckets(of: identity.node, among: sharing, count: identity.buckets)
            guard share != state.share else { return nil }
            state.share = share
            return share
        }
        guard let share else { return }
        shared(share)
        try await say()
    }
}

/// Puts a value in the place of another, and returns that one.
private func exchange<Value>(_ place: inout Value, _ value: Value) -> Value {
    defer { place = value }
    return place
}
