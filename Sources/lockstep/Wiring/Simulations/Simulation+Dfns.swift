import Configuration
import Crypto
import Dfns
import DfnsSandbox
import Domain
import SandboxCore

extension Simulation {
    /// Dfns, with Borderless behind it.
    static let dfns = Simulation(
        provider: DfnsAccount.provider, title: "Dfns",
        simulates: "quotes, payouts with their transfers and policies, user action signing, webhooks",
        howTo: "the last two digits of asset.amount, such as …01: a policy says no, …06: the answer to create is lost",
        secrets: [.init("dfns.pem", .privateKey), .init("dfns-token"), .init("dfns-webhook-secret")],
        entry: """
            token: {file: "keys/dfns-token"},
            credential_id: "cr-sandb-oxcre-dential0000001",
            private_key: {file: "keys/dfns.pem"},
            user_id: "us-sandb-oxuse-rservice000001",
            webhook_secret: {file: "keys/dfns-webhook-secret"},
            """,
        simulators: { accounts, stage in
            try accounts.dfns.map { ($0, try simulator(of: $0, stage)) }
        },
        example: {
            let key = try PrivateKey.generate(.ed25519).publicKey.pem()
            return Sandbox(DfnsSimulator(try DfnsWorld(seed: 1, bearer: "", credentialID: "", publicKeyPEM: key)))
        })

    private static func simulator(of account: DfnsAccount, _ stage: Stage) throws -> any Simulator {
        var options = DfnsOptions()
        options.delays = options.delays.faster(by: stage.faster)
        let webhook = account.webhookSecret.map { secret in
            DfnsWorld.Webhook(url: stage.webhookAddress(account.id), secret: secret.reveal())
        }
        let world = try DfnsWorld(
            seed: stage.seed, bearer: account.token.reveal(), credentialID: account.credentialID,
            publicKeyPEM: account.privateKey.publicKey.pem(), webhooks: webhook.map { [$0] } ?? [])
        return Sandbox(DfnsSimulator(world, options: options))
    }
}
