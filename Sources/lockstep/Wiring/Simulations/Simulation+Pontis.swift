import Configuration
import Domain
import PontisGlobe
import PontisSandbox
import SandboxCore

extension Simulation {
    /// PontisGlobe, as its production is documented.
    static let pontis = Simulation(
        provider: PontisEntry.provider, title: "PontisGlobe",
        simulates: "log-in, sealed and signed payouts with approval, limits and reversal, callbacks",
        howTo: "the cents of source_amount, such as .01: failed, .05: needs approval, .08: reversed days later",
        secrets: [
            .init("pontis-api-key"), .init("pontis-password"), .init("pontis-encryption-secret", .key),
            .init("pontis-hmac-secret", .key),
        ],
        entry: """
            api_key: {file: "keys/pontis-api-key"},
            email: "payouts@example.com",
            password: {file: "keys/pontis-password"},
            encryption_secret: {file: "keys/pontis-encryption-secret"},
            hmac_secret: {file: "keys/pontis-hmac-secret"},
            """,
        simulators: { accounts, stage in
            accounts.pontis.map { ($0, simulator(of: $0, stage)) }
        },
        example: { Sandbox(PontisSimulator(PontisWorld(seed: 1, accounts: []))) })

    private static func simulator(of entry: PontisEntry, _ stage: Stage) -> any Simulator {
        var options = PontisOptions()
        options.delays.approval = options.delays.approval / stage.faster
        options.delays.queueing = options.delays.queueing / stage.faster
        options.delays.processing = options.delays.processing / stage.faster
        options.delays.reversal = options.delays.reversal / stage.faster
        let account = PontisWorld.Account(
            apiKey: entry.account.apiKey.reveal(), email: entry.account.email,
            password: entry.account.password.reveal(), encryptionSecret: entry.encryptionSecret.reveal(),
            hmacSecret: entry.hmacSecret.reveal(), callbackURL: stage.webhookAddress(entry.id))
        // The configuration has checked the two secrets in the same way.
        return Sandbox(
            PontisSimulator(PontisWorld(seed: stage.seed, accounts: account.map { [$0] } ?? []), options: options))
    }
}
