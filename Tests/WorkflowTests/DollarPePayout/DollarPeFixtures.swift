import DollarPePayout
import Domain
import LockstepTesting
import Time
import WorkflowCore

/// The values that the scripts of `dollarpe_payout` speak of.
enum DollarPeFixture {
    static let noon = Timestamp(seconds: 1_772_366_400)
    static let transfer = Identifier.sample
    static let quote = quote()

    static func order(
        link: DollarPePayout.LinkTiming = .afterSuccess, transfer: Identifier? = nil,
        accept: DollarPePayout.Consent = .auto, minimum: FiatAmount? = nil,
        onLimit: DollarPePayout.LimitChoice = .wait
    ) -> DollarPePayout.Order {
        DollarPePayout.Order(
            customer: .sample, bank: .sample, asset: .usdt, amount: .sample, exchangeOrder: .sample,
            exchangeTransfer: transfer, link: link, accept: accept, minFiatAmount: minimum, onLimit: onLimit)
    }

    static func quote(
        _ id: String = "q-1", receiving: FiatAmount = .sample, at instant: Timestamp = noon
    )
        -> DollarPePayout.Quote
    {
        DollarPePayout.Quote(id: id, receiving: receiving, rate: .sample, expiresAt: instant + .minutes(5))
    }

    static func payout(_ order: DollarPePayout.Order = order()) -> DollarPePayout.Payout {
        DollarPePayout.Payout(id: "p-1", order: order, quote: quote)
    }

    static func rules(least: String = "28", most: String = "5563", risk: [String] = []) throws -> DollarPePayout.Rules {
        DollarPePayout.Rules(
            coins: [.init(coin: .usdt, least: try .init(text: least), most: try .init(text: most))],
            requiredRisk: risk)
    }

    static func limits(_ available: String, edd: Bool = false) throws -> DollarPePayout.Limits {
        DollarPePayout.Limits(
            available: .init(try FiatAmount(text: available)), resetAt: noon + .hours(12), needsDiligence: edd)
    }

    static func report(
        _ status: DollarPePayout.Status, utr: String? = nil, transfer: String? = nil
    ) -> DollarPePayout.Event {
        .reported(report: DollarPePayout.Report(status: status, utr: utr, transfer: transfer))
    }

    static func simulation(in state: DollarPePayout.State) -> Simulation<DollarPePayout> {
        Simulation(of: DollarPePayout.self, in: state)
    }

    /// A payout that is being monitored.
    static func monitored(_ order: DollarPePayout.Order = order()) -> Simulation<DollarPePayout> {
        simulation(in: .monitoring(payout: payout(order)))
    }
}
