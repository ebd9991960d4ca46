/// Where a payout stands: the twelve values of `data.executionStatus` (Dfns SDK, payouts/types).
public enum ExecutionStatus: String, CaseIterable, Sendable, Hashable {
    /// Created; Borderless does not know of it yet. To: AwaitingPayoutInstructions, Failed, Canceled.
    case initializing = "Initializing"
    /// Borderless has opened a withdrawal. To: AwaitingPayoutConfirmation, Failed, Canceled.
    case awaitingInstructions = "AwaitingPayoutInstructions"
    /// The deposit address is known. To: SubmittingPayoutTransfer, Expired, Failed, Canceled.
    case awaitingConfirmation = "AwaitingPayoutConfirmation"
    /// Confirmed, or approved. To: PendingPolicyApproval, DepositProcessing, Rejected, Expired, Failed.
    case submittingTransfer = "SubmittingPayoutTransfer"
    /// A policy wants an approval. To: SubmittingPayoutTransfer, Rejected, Expired, Failed.
    case pendingApproval = "PendingPolicyApproval"
    /// The transfer is on its way. To: DisbursementPending, Failed.
    case depositProcessing = "DepositProcessing"
    /// The crypto has arrived at Borderless. To: Completed, Failed.
    case disbursementPending = "DisbursementPending"
    /// The fiat has arrived. Final.
    case completed = "Completed"
    /// A policy denied the transfer. Final.
    case rejected = "Rejected"
    /// It went wrong; `statusReason` says how. Final.
    case failed = "Failed"
    /// Not confirmed, or not submitted, in time. Final.
    case expired = "Expired"
    /// Its creator canceled it. Final.
    case canceled = "Canceled"

    /// The value of the top-level `status` that goes with it.
    var status: PayoutStatus {
        switch self {
        case .initializing, .awaitingInstructions, .awaitingConfirmation, .submittingTransfer, .pendingApproval,
            .depositProcessing, .disbursementPending:
            .processing
        case .completed: .completed
        case .rejected: .rejected
        case .failed: .failed
        case .expired: .expired
        case .canceled: .canceled
        }
    }

    /// Whether nothing follows.
    var isFinal: Bool { status != .processing }

    /// Whether the payout can still be called off.
    var canBeCanceled: Bool {
        switch self {
        case .initializing, .awaitingInstructions, .awaitingConfirmation: true
        case .submittingTransfer, .pendingApproval, .depositProcessing, .disbursementPending, .completed, .rejected,
            .failed, .expired, .canceled:
            false
        }
    }
}

/// The six values of a payout's top-level `status`.
enum PayoutStatus: String, CaseIterable, Sendable {
    case processing = "Processing"
    case completed = "Completed"
    case failed = "Failed"
    case rejected = "Rejected"
    case expired = "Expired"
    case canceled = "Canceled"
}
