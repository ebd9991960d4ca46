import Dfns
import DfnsPayout
import Domain
import ProviderCore
import Time

extension DfnsPayout.Event {
    /// What a reading of a payout says; nil where it is no news.
    ///
    /// A status that this build does not know is no news either: the payout counts as under way until it is overdue.
    init?(reading payout: DfnsClient.Payout) {
        let progress = DfnsPayout.Progress(payout)
        let reason = payout.data.statusReason ?? "Dfns gave no reason"
        switch payout.status {
        case .known(.completed): self = .ended(ending: .completed, progress: progress)
        case .known(.failed): self = .ended(ending: .failed(why: Refusal(.provider, reason)), progress: progress)
        case .known(.rejected): self = .ended(ending: .rejected(why: Refusal(.policy, reason)), progress: progress)
        case .known(.expired): self = .ended(ending: .expired, progress: progress)
        case .known(.canceled): self = .ended(ending: .canceled, progress: progress)
        case .known(.processing), .unknown: self.init(underWay: payout, progress)
        }
    }

    /// What the detailed status says while a payout is under way.
    private init?(underWay payout: DfnsClient.Payout, _ progress: DfnsPayout.Progress) {
        if payout.data.dateConfirmed != nil {
            self = .progressed(progress: progress)
            return
        }
        switch payout.executionStatus {
        case .known(.awaitingPayoutConfirmation):
            guard let address = payout.data.depositAddress, let asset = payout.asset.known else { return nil }
            self = .instructed(transfer: DfnsPayout.Transfer(address: address, asset: asset))
        case .known(.submittingPayoutTransfer), .known(.pendingPolicyApproval), .known(.depositProcessing),
            .known(.disbursementPending):
            self = .progressed(progress: progress)
        case .known(.initializing), .known(.awaitingPayoutInstructions), .known(.completed), .known(.rejected),
            .known(.failed), .known(.expired), .known(.canceled), .unknown:
            return nil
        }
    }

    /// Where a transfer shows the crypto to be; nil while it may still go either way.
    init?(tracing transfer: DfnsClient.Transfer) {
        switch transfer.status {
        case .known(.confirmed): self = .traced(funds: .sent)
        case .known(.failed), .known(.rejected): self = .traced(funds: .inWallet)
        case .known(.pending), .known(.executing), .known(.broadcasted), .unknown: return nil
        }
    }
}

extension DfnsPayout.Progress {
    init(_ payout: DfnsClient.Payout) {
        self.init(
            borderlessPayoutID: payout.data.borderlessPayoutID, transferID: payout.data.transferID,
            transactionHash: payout.data.transactionHash)
    }
}

extension DfnsPayout.Quote {
    init(_ quote: DfnsClient.Quote, at now: Timestamp) {
        self.init(
            timestamp: quote.timestamp ?? now,
            offers: quote.offers.map { DfnsPayout.Offer(net: $0.net, fees: $0.fees) })
    }
}

extension DfnsClient.PayoutOrder {
    init(_ order: DfnsPayout.Order) {
        self.init(
            walletID: order.walletID.text, asset: order.asset, fiatCurrency: order.fiatCurrency,
            country: order.country, borderlessAccountID: order.borderlessAccountID.text,
            paymentInstructionsID: order.paymentInstructionsID.text, paymentPurpose: order.paymentPurpose)
    }
}
