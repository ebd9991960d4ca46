import BorderlessXYZ
import BorderlessXYZSandbox
import Configuration
import Domain
import SandboxCore

extension Simulation {
    /// Borderless.xyz, with one partner that refunds to addresses and senders.
    static let borderlessXYZ = Simulation(
        provider: BorderlessXYZEntry.provider, title: "Borderless.xyz",
        simulates: "tokens, quotes, withdrawals, refund plans and defaults, webhooks that are switched off in silence",
        howTo: "the last digit of amount before its point: 9: failed once funded, 8: refunded, others: completed",
        secrets: [.init("xyz-client-secret"), .init("xyz-webhook-token", .key)],
        entry: """
            client_id: "lockstep",
            client_secret: {file: "keys/xyz-client-secret"},
            personal_data: "redacted",
            webhook_token: {file: "keys/xyz-webhook-token"},
            """,
        simulators: { accounts, stage in
            accounts.borderlessXYZ.map { ($0, simulator(of: $0, stage)) }
        },
        example: { Sandbox(BorderlessXYZSimulator(BorderlessXYZWorld(seed: 1, organisations: []))) })

    private static func simulator(of entry: BorderlessXYZEntry, _ stage: Stage) -> any Simulator {
        var options = BorderlessXYZOptions()
        options.delays.step = options.delays.step / stage.faster
        options.delays.processing = options.delays.processing / stage.faster
        options.delays.dispatch = options.delays.dispatch / stage.faster
        options.delays.refund = options.delays.refund / stage.faster
        let world = BorderlessXYZWorld(
            seed: stage.seed,
            organisations: [
                .init(
                    id: "org-1", clientID: entry.account.clientID, clientSecret: entry.account.clientSecret.reveal(),
                    webhookURL: entry.webhookAddress(stage.webhookAddress(entry.id)))
            ])
        return Sandbox(BorderlessXYZSimulator(world, options: options))
    }
}
