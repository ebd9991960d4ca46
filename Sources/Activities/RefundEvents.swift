import BorderlessXYZ
import Domain
import ProviderCore
import Refund
import Time

extension Refund.Report {
    /// What a transaction says about its refund.
    init(_ transaction: BorderlessXYZClient.Transaction, readAt instant: Timestamp) {
        self.init(
            stage: Refund.Stage(transaction.status), cause: transaction.failureReason,
            country: transaction.country.flatMap { CountryCode($0) },
            fiat: transaction.fiat.flatMap { CurrencyCode($0) },
            asset: transaction.asset.flatMap { try? NetworkAsset(text: $0) },
            amount: transaction.amount.flatMap { FiatAmount($0) }, partner: transaction.partner,
            plan: transaction.refund.flatMap { Refund.RefundPlan($0) }, readAt: instant)
    }
}

extension Refund.Stage {
    init(_ status: Reported<BorderlessXYZClient.TransactionStatus>) {
        self =
            switch status {
            case .known(.completed): .completed
            case .known(.failed): .failed
            case .known(.cancelled): .cancelled
            case .known(.refunded): .refunded
            case .known(.submitted), .known(.verifying), .known(.preparing), .known(.orchestrating), .known(.pending),
                .known(.processing), .unknown:
                .underWay
            }
    }
}

extension Refund.RefundPlan {
    /// What a plan says; nil where its status is new to us, so that nothing follows from it.
    init?(_ resolution: BorderlessXYZClient.RefundResolution) {
        guard case .known(let status) = resolution.status else { return nil }
        self.init(
            status: Refund.PlanStatus(status),
            path: resolution.isSupported == false ? .unsupported : resolution.path.flatMap { Refund.Path($0) },
            layer: resolution.destinationSource.flatMap { Refund.Layer($0) }, address: resolution.address,
            needsPerson: resolution.needsPerson, reason: resolution.reason)
    }
}

extension Refund.PlanStatus {
    init(_ status: BorderlessXYZClient.RefundStatus) {
        self =
            switch status {
            case .created: .created
            case .eligible: .eligible
            case .inProgress: .inProgress
            case .succeeded: .succeeded
            case .failed: .failed
            case .blocked: .blocked
            case .manualRequired: .manualRequired
            case .unsupported: .unsupported
            case .notNeeded: .notNeeded
            case .cancelled: .cancelled
            }
    }
}

extension Refund.Path {
    init?(_ path: Reported<BorderlessXYZClient.RefundPath>) {
        switch path {
        case .known(.inlineProvider): self = .inlineProvider
        case .known(.providerBalance): self = .providerBalance
        case .known(.sourceReturn): self = .sourceReturn
        case .known(.providerObserved): self = .providerObserved
        case .known(.manualRequired): self = .manualRequired
        case .known(.unsupported): self = .unsupported
        case .known(.notNeeded): self = .notNeeded
        case .unknown: return nil
        }
    }
}

extension Refund.Layer {
    init?(_ source: Reported<BorderlessXYZClient.RefundDestinationSource>) {
        switch source {
        case .known(.none): self = .none
        case .known(.perTransaction): self = .perTransaction
        case .known(.organizationDefault): self = .organisationDefault
        case .known(.originalSender): self = .originalSender
        case .known(.providerLocked): self = .providerLocked
        case .known(.manual): self = .manual
        case .unknown: return nil
        }
    }
}

extension Refund.Standing {
    init(_ standard: BorderlessXYZClient.RefundDefault?) {
        self =
            switch standard {
            case nil: .missing
            case let standard? where standard.isRejected: .rejected
            case let standard? where !standard.autoRefund: .manual
            case let standard? where standard.isStale: .stale
            case .some: .fresh
            }
    }
}

extension Refund.Capability {
    init(_ capability: BorderlessXYZClient.RefundCapability) {
        // Five business days are seven days, and may meet a holiday: a business day counts as one and a half.
        let seconds = capability.longest.map { $0.microseconds / 1_000_000 }
        self.init(
            partner: capability.partner, acceptedTypes: capability.acceptedTypes,
            longestSeconds: capability.isInBusinessDays ? seconds.map { $0 + $0 / 2 } : seconds)
    }
}
