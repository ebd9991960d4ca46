import Configuration
import DollarPe
import DollarPeSandbox
import Domain
import SandboxCore
import Time

extension Simulation {
    /// DollarPe, with two customers: one who may be paid a lot, and one whose check is not done.
    static let dollarPe = Simulation(
        provider: DollarPeAccount.provider, title: "DollarPe",
        simulates: "customers, bank accounts, limits and due diligence, quotations, payouts, transfer ids, webhooks",
        howTo: "the hundredths of sending_amount, such as .01: failed, .04: reversed after success, .06: reviewed",
        secrets: [.init("dollarpe-api-key"), .init("dollarpe-api-secret")],
        entry: """
            api_key: {file: "keys/dollarpe-api-key"},
            api_secret: {file: "keys/dollarpe-api-secret"},
            """,
        simulators: { accounts, stage in
            accounts.dollarPe.map { ($0, simulator(of: $0, stage)) }
        },
        example: { Sandbox(DollarPeSimulator(DollarPeWorld(seed: 1, accounts: []))) })

    private static func simulator(of account: DollarPeAccount, _ stage: Stage) -> any Simulator {
        var options = DollarPeOptions()
        // DollarPe's own sandbox waits for somebody to move a payout; here it moves by itself.
        options.delays.payout = .minutes(5) / stage.faster
        let world = DollarPeWorld(
            seed: stage.seed,
            accounts: [
                .init(
                    apiKey: account.apiKey.reveal(), apiSecret: account.apiSecret.reveal(),
                    webhookURL: stage.webhookAddress(account.id))
            ],
            customers: [.init(id: "customer-1"), unverified], banks: [.init(id: "bank-1", customer: "customer-1")])
        return Sandbox(DollarPeSimulator(world, options: options))
    }

    private static var unverified: DollarPeWorld.Customer {
        var customer = DollarPeWorld.Customer(id: "customer-2")
        customer.status = .unverified
        return customer
    }
}
