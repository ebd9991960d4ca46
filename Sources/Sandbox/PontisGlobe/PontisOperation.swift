internal import HTTPTypes
internal import SandboxCore

/// The operations of PontisGlobe's API, by the name under which faults address them.
public enum PontisOperation: String, CaseIterable, Hashable, Sendable {
    /// Trades e-mail and password for a token.
    case logIn = "login"
    /// Orders a payout.
    case send
    /// Reads a payout.
    case read

    static let router = Router<PontisOperation>([
        .init(.logIn, .post, "/api/v1/user/login"),
        .init(.send, .post, "/api/v1/payouts/sendPayoutRequest"),
        .init(.read, .post, "/api/v1/payouts/getPayoutStatus"),
    ])
}
