internal import HTTPTypes
internal import SandboxCore

/// The operations of Dfns's API that take part in a payout, by the name under which faults address them.
public enum DfnsOperation: String, CaseIterable, Hashable, Sendable {
    /// Asks for a challenge.
    case initiateAction = "init"
    /// Trades a signed challenge for a user action token.
    case completeAction = "action"
    /// Asks what a payout would bring.
    case quote
    /// Creates a payout.
    case create
    /// Reads one payout.
    case read
    /// Lists payouts.
    case list
    /// Confirms a payout.
    case confirm
    /// Cancels a payout.
    case cancel
    /// Reads one transfer of a wallet.
    case transfer
    /// Lists what went into and out of a wallet.
    case history
    /// Lists policy approvals.
    case approvals
    /// Reads one policy approval.
    case approval
    /// Decides about a policy approval.
    case decision
    /// Creates a webhook.
    case webhookCreate = "webhook_create"
    /// Lists webhooks.
    case webhookList = "webhook_list"
    /// Reads one webhook.
    case webhookRead = "webhook_read"
    /// Changes a webhook.
    case webhookUpdate = "webhook_update"
    /// Deletes a webhook.
    case webhookDelete = "webhook_delete"
    /// Posts a test event.
    case webhookPing = "webhook_ping"
    /// Lists a webhook's events.
    case webhookEvents = "webhook_events"
    /// Reads one event of a webhook.
    case webhookEvent = "webhook_event"

    static let router = Router<DfnsOperation>([
        .init(.read, .get, "/payouts/{payoutId}"),
        .init(.initiateAction, .post, "/auth/action/init"),
        .init(.completeAction, .post, "/auth/action"),
        .init(.quote, .post, "/payouts/quote"),
        .init(.create, .post, "/payouts"),
        .init(.list, .get, "/payouts"),
        .init(.confirm, .post, "/payouts/{payoutId}/action"),
        .init(.cancel, .post, "/payouts/{payoutId}/action"),
        .init(.transfer, .get, "/wallets/{walletId}/transfers/{transferId}"),
        .init(.history, .get, "/wallets/{walletId}/history"),
        .init(.approvals, .get, "/v2/policy-approvals"),
        .init(.approval, .get, "/v2/policy-approvals/{approvalId}"),
        .init(.decision, .post, "/v2/policy-approvals/{approvalId}/decisions"),
        .init(.webhookCreate, .post, "/webhooks"),
        .init(.webhookList, .get, "/webhooks"),
        .init(.webhookRead, .get, "/webhooks/{webhookId}"),
        .init(.webhookUpdate, .put, "/webhooks/{webhookId}"),
        .init(.webhookDelete, .delete, "/webhooks/{webhookId}"),
        .init(.webhookPing, .post, "/webhooks/{webhookId}/ping"),
        .init(.webhookEvents, .get, "/webhooks/{webhookId}/events"),
        .init(.webhookEvent, .get, "/webhooks/{webhookId}/events/{eventId}"),
    ])

    /// Whether a user action token is needed (Dfns SDK: payouts and webhooks clients).
    var isSigned: Bool {
        switch self {
        case .create, .confirm, .cancel, .decision, .webhookCreate, .webhookUpdate, .webhookDelete, .webhookPing: true
        case .initiateAction, .completeAction, .quote, .read, .list, .transfer, .history, .approvals, .approval,
            .webhookList, .webhookRead, .webhookEvents, .webhookEvent:
            false
        }
    }

    /// The permissions of which one is needed; none for signing itself.
    ///
    /// For actions on payouts the documentation says `Payouts:Write`, the newer SDK `Payouts:Update`: either will do.
    var permissions: [DfnsPermission] {
        switch self {
        case .initiateAction, .completeAction: []
        case .quote, .create: [.payoutsCreate]
        case .read, .list: [.payoutsRead]
        case .confirm, .cancel: [.payoutsWrite, .payoutsUpdate]
        case .transfer, .history: [.walletsRead]
        case .approvals, .approval: [.approvalsRead]
        case .decision: [.approvalsApprove]
        case .webhookCreate: [.webhooksCreate]
        case .webhookList, .webhookRead: [.webhooksRead]
        case .webhookUpdate: [.webhooksUpdate]
        case .webhookDelete: [.webhooksDelete]
        case .webhookPing: [.webhooksPing]
        case .webhookEvents, .webhookEvent: [.webhookEventsRead]
        }
    }
}

/// What a user may do; the names are Dfns's.
public enum DfnsPermission: String, CaseIterable, Hashable, Sendable {
    /// Quote and create payouts.
    case payoutsCreate = "Payouts:Create"
    /// Read payouts.
    case payoutsRead = "Payouts:Read"
    /// Confirm and cancel payouts, by the name in the documentation.
    case payoutsWrite = "Payouts:Write"
    /// Confirm and cancel payouts, by the name in the SDK.
    case payoutsUpdate = "Payouts:Update"
    /// Read wallets, their transfers and history.
    case walletsRead = "Wallets:Read"
    /// Read policy approvals.
    case approvalsRead = "Policies:Approvals:Read"
    /// Decide about policy approvals.
    case approvalsApprove = "Policies:Approvals:Approve"
    /// Create webhooks.
    case webhooksCreate = "Webhooks:Create"
    /// Read webhooks.
    case webhooksRead = "Webhooks:Read"
    /// Change webhooks.
    case webhooksUpdate = "Webhooks:Update"
    /// Delete webhooks.
    case webhooksDelete = "Webhooks:Delete"
    /// Post test events.
    case webhooksPing = "Webhooks:Ping"
    /// Read the events of webhooks.
    case webhookEventsRead = "Webhooks:Events:Read"
}
