public import Domain
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

        /// A user; all else comes from the identity document.
        public init(email: String, firstName: String, lastName: String, mobile: String, reference: String?) {
            self.email = email
            self.firstName = firstName
            self.lastName = lastName
            self.mobile = mobile
            self.reference = reference
        }
    }

    /// A user as Borderless Payments knows it.
    public struct User: Hashable, Sendable {
        /// Its id.
        public let id: String
        /// The address under which it was created.
        public let email: String?
        /// Our own name of it.
        public let reference: String?
        /// How far the check of the identity is.
        public let kyc: Reported<KYCStatus>
        /// When the venue that sells the crypto took the user; nil: not yet, whatever `kyc` says.
        public let registeredAt: Timestamp?
        /// When the venue turned the user down; nil: it has not.
        public let rejectedAt: Timestamp?
        /// Since when it may do nothing at all; nil: it may.
        public let disabledAt: Timestamp?
        /// The country on record, in two capital letters; without one there are no orders.
        public let country: CountryCode?
        /// The mode that it belongs to, where that is said.
        public let mode: String?
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
            let made: User = try await write(.post, "/users", WireUser(user), key: key)
            try checkWritten(mode: made.mode, of: "user \(made.id)")
            return made
        }
    }

    /// The user under an address, whose case doesn't count, or under our own name, if there is one.
    ///
    /// Refused as `conflict` where the address belongs to a user that has another name of ours: another customer's
    /// check must not serve for this one.
    public func user(email: String, reference: String?) async -> ProviderOutcome<User?> {
        await ProviderOutcome { () async throws(CallFailure) in
            let page: Page<User> = try await read("/users", query: [("q", email), ("limit", "100")])
            if let user = page.items.first(where: { $0.email?.lowercased() == email.lowercased() }) {
                if let reference, let other = user.reference, other != reference {
                    let words = "the e-mail address belongs to the user \(other), and not to \(reference)"
                    throw .refused(CallRefusal(Refusal("conflict", words)))
                }
                return try fits(user)
            }
            guard let reference else { return nil }
            let others: Page<User> = try await read("/users", query: [("q", reference), ("limit", "100")])
            return try others.items.first { $0.reference == reference }.map { user throws(CallFailure) in
                try fits(user)
            }
        }
    }

    /// Reads a user.
    public func user(_ id: String) async -> ProviderOutcome<User> {
        await ProviderOutcome { () async throws(CallFailure) in
            try fits(try await read("/users/\(try Self.segment(id))") as User)
        }
    }

    /// Opens a session (`POST /users/{id}/kyc/start`).
    public func startKYC(of user: String, key: String) async -> ProviderOutcome<KYCSession> {
        await ProviderOutcome { () async throws(CallFailure) in
            try await write(.post, "/users/\(try Self.segment(user))/kyc/start", key: key)
        }
    }

    /// Has Borderless Payments ask the vendor of the check how far it is (`POST /users/{id}/kyc/refresh`), in case its
    /// word was missed; an approved user stays approved. What it found shows in the next read.
    public func refreshKYC(of user: String, key: String) async -> ProviderOutcome<Done> {
        await ProviderOutcome { () async throws(CallFailure) in
            _ = try await send(.post, "/users/\(try Self.segment(user))/kyc/refresh", [], key: key, leg: .write)
            return Done()
        }
    }

    /// Registers an approved user with the venue once more (`POST /users/{id}/kyc/onboard-upstream`; idempotent).
    public func register(_ user: String, key: String) async -> ProviderOutcome<Bool> {
        await ProviderOutcome { () async throws(CallFailure) in
            let answer: WireOnboarded = try await write(
                .post, "/users/\(try Self.segment(user))/kyc/onboard-upstream", key: key)
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

    private func fits(_ user: User) throws(CallFailure) -> User {
        try checkMode(user.mode, of: "user \(user.id)")
        return user
    }

    /// It was done; nothing else is said.
    public struct Done: Hashable, Sendable {
        /// The only value.
        public init() {}
    }
}

extension PartnerClient.User: Decodable {
    private enum Key: String, CodingKey {
        case id, email, partner_user_ref, kyc_status, provider_registered_at, provider_kyc_rejected_at, disabled_at
        case country_code, mode
    }

    /// Reads a user; what is missing counts as not there, and a check without a word as one that nobody knows.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: .id)
        email = container.tolerant(.email)
        reference = container.tolerant(.partner_user_ref)
        let status: String? = container.tolerant(.kyc_status)
        kyc = Reported(status ?? "")
        registeredAt = container.tolerant(.provider_registered_at)
        rejectedAt = container.tolerant(.provider_kyc_rejected_at)
        disabledAt = container.tolerant(.disabled_at)
        country = container.tolerant(.country_code)
        mode = container.tolerant(.mode)
    }
}

/// A part of a list (Borderless Payments documentation, “Conventions”).
struct Page<Item: Decodable>: Decodable {
    let items: [Item]
    let total: Int?
}

private struct WireUser: Encodable {
    let email: String
    let first_name: String
    let last_name: String
    let mobile: String
    let partner_user_ref: String?

    init(_ user: PartnerClient.NewUser) {
        email = user.email
        first_name = user.firstName
        last_name = user.lastName
        mobile = user.mobile
        partner_user_ref = user.reference
    }
}

private struct WireOnboarded: Decodable { let onboarded: Bool }
private struct WirePurposes: Encodable { let purposes: [String] }
