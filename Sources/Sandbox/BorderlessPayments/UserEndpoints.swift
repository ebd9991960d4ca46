internal import HTTPTypes
internal import SandboxCore
internal import Time

/// Users (Borderless Payments documentation, “Users”).
extension PartnerSimulator {
    mutating func performOnUsers(
        _ call: Call<PartnerOperation>, _ mode: PartnerMode, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        switch call.operation {
        case .createUser: return try createUser(call.request, mode, at: now)
        case .listUsers: return try listUsers(call.request, mode)
        case .editUser: return try editUser(try user(call.parameters, mode), call.request, at: now)
        case .disableUser:
            let index = try user(call.parameters, mode)
            users[index].disabledAt = users[index].disabledAt ?? now
            users[index].disabledReason = JSON(parsing: call.request.body)?["reason"]?.string
            return json(200, users[index].json)
        case .enableUser:
            let index = try user(call.parameters, mode)
            users[index].disabledAt = nil
            users[index].disabledReason = nil
            return json(200, users[index].json)
        case _: return json(200, users[try user(call.parameters, mode)].json)
        }
    }

    /// A user of the mode: those of the other don't exist.
    func user(_ parameters: [String], _ mode: PartnerMode) throws(PartnerFailure) -> Int {
        guard let id = parameters.first, let index = users.firstIndex(where: { $0.id == id && $0.mode == mode }) else {
            throw .notFound
        }
        return index
    }

    private mutating func createUser(
        _ request: HTTPRequest, _ mode: PartnerMode, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        let fields = try checking { () throws(InvalidField) in try UserFields(request, isNew: true) }
        try checkUnique(fields, mode, but: nil)
        var user = UserRecord(id: makeID(), mode: mode, email: fields.email ?? "", at: now)
        user.script = userScript(email: user.email)
        fields.apply(to: &user)
        users.append(user)
        ledger.record("user_created", of: user.id, key: user.email, at: now)
        return json(options.createdUserStatus, user.json)
    }

    private mutating func editUser(
        _ index: Int, _ request: HTTPRequest, at now: Timestamp
    ) throws(PartnerFailure) -> HTTPResponse {
        let fields = try checking { () throws(InvalidField) in try UserFields(request, isNew: false) }
        guard users[index].kyc == .notStarted else { throw .conflict("PII is locked once KYC has started") }
        try checkUnique(fields, users[index].mode, but: users[index].id)
        fields.apply(to: &users[index])
        users[index].updatedAt = now
        return json(200, users[index].json)
    }

    private func checkUnique(_ fields: UserFields, _ mode: PartnerMode, but id: String?) throws(PartnerFailure) {
        for user in users where user.mode == mode && user.id != id {
            if let email = fields.email, user.email.lowercased() == email.lowercased() {
                throw .conflict("A user with this email exists")
            }
            if let reference = fields.reference, user.reference == reference {
                throw .conflict("A user with this partner_user_ref exists")
            }
        }
    }

    private func listUsers(_ request: HTTPRequest, _ mode: PartnerMode) throws(PartnerFailure) -> HTTPResponse {
        let query = QueryItems(request.query)
        let found = users.filter { user in
            user.mode == mode && (query["kyc_status"] ?? user.kyc.rawValue) == user.kyc.rawValue
                && (query["country_code"] ?? user.country) == user.country
                && Self.matches(query["q"], [user.email, user.reference, user.id])
        }
        return json(200, try page(found.map(\.json), query))
    }

    /// Whether a search finds it: a part of any of its names, in whatever case.
    static func matches(_ text: String?, _ names: [String?]) -> Bool {
        guard let text = text?.lowercased() else { return true }
        return names.contains { $0?.lowercased().contains(text) ?? false }
    }

    /// A part of a list in the API's envelope, the newest first.
    func page(_ items: [JSON], _ query: QueryItems) throws(PartnerFailure) -> JSON {
        guard let limit = Int(query["limit"] ?? "20"), let offset = Int(query["offset"] ?? "0"), 1...100 ~= limit,
            offset >= 0
        else { throw PartnerFailure(InvalidField("limit, offset", "must be 1 to 100, and not negative")) }
        return .fields([
            "items": .array(Array(items.reversed().dropFirst(offset).prefix(limit))), "total": .int(items.count),
            "limit": .int(limit), "offset": .int(offset),
        ])
    }
}

/// What is said of a user; nil where it isn't.
private struct UserFields {
    let email: String?
    let firstName: String?
    let lastName: String?
    let mobile: String?
    let reference: String?
    let country: String?
    let birthday: String?
    let level: String?

    init(_ request: HTTPRequest, isNew: Bool) throws(InvalidField) {
        let body = try JSONReader(body: request.body)
        try body.refuseOthers(than: [
            "email", "first_name", "last_name", "mobile", "partner_user_ref", "dob", "country_code", "address",
            "kyc_level_name",
        ])
        if isNew {
            for name in ["email", "first_name", "last_name", "mobile"] { _ = try body.string(name, length: 1...254) }
        }
        email = try body.optionalString("email", length: 3...254)
        firstName = try body.optionalString("first_name", length: 1...254)
        lastName = try body.optionalString("last_name", length: 1...254)
        mobile = try body.optionalString("mobile", length: 8...16)
        reference = try body.optionalString("partner_user_ref", length: 1...128)
        country = try body.optionalString("country_code", length: 2...2)
        birthday = try body.optionalString("dob", length: 10...10)
        level = try body.optionalString("kyc_level_name", length: 1...64)
        if let email, !email.contains("@") { throw InvalidField("email", "must be an e-mail address") }
        if let mobile, !mobile.hasPrefix("+") { throw InvalidField("mobile", "must be in the form of E.164") }
    }

    func apply(to user: inout UserRecord) {
        user.email = email ?? user.email
        user.firstName = firstName ?? user.firstName
        user.lastName = lastName ?? user.lastName
        user.mobile = mobile ?? user.mobile
        user.reference = reference ?? user.reference
        user.country = country ?? user.country
        user.birthday = birthday ?? user.birthday
        user.level = level ?? user.level
    }
}
