internal import SandboxCore
internal import Time

/// Where a payout is, by DollarPe's word; the list is open.
struct PayoutStatus: RawRepresentable, Hashable, Sendable {
    let rawValue: String

    static let processing = Self(rawValue: "PROCESSING")
    static let success = Self(rawValue: "SUCCESS")
    static let failed = Self(rawValue: "FAILED")
    static let refunded = Self(rawValue: "REFUNDED")
    static let canceled = Self(rawValue: "CANCELLED")
    static let inReview = Self(rawValue: "IN_REVIEW")

    /// Whether nothing but a refund can follow; what is held or canceled can still be freed.
    var isSettled: Bool { [.success, .failed, .refunded].contains(self) }

    /// Whether its exchange order must not be used again (DollarPe documentation, “Initiate”).
    var keepsOrder: Bool { ![.failed, .refunded, .canceled].contains(self) }
}

/// A locked rate.
struct Quotation: Sendable {
    let id: String
    let account: Int
    let customer: String
    let bank: String
    let asset: String
    /// Millionths of a coin.
    let sending: Int
    /// Paise for a coin.
    let rate: Int
    let created: Timestamp
    /// What is shown; an outcome can let it end before.
    let expiry: Timestamp
    let ends: Timestamp
    var payout: Int?

    /// Paise before fees.
    var gross: Int { sending / 1000 * rate / 1000 }
}

/// One payout.
struct Payout: Sendable {
    let id: String
    let quotation: Int
    let reference: String?
    let exchangeOrder: String
    let created: Timestamp
    var script: PayoutScript
    var status = PayoutStatus.processing
    var updated: Timestamp
    var transfer: String?
    var utr: String?
    /// Counts the moves, so that a timer set before the last one is void.
    var moves = 0

    /// By what the ledger finds it beside its id.
    var key: String { reference ?? exchangeOrder }
}

/// What is to happen to one payout: where it goes, and how long after the step before.
struct PayoutScript: Sendable, Hashable {
    struct Step: Sendable, Hashable {
        let after: Duration
        let status: PayoutStatus
    }

    var steps: [Step]
    /// Whether it shows and tells `COMPLETED`, as some guides do.
    var usesAlias = false
    /// Whether the next link is answered and forgotten.
    var losesLink = false
}

/// A payout's next move; void if it has moved since.
enum DollarPeTimer: Sendable {
    case payout(Int, moves: Int)
    case customer(String, DollarPeWorld.Verification, changes: Int)
    case bank(String, DollarPeWorld.Verification, changes: Int)
    case diligence(String)
}
