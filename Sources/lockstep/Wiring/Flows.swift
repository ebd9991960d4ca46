import Activities
import BorderlessWithdrawal
import Configuration
import Crypto
import DfnsPayout
import DollarPePayout
import Engine
import HTTPClient
import JSONSchema
import Onramp
import PontisPayout
import Postgres
import PostgresStore
import Refund
import RefundDefaultCheck
import Time
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
    /// The accounts' clients.
    let clients: Clients

    /// The flows with clients for the configured accounts; `now` is what signatures are dated with.
    init(
        _ configuration: LockstepConfiguration, transport: any Transport, now: @escaping @Sendable () -> Timestamp
    ) throws {
        let accounts = configuration.accounts
        registry = try Self.registry(configuration.sensitiveKeys)
        clients = Clients(accounts, transport: transport, now: now)
        handlers = Self.handlers(clients)
        self.accounts = accounts.all.map { account in
            let limits = configuration.limits[account.id]
            return AccountLimits(
                ProviderAccount(provider: account.id.provider, name: account.name), concurrency: limits?.concurrency,
                rate: limits?.rate, burst: limits?.burst)
        }
        webhookSources = [
            DfnsWebhookSource(accounts: accounts.dfns), DollarPeWebhookSource(accounts: accounts.dollarPe),
            PontisWebhookSource(accounts: accounts.pontis.map(\.account)),
            OnrampWebhookSource(accounts: accounts.borderlessPayments),
            BorderlessXYZWebhookSource(accounts: accounts.borderlessXYZ.map(\.account)),
        ]
    }

    private static func handlers(_ clients: Clients) -> ActivityHandlers {
        var handlers = ActivityHandlers()
        handlers.add(DfnsPayoutActivities(clients: clients.dfns))
        handlers.add(DollarPePayoutActivities(clients: clients.dollarPe))
        handlers.add(PontisPayoutActivities(clients: clients.pontis))
        handlers.add(OnrampActivities(clients: clients.borderlessPayments))
        handlers.add(BorderlessWithdrawalActivities(clients: clients.borderlessXYZ))
        handlers.add(RefundActivities(clients: clients.borderlessXYZ))
        handlers.add(RefundDefaultActivities(clients: clients.borderlessXYZ))
        return handlers
    }

    /// The flows without accounts, for commands that call nobody; what is sensitive is read with these keys.
    static func registry(_ keys: KeyRing?) throws -> Registry {
        func registered<Flow: Workflow>(_ flow: Flow.Type) throws -> RegisteredWorkflow { try RegisteredWorkflow(flow) }
        let coding = JSONCoding(sensitive: keys.map(SensitiveCoding.sealing(with:)) ?? .withoutKeys)
        return Registry(try KnownFlows.all.map { try registered($0) }, coding: coding)
    }

    /// The flows that take sensitive input, for which no key is there.
    static func sensitive(_ registry: Registry) -> [String] {
        registry.workflows.filter { !$0.inputSchema.sensitivePaths.isEmpty }.map { workflow in
            "\(workflow.name) (\(workflow.inputSchema.sensitivePaths.joined(separator: ", ")))"
        }
    }

    /// What each flow looks like.
    static let pictures = Dictionary(
        uniqueKeysWithValues: [
            picture(of: DfnsPayout.self, DfnsPayout.picture), picture(of: DollarPePayout.self, DollarPePayout.picture),
            picture(of: PontisPayout.self, PontisPayout.picture), picture(of: Onramp.self, Onramp.picture),
            picture(of: BorderlessWithdrawal.self, BorderlessWithdrawal.picture),
            picture(of: Refund.self, Refund.picture), picture(of: RefundDefaultCheck.self, RefundDefaultCheck.picture),
        ])

    private static func picture<Flow: Workflow>(of flow: Flow.Type, _ svg: String) -> (String, Picture) {
        (flow.name, Picture(diagram: Diagram(of: flow), matrix: Matrix(of: flow), svg: svg))
    }

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
