import Activities
import Crypto
import Dfns
import DfnsPayout
import DfnsSandbox
import Domain
import Engine
import HTTPClient
import SandboxCore
import Time
import WorkflowCore

/// Dfns in a run: the sandbox, and our account and client there. Signatures are made and checked for real.
struct Provider {
    let sandbox: Sandbox<DfnsSimulator>
    let account: DfnsAccount
    let client: DfnsClient

    /// What our webhook wants to know.
    private static let kinds = [
        "payout.action.required", "wallet.transfer.requested", "wallet.transfer.broadcasted",
        "wallet.transfer.confirmed", "wallet.transfer.failed", "wallet.transfer.rejected",
    ]

    /// Made for simulations and used nowhere else.
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIIqra5JZN8Jv7iCa0w9dxJ8uJG37B96uxNf3NsSQf+Mz
        -----END PRIVATE KEY-----
        """

    init(_ profile: Profile, _ dice: inout Dice, _ rendezvous: Rendezvous) throws {
        let key = try PrivateKey(pem: Self.key)
        let world = try DfnsWorld(
            seed: dice.number(), bearer: "token-of-the-run", credentialID: "cr-run",
            publicKeyPEM: try key.publicKey.pem(),
            webhooks: [
                .init(
                    url: "http://127.0.0.1:1/webhooks/dfns/main", secret: "secret-of-the-run",
                    events: Self.kinds)
            ])
        let user = profile.hasWrongUser ? "us-anoth-eruse-rservice000009" : world.users.first?.id
        var faults = Faults.random(seed: dice.number(), rates: profile.provider)
        if profile.provider == FaultRates() { faults = Faults() }
        sandbox = Sandbox(DfnsSimulator(world, options: profile.options), faults: faults)
        guard let origin = Origin("http://127.0.0.1:2") else { throw InvalidValue("the sandbox's origin is wrong") }
        account = try DfnsAccount(
            name: "main", mode: .test, origin: origin, token: Secret("token-of-the-run"), credentialID: "cr-run",
            privateKey: key, userID: user, webhookSecret: Secret("secret-of-the-run"))
        client = DfnsClient(account: account, transport: SimulatedTransport(rendezvous: rendezvous))
    }
}

/// The flow's own handler, with a defect where one is built in.
struct Handler: ActivityHandler {
    typealias Flow = DfnsPayout

    let real: DfnsPayoutActivities
    let defect: Defect?

    init(_ real: DfnsPayoutActivities, defect: Defect?) {
        self.real = real
        self.defect = defect
    }

    func perform(_ activity: DfnsPayout.Activity, in context: ActivityContext) async -> Answer<DfnsPayout.Event> {
        switch defect {
        case .blindRepeats:
            let answer = await real.perform(activity, in: context)
            guard case .unguarded = activity.effect, case .unknown = answer else { return answer }
            return await real.perform(activity, in: context)
        case .freshKeys:
            let attempt = Int(truncatingIfNeeded: context.startedAt.microseconds % 1_000_000_000)
            let fresh = ActivityContext(
                job: context.job, key: IdempotencyKey(job: context.job, enteredSeq: attempt), account: context.account,
                startedAt: context.startedAt, permit: context.permit)
            return await real.perform(activity, in: fresh)
        case .unfencedCommits, .uncountedCommits, .forgetfulStore, .forgottenAnswers, .forgottenAttempts, nil:
            return await real.perform(activity, in: context)
        }
    }
}
