import Activities
import Configuration
import Crypto
import Dfns
import DfnsPayout
import Engine
import HTTPClient
import Postgres
import PostgresStore
import Webhooks
import WorkflowCore

/// The flows of this build: what each needs is put together here, and nowhere else.
struct Flows: Sendable {
    /// The flows as the engine runs them.
    let registry: Registry
    /// Who makes their calls.
    let handlers: ActivityHandlers
    /// The accounts that are configured.
    let accounts: [AccountLimits]
    /// Who reads their webhooks.
    let webhookSources: [any WebhookSource]

    /// The flows with clients for the configured accounts.
    init(_ configuration: LockstepConfiguration, transport: any Transport) throws {
        registry = try Self.registry()
        let clients = configuration.dfnsAccounts.map { account in
            (account.name, DfnsClient(account: account, transport: transport))
        }
        var handlers = ActivityHandlers()
        handlers.add(DfnsPayoutActivities(clients: Dictionary(clients) { _, last in last }))
        self.handlers = handlers
        accounts = configuration.dfnsAccounts.map { account in
            let limits = configuration.limits[account.name]
            return AccountLimits(
                ProviderAccount(provider: DfnsPayout.provider, name: account.name), concurrency: limits?.concurrency,
                rate: limits?.rate, burst: limits?.burst)
        }
        webhookSources = [DfnsWebhookSource(accounts: configuration.dfnsAccounts)]
    }

    /// The flows without accounts, for commands that call nobody.
    static func registry() throws -> Registry {
        func registered<Flow: Workflow>(_ flow: Flow.Type) throws -> RegisteredWorkflow { try RegisteredWorkflow(flow) }
        return Registry(try KnownFlows.all.map { try registered($0) })
    }

    /// What each flow looks like.
    static let pictures = [
        DfnsPayout.name: Picture(
            diagram: Diagram(of: DfnsPayout.self), matrix: Matrix(of: DfnsPayout.self), svg: DfnsPayout.picture)
    ]

    /// A flow's picture: derived from its code, and as Graphviz laid it out.
    struct Picture: Sendable {
        let diagram: Diagram
        let matrix: Matrix
        let svg: String
    }

    /// What this build tells the database about its flows.
    func published() throws -> [PublishedWorkflow] {
        try registry.workflows.map { try PublishedWorkflow($0, diagram: Self.pictures[$0.name]?.diagram.mermaid) }
    }
}
