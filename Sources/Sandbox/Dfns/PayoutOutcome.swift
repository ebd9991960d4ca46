/// What can be made to happen to a payout, by the name under which the control plane knows it.
public enum PayoutOutcome: String, CaseIterable, Sendable, Hashable {
    /// Nothing special: forget what was scripted.
    case succeed
    /// It fails at an execution status.
    case fail
    /// A policy blocks the transfer at once.
    case policyReject = "policy_reject"
    /// A policy wants an approval, which is granted.
    case policyApprove = "policy_approve"
    /// A policy wants an approval, which is denied.
    case policyDeny = "policy_deny"
    /// A policy wants an approval, and nobody decides.
    case policyNever = "policy_never"
    /// It expires.
    case expire
    /// The transfer is reverted on chain.
    case revertOnChain = "revert_on_chain"
    /// Borderless fails after the crypto has arrived, and sends it back.
    case failAfterFunding = "fail_after_funding"
    /// It never leaves an execution status.
    case stuck
    /// The deposit address is another one than the webhook said.
    case changeDepositAddress = "change_deposit_address"
    /// It shows an execution status that is not documented.
    case unknownExecutionStatus = "unknown_execution_status"
    /// It shows another provider than the one that was asked for.
    case unknownProvider = "unknown_provider"
    /// It completes, and later the bank returns the fiat.
    case returnAfterCompletion = "return_after_completion"
    /// It is created, and the answer is lost.
    case loseCreateResponse = "lose_create_response"
    /// It is confirmed, and the answer is lost.
    case loseConfirmResponse = "lose_confirm_response"
    /// `payout.action.required` is not sent.
    case noWebhook = "no_webhook"
    /// `payout.action.required` is sent twice.
    case doubleWebhook = "double_webhook"

    /// One line for the help text.
    var explanation: String {
        switch self {
        case .succeed: "forget what was scripted"
        case .fail: "fail at the executionStatus “at”, with the “reason”"
        case .policyReject: "a policy blocks the transfer at once: Rejected"
        case .policyApprove: "a policy's approval is granted after “seconds” (3600)"
        case .policyDeny: "a policy's approval is denied after “seconds” (3600): Rejected"
        case .policyNever: "a policy's approval is decided by nobody but POST …/decisions"
        case .expire: "expire “at” AwaitingPayoutConfirmation at once, or SubmittingPayoutTransfer after 4 h"
        case .revertOnChain: "the transfer is reverted on chain: Failed with a transactionHash, nothing has left"
        case .failAfterFunding: "Failed at DisbursementPending; the crypto is back after “seconds” (1800)"
        case .stuck: "never leave the executionStatus “at” (DisbursementPending)"
        case .changeDepositAddress: "GET shows another depositAddress than the webhook"
        case .unknownExecutionStatus: "show “value” (AwaitingComplianceReview) instead of “at” (DisbursementPending)"
        case .unknownProvider: "show the provider CircleMint"
        case .returnAfterCompletion: "the bank returns the fiat “seconds” (172800) after Completed"
        case .loseCreateResponse: "create it, then break the connection"
        case .loseConfirmResponse: "confirm it, then break the connection"
        case .noWebhook: "don't send payout.action.required"
        case .doubleWebhook: "send payout.action.required twice"
        }
    }
}

/// What is to happen to one payout.
public struct PayoutScript: Sendable, Hashable {
    /// What a wallet's policy says about the transfer.
    enum Policy: Sendable, Hashable {
        case block
        case approve(after: Duration?)
        case deny(after: Duration?)
        case undecided
    }

    var failAt: ExecutionStatus?
    var failReason: String?
    var policy: Policy?
    var expireAt: ExecutionStatus?
    var stuckAt: ExecutionStatus?
    var refundAfter: Duration?
    var returns = false
    var returnAfter: Duration?
    var changesDepositAddress = false
    var disguise: Disguise?
    var unknownProvider = false
    var losesCreateResponse = false
    var losesConfirmResponse = false
    var webhooks = 1

    /// An execution status that is shown instead of another.
    struct Disguise: Sendable, Hashable {
        let at: ExecutionStatus
        let value: String
    }

    /// Nothing special.
    public init() {}

    /// Adds an outcome; where two contradict each other, the later one holds.
    ///
    /// `at` is the execution status where the outcome has one to choose, `seconds` the delay where it has one.
    public mutating func add(
        _ outcome: PayoutOutcome, at status: ExecutionStatus? = nil, after delay: Duration? = nil, text: String? = nil
    ) {
        switch outcome {
        case .succeed: self = PayoutScript()
        case .fail: (failAt, failReason) = (status ?? .awaitingInstructions, text)
        case .policyReject: policy = .block
        case .policyApprove: policy = .approve(after: delay)
        case .policyDeny: policy = .deny(after: delay)
        case .policyNever: policy = .undecided
        case .expire: expireAt = status ?? .awaitingConfirmation
        case .revertOnChain: (failAt, failReason) = (.depositProcessing, text ?? "the transfer was reverted on chain")
        case .failAfterFunding: (failAt, failReason, refundAfter) = (.disbursementPending, text, delay)
        case .stuck: stuckAt = status ?? .disbursementPending
        case .changeDepositAddress: changesDepositAddress = true
        case .unknownExecutionStatus:
            disguise = Disguise(at: status ?? .disbursementPending, value: text ?? "AwaitingComplianceReview")
        case .unknownProvider: unknownProvider = true
        case .returnAfterCompletion: (returns, returnAfter) = (true, delay)
        case .loseCreateResponse: losesCreateResponse = true
        case .loseConfirmResponse: losesConfirmResponse = true
        case .noWebhook: webhooks = 0
        case .doubleWebhook: webhooks = 2
        }
    }
}

/// Outcomes that an amount chooses by its last two digits in minimum units, so that a demo needs no control plane.
struct MagicAmount: Sendable {
    let digits: String
    let outcome: PayoutOutcome
    var at: ExecutionStatus?
    let meaning: String

    static let all = [
        MagicAmount("01", .policyReject, "a policy rejects the transfer"),
        MagicAmount("02", .policyApprove, "a policy wants an approval, which is granted after 1 h"),
        MagicAmount("03", .fail, at: .awaitingInstructions, "Borderless refuses it before funding"),
        MagicAmount("04", .failAfterFunding, "Borderless fails after funding; the crypto comes back"),
        MagicAmount("05", .stuck, at: .disbursementPending, "stuck in DisbursementPending"),
        MagicAmount("06", .loseCreateResponse, "created, and the answer is lost"),
        MagicAmount("07", .loseConfirmResponse, "confirmed, and the answer is lost"),
        MagicAmount("08", .noWebhook, "no webhook asks for the confirmation"),
        MagicAmount("09", .doubleWebhook, "the webhook that asks for the confirmation comes twice"),
        MagicAmount("10", .policyNever, "a policy wants an approval, and nobody decides"),
        MagicAmount("11", .revertOnChain, "the transfer is reverted on chain"),
        MagicAmount("12", .expire, at: .submittingTransfer, "not submitted within 4 h of the confirmation"),
        MagicAmount("13", .changeDepositAddress, "the deposit address is another one than the webhook said"),
        MagicAmount("14", .unknownExecutionStatus, "shows an executionStatus that is not documented"),
        MagicAmount("15", .unknownProvider, "shows a provider that was not asked for"),
        MagicAmount("16", .returnAfterCompletion, "completed, and two days later the bank returns the fiat"),
        MagicAmount("17", .stuck, at: .depositProcessing, "stuck in DepositProcessing"),
    ]

    private static let byDigits = Dictionary(uniqueKeysWithValues: all.map { ($0.digits, $0) })

    private init(_ digits: String, _ outcome: PayoutOutcome, at: ExecutionStatus? = nil, _ meaning: String) {
        self.digits = digits
        self.outcome = outcome
        self.at = at
        self.meaning = meaning
    }

    /// What the amount asks for; amounts of fewer than three digits ask for nothing.
    static func script(for amount: String) -> PayoutScript {
        var script = PayoutScript()
        if amount.utf8.count > 2, let magic = byDigits[String(amount.suffix(2))] {
            script.add(magic.outcome, at: magic.at)
        }
        return script
    }
}
