import DollarPe
import DollarPePayout
import Domain
import Foundation
import ProviderCore
import Time
import WorkflowCore

extension DollarPePayout.Event {
    /// What a check of DollarPe's says; nil while it is under way, not begun, or a word that nobody knows.
    init?(checking status: Reported<DollarPeClient.VerificationStatus>, _ reason: String?) {
        switch status {
        case .known(.verified): self = .verified
        case .known(.failed): self = .verificationFailed(reason: reason ?? "DollarPe gave no reason")
        case .known(.unverified), .known(.processing), .unknown: return nil
        }
    }

    /// A rate; nil where it is no amount of money.
    init?(rate: Decimal) {
        guard let price = try? FiatAmount(rate) else { return nil }
        self = .rated(rate: DollarPePayout.Rate(price: price))
    }

    /// What a customer may still be paid: nothing where DollarPe shows less than that.
    init?(limits: DollarPeClient.Limits) {
        guard let available = try? FiatAmount(max(0, limits.available)) else { return nil }
        self = .limited(
            limits: DollarPePayout.Limits(
                available: DollarPePayout.Available(available), resetAt: limits.resetAt,
                needsDiligence: limits.isEDDRequired,
                ceiling: limits.ceiling.flatMap { try? FiatAmount($0) }.map(DollarPePayout.Available.init)))
    }

    /// A locked rate; nil where what it says is no amount of money.
    init?(quotation: DollarPeClient.Quotation) {
        guard let receiving = try? FiatAmount(quotation.receiving), let rate = try? FiatAmount(quotation.rate) else {
            return nil
        }
        self = .quoted(
            quote: DollarPePayout.Quote(
                id: quotation.id, receiving: receiving, rate: rate, expiresAt: quotation.expiresAt))
    }

    /// How far a payout is; a status that this build does not know is kept as the word that it is.
    init(reading payout: DollarPeClient.Payout) {
        let status: DollarPePayout.Status =
            switch payout.status {
            case .known(.processing): .processing
            case .known(.success): .success
            case .known(.failed): .failed
            case .known(.refunded): .refunded
            case .known(.inReview), .known(.cancelled), .unknown: .other(word: payout.status.description)
            }
        self = .reported(
            report: DollarPePayout.Report(
                status: status, utr: payout.utr, transfer: payout.transfer,
                receiving: payout.receiving.flatMap { try? FiatAmount($0) }))
    }
}

extension DollarPePayout.Rules {
    init(_ configuration: DollarPeClient.Configuration) {
        self.init(
            coins: DollarPePayout.Coin.allCases.filter { configuration.assets.contains($0.rawValue) }.map { coin in
                let range = configuration.limits[coin.rawValue]
                return DollarPePayout.CoinRule(
                    coin: coin, least: range.flatMap { try? .init(text: $0.least.description) },
                    most: range.flatMap { try? .init(text: $0.most.description) })
            }, requiredRisk: configuration.requiredRiskParameters)
    }
}

extension DollarPeClient.QuotationRequest {
    init(_ order: DollarPePayout.Order) {
        self.init(
            asset: order.asset.rawValue, fiat: DollarPePayout.fiat, amount: order.amount.text,
            customer: order.customer.text, bank: order.bank.text,
            risk: order.risk.map { DollarPeClient.Risk($0.exposed) })
    }
}

extension DollarPeClient.Risk {
    init(_ risk: DollarPePayout.Risk) {
        self.init(
            deviceID: risk.deviceID?.text, ipAddress: risk.ipAddress?.text,
            isReportedByPolice: risk.isReportedByPolice, isReportedAsSuspicious: risk.isReportedAsSuspicious)
    }
}
