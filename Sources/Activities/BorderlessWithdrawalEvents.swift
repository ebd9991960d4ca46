import BorderlessWithdrawal
import BorderlessXYZ
import Domain
import ProviderCore

extension BorderlessWithdrawal.Report {
    /// What a transaction says; nil where its id is none that could be asked about again.
    init?(_ transaction: BorderlessXYZClient.Transaction) {
        guard let id = Identifier(transaction.id) else { return nil }
        self.init(
            id: id, stage: BorderlessWithdrawal.Stage(transaction.status),
            instructions: transaction.instructions.map { .init(address: $0.to, asset: $0.asset, amount: $0.amount) },
            hashes: transaction.hashes, cause: transaction.failureReason, traces: transaction.traces,
            refundIsDue: transaction.refund?.isDue)
    }
}

extension BorderlessXYZClient.RefundResolution {
    /// Whether it stands for money that is there and has to go back; nil where its status is new to us.
    fileprivate var isDue: Bool? {
        switch status {
        case .known(.eligible), .known(.inProgress), .known(.succeeded), .known(.failed), .known(.blocked),
            .known(.manualRequired):
            true
        case .known(.created), .known(.unsupported), .known(.notNeeded), .known(.cancelled): false
        case .unknown: nil
        }
    }
}

extension BorderlessWithdrawal.Stage {
    /// Our word for a status; one that is new to us counts as under way.
    init(_ status: Reported<BorderlessXYZClient.TransactionStatus>) {
        self =
            switch status {
            case .known(.submitted): .submitted
            case .known(.verifying): .verifying
            case .known(.preparing): .preparing
            case .known(.orchestrating): .orchestrating
            case .known(.pending): .pending
            case .known(.processing): .processing
            case .known(.completed): .completed
            case .known(.failed): .failed
            case .known(.cancelled): .cancelled
            case .known(.refunded): .refunded
            case .unknown: .unknown
            }
    }
}

extension BorderlessWithdrawal.Capability {
    init(_ capability: BorderlessXYZClient.RefundCapability) {
        self.init(
            partner: capability.partner, acceptedTypes: capability.acceptedTypes, assets: capability.assets)
    }
}

extension BorderlessXYZClient.QuoteRequest {
    init(_ order: BorderlessWithdrawal.Order) {
        self.init(
            accountID: order.borderlessAccountID.text, paymentInstructionID: order.paymentInstructionsID.text,
            asset: order.asset.text, amount: order.amount.text, fiat: order.fiatCurrency, country: order.country,
            developerFee: order.developerFee?.text, counterPartyIdentityID: order.counterPartyIdentityID?.text)
    }
}

extension BorderlessXYZClient.WithdrawalOrder {
    init(_ order: BorderlessWithdrawal.Order, at quote: BorderlessWithdrawal.Quote, reference: String) {
        self.init(
            request: .init(order), quoteID: quote.id, purpose: order.paymentPurpose,
            purposeDescription: order.purposeDescription?.text, reference: reference,
            refundDestination: order.refundTarget.map { .init($0, autoRefund: order.autoRefund ?? true) })
    }
}

extension BorderlessXYZClient.RefundDestination {
    init(_ target: RefundTarget, autoRefund: Bool?) {
        let type: Kind =
            switch target {
            case .address: .address
            case .source: .source
            case .providerBalance: .providerBalance
            }
        self.init(type: type, address: target.address?.text, autoRefund: autoRefund)
    }
}
