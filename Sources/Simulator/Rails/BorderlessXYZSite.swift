import BorderlessXYZ
import BorderlessXYZSandbox
import Domain
import HTTPClient
import SandboxCore
import Time

/// Borderless.xyz's sandbox in a run, and our account there: it stands behind three flows.
struct BorderlessXYZSite {
    let account: BorderlessXYZAccount
    private let options: BorderlessXYZOptions

    /// How the partner refunds in this run.
    private let partner: BorderlessXYZWorld.Partner

    init(_ dice: inout Dice, isPlain: Bool, address number: Int = 1) throws {
        account = try BorderlessXYZAccount(
            name: "main", mode: .test, origin: try Site.origin(number), clientID: "client-of-the-run",
            clientSecret: Secret("secret-of-the-run"))
        options = isPlain ? Self.plain : Self.options(&dice)
        partner = .init(
            name: "Bridge", paths: isPlain ? [.sourceReturn] : [dice.pick([.sourceReturn, .inlineProvider])])
    }

    private static var plain: BorderlessXYZOptions {
        var options = BorderlessXYZOptions()
        options.funding = .awaited
        return options
    }

    private static func options(_ dice: inout Dice) -> BorderlessXYZOptions {
        var options = plain
        options.idempotency = dice.pick(BorderlessXYZOptions.Idempotency.allCases)
        options.comparison = dice.pick(BorderlessXYZOptions.Comparison.allCases)
        options.showsPreparing = dice.chance(0.5)
        options.showsFailedBeforeRefunded = dice.chance(0.5)
        options.refundsFailures = dice.chance(0.5)
        options.showsPlan = dice.chance(0.7)
        // References are shown. Where they were not, a create whose answer was lost would leave a withdrawal that
        // nobody funds, beside the one that the job goes on with: nothing is paid twice, but it counts as made twice.
        // Where neither is shown, nobody could tell that crypto has arrived.
        options.showsHashes = !options.showsPlan || dice.chance(0.7)
        options.defaultRefundsItself = dice.chance(0.8)
        options.answersEligible = dice.chance(0.3)
        options.dispatchRefusal = dice.pick([409, 400, 422])
        options.listsNewestFirst = dice.chance(0.7)
        options.tokenLifetime = dice.pick([.hours(24), .minutes(11)])
        options.delays.step = dice.spread(.milliseconds(100), .minutes(1))
        options.delays.processing = dice.spread(.seconds(1), .minutes(10))
        options.delays.dispatch = dice.spread(.seconds(1), .minutes(10))
        options.delays.refund = dice.spread(.minutes(20), .hours(6))
        return options
    }

    func site(_ dice: inout Dice) -> Site {
        var organisation = BorderlessXYZWorld.Organisation(
            id: "clxt-run", clientID: "client-of-the-run", clientSecret: "secret-of-the-run",
            webhookURL: "http://127.0.0.1:1/webhooks/borderless_xyz/main")
        organisation.refundAddresses = ["POLYGON": "0x00000000000000000000000000000000000000aa"]
        let world = BorderlessXYZWorld(seed: dice.number(), organisations: [organisation], partners: [partner])
        return Site("borderless_xyz", at: account.origin, Sandbox(BorderlessXYZSimulator(world, options: options)))
    }

    func client(for desk: Desk) -> BorderlessXYZClient {
        BorderlessXYZClient(account: account, transport: desk.transport, now: desk.now)
    }
}
