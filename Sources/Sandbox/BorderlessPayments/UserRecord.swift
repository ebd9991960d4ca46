internal import SandboxCore
internal import Time

/// How far the check of a user is (Borderless Payments documentation, “Reference tables”).
public enum KYCStatus: String, Sendable, Hashable, CaseIterable {
    /// Not begun.
    case notStarted = "NOT_STARTED"
    /// A session is open.
    case initiated = "INIT"
    /// The customer is done.
    case submitted = "SUBMITTED"
    /// Somebody looks at it.
    case pending = "PENDING"
    /// Good, and never taken back.
    case approved = "APPROVED"
    /// Not good.
    case rejected = "REJECTED"
    /// The session ran out.
    case expired = "EXPIRED"
}

/// A user.
struct UserRecord: Sendable {
    let id: String
    let mode: PartnerMode
    let createdAt: Timestamp
    var email: String
    var firstName = "Maria"
    var lastName = "Garcia"
    var mobile = "+34685555555"
    var reference: String?
    var country: String?
    var birthday: String?
    var level = "standard-eu"
    var session: String?
    var kyc = KYCStatus.notStarted
    /// How the check ended, as long as nobody has heard of it.
    var missed: KYCStatus?
    var registeredAt: Timestamp?
    var vetoedAt: Timestamp?
    var disabledAt: Timestamp?
    var disabledReason: String?
    var updatedAt: Timestamp
    var purposes: [String] = []
    var events: [(at: Timestamp, from: KYCStatus, to: KYCStatus)] = []
    var script = UserScript()
    /// Counts the moves: a timer set before the last one is void.
    var moves = 0

    init(id: String, mode: PartnerMode, email: String, at now: Timestamp) {
        self.id = id
        self.mode = mode
        self.email = email
        createdAt = now
        updatedAt = now
    }

    /// Somebody who was approved and registered long ago.
    init(known: PartnerWorld.KnownUser) {
        self.init(id: known.id, mode: .test, email: known.email, at: Timestamp(seconds: 1_700_000_000))
        country = known.country
        kyc = .approved
        registeredAt = createdAt
    }

    var mayOrder: Bool {
        kyc == .approved && registeredAt != nil && vetoedAt == nil && disabledAt == nil && country != nil
    }

    var json: JSON {
        .fields([
            "id": .string(id), "partner_id": .string("partner-1"), "mode": .string(mode.rawValue),
            "partner_user_ref": .orNull(reference), "email": .string(email), "first_name": .string(firstName),
            "last_name": .string(lastName), "dob": .orNull(birthday), "mobile": .string(mobile),
            "country_code": .orNull(country), "address_line1": .orNull(birthday.map { _ in "Calle Mayor 1" }),
            "address_line2": .null, "kyc_level_name": .string(level), "kyc_applicant_id": .orNull(session),
            "kyc_status": .string(kyc.rawValue), "provider_registered_at": .orNull(registeredAt?.offsetText),
            "provider_kyc_rejected_at": .orNull(vetoedAt?.offsetText), "disabled_at": .orNull(disabledAt?.offsetText),
            "disabled_reason": .orNull(disabledReason), "created_at": .string(createdAt.offsetText),
            "updated_at": .string(updatedAt.offsetText),
        ])
    }

    /// What a webhook says of it.
    var summary: JSON {
        .fields([
            "id": .string(id), "partner_user_ref": .orNull(reference), "email": .string(email),
            "kyc_status": .string(kyc.rawValue),
        ])
    }
}

/// What is to happen to one user.
struct UserScript: Sendable, Hashable {
    /// How the check ends.
    var decision = KYCStatus.approved
    /// Whether the customer goes through the session at all.
    var submits = true
    /// Whether its end is missed until somebody asks for it.
    var isMissed = false
    /// What the venue does with an approved user.
    var venue = Venue.registers

    enum Venue: String, Sendable, Hashable, CaseIterable {
        /// It takes the user, after a while.
        case registers
        /// It forgets the user until it is reminded.
        case forgets
        /// It turns the user down.
        case vetoes
        /// It wants to know the purpose first.
        case asksPurpose
    }
}
