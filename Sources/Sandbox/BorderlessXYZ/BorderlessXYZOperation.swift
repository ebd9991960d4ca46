internal import HTTPTypes
internal import SandboxCore

/// The operations of Borderless.xyz's API, by the name under which faults address them.
public enum BorderlessXYZOperation: String, CaseIterable, Hashable, Sendable {
    /// Trades credentials for a token.
    case logIn = "token"
    /// Registers a recipient's bank account.
    case createInstruction = "create_instruction"
    /// Reads one.
    case readInstruction = "read_instruction"
    /// Asks for a price.
    case quote
    /// Opens a withdrawal.
    case create
    /// Lists transactions.
    case list
    /// Reads a transaction.
    case read
    /// Calls one off.
    case cancel
    /// Sends a refund off.
    case dispatch
    /// What partners can do about refunds.
    case capabilities
    /// Reads the organisation's default destination.
    case readDefault = "read_default"
    /// Sets it.
    case setDefault = "set_default"
    /// Says that it is still right.
    case reconfirmDefault = "reconfirm_default"
    /// Lists the addresses of webhooks.
    case listWebhooks = "list_webhooks"
    /// Registers one.
    case createWebhook = "create_webhook"
    /// Reads one.
    case readWebhook = "read_webhook"
    /// Changes one.
    case updateWebhook = "update_webhook"
    /// Removes one.
    case deleteWebhook = "delete_webhook"
    /// The key with which webhooks are signed.
    case publicKey = "public_key"
    /// Replaces it.
    case rotateKey = "rotate_key"

    /// Paths as documented; those of webhook updates and of the default's setting in each method that somebody names.
    static let router = Router<BorderlessXYZOperation>([
        .init(.logIn, .post, "/v1/auth/m2m/token"),
        .init(.createInstruction, .post, "/v1/identities/{identityId}/payment-instructions"),
        .init(.readInstruction, .get, "/v1/identities/{identityId}/payment-instructions/{paymentInstructionId}"),
        .init(.quote, .post, "/v1/withdrawals/quotes"),
        .init(.create, .post, "/v1/withdrawals"),
        .init(.list, .get, "/v1/transactions"),
        .init(.read, .get, "/v1/transactions/{id}"),
        .init(.cancel, .post, "/v1/transactions/{id}/cancel"),
        .init(.dispatch, .post, "/v1/transactions/{id}/refund"),
        .init(.capabilities, .get, "/v1/corridors/{country}/{fiat}/off-ramp/refund-capabilities"),
        .init(.readDefault, .get, "/v1/organizations/refunds/config"),
        .init(.setDefault, .put, "/v1/organizations/refunds/config"),
        .init(.setDefault, .post, "/v1/organizations/refunds/config"),
        .init(.reconfirmDefault, .post, "/v1/organizations/refunds/config/reconfirm"),
        .init(.publicKey, .get, "/v1/notifications/webhooks/settings/public-key"),
        .init(.rotateKey, .post, "/v1/notifications/webhooks/settings/public-key"),
        .init(.listWebhooks, .get, "/v1/notifications/webhooks/settings"),
        .init(.createWebhook, .post, "/v1/notifications/webhooks/settings"),
        .init(.readWebhook, .get, "/v1/notifications/webhooks/settings/{id}"),
        .init(.updateWebhook, .patch, "/v1/notifications/webhooks/settings/{id}"),
        .init(.updateWebhook, .post, "/v1/notifications/webhooks/settings/{id}"),
        .init(.deleteWebhook, .delete, "/v1/notifications/webhooks/settings/{id}"),
    ])
}
