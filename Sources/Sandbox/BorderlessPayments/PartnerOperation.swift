internal import HTTPTypes
internal import SandboxCore

/// The operations of the Partner API, by the name under which faults address them.
public enum PartnerOperation: String, CaseIterable, Hashable, Sendable {
    case health, ready
    case logIn = "login"
    case context
    case createUser = "create_user"
    case listUsers = "list_users"
    case readUser = "read_user"
    case editUser = "edit_user"
    case disableUser = "disable_user"
    case enableUser = "enable_user"
    case startKYC = "start_kyc"
    case readKYC = "read_kyc"
    case refreshKYC = "refresh_kyc"
    case onboard
    case declarePurpose = "declare_purpose"
    case listLevels = "list_kyc_levels"
    case quote, catalogue
    case createOrder = "create_order"
    case listOrders = "list_orders"
    case readOrder = "read_order"
    case confirmPayment = "confirm_payment"
    case setWebhook = "set_webhook"
    case readWebhook = "read_webhook"
    case subscribe
    case listEventTypes = "list_event_types"
    case rotateSecret = "rotate_secret"
    case listDeliveries = "list_deliveries"
    case readDelivery = "read_delivery"
    case replayDelivery = "replay_delivery"

    static let router = Router<PartnerOperation>([
        .init(.health, .get, "/healthz"),
        .init(.ready, .get, "/readyz"),
        .init(.logIn, .post, "/api/v1/auth/login"),
        .init(.context, .get, "/api/v1/context"),
        .init(.createUser, .post, "/api/v1/users"),
        .init(.listUsers, .get, "/api/v1/users"),
        .init(.readUser, .get, "/api/v1/users/{id}"),
        .init(.editUser, .patch, "/api/v1/users/{id}"),
        .init(.disableUser, .post, "/api/v1/users/{id}/disable"),
        .init(.enableUser, .post, "/api/v1/users/{id}/enable"),
        .init(.startKYC, .post, "/api/v1/users/{id}/kyc/start"),
        .init(.readKYC, .get, "/api/v1/users/{id}/kyc"),
        .init(.refreshKYC, .post, "/api/v1/users/{id}/kyc/refresh"),
        .init(.onboard, .post, "/api/v1/users/{id}/kyc/onboard-upstream"),
        .init(.declarePurpose, .post, "/api/v1/users/{id}/kyc/purpose-of-usage"),
        .init(.listLevels, .get, "/api/v1/kyc-levels"),
        .init(.quote, .get, "/api/v1/quotes"),
        .init(.catalogue, .get, "/api/v1/quotes/catalogue"),
        .init(.createOrder, .post, "/api/v1/orders"),
        .init(.listOrders, .get, "/api/v1/orders"),
        .init(.readOrder, .get, "/api/v1/orders/{id}"),
        .init(.confirmPayment, .post, "/api/v1/orders/{id}/confirm-payment"),
        .init(.setWebhook, .put, "/api/v1/webhook-configs"),
        .init(.readWebhook, .get, "/api/v1/webhook-configs"),
        .init(.subscribe, .put, "/api/v1/webhook-configs/subscriptions"),
        .init(.listEventTypes, .get, "/api/v1/webhook-configs/event-catalog"),
        .init(.rotateSecret, .post, "/api/v1/webhook-configs/rotate-secret"),
        .init(.listDeliveries, .get, "/api/v1/webhook-deliveries"),
        .init(.readDelivery, .get, "/api/v1/webhook-deliveries/{id}"),
        .init(.replayDelivery, .post, "/api/v1/webhook-deliveries/{id}/replay"),
    ])

    /// What a key has to be allowed; nil: nothing.
    var scope: String? {
        switch self {
        case .health, .ready, .logIn, .context: nil
        case .createUser, .editUser, .disableUser, .enableUser: "users:write"
        case .listUsers, .readUser: "users:read"
        case .startKYC, .refreshKYC, .onboard, .declarePurpose: "kyc:write"
        case .readKYC, .listLevels: "kyc:read"
        case .quote, .catalogue: "quotes:read"
        case .createOrder, .confirmPayment: "orders:write"
        case .listOrders, .readOrder: "orders:read"
        case .setWebhook, .readWebhook, .subscribe, .listEventTypes, .rotateSecret: "webhook_configs:manage"
        case .listDeliveries, .readDelivery: "webhook_deliveries:read"
        case .replayDelivery: "webhook_deliveries:replay"
        }
    }

    /// Whether an `Idempotency-Key` is kept for it: what changes users, checks and orders.
    var takesKey: Bool { ["users:write", "kyc:write", "orders:write"].contains(scope) }
}
