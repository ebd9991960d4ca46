import BorderlessPayments
import BorderlessPaymentsSandbox
import Configuration
import Domain
import SandboxCore

extension Simulation {
    /// Borderless Payments, with a user who may order from the beginning.
    static let borderlessPayments = Simulation(
        provider: PartnerAccount.provider, title: "Borderless Payments",
        simulates: "users and their checks, the venue, quotes, orders and their payments, webhooks and deliveries",
        howTo: "/__sandbox/outcome, by the user's address or the order's reference: veto, fail, refund, reconcile, …",
        secrets: [
            .init("borderless-payments-api-key", .word(prefix: "sk_test_")),
            .init("borderless-payments-webhook-secret", .word(prefix: "whsec_")),
        ],
        entry: """
            api_key: {file: "keys/borderless-payments-api-key"},
            webhook_secret: {file: "keys/borderless-payments-webhook-secret"},
            """,
        simulators: { accounts, stage in
            accounts.borderlessPayments.map { ($0, simulator(of: $0, stage)) }
        },
        example: { Sandbox(PartnerSimulator(PartnerWorld(seed: 1, keys: []))) })

    private static func simulator(of account: PartnerAccount, _ stage: Stage) -> any Simulator {
        let webhook = account.webhookSecrets.first.map { secret in
            PartnerWorld.Webhook(url: stage.webhookAddress(account.id), secret: secret.reveal())
        }
        let world = PartnerWorld(
            seed: stage.seed, keys: [.init(account.apiKey.reveal())], webhooks: webhook.map { [$0] } ?? [],
            users: [.init(id: "user-1", email: "known@example.com", country: "ES")])
        return Sandbox(PartnerSimulator(world, options: options(stage)))
    }

    private static func options(_ stage: Stage) -> PartnerOptions {
        var options = PartnerOptions()
        options.delays.submission = options.delays.submission.map { $0 / stage.faster }
        options.delays.pending = options.delays.pending / stage.faster
        options.delays.review = options.delays.review / stage.faster
        options.delays.registration = options.delays.registration.map { $0 / stage.faster }
        options.delays.instructions = options.delays.instructions / stage.faster
        options.delays.transfer = options.delays.transfer.map { $0 / stage.faster }
        options.delays.page = options.delays.page.map { $0 / stage.faster }
        options.delays.verification = options.delays.verification / stage.faster
        options.delays.processing = options.delays.processing / stage.faster
        options.delays.reconciliation = options.delays.reconciliation / stage.faster
        return options
    }
}
