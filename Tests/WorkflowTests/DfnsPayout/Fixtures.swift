import DfnsPayout
import Domain
import LockstepTesting
import Testing
import Time

/// The values that the scripts of `dfns_payout` speak of.
enum Fixture {
    static let noon = Timestamp(seconds: 1_772_366_400)
    static let asset = Asset.sample

    static func order(
        accept: DfnsPayout.Consent = .auto, confirm: DfnsPayout.Consent = .auto, minimum: FiatAmount? = nil
    ) -> DfnsPayout.Order {
        DfnsPayout.Order(
            walletID: .sample, asset: asset, fiatCurrency: .sample, country: .sample, borderlessAccountID: .sample,
            paymentInstructionsID: .sample, paymentPurpose: .sample, minFiatAmount: minimum, accept: accept,
            confirm: confirm)
    }

    static func payout(_ order: DfnsPayout.Order = order()) -> DfnsPayout.Payout {
        DfnsPayout.Payout(id: "pyt-1", order: order)
    }

    static let transfer = DfnsPayout.Transfer(address: "0x00000000000000000000000000000000000000d0", asset: asset)
    static let elsewhere = DfnsPayout.Transfer(address: "0x00000000000000000000000000000000000000e1", asset: asset)
    static let submitted = DfnsPayout.Progress(transferID: "xfr-1")
    static let onChain = DfnsPayout.Progress(borderlessPayoutID: "bl-1", transferID: "xfr-1", transactionHash: "0xab")

    static func quote(_ net: FiatAmount, at instant: Timestamp = noon) -> DfnsPayout.Quote {
        DfnsPayout.Quote(timestamp: instant, offers: [DfnsPayout.Offer(net: Money(net, .sample), fees: nil)])
    }

    static func simulation(in state: DfnsPayout.State) -> Simulation<DfnsPayout> {
        Simulation(of: DfnsPayout.self, in: state)
    }
}
