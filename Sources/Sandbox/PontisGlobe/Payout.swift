internal import SandboxCore
internal import Time

/// How far a payout is (PontisGlobe documentation, “Get payout status”).
public enum PayoutStatus: String, Sendable, Hashable, CaseIterable {
    /// A person approves it.
    case pendingApproval = "pending_approval"
    /// Approved, or queued.
    case pending
    /// With the payment network.
    case processing
    /// Delivered.
    case completed
    /// Not delivered.
    case failed
    /// Rejected before it was processed.
    case rejected
    /// Canceled before it was processed.
    case canceled
    /// Delivered, and returned since.
    case reversed

    /// Whether nothing but a reversal can follow.
    var isFinal: Bool {
        switch self {
        case .pendingApproval, .pending, .processing: false
        case .completed, .failed, .rejected, .canceled, .reversed: true
        }
    }
}

/// One payout.
struct Payout: Sendable {
    let id: String
    let account: Int
    let key: String
    /// What was asked, so that the same key with another order is seen.
    let fingerprint: String
    let cents: Int
    let currency: String
    let first: PayoutStatus
    var status: PayoutStatus
    var message: String?
    var script: PayoutScript
    /// Counts the moves: a timer set before the last one is void.
    var moves = 0
}

/// What is to happen to one payout.
struct PayoutScript: Sendable, Hashable {
    /// How it ends.
    var end: PayoutStatus = .completed
    /// Why, where it does not arrive.
    var reason: String?
    /// The status that it never leaves.
    var stuckAt: PayoutStatus?
    /// A status nobody has documented, shown instead of `processing`.
    var disguise: String?
    /// Whether a person has to approve it, whatever the amount.
    var needsApproval = false
    /// Whether it comes back after its delivery, and how long after.
    var reversalAfter: Duration?
    /// Other delays than usual.
    var delay: Duration?
    /// How often each callback is posted.
    var callbacks = 1
}
