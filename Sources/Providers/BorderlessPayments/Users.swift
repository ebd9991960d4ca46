import HTTPTypes
public import ProviderCore
public import Time

/// Users and the check of their identity (Borderless Payments documentation, “Users” and “KYC”).
extension PartnerClient {
    /// Somebody who wants to buy crypto.
    public struct NewUser: Hashable, Sendable {
        /// Unique for each partner and mode.
        public let email: String
        /// The given name.
        public let firstName: String
        /// The family name.
        public let lastName: String
        /// A telephone number such as `+4915112345678`.
        public let mobile: String
        /// Our own name of the user; unique for each partner and mode.
        public let reference: String?
        /// The country in three capital letters, such as `DEU`.
        public let country: String?

        /// A user.
        public init(
            email: String, firstName: String, lastName: String, mobile: String, reference: String?, country: String?
        ) {
            self.email = email
            self.firstName = firstName
            self.lastName = lastName
            self.mobile = mobile
            self.reference = reference
            self.country = country
        }
    }

    /// A user as Borderless Payments knows it.
    public struct User: Hashable, Sendable {
        /// Its id.
        public let id: String
        /// The address under which it was created.
        public let email: String?
        /// How far the check of the identity is.
        public let kyc: Reported<KYCStatus>
        /// When the venue that sells the crypto took the user; nil: not yet, whatever `kyc` says.
        public let registeredAt: Timestamp?
        /// When the venue turned the user down; nil: it has not.
        public let rejectedAt: Timestamp?
        /// Whether it may do nothing at all.
        public let isDisabled: Bool
        /// The country on record; without one there are no orders.
        public let country: String?

        /// Whether orders are taken for this user.
        public var mayOrder: Bool {
            kyc == .known(.approved) && registeredAt != nil && rejectedAt == nil && country != nil && !isDisabled
        }
    }

    /// How far the check of a user's identity is.
    public enum KYCStatus: String, Hashable, Sendable, CaseIterable {
        /// Not begun.
        case notStarted = "NOT_STARTED"
        /// A session is open.
        case initiated = "INIT"
        /// The user is done, and waits.
        case submitted = "SUBMITTED"
        /// Somebody looks at it.
        case pending = "PENDING"
        /// Good.
        case approved = "APPROVED"
        /// Not good.
        case rejected = "REJECTED"
        /// The session ran out.
        case expired = "EXPIRED"
    }

    /// A session in which a user shows who he or she is.
    public struct KYCSession: Hashable, Sendable, Decodable {
        /// Its id.
        public let id: String
        /// Where the user goes.
        public let url: String

        private enum CodingKeys: String, CodingKey {
            case id = "session_id"
            case url = "verify_url"
        }
    }

    /// Creates a user (`POST /users`); refused as `conflict` where address or reference are taken.
    public func createUser(_ user: NewUser, key: String) async -> ProviderOutcome<User> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(.post, "/users", WireUser(user), key: key)
        }
    }

    /// The users that a text finds, such as an address or our reference.
    public func users(matching text: String) async -> ProviderOutcome<[User]> {
        await ProviderOutcome { () async throws(CallFailure) in
            let page: Page<User> = try await read("/users", query: [("q", text), ("limit", "20")])
            return page.items
        }
    }

    /// Reads a user.
    public func user(_ id: String) async -> ProviderOutcome<User> {
        await ProviderOutcome { () async throws(CallFailure) in try await read("/users/\(try Self.segment(id))") }
    }

    /// Opens a session (`POST /users/{id}/kyc/start`).
    public func startKYC(of user: String, key: String) async -> ProviderOutcome<KYCSession> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(.post, "/users/\(try Self.segment(user))/kyc/start", Nothing(), key: key)
        }
    }

    /// Registers an approved user with the venue once more (`POST /users/{id}/kyc/onboard-upstream`; idempotent).
    public func register(_ user: String, key: String) async -> ProviderOutcome<Bool> {
        await ProviderOutcome { () async throws(CallFailure) in
            let answer: WireOnboarded = try await write(
                .post, "/users/\(try Self.segment(user))/kyc/onboard-upstream", Nothing(), key: key)
            return answer.onboarded
        }
    }

    /// Says what a user buys crypto for (`POST /users/{id}/kyc/purpose-of-usage`).
    public func setPurposes(_ purposes: [String], of user: String, key: String) async -> ProviderOutcome<Done> {
        await ProviderOutcome { () async throws(CallFailure) in
            let body = try ProviderAPI.body(WirePurposes(purposes: purposes))
            _ = try await send(
                .post, "/users/\(try Self.segment(user))/kyc/purpose-of-usage", body, key: key, leg: .write)
            return Done()
        }
    }

    /// It was done; nothing else is said.
    public struct Done: Hashable, Sendable {
        /// The only value.
        public init() {}
    }
}

extension PartnerClient.User: Decodable {
    private enum Key: String, CodingKey {
        case id, email, kyc_status, provider_registered_at, provider_kyc_rejected_at, disabled, is_disabled
        case country_code
    }

    /// Reads a user; what is missing counts as not there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .id)
        email = container.tolerant(.email)
        let status: String? = container.tolerant(.kyc_status)
        kyc = Reported(status ?? "NOT_STARTED")
        registeredAt = container.tolerant(.provider_registered_at)
        rejectedAt = container.tolerant(.provider_kyc_rejected_at)
        isDisabled = container.tolerant(.disabled) ?? container.tolerant(.is_disabled) ?? false
        country = container.tolerant(.country_code)
    }
}

/// A part of a list.
struct Page<Item: Decodable>: Decodable { let items: [Item] }

private struct WireUser: Encodable {
    let email: String
    let first_name: String
    let last_name: String
    let mobile: String
    let partner_user_ref: String?
    let country_code: String?

    init(_ user: PartnerClient.NewUser) {
        email = user.email
        first_name = user.firstName
        last_name = user.lastName
        mobile = user.mobile
        partner_user_ref = user.reference
        country_code = user.country
    }
}

private struct WireOnboarded: Decodable { let onboarded: Bool }
private struct WirePurposes: Encodable { let purposes: [String] }
